"""A live station run as it is in a mairie: the command line, the daemon and the mail provider, each in its process.

What is read of the store is read through the store's own adapter, beside the running daemon.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp

from alertd.clock import SystemClock
from alertd.keys import Keyring
from alertd.store.database import Database
from alertd.store.postgres import Postgres
from alertd.store.sqlite import SQLite
from alertd.store.statements import load

LONG: Final = bool(os.environ.get("ALERTD_LONG"))
PATIENCE_S: Final = 600.0 if LONG else 90.0
HOME: Final = (49.209, 5.375)
OPEN: Final = ("waiting", "queued", "calling")
SLUG: Final = "bras-sur-meuse"
WORKERS: Final = 2
SLICE: Final = 40
_HERE: Final = Path(__file__).parent

CONFIG: Final = """
[http]
port = 0
[store]
url = "{store}"
[keys]
secret_file = "{folder}/secret.key"
[node]
name = "crash"
[sending]
slice = {slice}
send_timeout_s = {timeout}
lease_s = 40
retry_base_s = 0.2
retry_cap_s = 1
resend_unknown_danger_s = 1
poll_s = 0.2
[limits]
api_requests_per_minute = 60000
[gateways.mail]
driver = "smtp"
channels = ["email"]
[gateways.mail.options]
host = "127.0.0.1"
port = {port}
tls = "none"
from_address = "alertes@mairie.example"
pool = 4
timeout_s = {timeout}
"""


class Late(Exception):
    """Another process did not get there in time; the message says what was awaited."""


async def until(what: str, reached: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """Look at another process until `reached` gives something; Late after `seconds`."""
    for _ in range(int(seconds / 0.02)):
        if found := reached():
            return found
        await asyncio.sleep(0.02)
    raise Late(what)


@dataclass(frozen=True, slots=True)
class Line:
    """One message that the provider took over."""

    reference: str
    recipient: str
    answer: str


@dataclass(frozen=True, slots=True)
class Provider:
    """The mail provider's process."""

    port: int
    ledger: Path

    def lines(self) -> list[Line]:
        """Whole lines only: the last one may be under way."""
        whole = self.ledger.read_text().rpartition("\n")[0]
        return [
            Line(one["reference"], one["recipient"], one["answer"])
            for one in map(json.loads, whole.splitlines())
        ]

    def count(self) -> int:
        """How many messages it took over."""
        return self.ledger.read_bytes().count(b"\n")

    async def has_taken(self, n: int) -> None:
        """Wait for the ledger's `n`th line."""
        await until(f"line {n} of the ledger, which has {self.count()}", lambda: self.count() >= n)


