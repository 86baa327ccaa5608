"""Fan-out: from an event to its deliveries, in slices under 20 ms, each with its cursor in one transaction.

Piece by piece (`alertd.deliver.work`), the target's rings outward. Who begins a large piece cuts it, and leaves the rest
to whichever node comes next: so all work on one event. Keys do the rest: an endpoint is in it once, however many places or
groups match, and a slice done twice changes nothing.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from alertd.deliver import quiet, silence
from alertd.deliver.audience import PIECE, Audience, Slice
from alertd.deliver.owners import owners
from alertd.deliver.routes import Routes, by_kind
from alertd.deliver.tallies import Entries
from alertd.deliver.work import Phase, Work
from alertd.model import Act, AddressKind, Channel, Hours, State
from alertd.store import Database, NotUnique, Transaction

log = structlog.get_logger(__name__)

_ALL_KINDS: Final = sum(AddressKind)
SLICE: Final = 5_000
"""Deliveries a transaction, about: under 20 ms on SQLite, so that dispatch is never kept waiting."""


@dataclass(slots=True)
class FanOut:
    """One node's share of the work."""

    db: Database
    routes: Routes
    node_id: int
    piece: int = PIECE
    hours: Mapping[Channel, Hours] = field(default_factory=dict)
    _audience: Audience = field(init=False)

    def __post_init__(self) -> None:
        self._audience = Audience(self.db, self.piece)

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
                await self._wake(done)
                await self._plan(done)
        return True

    async def _people(self, work: Work) -> Slice | None:
        """Whom this slice is for, None when it is over. Read before the writer is taken: it may be long."""
        if work.over:
            return None
        if work.phase is Phase.REACHED:
            return await self._audience.slice(work, SLICE // 2)
        written = len(work.channels) + 3 * len(
            work.silence
        )  # what waits is inserted, found and written again
        return await self._audience.slice(work, max(1, SLICE // written))

    async def _slice(self, expected: Work, people: Slice | None) -> Work | None:
        """What was done: as expected, unless another node was quicker and left this one another piece, or none."""
        async with self.db.transaction() as tx:
            await tx.fetch("gates.enter", expected.message_id)
            rows = await tx.fetch("fan_out.next")
            if not rows:
                return None
            work = Work(rows[0])
            if work.place != expected.place:
                people = await self._people(work)
            await self._do(tx, work, people)
        return work

    async def _do(self, tx: Transaction, work: Work, people: Slice | None) -> None:
        if work.over:
            await tx.execute("fan_out.stop", work.message_id)
            return
        if people is None:
            return  # the clock was set back since: its people are read in the next step
        if people.upto < work.upto:
            await tx.execute("fan_out.cut", *work.key, people.upto)
        await self._add(tx, work, people)
        await tx.execute("fan_out.advance", *work.key, people.end, people.upto)

    async def _add(self, tx: Transaction, work: Work, people: Slice) -> None:
        """Whatever the channels, the books are written once, at the end: another slice of this node waits for them until then."""
        if work.phase is Phase.AUDIENCE:
            await tx.execute("audience.add", work.message_id, work.ring, json.dumps(people.people))
            return
        entries = Entries(self.node_id)
        if work.phase is Phase.REACHED:
            await self._add_reached(tx, entries, work, people.end)
        else:
            await self._add_people(tx, entries, work, people.people)
        await entries.write(tx)

    async def _add_people(self, tx: Transaction, entries: Entries, work: Work, people: list[int]) -> None:
        """Who wants peace first: what waits for that is not asked whether it may wait for a silence."""
        place, now = (work.ring, json.dumps(people)), work.now
        for channel in work.channels:
            await self._insert(tx, entries, "deliveries.add", work, channel, place, switch=work.danger)
        await quiet.hold(tx, entries, work, people, now, self.hours)
        if work.silence:
            await silence.hold(tx, entries, work, people, now)

    async def _add_reached(self, tx: Transaction, entries: Entries, work: Work, end: int) -> None:
        place, update = (work.source_id, work.subscriber, end), work.act is Act.UPDATE
        for channel in Channel:
            await self._insert(tx, entries, "deliveries.add_reached", work, channel, place, switch=update)

    async def _insert(
        self,
        tx: Transaction,
        entries: Entries,
        query: str,
        work: Work,
        channel: Channel,
        place: tuple[int | str, ...],
        *,
        switch: bool,
    ) -> None:
        """Queued at the channel's sender, of each kind of address its own; skipped, and said so, where no gateway serves it."""
        whose = await owners(tx, self.routes.owning, work.station_id)
        senders = by_kind(self.routes, work.mode, channel, danger=work.danger, owners=whose)
        usual, app = (
            senders[kind].id if kind in senders else 0 for kind in (AddressKind.USUAL, AddressKind.APP)
        )
        served = sum(senders)
        for kinds, preferred in ((served, 0), (_ALL_KINDS - served, served)):
            if kinds:
                state = State.SKIPPED if preferred or not served else State.QUEUED
                where = (channel, usual, work.lane, state, work.due_at)
                reason = "no_gateway" if state is State.SKIPPED else None
                more = (app, kinds) if query == "deliveries.add_reached" else (app, kinds, preferred)
                added = await tx.execute(query, work.message_id, *place, *where, reason, int(switch), *more)
                entries.add(work.message_id, channel, state, added)

    async def _plan(self, work: Work) -> None:
        """What was planned is known when no piece is left: written in a transaction of its own, since claims have the message
        first and then the books, and a slice has the books already. Tending does it where this node did not come to it.
        """
        if (await self.db.fetch("fan_out.left", work.message_id))[0]["n"] == 0:
            async with self.db.transaction() as tx:
                await tx.fetch("gates.shut", work.message_id)
                await tx.execute("messages.plan", work.message_id)
                await tx.execute("fan_out.clear_audience", work.message_id)
            log.info(
                "fanned_out",
                action="plan",
                alert=work.alert_id,
                message=work.message_id,
                request=work.request,
            )

    async def _wake(self, work: Work) -> None:
        """The senders that may have been given something, other nodes for what was cut off, whoever watches the alert."""
        if work.untouched:
            self.db.ring("fan_out")
        whose = await owners(self.db, self.routes.owning, work.station_id)
        for channel in Channel:
            for sender in by_kind(self.routes, work.mode, channel, danger=work.danger, owners=whose).values():
                self.db.ring(f"dispatch:{sender.id}")
        self.db.ring(f"progress:{work.alert_id}")
