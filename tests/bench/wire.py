"""The way to the sink: a gateway over aiohttp, the bare loop that it is compared with, and wrk, which shows the sink's limit."""

import asyncio
import contextlib
import json
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from bench import children
from bench.measure import until

from gateways.contract import Callback, Capabilities, Message, Outcome, Receipt
from gateways.http import Http
from gateways.parallel import Desk

WIDTH: Final = 50
"""Connections, and so messages on the wire at once: the gateway's, the bare loop's, wrk's and the peers'."""

BODY: Final = json.dumps(
    {
        "to": "+99000000001",
        "text": "Banc : Incendie. Fermez vos fenetres. Restez chez vous. https://alerte.commune.example/a/abcdefghijk",
        "reference": "abcdefghijk",
        "level": "info",
    }
).encode()
"""What everyone who is compared POSTs: the form and size of one SMS of the bench."""


JSON: Final = {"Content-Type": "application/json"}


class Far:
    """POSTs each message to the sink, over the way to a provider that every gateway over HTTP has (`gateways.http`);
    without an address, accepts it at once, and what remains is the house's own work.

    `calling` is told whenever a batch is handed over; `first_at` (time.perf_counter) is when the first ever was.
    """

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.capabilities = Capabilities(frozenset({"sms"}), batch=200, parallel=WIDTH)
        self.calling: Callable[[], object] = lambda: None
        self.first_at = 0.0
        self._desk = Desk(WIDTH)
        self._url = url
        self._http = _house()

    async def open(self) -> None:
        """With its connections made."""
        await self._http.open()
        if self._url:
            await _connect(self._http, self._url)

    async def close(self) -> None:
        await self._http.close()

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        self.calling()
        self.first_at = self.first_at or time.perf_counter()
        if not self._url:
            for message in batch:
                yield Receipt(message.reference, Outcome.ACCEPTED)
            return
        async for receipt in self._desk.in_parallel(batch, self._post):
            yield receipt

    async def _post(self, message: Message) -> Receipt:
        body = {
            "to": message.address,
            "text": message.text,
            "reference": message.reference,
            "level": message.level,
        }
        said = await self._http.call("POST", self._url, JSON, json.dumps(body).encode())
        return Receipt(message.reference, Outcome.ACCEPTED, provider_ref=json.loads(said.body or b"")["id"])

    async def check(self) -> Receipt:
        return Receipt("", Outcome.ACCEPTED)

    def read_callback(self, _: Callback) -> Sequence[Receipt]:
        return ()

    async def look_up(self, _: Sequence[str]) -> Sequence[Receipt]:
        return ()


async def session(url: str) -> aiohttp.ClientSession:
    """Without cookies, and with all its connections to that address made."""
    client = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=WIDTH), cookie_jar=aiohttp.DummyCookieJar()
    )
    root = url.rpartition("/")[0]
    await asyncio.gather(*(_get(client, f"{root}/count") for _ in range(WIDTH)))
    return client


async def _post(client: aiohttp.ClientSession, url: str, body: bytes) -> bytes:
    async with client.post(url, data=body, headers=JSON) as response:
        return await response.read()


async def _get(client: aiohttp.ClientSession, url: str) -> bytes:
    async with client.get(url) as response:
        return await response.read()


async def bare(url: str, many: int, body: bytes = BODY) -> float:
    """Messages a second of a loop that does nothing but POST through aiohttp, as many at once as the gateway."""
    client = await session(url)
    async with client:
        return await _loop(lambda: _post(client, url, body), many)


async def own(url: str, many: int) -> float:
    """The same through the house's own way to a provider: what a gateway's own client takes, without a message's row."""
    client = _house()
    await client.open()
    await _connect(client, url)

    async def post() -> bytes:
        return (await client.call("POST", url, JSON, BODY)).body or b""

    try:
        return await _loop(post, many)
    finally:
        await client.close()


async def _loop(post: Callable[[], Awaitable[bytes]], many: int) -> float:
    numbers = iter(range(many))

    async def worker() -> None:
        for _ in numbers:
            json.loads(await post())

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(WIDTH)))
    return many / (time.perf_counter() - began)


def _house() -> Http:
    return Http(timeout_s=10.0, connections=WIDTH, idle_s=60.0, most_bytes=65_536)


async def _connect(client: Http, url: str) -> None:
    root = url.rpartition("/")[0]
    await asyncio.gather(*(client.call("GET", f"{root}/count", {}) for _ in range(WIDTH)))


@dataclass(frozen=True, slots=True)
class Sink:
    """Where to POST, and what has arrived."""

    url: str
    _client: aiohttp.ClientSession

    async def count(self) -> int:
        """How many messages it has answered."""
        return int(await self._ask("count"))

    async def has_counted(self, many: int, within_s: float) -> None:
        """Wait until so many have arrived."""

        async def reached() -> bool:
            return await self.count() >= many

        await until(reached, within_s, 0.01)

    async def log(self, since: int = 0) -> list[tuple[float, bool]]:
        """(when on time.perf_counter, whether a danger) of each arrival, from one on."""
        return [(at, bool(danger)) for at, danger in json.loads(await self._ask(f"log/{since}"))]

    async def _ask(self, path: str) -> bytes:
        return await _get(self._client, f"{self.url.rpartition('/')[0]}/{path}")


@contextlib.asynccontextmanager
async def sink(delay_ms: int = 0) -> AsyncIterator[Sink]:
    """A sink in its own process, while it runs."""
    async with children.module("bench.sink", str(delay_ms)) as process, aiohttp.ClientSession() as client:
        port = int(await children.line(process))
        yield Sink(f"http://127.0.0.1:{port}/messages", client)


class NoWrk(Exception):
    """Why the sink's limit is not shown."""


async def limit(url: str, seconds: int) -> float:
    """Requests a second that wrk gets out of the sink, with the same body over as many connections.

    :raises NoWrk: it is not installed.
    """
    program = shutil.which("wrk")
    if program is None:
        raise NoWrk("wrk is not installed (Debian: wrk)")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(
            f"wrk.method = 'POST'\nwrk.body = [[{BODY.decode()}]]\nwrk.headers['Content-Type'] = 'application/json'\n"
        )
        script.flush()
        command = (program, "-t1", f"-c{WIDTH}", f"-d{seconds}s", "-s", str(Path(script.name)), url)
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
    found = re.search(rb"Requests/sec: *([0-9.]+)", said)
    if found is None:
        raise NoWrk(f"wrk said no figure: {said[-200:].decode()}")
    return float(found[1])