@contextmanager
def provider(folder: Path, *script: str) -> Iterator[Provider]:
    """A provider that follows `script`, the command line of provider.py."""
    ledger = folder / "ledger.jsonl"
    command = [sys.executable, str(_HERE / "provider.py"), "--ledger", str(ledger), *script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            said = process.stdout.readline() if process.stdout else ""
            yield Provider(int(said.rpartition(" ")[2]), ledger)
        finally:
            process.terminate()


class Node:
    """The daemon's process."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self.log = log
        self.url = ""

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def said(self) -> str:
        """All it wrote to standard error."""
        return self.log.read_text()

    async def ready(self) -> None:
        """Wait for its address; Late with its last words when it died instead."""

        def address() -> str:
            if self.process.poll() is not None:
                raise Late(f"the daemon ended with {self.process.returncode}: {self.said()[-2000:]}")
            return self.said().partition("alertd listens on ")[2].partition("\n")[0]

        self.url = await until("the daemon's address", address, 30)


@dataclass(frozen=True, slots=True)
class Instance:
    """A folder with a secret and a configuration, and a store somewhere. `token` is a key of scope danger."""

    folder: Path
    store: str
    token: str = ""

    @property
    def config(self) -> Path:
        return self.folder / "alertd.toml"

    def configure(self, port: int, *, timeout: float = 2.0, slice_: int = SLICE) -> None:
        """Write the configuration: mail goes to the provider at `port`."""
        text = CONFIG.format(store=self.store, folder=self.folder, port=port, timeout=timeout, slice=slice_)
        self.config.write_text(text)

    def run(self, *words: str) -> Any:
        """A command's answer, as JSON."""
        command = [sys.executable, "-m", "alertd", *words, "--json", "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)  # noqa: S603 - ours
        if done.returncode:
            raise AssertionError(f"{' '.join(words)}: {done.stderr.decode()[-2000:]}")
        return json.loads(done.stdout)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Node]:
        """The daemon, started and ready; whatever is left of it at the end is killed."""
        log = self.folder / f"serve-{len(list(self.folder.glob('serve-*')))}.log"
        command = [sys.executable, "-m", "alertd", "serve", "--config", str(self.config)]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stderr=out, stdin=subprocess.DEVNULL)  # noqa: ASYNC220, S603 - ours
        node = Node(process, log)
        try:
            await node.ready()
            yield node
        finally:
            node.kill()

    @asynccontextmanager
    async def books(self) -> AsyncIterator[Database]:
        """The store, beside the daemon: alertd's statements and those of tests/crash/queries."""
        database: Database
        if self.store.startswith("sqlite:"):
            path = self.store.removeprefix("sqlite:")
            database = SQLite(path, SystemClock(), statements=_statements("sqlite"))
        else:
            database = Postgres(self.store, pool=2, statements=_statements("postgres"))
        await database.open()
        try:
            yield database
        finally:
            await database.close()

    def keyring(self) -> Keyring:
        """The instance's, by which a reference names its delivery."""
        return Keyring.load(self.folder / "secret.key")


def _statements(engine: str) -> Any:
    return load(engine) | load(engine, _HERE / "queries")


@dataclass(frozen=True, slots=True)
class Api:
    """Calls to a node, with the instance's key."""

    session: aiohttp.ClientSession
    url: str

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON; whatever is no success fails the test with the daemon's own words."""
        async with self.session.request(method, f"{self.url}/api/v1{path}", json=body) as response:
            told = await response.json()
            assert response.status in {200, 201}, told
            return told

    async def release(self, level: str, target: object = None, channels: Sequence[str] = ("email",)) -> Any:
        """An alert, previewed and released; the answer's JSON. By default to the whole station."""
        content = {
            "level": level,
            "topic": "fire",
            "target": target or {"station": True},
            "texts": {"fr": {"headline": "Incendie à la scierie", "body": "Fermez vos fenêtres."}},
            "channels": list(channels),
            "expires_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat(timespec="seconds"),
        }
        shown = await self.call("POST", f"/stations/{SLUG}/alerts/preview", content)
        digest = {"preview_digest": shown["preview_digest"]}
        return shown | await self.call("POST", f"/stations/{SLUG}/alerts", content | digest)

    async def follow(self, alert_id: int) -> AsyncIterator[dict[str, Any]]:
        """An alert's progress as it is pushed, until nothing of it waits or is under way."""
        async with self.session.get(f"{self.url}/api/v1/alerts/{alert_id}/progress") as response:
            async for line in response.content:
                if line.startswith(b"data: "):
                    told = json.loads(line.removeprefix(b"data: "))
                    yield told
                    if told["planned"] is not None and not any(told["tally"][word] for word in OPEN):
                        return

    async def deliveries(self, alert_id: int) -> list[dict[str, Any]]:
        """Every delivery of an alert, page by page."""
        found: list[dict[str, Any]] = []
        after = ""
        for _ in range(1_000):
            page = await self.call("GET", f"/alerts/{alert_id}/deliveries?limit=500{after}")
            found += page["deliveries"]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"
        raise Late("the last page of deliveries")


@asynccontextmanager
async def api(instance: Instance, node: Node) -> AsyncIterator[Api]:
    """An API client of that node."""
    headers = {"Authorization": f"Bearer {instance.token}"}
    timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield Api(session, node.url)
