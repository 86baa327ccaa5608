"""The house's parts as the bench uses them: a whole node, its steps one by one, and alerts released in it.

Whatever the bench knows of `alertd.deliver` and the daemon is here; the measures know only what this file gives.
"""

import asyncio
import base64
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import house
from bench.house import KEYRING, SECRET, STATION
from bench.timed import Timed
from bench.wire import Far

import gateways
import zones
from alertd import catalogue, daemon
from alertd.cli.log import configure
from alertd.clock import HOUR, SystemClock
from alertd.deliver import routes
from alertd.deliver.dispatch import RUN_S, WORKERS, Dispatch
from alertd.deliver.fan_out import FanOut
from alertd.deliver.line import Line
from alertd.deliver.pace import Bucket
from alertd.deliver.pulse import Pulse
from alertd.deliver.render import Renderer
from alertd.issue import Desk, audience, preview, release
from alertd.model import Actor, Channel, Content, Level, Mode, Role, State, Target, Text
from alertd.publish.links import Links
from alertd.settings import Settings
from alertd.stations import stations
from alertd.store import Database, connect

SLICE: Final = 200
LARGEST_M: Final = 5_000.0
MAYOR: Final = Actor("operator:bench", STATION, Level.DANGER, role=Role.MAYOR)
TOPICS: Final = {Level.DANGER: "fire", Level.INFO: "works"}
NODE: Final = 1
_OPEN: Final = (State.WAITING, State.QUEUED, State.CALLING)

gateways.__path__.append(str(Path(__file__).with_name("drivers")))


@dataclass(frozen=True, slots=True)
class Released:
    """An alert, and when it was released (time.perf_counter): before `release` was asked, and when it had answered."""

    id: int
    asked_at: float
    at: float


@dataclass(frozen=True, slots=True)
class Town:
    """Who releases and reads the books, on a database where nodes may run."""

    desk: Desk

    @property
    def db(self) -> Database:
        return self.desk.db

    async def alert(self, radius_m: float | None, level: Level = Level.DANGER) -> Released:
        """Preview and release by SMS: to a circle around the centre, or (None) to the whole station."""
        station = await stations.by_id(self.db, STATION)
        shown = await preview(self.desk, MAYOR, station, self._content(radius_m, level))
        asked_at = time.perf_counter()
        released = await release(self.desk, MAYOR, station, shown.digest)
        return Released(released.alert_id, asked_at, time.perf_counter())

    async def reached(self, radius_m: float | None, level: Level = Level.DANGER) -> int:
        """How many deliveries such an alert is."""
        counted, _ = await audience.count(self.desk, STATION, self._content(radius_m, level))
        return counted.endpoints[Channel.SMS]

    async def radius_for(self, deliveries: int, level: Level = Level.DANGER) -> float:
        """The smallest circle (to two metres) that reaches so many; the largest there is when none does."""
        low, high = 300.0, LARGEST_M
        while high - low > 2:
            middle = (low + high) / 2
            if await self.reached(middle, level) < deliveries:
                low = middle
            else:
                high = middle
        return high

    async def planned(self, alert: Released) -> int | None:
        """Its deliveries; None before fan-out has ended."""
        planned: int | None = (await self.db.fetch("messages.of_alert", alert.id))[0]["planned"]
        return planned

    async def accepted(self, alert: Released) -> int:
        """How many have their receipt in the books."""
        tallies = await self.db.fetch("tallies.of_alert", alert.id)
        return sum(row["n"] for row in tallies if row["state"] == State.ACCEPTED)

    async def all_accepted(self, alert: Released, within_s: float) -> int:
        """Wait until every delivery that was planned has its receipt; how many."""
        async with asyncio.timeout(within_s):
            while (accepted := await self.accepted(alert)) != (planned := await self.planned(alert)):
                # Seldom while much is left: looking is work too, on the loop that is measured.
                left = SLICE if planned is None else planned - accepted
                await asyncio.sleep(min(0.25, max(0.01, left / 40_000)))
        return accepted

    async def under_way(self, alert: Released) -> int:
        """How many are not settled yet."""
        tallies = await self.db.fetch("tallies.of_alert", alert.id)
        return sum(row["n"] for row in tallies if row["state"] in _OPEN)

    def _content(self, radius_m: float | None, level: Level) -> Content:
        return Content(
            level,
            TOPICS[level],
            Target(station=True) if radius_m is None else Target(zones.Circle(*house.CENTRE, radius_m)),
            {"fr": Text("Incendie", "Fermez vos fenêtres.", "Restez chez vous.")},
            frozenset({Channel.SMS}),
            self.desk.clock.now_ms() + 6 * HOUR,
        )


@dataclass(frozen=True, slots=True)
class Running(Town):
    """A whole node, as `alertd serve` runs it. `burst` is what leaves at once after a pause, `url` where it listens."""

    far: Far
    burst: float
    url: str


