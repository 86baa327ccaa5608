"""A live station run as it is in a mairie: the command line, the daemon and the mail provider, each in its process.

What is read of the store is read through the store's own adapter, beside the running daemon.
"""

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import overheard
from crash.far_end import LONG, PATIENCE_S, Late, Line, Provider, provider, until

from alertd.clock import SystemClock
from alertd.keys import Keyring
from alertd.store.database import Database
from alertd.store.postgres import Postgres
from alertd.store.sqlite import SQLite
from alertd.store.statements import load

# fmt: off
__all__ = [
    "HOME", "LONG", "OPEN", "PATIENCE_S", "SLICE", "SLUG", "WORKERS",
    "Api", "Instance", "Late", "Line", "Node", "Provider", "api", "provider", "until",
]
# fmt: on

HOME: Final = (49.209, 5.375)
OPEN: Final = ("waiting", "queued", "calling")
SLUG: Final = "bras-sur-meuse"
WORKERS: Final = 2
SLICE: Final = 40
_HERE: Final = Path(__file__).parent
CONFIG: Final = (_HERE / "alertd.toml.txt").read_text()
MAIL: Final = """
host = "127.0.0.1"
port = {port}
tls = "none"
from_address = "alertes@mairie.example"
pool = 4
timeout_s = {answer}
"""


class Node:
    """The daemon's process."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self.log = log
        self.url = ""

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.process.kill()
        self.process.wait(30)

    def freeze(self) -> None:
        """SIGSTOP: it does nothing, and does not know."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on where it stood."""
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """SIGTERM; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def said(self) -> str:
        """All it wrote to standard error."""
        return self.log.read_text()

    async def ready(self) -> None:
        """Wait for its address; Late with its last words when it died instead."""

        def address() -> str:
            if self.process.poll() is not None:
                raise Late(f"the daemon ended with {self.process.returncode}: {self.said()[-2000:]}")
            return self.said().partition("alertd listens on ")[2].partition("\n")[0]

        self.url = await until("the daemon's address", address)


@dataclass(frozen=True, slots=True)
class Instance:
    """A folder with a secret and a configuration, and a store somewhere. `token` is a key of scope danger, `name` the
    node's: several may share the store and the secret.
    """

    folder: Path
    store: str
    token: str = ""
    name: str = "crash"
    program: tuple[str, ...] = ("-m", "alertd")

    @property
    def config(self) -> Path:
        return self.folder / f"{self.name}.toml"

    def configure(
        self,
        port: int,
        *,
        timeout: float = 2.0,
        slice_: int = SLICE,
        answer: float | None = None,
        lease: float = 40,
        driver: str = "smtp",
        options: str = MAIL,
    ) -> None:
        """Write the configuration: mail goes to the provider at `port`, which has `answer` seconds (`timeout`) to answer."""
        common = {"store": self.store, "folder": self.folder, "name": self.name, "driver": driver}
        text = (CONFIG + options).format(
            **common, port=port, timeout=timeout, slice=slice_, lease=lease, answer=answer or timeout
        )
        self.config.write_text(text)

    def run(self, *words: str) -> Any:
        """A command's answer, as JSON."""
        command = [sys.executable, *self.program, *words, "--json", "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)  # noqa: S603 - ours
        if done.returncode:
            raise AssertionError(f"{' '.join(words)}: {done.stderr.decode()[-2000:]}")
        return json.loads(done.stdout)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Node]:
        """The daemon, started and ready; whatever is left of it at the end is killed."""
        log = self.folder / f"serve-{len(list(self.folder.glob('serve-*')))}.log"
        command = [sys.executable, *self.program, "serve", "--config", str(self.config)]
        with log.open("wb") as out:
            process = subprocess.Popen(command, stderr=out, stdin=subprocess.DEVNULL)  # noqa: ASYNC220, S603 - ours
        node = Node(process, log)
        try:
            await node.ready()
            yield node
        finally:
            node.kill()
            overheard.hear(log.read_text("utf-8", "replace"))

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
        digest = {"preview_digest": shown["preview_digest"], "repeat": True}
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
