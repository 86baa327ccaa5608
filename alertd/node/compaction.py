"""Compaction by night: where somebody left since the last, a SQLite database is written anew while nothing is on its way.

One that is too large for that is written anew by a person, whom the watch tells when it is due: nothing else takes away what erased rows
left within pages that are in use (`PRAGMA incremental_vacuum` gives back those that are not), and VACUUM knows no slices.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from alertd.clock import DAY, Clock
from alertd.errors import AlertdError
from alertd.issue.desk import Desk
from alertd.store import Database, Transaction, compaction, snapshots
from alertd.watch import daytime
from alertd.watch.nouns import Cause, Kind
from alertd.watch.watch import Look

NIGHT: Final = "02:00-05:00"
USUAL: Final = "Europe/Paris"
MOST_BYTES: Final = 256 << 20
"""Writing waits meanwhile, a few seconds for each 100 MB: what is larger is compacted by a person, who knows the hour."""
APART_MS: Final = DAY // 2
LOOK_S: Final = 600.0
LATE_MS: Final = 30 * DAY
"""What somebody left behind may be read so long in a database that is too large for the night: within a month of asking it is gone."""
DONE: Final = "compacted"
"""The setting that holds the last departure of which nothing is left in the file."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Compaction:
    """One node's: SQLite serves no other. `_departed` is the latest leaving of which nothing is left in the file."""

    desk: Desk
    database: Path
    _departed: int | None = None
    _looked_at: int = -DAY

    async def step(self) -> None:
        """Compact, once a night and where there is reason."""
        now = self.desk.clock.now_ms()
        if now - self._looked_at < APART_MS or not await self._night(now) or not await idle(self.desk.db):
            return
        (row,) = await self.desk.db.fetch("departures.last")
        try:
            if await asyncio.to_thread(self._compact, left=row["id"] != self._departed):
                self._departed = row["id"]
            self._looked_at = now
        except AlertdError as error:  # busy, or no room: the next look tries again
            log.warning("compaction_failed", action="compact", code=error.code)

    def _compact(self, *, left: bool) -> bool:
        before = compaction.room(self.database)
        if before.bytes > MOST_BYTES or not (left or before.loose):
            return False
        after = compaction.compact(self.database)
        log.info("compacted", action="compact", before=before.bytes, after=after.bytes)
        return True

    async def _night(self, now: int) -> bool:
        """Where live stations' clocks stand; an instance of none goes by the usual one."""
        if await daytime.timezones(self.desk.db, now, NIGHT):
            return True
        return not await self.desk.db.fetch("stations.live_timezones") and daytime.within(USUAL, now, NIGHT)


@dataclass(slots=True)
class Due:
    """Whether a person has to do it, as the watch asks. What was found stands until the next look."""

    db: Database
    clock: Clock
    database: Path
    most_bytes: int = MOST_BYTES
    _found: Sequence[Cause] = ()
    _next: float = float("-inf")

    async def causes(self) -> Sequence[Cause]:
        """One, where it is large, and holds what somebody left a month ago, or much room that is of no use."""
        if (now := self.clock.monotonic()) >= self._next:
            self._next = now + LOOK_S
            with suppress(AlertdError):  # busy: what was found stands
                self._found = await self._looked()
        return self._found

    async def _looked(self) -> Sequence[Cause]:
        room = await asyncio.to_thread(compaction.room, self.database)
        if room.bytes <= self.most_bytes or not (room.loose or await self._late()):
            return ()
        return (Cause(Kind.COMPACTION, "", {"size": str(room.bytes >> 20)}),)

    async def _late(self) -> bool:
        rows = await self.db.fetch("instance.read_setting", DONE)
        left = await self.db.fetch("departures.page", int(rows[0]["value"]) if rows else 0, 1)
        return bool(left) and left[0]["at"] < self.clock.now_ms() - LATE_MS


async def note(tx: Transaction, departed: int | None) -> None:
    """A person has compacted: nothing of this departure, nor of those before it, is left."""
    await tx.execute("instance.write_setting", DONE, str(departed or 0))


def due_of(desk: Desk) -> list[Look]:
    """A SQLite instance's."""
    if not desk.settings.store.url.startswith("sqlite:"):
        return []
    return [Due(desk.db, desk.clock, snapshots.file_of(desk.settings.store.url)).causes]


def compaction_of(desk: Desk) -> Compaction | None:
    """A SQLite instance's; PostgreSQL gives room back by itself."""
    if not desk.settings.store.url.startswith("sqlite:"):
        return None
    return Compaction(desk, snapshots.file_of(desk.settings.store.url))


async def idle(db: Database) -> bool:
    """Whether no urgent message is being fanned out or stands in a queue."""
    (spreading,) = await db.fetch("watch.spreading")
    return not spreading["queued"] and not any(row["queued"] for row in await db.fetch("watch.queued"))
