"""Tend: waiting rows come due, what is over is settled, what a dead node held is recovered. Small slices, one loop.

Every node comes round, and each chore is led by one at a time (`chores.lead`): a second would only wait for the rows
that the first has in hand. Deliveries are locked before messages, as a claim does, so that nobody waits in a circle.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.clock import FOREVER, SECOND, Clock, Watch
from alertd.deliver import silence, unknowns
from alertd.deliver.claim import by_message, shift
from alertd.deliver.figures import Figures
from alertd.deliver.hindsight import Hindsight
from alertd.deliver.pulse import Pulse
from alertd.deliver.routes import Routes
from alertd.deliver.tallies import Entries
from alertd.model import UNSENT, Level, State
from alertd.settings.sections import Sending
from alertd.store import Database, Row, Transaction

SLICE: Final = 1_000
MOST: Final = 100
"""Messages or alerts that are looked after in one round."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tend:
    """One node's housekeeping."""

    db: Database
    clock: Clock
    sending: Sending
    node_id: int
    routes: Routes
    watch: Watch = field(default_factory=Watch)
    figures: Figures = field(default_factory=Figures)
    pulse: Pulse = field(default_factory=lambda: Pulse(0))

    async def step(self) -> bool:
        """One round; True when there may be more to do at once. Looks without a lock before it takes one."""
        await self._beat()
        await self.hasten()
        busy = [await self.promote(), await self.settle(), await self.expire_alerts()]
        await self.plan()
        await self.close()
        await self.recover_lost()
        return any(busy)

    async def start(self) -> None:
        """What this node held in an earlier life is nobody's now: nobody can tell whether it left. A clock may have been set meanwhile."""
        await self._take_up()
        while True:
            async with self.db.transaction() as tx:
                if await self._recover(tx, self.node_id) < SLICE:
                    return

    async def hasten(self) -> None:
        """The store's clock was set back: what is to be tried again would wait until that hour came round once more."""
        now = int((await self.db.fetch("nodes.clock"))[0]["now"])
        if not (back := self.watch.set_back(now, self.clock.monotonic())):
            return
        async with self.db.transaction() as tx:
            hastened = await tx.execute("deliveries.hasten", back)
        log.warning("clock_set_back", action="hasten", deliveries=hastened, back_ms=back)
        await self._take_up()

    async def _take_up(self) -> None:
        """Messages of an hour that has not come yet by a clock that was set back since."""
        async with self.db.transaction() as tx:
            pieces = await tx.execute("fan_out.hasten")
        if pieces:
            log.warning("clock_set_back", action="hasten", pieces=pieces)
            self.db.ring("fan_out")

    async def promote(self) -> bool:
        """Waiting rows whose time has come, and unknowns that nobody settled in time."""
        if not await self.db.fetch("deliveries.due", 1):
            return False
        async with self._leading() as tx:
            rows = await tx.fetch("deliveries.due", SLICE) if tx else ()
            if tx is None or not rows:
                return False  # another node leads, or has done it
            entries = Entries(self.node_id)
            now = await _now(tx)
            await self._promote_waiting(tx, entries, rows, now)
            lost = [row for row in rows if row["state"] == State.UNKNOWN]
            elsewhere = await unknowns.settle(tx, entries, self.routes, lost, now)
            await entries.write(tx)
        for sender in {row["sender_id"] for row in rows} | elsewhere:
            self.db.ring(f"dispatch:{sender}")
        return len(rows) == SLICE or bool(elsewhere)

    @staticmethod
    async def _promote_waiting(tx: Transaction, entries: Entries, rows: Sequence[Row], now: int) -> None:
        """Who acknowledged at the last moment is spared what waited for their silence."""
        due, spared = await silence.sort_out(tx, [row for row in rows if row["state"] == State.WAITING])
        await shift(tx, entries, spared, State.WAITING, State.SKIPPED, FOREVER, "acknowledged")
        await shift(tx, entries, due, State.WAITING, State.QUEUED, now, None)

    async def settle(self) -> bool:
        """What has not left of messages that are superseded or too late; the books already say so."""
        if not await self.db.fetch("messages.over", 1):
            return False
        async with self._leading() as tx:
            if tx is None:
                return False
            settled, entries = 0, Entries(self.node_id)
            for message in await tx.fetch("messages.over", 20):
                settled += await self._settle(tx, entries, message)
                if settled >= SLICE:
                    break
            await entries.write(tx)
        return settled > 0

    async def _settle(self, tx: Transaction, entries: Entries, message: Row) -> int:
        """`plan` finds the message when this is committed. What a claim has in hand it settles itself: it is skipped."""
        await tx.execute("fan_out.stop", message["id"])
        await tx.execute("deliveries.give_up", message["id"])
        rows = await tx.fetch("deliveries.unsent", message["id"], SLICE)
        after, reason = (
            (State.CANCELLED, "superseded") if message["superseded_at"] else (State.EXPIRED, "too_late")
        )
        for before in UNSENT:
            for doubtful, state in ((0, after), (1, State.UNKNOWN)):
                unsent = [row for row in rows if (row["state"], row["doubtful"]) == (before, doubtful)]
                await shift(tx, entries, unsent, before, state, FOREVER, reason)
        return len(rows)

    async def plan(self) -> None:
        """Messages whose fan-out was stopped, or that two nodes finished at the same moment."""
        for _ in range(len(await self.db.fetch("messages.unplanned", MOST))):
            async with self._leading() as tx:
                if tx is None:
                    return
                for row in await tx.fetch("messages.unplanned", 1):
                    await tx.fetch("gates.shut", row["id"])
                    await tx.execute("messages.plan", row["id"])
                    await tx.execute("fan_out.clear_audience", row["id"])

    async def close(self) -> None:
        """Messages of which nothing waits any more. One a transaction: claims share-lock several, in their own order."""
        hindsight = Hindsight(self.db, self.figures)
        await hindsight.look()
        for row in await self.db.fetch("messages.drained", MOST):
            marks = await hindsight.marks(row["id"])
            async with self._leading() as tx:
                if tx is None:
                    return
                closed = await tx.execute("messages.close", row["id"], *marks)
            if closed:
                if row["request"]:
                    log.info("message_closed", action="close", message=row["id"], request=row["request"])
                await hindsight.tell(row["id"])

    async def expire_alerts(self) -> bool:
        """Alerts whose end has passed without anyone saying so."""
        if not await self.db.fetch("alerts.overdue", 1):
            return False
        async with self._leading() as tx:
            if tx is None:
                return False
            overdue = await tx.fetch("alerts.overdue", MOST)
            for row in overdue:
                await tx.execute("alerts.expire", row["id"])
        return bool(overdue)

    async def recover_lost(self) -> None:
        """What nodes held that have been silent for longer than a lease."""
        lease_ms = round(self.sending.lease_s * SECOND)
        for row in await self.db.fetch("nodes.lost", self.node_id, lease_ms):
            async with self._leading() as tx:
                if tx is not None and await self._recover(tx, row["id"]) < SLICE:
                    await tx.execute("nodes.lay_down", row["id"], lease_ms)

    async def _recover(self, tx: Transaction, node_id: int) -> int:
        """A slice of what a node held, now unknown; how many."""
        rows = await tx.fetch("deliveries.calling_of", node_id, SLICE)
        entries = Entries(self.node_id)
        for (message_id, _), endpoints in by_message(rows).items():
            await tx.execute("attempts.lose", message_id, json.dumps(endpoints))
        again = await _now(tx) + round(self.sending.resend_unknown_danger_s * SECOND)
        for due in (again, FOREVER):
            held = [row for row in rows if (due == again) is _is_looked_at(row)]
            await shift(tx, entries, held, State.CALLING, State.UNKNOWN, due, "node_lost")
        await entries.write(tx)
        if rows:
            log.warning("recovered", action="recover", node=node_id, deliveries=len(rows))
        return len(rows)

    @asynccontextmanager
    async def _leading(self) -> AsyncIterator[Transaction | None]:
        """A transaction that leads the chores; None while another node does."""
        async with self.db.transaction() as tx:
            yield tx if await tx.fetch("chores.lead", "tend") else None

    async def _beat(self) -> None:
        """Alive, said three times a lease; more often would only wear out the disk."""
        every, now = round(self.sending.lease_s * SECOND / 3), self.clock.monotonic()
        if await self.db.fetch("nodes.quiet", self.node_id, every):
            async with self.db.transaction() as tx:
                await tx.execute("nodes.beat", self.node_id)
        self.pulse.felt(now)


def _is_looked_at(row: Row) -> bool:
    """Danger is sent once more after a silence, a warning by another channel: once."""
    return row["level"] != Level.INFO and not row["doubtful"]


async def _now(tx: Transaction) -> int:
    return int((await tx.fetch("nodes.clock"))[0]["now"])
