"""Compaction by night: where somebody left since the last, a SQLite database is written anew while nothing is on its way."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from alertd.clock import DAY
from alertd.errors import AlertdError
from alertd.issue.desk import Desk
from alertd.store import Database, compaction, snapshots
from alertd.watch import daytime

NIGHT: Final = "02:00-05:00"
USUAL: Final = "Europe/Paris"
MOST_BYTES: Final = 256 << 20
"""Writing waits meanwhile, a few seconds for each 100 MB: what is larger is compacted by a person, who knows the hour."""
APART_MS: Final = DAY // 2

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


def compaction_of(desk: Desk) -> Compaction | None:
    """A SQLite instance's; PostgreSQL gives room back by itself."""
    if not desk.settings.store.url.startswith("sqlite:"):
        return None
    return Compaction(desk, snapshots.file_of(desk.settings.store.url))


async def idle(db: Database) -> bool:
    """Whether no urgent message is being fanned out or stands in a queue."""
    (spreading,) = await db.fetch("watch.spreading")
    return not spreading["queued"] and not any(row["queued"] for row in await db.fetch("watch.queued"))
