"""Stranded: what is queued at a sender that nobody speaks as any more is given to one that somebody does.

A gateway is removed or renamed in the settings, a number becomes reserved for danger: what stood in its queue would wait
for ever; or it becomes a station's own, and what others queued there must not leave by it. Each node says at its start as which senders it speaks; a sender is left when no node that is alive names it. So
while a new configuration goes round, a node that still has the old sender goes on draining it, and nothing is given back
and forth: deliveries only ever leave a queue that has nobody, for one that has. What is `calling` there belongs to its node
and is recovered with it (see `tend`); what waits is queued when it is due, and then found here.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from alertd.clock import FOREVER, SECOND
from alertd.deliver.claim import by_message, shift
from alertd.deliver.owners import owners
from alertd.deliver.routes import Owners, Routes, Sender, first
from alertd.deliver.tallies import Entries
from alertd.model import AddressKind, Channel, Lane, Level, Mode, State
from alertd.settings.sections import Sending
from alertd.store import Database, Row, Transaction

SLICE: Final = 1_000
MESSAGES: Final = 50
"""Whose are not a sender's own that are looked at in one round."""
_ALL: Final = -1
"""Below every lane."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stranded:
    """One node's part of it, by its own routes."""

    db: Database
    routes: Routes
    sending: Sending
    node_id: int

    async def start(self) -> None:
        """Say as which senders this node speaks, and clear what nothing but danger may leave by, before anything does."""
        async with self.db.transaction() as tx:
            await tx.execute("nodes.name_senders", self.node_id, json.dumps(sorted(self._ours)))
        while await self.step():
            pass

    async def step(self) -> bool:
        """One slice of one queue; True when there may be more. Looks without a lock before it takes one."""
        queues = await self._left() + await self._astray()
        if queues:
            return await self._empty(*queues[0])
        foreign = [sender for sender in await self._busy_own() if await self._foreign(self.db, sender)]
        return await self._give_back(foreign[0]) if foreign else False

    @property
    def _ours(self) -> set[int]:
        return {sender.id for sender in self.routes.senders}

    async def _left(self) -> list[tuple[int, int]]:
        """Senders with a queue and nobody; never this node's own, even when it was frozen and forgot to say it lives."""
        lease_ms = round(self.sending.lease_s * SECOND)
        rows = await self.db.fetch("senders.left", lease_ms)
        return [(row["id"], _ALL) for row in rows if row["id"] not in self._ours]

    async def _astray(self) -> list[tuple[int, int]]:
        """Reserved senders with something that is not danger: queued when they were for everything."""
        reserved = {sender.id for sender in self.routes.senders if sender.reserved}
        if not reserved:
            return []
        rows = await self.db.fetch("senders.astray", json.dumps(sorted(reserved)), Lane.DANGER)
        return [(row["id"], Lane.DANGER) for row in rows]

    async def _busy_own(self) -> list[Sender]:
        """Those that are some station's own, and have something queued."""
        own = {sender.id: sender for sender in self.routes.senders if sender.owners}
        rows = await self.db.fetch("senders.astray", json.dumps(sorted(own)), _ALL) if own else ()
        return [own[row["id"]] for row in rows]

    @staticmethod
    async def _foreign(store: Database | Transaction, sender: Sender) -> Sequence[Row]:
        """Messages of stations that are not its owners', nor under them: queued when it was everyone's."""
        owners = json.dumps(sorted(sender.owners))
        return await store.fetch("owners.foreign", sender.id, owners, json.dumps([*Lane]), MESSAGES)

    async def _give_back(self, sender: Sender) -> bool:
        async with self._leading() as tx:
            if tx is None:
                return False
            rows = await self._slice(tx, sender)
            targets = await self._give(tx, sender.id, rows)
        return self._told(sender.id, rows, targets)

    async def _slice(self, tx: Transaction, sender: Sender) -> list[Row]:
        """Message by message, so that each is walked as far as it is taken."""
        rows: list[Row] = []
        for each in await self._foreign(tx, sender):
            left = SLICE - len(rows)
            rows += await tx.fetch("deliveries.foreign", sender.id, each["lane"], each["message_id"], left)
            if len(rows) == SLICE:
                break
        return rows

    async def _empty(self, sender_id: int, above: int) -> bool:
        async with self._leading() as tx:
            if tx is None:
                return False
            rows = await tx.fetch("deliveries.stranded", sender_id, above, SLICE)
            targets = await self._give(tx, sender_id, rows)
        return self._told(sender_id, rows, targets)

    @asynccontextmanager
    async def _leading(self) -> AsyncIterator[Transaction | None]:
        """A transaction that leads the chore; None while another node does."""
        async with self.db.transaction() as tx:
            yield tx if await tx.fetch("chores.lead", "stranded") else None

    def _told(self, sender_id: int, rows: Sequence[Row], targets: set[int]) -> bool:
        for target in targets:
            self.db.ring(f"dispatch:{target}")
        if rows:
            log.warning("queue_given_on", action="stranded", sender=sender_id, deliveries=len(rows))
        return bool(rows)

    async def _give(self, tx: Transaction, sender_id: int, rows: Sequence[Row]) -> set[int]:
        """To the first sender of each one's way; the books know no senders, so they stay. Without one: skipped."""
        given: dict[int, list[Row]] = defaultdict(list)
        stations = {row["station_id"] for row in rows}
        whose = {each: await owners(tx, self.routes.owning, each) for each in stations}
        for row in rows:
            target = self._target(row, whose[row["station_id"]])
            given[target.id if target else 0].append(row)
        await self._skip(tx, given.pop(0, []))
        for target_id, some in sorted(given.items()):
            for (message_id, _), endpoints in by_message(some).items():
                await tx.execute(
                    "deliveries.give_on", message_id, json.dumps(endpoints), sender_id, target_id
                )
        return set(given)

    def _target(self, row: Row, whose: Owners) -> Sender | None:
        danger, kind = row["level"] == Level.DANGER, AddressKind(row["kind"])
        to = Mode(row["mode"]), Channel(row["channel"])
        return first(self.routes, *to, danger=danger, owners=whose, kind=kind)

    async def _skip(self, tx: Transaction, rows: Sequence[Row]) -> None:
        """No gateway serves the channel. What may have arrived is not said to have been skipped."""
        entries = Entries(self.node_id)
        for doubtful, state in ((0, State.SKIPPED), (1, State.UNKNOWN)):
            some = [row for row in rows if row["doubtful"] == doubtful]
            await shift(tx, entries, some, State.QUEUED, state, FOREVER, "no_gateway")
        await entries.write(tx)
