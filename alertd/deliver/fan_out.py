"""Fan-out: from an event to its deliveries, in slices under 20 ms, each with its cursor in one transaction.

Phase by phase (`alertd.issue.write`): the people of the target, ring by ring outward; those whom the thread reached
before, by the same channel; then the deliveries to the people. Keys do the rest: a person is in it once, however
many places or groups match, and a slice done twice changes nothing.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from alertd.clock import Clock
from alertd.deliver.routes import Routes, first
from alertd.deliver.tallies import Entries
from alertd.model import Act, Channel, Level, Mode, State
from alertd.store import Database, Row, Transaction

SLICE: Final = 1_500
"""People a transaction: under 20 ms on SQLite, so that dispatch is never kept waiting."""

END: Final = (1 << 63) - 1
"""Beyond every id and every cell."""


@dataclass(frozen=True, slots=True)
class FanOut:
    """One node's share of the work."""

    db: Database
    clock: Clock
    routes: Routes
    node_id: int

    async def step(self) -> bool:
        """One slice of the most urgent work; False when there is none now."""
        async with self.db.transaction() as tx:
            rows = await tx.fetch("fan_out.next")
            if not rows:
                return False
            work = _Work(rows[0])
            await self._slice(tx, work)
        self._wake(work)
        return True

    def _wake(self, work: "_Work") -> None:
        """The senders that may have been given something, and whoever watches the alert."""
        for channel in Channel:
            if sender := first(self.routes, work.mode, channel):
                self.db.ring(f"dispatch:{sender.id}")
        self.db.ring(f"progress:{work.alert_id}")

    async def _slice(self, tx: Transaction, work: "_Work") -> None:
        if work.over(self.clock.now_ms()):
            await tx.execute("fan_out.stop", work.message_id)
        elif await self._add(tx, work):
            await tx.execute("fan_out.finish", *work.key)
        await self._close(tx, work)

    async def _add(self, tx: Transaction, work: "_Work") -> bool:
        """Add one slice; True when it was the last of its piece."""
        steps: dict[str, Callable[[Transaction, _Work], Awaitable[tuple[int, int]]]] = {
            "zone": _add_zone,
            "station": _add_station,
            "group": _add_group,
            "message": self._add_reached,
            "audience": self._add_deliveries,
        }
        cursor = await steps[work.kind](tx, work)
        await tx.execute("fan_out.advance", *work.key, *cursor)
        return cursor[1] == END

    async def _add_deliveries(self, tx: Transaction, work: "_Work") -> tuple[int, int]:
        end = await _boundary(tx, "audience.boundary", work.message_id, work.ring, work.subscriber)
        for channel in work.channels:
            place = (work.message_id, work.ring, work.subscriber, end, channel)
            await self._insert(tx, "deliveries.add_audience", work, channel, place, int(work.danger))
        return (-1, end)

    async def _add_reached(self, tx: Transaction, work: "_Work") -> tuple[int, int]:
        earlier = work.source_id
        end = await _boundary(tx, "deliveries.reached_boundary", earlier, work.subscriber)
        for channel in Channel:
            place = (work.message_id, earlier, work.subscriber, end, channel)
            await self._insert(
                tx, "deliveries.add_reached", work, channel, place, int(work.act is Act.UPDATE)
            )
        return (-1, end)

    async def _insert(
        self,
        tx: Transaction,
        query: str,
        work: "_Work",
        channel: Channel,
        place: tuple[int, ...],
        switch: int,
    ) -> None:
        """Queued at the channel's sender; skipped, and said so, where no gateway serves the channel."""
        sender = first(self.routes, work.mode, channel)
        state = State.QUEUED if sender else State.SKIPPED
        where = (sender.id if sender else 0, work.lane, state, work.due_at)
        added = await tx.execute(query, *place, *where, None if sender else "no_gateway", switch)
        entries = Entries(self.node_id)
        entries.add(work.message_id, channel, state, added)
        await entries.write(tx)

    async def _close(self, tx: Transaction, work: "_Work") -> None:
        if (await tx.fetch("fan_out.left", work.message_id))[0]["n"] == 0:
            await tx.execute("messages.plan", work.message_id)
            await tx.execute("fan_out.clear_audience", work.message_id)


class _Work:
    """One piece of fan-out and where it stands, with what its message decides."""

    def __init__(self, row: Row) -> None:
        self.message_id: int = row["message_id"]
        self.event_id: int = row["event_id"]
        self.alert_id: int = row["alert_id"]
        self.station_id: int = row["station_id"]
        self.source_id: int = row["source_id"]
        self.kind: str = row["kind"]
        self.ring: int = row["ring"]
        self.cell: int = row["cell"]
        self.subscriber: int = row["subscriber"]
        self.key = (self.message_id, row["phase"], self.ring, self.source_id)
        self.act = Act(row["act"])
        self.mode = Mode(row["mode"])
        self.lane: int = row["lane"]
        self.level = Level(row["level"])
        self.danger = self.level is Level.DANGER
        self.as_of: int = row["as_of"]
        self.due_at: int = row["due_at"]
        self.topic_bit: int = row["topic_bit"]
        self._superseded = row["superseded_at"] is not None
        self._deliver_by: int = row["deliver_by"]
        content: dict[str, Any] = json.loads(row["content"])
        self.exercise = int(content["exercise"])
        self.channels = tuple(sorted(Channel.of(word) for word in content["channels"]))

    def over(self, now: int) -> bool:
        """Nothing more of it may be planned: superseded, or too late."""
        return self._superseded or now >= self._deliver_by

    @property
    def filters(self) -> tuple[int, ...]:
        """Who is meant: topic, level, as of when, whether exercises."""
        return (self.topic_bit, self.level, self.as_of, self.exercise)


async def _add_zone(tx: Transaction, work: _Work) -> tuple[int, int]:
    place = (work.event_id, work.ring, work.station_id, work.cell, work.subscriber)
    rows = await tx.fetch("audience.zone_boundary", *place, SLICE)
    end = (rows[0]["cell"], rows[0]["subscriber_id"]) if rows else (END, END)
    await tx.execute("audience.add_zone", work.message_id, *place, *end, *work.filters)
    return end


async def _add_station(tx: Transaction, work: _Work) -> tuple[int, int]:
    end = await _boundary(tx, "audience.station_boundary", work.station_id, work.subscriber)
    place = (work.message_id, work.station_id, work.subscriber, end)
    await tx.execute("audience.add_station", *place, *work.filters)
    return (-1, end)


async def _add_group(tx: Transaction, work: _Work) -> tuple[int, int]:
    end = await _boundary(tx, "audience.group_boundary", work.source_id, work.subscriber)
    place = (work.message_id, work.source_id, work.subscriber, end, work.station_id)
    await tx.execute("audience.add_group", *place, *work.filters[1:])
    return (-1, end)


async def _boundary(tx: Transaction, query: str, *cursor: int) -> int:
    """The last id of the next slice; END when it is the last slice."""
    rows = await tx.fetch(query, *cursor, SLICE)
    return int(rows[0][0]) if rows else END
