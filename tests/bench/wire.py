"""Two far ends: one that answers at once without a wire, and a minimal gateway over aiohttp to the sink."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import aiohttp

from gateways.contract import Callback, Capabilities, Message, Outcome, Receipt
from gateways.parallel import in_parallel

WIDTH: Final = 50
SMS: Final = frozenset({"sms"})


class Instant:
    """Accepts whatever it is given: what remains is the house's own work. `called_at` is on time.perf_counter."""

    name = "far"
    capabilities = Capabilities(SMS, batch=200, parallel=WIDTH)

    called_at = 0.0

    async def open(self) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing is kept."""

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        self.called_at = time.perf_counter()
        for message in batch:
            yield Receipt(message.reference, Outcome.ACCEPTED)

    async def check(self) -> Receipt:
        return Receipt("", Outcome.ACCEPTED)

    def read_callback(self, _: Callback) -> Sequence[Receipt]:
        return ()

    async def look_up(self, _: Sequence[str]) -> Sequence[Receipt]:
        return ()


class Wire(Instant):
    """POSTs each message to the sink. `first_at` and `last_at` are on time.perf_counter."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None
        self.first_at = self.last_at = 0.0

    async def open(self) -> None:
        self._session = session()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        async for receipt in in_parallel(batch, WIDTH, self._post):
            yield receipt

    async def _post(self, message: Message) -> Receipt:
        self.first_at = self.first_at or time.perf_counter()
        assert self._session is not None
        body = json.dumps({"to": message.address, "text": message.text, "reference": message.reference})
        answer = json.loads(await post(self._session, self._url, body.encode()))
        self.last_at = time.perf_counter()
        return Receipt(message.reference, Outcome.ACCEPTED, provider_ref=answer["id"])


def session() -> aiohttp.ClientSession:
    """Without cookies, as many connections as messages on the wire at once."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=2 * WIDTH), cookie_jar=aiohttp.DummyCookieJar()
    )


async def post(client: aiohttp.ClientSession, url: str, body: bytes) -> bytes:
    """One request, and its answer's body."""
    async with client.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
        return await response.read()


async def bare(url: str, many: int) -> float:
    """Messages a second of a loop that does nothing but POST, as many at once as the gateway."""
    body = json.dumps({"to": "+99000000001", "text": "x" * 140, "reference": "abcdefghijk"}).encode()
    numbers = iter(range(many))

    async def worker(client: aiohttp.ClientSession) -> None:
        for _ in numbers:
            json.loads(await post(client, url, body))

    async with session() as client:
        began = time.perf_counter()
        await asyncio.gather(*(worker(client) for _ in range(WIDTH)))
        return many / (time.perf_counter() - began)


@contextlib.asynccontextmanager
async def sink() -> AsyncIterator[str]:
    """The sink's address, while it runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("sink.py")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}/messages"
    finally:
        process.stdin.close()
        await process.wait()