@dataclass(frozen=True, slots=True)
class ByHand(Town):
    """A node's parts that turn only when they are asked to."""

    far: Far
    _fan_out: FanOut
    _dispatch: Dispatch
    _line: Line
    _store: Timed
    _rendering: Timed

    async def fan_out(self) -> bool:
        """One slice; False when there was none."""
        return await self._fan_out.step()

    async def run(self) -> float:
        """Slice after slice, as a node's worker goes on, until nothing is queued: the seconds that the store was asked."""
        self._store.spent, clock = 0.0, self.desk.clock
        self.far.calling = lambda: self._dispatch.pulse.felt(clock.monotonic())
        self.far.calling()
        while await self._dispatch.step(self._line, RUN_S):
            pass
        return self._store.spent

    async def dispatch(self) -> "Parts":
        """One slice of SLICE deliveries to a far end that answers at once: the seconds each part took."""
        self._store.spent = self._rendering.spent = 0.0
        claiming: list[float] = []
        self.far.calling = lambda: claiming.append(self._store.spent)
        self._dispatch.pulse.felt(self.desk.clock.monotonic())  # as tending would have, every second
        began = time.perf_counter()
        assert await self._dispatch.step(self._line)
        took = time.perf_counter() - began
        return Parts(claiming[0], self._rendering.spent, self._store.spent - claiming[0], took)


@dataclass(frozen=True, slots=True)
class Parts:
    """Seconds. `claim` and `record` are what the store was asked, from BEGIN to COMMIT; `whole` is all of the step."""

    claim: float
    render: float
    record: float
    whole: float


def settings(
    url: str, folder: Path, name: str, far: str, rate: float | None = None, **more: Mapping[str, Any]
) -> Settings:
    """A node's: one gateway for SMS to the sink at `far` (to nobody when empty), its one sender with that rate; `more` sections."""
    senders = [] if rate is None else [{"name": "far", "rate": rate}]
    gateway = {"driver": "far", "channels": ["sms"], "options": {"url": far}, "senders": senders}
    return Settings.model_validate(
        {
            "http": {"port": 0, "public_url": "https://alerte.commune.example"},
            "store": {"url": url},
            "keys": {"secret_file": folder / "secret.key"},
            "node": {"name": name},
            "sending": {"slice": SLICE * WORKERS},
            "log": {"level": "warning"},
            "gateways": {"far": gateway},
        }
        | more
    )


@contextlib.contextmanager
def secret() -> Iterator[Path]:
    """A folder with the secret by which the people's addresses are sealed."""
    with tempfile.TemporaryDirectory(prefix="alertd-bench-") as folder:
        path = Path(folder) / "secret.key"
        path.touch(0o600)
        path.write_text(f"1:{base64.b64encode(SECRET).decode()}\n")
        yield Path(folder)


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """The daemon, from the store to the HTTP server."""
    configure(settings.log)
    async with daemon.running(settings) as node:
        line = next(line for line in node.lines if isinstance(line.gateway, Far))
        yield Running(node.desk, line.gateway, line.bucket.burst, node.url)


@contextlib.asynccontextmanager
async def town(url: str) -> AsyncIterator[Town]:
    """Beside the nodes of a database, or before there are any."""
    async with _opened(url) as db:
        yield Town(await _desk(db, Settings()))


@contextlib.asynccontextmanager
async def by_hand(url: str) -> AsyncIterator[ByHand]:
    """The parts of a node that are measured one by one."""
    async with _opened(url) as db:
        terms = settings(url, Path(), "bench", "")
        desk = await _desk(db, terms)
        async with db.transaction() as tx:
            await tx.fetch("nodes.start", NODE, "bench", "boot")
        sender = routes.first(desk.routes, Mode.LIVE, Channel.SMS, danger=False, owners=routes.SHARED)
        assert sender is not None
        far, store = Far("far", ""), Timed(db)
        rendering = Timed(Renderer(db, desk.catalogue, KEYRING, Links.of(terms.http)))
        yield ByHand(
            desk,
            far,
            FanOut(db, desk.routes, NODE),
            Dispatch(  # what it is given times it
                store,  # type: ignore[arg-type]
                desk.clock,
                rendering,  # type: ignore[arg-type]
                terms.sending,
                NODE,
                pulse=Pulse(terms.sending.lease_s),
            ),
            Line(sender, far, Bucket(desk.clock, sender.rate, sender.burst)),
            store,
            rendering,
        )


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    db = connect(url, SystemClock())
    await db.open()
    try:
        yield db
    finally:
        await db.close()


async def _desk(db: Database, settings: Settings) -> Desk:
    made = await routes.register(db, settings)
    return Desk(db, SystemClock(), catalogue.load(), settings, KEYRING, made)
