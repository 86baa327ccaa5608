"""Fan-out: from an event to its deliveries, in slices under 20 ms, each with its cursor in one transaction.

Piece by piece (`alertd.deliver.work`), the target's rings outward. Keys do the rest: an endpoint is in it once, however
many places or groups match, and a slice done twice changes nothing.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from alertd.clock import Clock
from alertd.deliver import silence
from alertd.deliver.audience import END, Audience, Slice
from alertd.deliver.routes import Routes, first
from alertd.deliver.tallies import Entries
from alertd.deliver.work import Phase, Work
from alertd.model import Act, Channel, State
from alertd.store import Database, NotUnique, Transaction

SLICE: Final = 5_000
"""Deliveries a transaction, about: under 20 ms on SQLite, so that dispatch is never kept waiting."""


@dataclass(slots=True)
class FanOut:
    """One node's share of the work."""

    db: Database
    clock: Clock
    routes: Routes
    node_id: int
    _audience: Audience = field(init=False)

    def __post_init__(self) -> None:
        self._audience = Audience(self.db)

    async def step(self) -> bool:
        """One slice of the most urgent work; False when there is none now."""
        rows = await self.db.fetch("fan_out.next")
        if not rows:
            return False
        work = Work(rows[0])
        people = await self._people(work)
        # Two rings may have one person, and two nodes meet here: the slower one does its slice again, behind the other.
        with suppress(NotUnique):
            if done := await self._slice(work, people):
                self._wake(done)
        return True

    async def _people(self, work: Work) -> Slice:
        """Whom this slice is for. Read before the writer is taken: it may be long."""
        if work.phase is Phase.REACHED or work.over(self.clock.now_ms()):
            return Slice([], END)
        written = len(work.channels) + 3 * len(
            work.silence
        )  # what waits is inserted, found and written again
        return await self._audience.slice(work, max(1, SLICE // written))

    async def _slice(self, expected: Work, people: Slice) -> Work | None:
        """What was done: as expected, unless another node was quicker and left this one another piece, or none."""
        async with self.db.transaction() as tx:
            rows = await tx.fetch("fan_out.next")
            if not rows:
                return None
            work = Work(rows[0])
            if work.place != expected.place:
                people = await self._people(work)
            await self._do(tx, work, people)
        return work

    async def _do(self, tx: Transaction, work: Work, people: Slice) -> None:
        if work.over(self.clock.now_ms()):
            await tx.execute("fan_out.stop", work.message_id)
            await _close(tx, work)
            return
        end = await self._add(tx, work, people)
        await tx.execute("fan_out.advance", *work.key, end, int(end == END))
        if end == END:
            await _close(tx, work)

    async def _add(self, tx: Transaction, work: Work, people: Slice) -> int:
        """Add one slice; where it ended."""
        if work.phase is Phase.REACHED:
            return await self._add_reached(tx, work)
        named = json.dumps(people.people)
        if work.phase is Phase.AUDIENCE:
            await tx.execute("audience.add", work.message_id, work.ring, named)
        else:
            for channel in work.channels:
                await self._insert(
                    tx, "deliveries.add", work, channel, (work.ring, named), switch=work.danger
                )
            if work.silence:
                await self._hold(tx, work, people)
        return people.end

    async def _hold(self, tx: Transaction, work: Work, people: Slice) -> None:
        entries = Entries(self.node_id)
        await silence.hold(tx, entries, work, people.people, self.clock.now_ms())
        await entries.write(tx)

    async def _add_reached(self, tx: Transaction, work: Work) -> int:
        earlier, after = work.source_id, work.subscriber
        rows = await tx.fetch("deliveries.reached_boundary", earlier, after, SLICE // 2)
        end = int(rows[0]["endpoint_id"]) if rows else END
        for channel in Channel:
            await self._insert(
                tx,
                "deliveries.add_reached",
                work,
                channel,
                (earlier, after, end),
                switch=work.act is Act.UPDATE,
            )
        return end

    async def _insert(
        self,
        tx: Transaction,
        query: str,
        work: Work,
        channel: Channel,
        place: tuple[int | str, ...],
        *,
        switch: bool,
    ) -> None:
        """Queued at the channel's sender; skipped, and said so, where no gateway serves the channel."""
        sender = first(self.routes, work.mode, channel, danger=work.danger)
        state = State.QUEUED if sender else State.SKIPPED
        where = (channel, sender.id if sender else 0, work.lane, state, work.due_at)
        reason = None if sender else "no_gateway"
        added = await tx.execute(query, work.message_id, *place, *where, reason, int(switch))
        entries = Entries(self.node_id)
        entries.add(work.message_id, channel, state, added)
        await entries.write(tx)

    def _wake(self, work: Work) -> None:
        """The senders that may have been given something, and whoever watches the alert."""
        for channel in Channel:
            if sender := first(self.routes, work.mode, channel, danger=work.danger):
                self.db.ring(f"dispatch:{sender.id}")
        self.db.ring(f"progress:{work.alert_id}")


async def _close(tx: Transaction, work: Work) -> None:
    if (await tx.fetch("fan_out.left", work.message_id))[0]["n"] == 0:
        await tx.execute("messages.plan", work.message_id)
        await tx.execute("fan_out.clear_audience", work.message_id)
