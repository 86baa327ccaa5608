"""Watch: one node's looks at itself and at the instance, every quarter of a minute."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from alertd.deliver.alarms import DOWN
from alertd.deliver.routes import Routes
from alertd.issue.desk import Desk
from alertd.store import Database
from alertd.watch import flights, instance, machine
from alertd.watch.alarms import Alarms, channels_of
from alertd.watch.canary import fly_due
from alertd.watch.dates import Dates
from alertd.watch.flights import Judge
from alertd.watch.instance import Backlog
from alertd.watch.machine import Disks
from alertd.watch.nouns import Cause
from alertd.watch.timekeeping import Timekeeping

LOOK_S: Final = 15.0
TIDY_S: Final = 600.0
Look: TypeAlias = Callable[[], Awaitable[Sequence[Cause]]]


@dataclass(slots=True)
class Watch:
    """One node's, by its name. `folders` are what it keeps on disks; `lease_ms` is how long a node is believed alive;
    `dates` are told what providers' answers bear; `looks` tell what is wrong with what is kept: backups, the database's file.
    """

    db: Database
    alarms: Alarms
    desk: Desk
    node: str
    folders: Mapping[str, Path]
    lease_ms: int
    dates: Dates
    timekeeping: Timekeeping
    looks: Sequence[Look] = ()
    _backlog: Backlog = field(default_factory=Backlog)
    _disks: Disks = field(init=False)
    _judge: Judge = field(default_factory=Judge)
    _full: bool = False
    _looked_at: float = float("-inf")
    _tidied_at: float = float("-inf")

    def __post_init__(self) -> None:
        self._disks = Disks(self.folders)

    async def step(self) -> bool:
        """Look, when it is time; and let canaries fly whose time it is."""
        clock = self.desk.clock
        if (now := clock.monotonic()) - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        await fly_due(self.desk)
        await self._judge.judge(self.db, clock, self.desk.settings.canary)
        await self.alarms.heed([*await self._machine(), *await self._instance(clock.now_ms())])
        if now - self._tidied_at >= TIDY_S:
            self._tidied_at = now
            await self.alarms.tidy(clock.now_ms())
            await flights.forget(self.db, clock.now_ms())
        return False

    async def _machine(self) -> Sequence[Cause]:
        used = await self._disks.used()
        full = list(machine.fullest(used, self.node, was_full=self._full))
        self._full = bool(full)
        off = max(await machine.behind(self.db, self.desk.clock), self.dates.off_ms(), key=abs)
        unkept = self.timekeeping.look(self.node, proven=self.dates.known())
        kept = [cause for look in self.looks for cause in await look()]
        return [*full, *kept, *machine.off_by(off, self.node), *unkept]

    async def _instance(self, now: int) -> Sequence[Cause]:
        rows = await self.db.fetch("alarms.open")
        told = {row["gateway"] for row in rows if row["kind"] == DOWN}
        silent = await instance.silent(self.db, self.desk.routes, self.lease_ms, told, now)
        mute = {*channels_of(silent), *channels_told(self.desk.routes, told)}
        stuck = await self._backlog.look(self.db, mute)
        late = await flights.causes(self.db, self.desk.clock, self.desk.settings.canary)
        return [*silent, *stuck, *await instance.unbalanced(self.db), *late]


def channels_told(routes: Routes, told: set[str]) -> set[str]:
    """The channels all of whose gateways are told down: what stands in their queues has its reason."""
    return {
        channel.word
        for (_, channel, _), senders in routes.items()
        if senders and {one.gateway for one in senders} <= told
    }
