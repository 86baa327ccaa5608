"""Every loop of a node, by the bell that wakes it. They meet only in the store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from alertd.clock import SECOND
from alertd.deliver.alarms import Alarms
from alertd.deliver.dispatch import RUN_S, WORKERS, Dispatch
from alertd.deliver.fan_out import FanOut
from alertd.deliver.figures import Figures
from alertd.deliver.health import Health
from alertd.deliver.line import Line
from alertd.deliver.lookups import Lookups
from alertd.deliver.loops import Loops, Step
from alertd.deliver.pulse import Pulse
from alertd.deliver.quiet import usual_hours
from alertd.deliver.rates import Rates
from alertd.deliver.receipts import Receipts
from alertd.deliver.spool import Spool
from alertd.deliver.stranded import Stranded
from alertd.deliver.tend import Tend
from alertd.deliver.vigil import Vigil
from alertd.issue import across, colleagues, countdown, relays, unanswered
from alertd.issue.desk import Desk
from alertd.node import chores
from alertd.node.compaction import compaction_of, due_of
from alertd.node.desk import journal_of, node_name, renderer_of
from alertd.node.heart import Heart
from alertd.node.shelf import backups_of
from alertd.rotation.nodes import Guard
from alertd.schedule import firing
from alertd.schedule.ticks import Chore
from alertd.subscribe import join
from alertd.subscribe.replies import Replies
from alertd.watch import alarms as watch_alarms
from alertd.watch.dates import Dates
from alertd.watch.reminder import Reminder
from alertd.watch.silent_probe import SilentProbe
from alertd.watch.timekeeping import Timekeeping
from alertd.watch.watch import Watch
from alertd.web.condition import folders_of
from alertd.web.front import BELL, Front
from gateways.contract import Gateway

TICK_S: Final = 2.0
"""Between two looks at what schedules have due: a minute is a minute."""
JOURNAL_S: Final = 10.0
"""At most so long after somebody left, a lost disk brings nobody back."""

Steps = Iterator[tuple[str, Step]]


@dataclass(frozen=True, slots=True)
class Work:
    """What the loops of one node share."""

    desk: Desk
    node_id: int
    lines: Sequence[Line]
    gateways: Mapping[str, Gateway]
    spool: Spool
    figures: Figures
    front: Front
    pulse: Pulse
    dates: Dates
    guard: Guard

    async def begin(self, parting: Callable[[], bool]) -> list[tuple[str, Step]]:
        """What an earlier life of this node held is recovered; then every loop, ready to turn."""
        desk, sending = self.desk, self.desk.settings.sending
        tend = Tend(
            desk.db, desk.clock, sending, self.node_id, desk.routes, figures=self.figures, pulse=self.pulse
        )
        await tend.start()
        await desk.joined.begin(desk.db, desk.clock)
        stranded = Stranded(desk.db, desk.routes, sending, self.node_id)
        await stranded.start()
        health = self._health()
        return [
            ("secret", self.guard.step),
            ("tend", tend.step),
            ("stranded", stranded.step),
            *self._speaking(health, parting),
            *self._watching(health),
            *self._hearing(),
            (BELL, partial(self.front.look, desk.db)),
            (countdown.BELL, partial(countdown.step, desk)),
            (colleagues.BELL, partial(colleagues.step, desk)),
            (relays.BELL, partial(relays.step, desk)),
            (across.BELL, partial(across.step, desk)),
        ]

    def _health(self) -> Health:
        desk, voices = self.desk, {line.gateway.name: line.gateway for line in self.lines}
        return Health(desk.db, desk.clock, desk.routes, voices, self.node_id, self.figures)

    def _speaking(self, health: Health, parting: Callable[[], bool]) -> Steps:
        """From a released event to a provider's answer."""
        desk = self.desk
        hours = usual_hours(desk.settings.quiet)
        fan_out = FanOut(desk.db, desk.routes, self.node_id, hours=hours)
        for _ in range(desk.db.writers):
            yield "fan_out", fan_out.step
        dispatch = Dispatch(
            desk.db,
            desk.clock,
            renderer_of(desk),
            desk.settings.sending,
            self.node_id,
            health.homes,
            health.hear,
            parting,
            self.pulse,
            theirs=health.theirs,
        )
        for line in self.lines:
            for _ in range(WORKERS):
                yield f"dispatch:{line.sender.id}", partial(dispatch.step, line, RUN_S)

    def _watching(self, health: Health) -> Steps:
        """Who works, how fast, and whom to tell when somebody does not."""
        desk = self.desk
        tables = desk.settings.gateways
        low = {name: table.credit_low for name, table in tables.items() if table.credit_low is not None}
        lease_ms = round(desk.settings.sending.lease_s * SECOND)
        yield "rates", Rates(desk.db, desk.clock).step
        yield "health", health.step
        yield "vigil", Vigil(desk.clock, health).step
        yield "alarms", Alarms(desk.db, desk, health, low, lease_ms).step
        told, node, folders = (
            watch_alarms.Alarms(desk.db, desk, health),
            node_name(desk.settings),
            folders_of(desk.settings),
        )
        timekeeping = Timekeeping(desk.clock)
        looks = [backups_of(desk.settings, desk.clock, desk.db), *due_of(desk)]
        yield (
            "watch",
            Watch(desk.db, told, desk, node, folders, lease_ms, self.dates, timekeeping, looks).step,
        )
        yield "silent_probe", SilentProbe(desk, self.gateways).step
        yield "reminder", Reminder(desk).step

    def _hearing(self) -> Steps:
        """What providers report later, what people answer, and what providers are asked."""
        desk = self.desk
        yield "spool", self.spool.step
        yield "receipts", Receipts(desk.db, desk.keyring, self.node_id, desk.settings.sending).step
        per_day = desk.settings.limits.codes_per_station_day
        yield "inbound", Replies(desk.db, desk, desk.settings.http.public_url, per_day).step
        yield "joining", partial(join.heed_calls, desk.db, desk)
        yield "lookups", self._lookups(self.gateways).step
        polled = {name: each for name, each in self.gateways.items() if each.capabilities.polled}
        if polled:
            yield "reports", self._lookups(polled, accepted=True).step

    def _lookups(self, asked: Mapping[str, Gateway], *, accepted: bool = False) -> Lookups:
        desk = self.desk
        return Lookups(
            desk.db, desk.clock, desk.keyring, asked, desk.settings.sending, self.node_id, accepted=accepted
        )


def loops_of(desk: Desk, heart: Heart) -> Loops:
    """On leaving, what is on the wire has its time-out and a little more to be answered and recorded."""
    sending = desk.settings.sending
    return Loops(desk.db, sending.poll_s, sending.send_timeout_s + 2, heart.beat)


def ticks_of(desk: Desk, heart: Heart) -> dict[Chore, float]:
    """What the clock brings: schedules, which the heart hears of like any loop, and chores."""

    async def tick() -> None:
        await firing.tick(desk)
        await unanswered.tick(desk)
        heart.beat("schedule")

    heart.beat("schedule")
    ticks: dict[Chore, float] = {partial(chores.purge, desk): chores.EVERY_S, tick: TICK_S}
    if (compaction := compaction_of(desk)) is not None:
        ticks[compaction.step] = chores.EVERY_S
    if (journal := journal_of(desk)) is not None:
        ticks[journal.step] = JOURNAL_S
    return ticks
