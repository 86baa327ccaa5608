"""One node of the house on a copy of the people's database, and an alert released in it."""

import contextlib
import itertools
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from bench import house
from bench.house import KEYRING, STATION, House
from bench.people import CENTRE
from store import cluster

import zones
from alertd import catalogue
from alertd.clock import HOUR, SystemClock
from alertd.deliver import routes
from alertd.deliver.dispatch import WORKERS, Dispatch, Line
from alertd.deliver.fan_out import FanOut
from alertd.deliver.loops import Step
from alertd.deliver.pace import Bucket
from alertd.deliver.render import Renderer
from alertd.deliver.tend import Tend
from alertd.issue import Desk, preview, release
from alertd.model import Actor, Channel, Content, Level, Mode, Role, Target, Text
from alertd.settings import Settings
from alertd.stations import stations
from alertd.store import Database, connect
from gateways.contract import Gateway

SETTINGS: Final = Settings.model_validate(
    {"gateways": {"far": {"driver": "far", "channels": ["sms"]}}, "sending": {"slice": 200}}
)
NODE: Final = 1
MAYOR: Final = Actor("operator:bench", STATION, Level.DANGER, role=Role.MAYOR)
_copies = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Node:
    """What the daemon makes of the same parts, with a far end of the bench's own."""

    desk: Desk
    line: Line
    fan_out: FanOut
    dispatch: Dispatch
    tend: Tend

    @property
    def db(self) -> Database:
        return self.desk.db

    def steps(self) -> list[tuple[str, Step]]:
        """The loops of a node that has one sender."""
        voice = (f"dispatch:{self.line.sender.id}", partial(self.dispatch.step, self.line))
        return [("fan_out", self.fan_out.step), ("tend", self.tend.step), *[voice] * WORKERS]

    async def alert(self, radius_m: float) -> int:
        """Preview and release a danger by SMS in a circle around the centre; the alert's id."""
        station = await stations.by_id(self.db, STATION)
        content = Content(
            Level.DANGER,
            "fire",
            Target(zones.Circle(*CENTRE, radius_m)),
            {"fr": Text("Incendie", "Fermez vos fenêtres.", "Restez chez vous.")},
            frozenset({Channel.SMS}),
            self.desk.clock.now_ms() + 6 * HOUR,
        )
        shown = await preview(self.desk, MAYOR, station, content)
        return (await release(self.desk, MAYOR, station, shown.digest)).alert_id


@contextlib.asynccontextmanager
async def node(url: str, gateway: Gateway) -> AsyncIterator[Node]:
    """A node on that database."""
    clock = SystemClock()
    db = connect(url, clock)
    await db.open()
    try:
        known = catalogue.load()
        desk = Desk(db, clock, known, SETTINGS, KEYRING, await routes.register(db, SETTINGS))
        async with db.transaction() as tx:
            await tx.fetch("nodes.start", NODE, "bench", "boot")
        sender = routes.first(desk.routes, Mode.LIVE, Channel.SMS)
        assert sender is not None
        renderer = Renderer(db, known, KEYRING, SETTINGS.http.public_url)
        yield Node(
            desk,
            Line(sender, gateway, Bucket(clock, sender.rate, sender.burst)),
            FanOut(db, clock, desk.routes, NODE),
            Dispatch(db, clock, renderer, SETTINGS.sending, NODE),
            Tend(db, clock, SETTINGS.sending, NODE),
        )
    finally:
        await db.close()


@contextlib.asynccontextmanager
async def sqlite_copy(settled: House, folder: Path) -> AsyncIterator[str]:
    """The address of a file that may be written to, gone afterwards."""
    path = folder / f"copy-{os.getpid()}-{next(_copies)}.db"
    shutil.copyfile(settled.path, path)
    try:
        yield f"sqlite://{path}"
    finally:
        house.clear(folder, f"{path.name}*")


@contextlib.asynccontextmanager
async def postgres_copy(settled: House, server: str) -> AsyncIterator[str]:
    """The same as a PostgreSQL database."""
    name = f"alertd_bench_copy_{os.getpid()}_{next(_copies)}"
    try:
        template = (await house.moved_in(server, settled)).rpartition("/")[2]
        await cluster.send(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        yield f"{server}/{name}"
    finally:
        await cluster.send(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def let_go_of_pages(url: str) -> None:
    """Make a SQLite file cold: https://man7.org/linux/man-pages/man2/posix_fadvise.2.html."""
    file = os.open(url.removeprefix("sqlite://"), os.O_RDONLY)
    try:
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)


def resident_mb() -> float:
    """What this process holds in memory now, in megabytes (/proc/self/statm)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
