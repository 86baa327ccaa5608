"""Sweep: every row that bears an older secret is sealed and hashed with the new one, by slices.

A row is read, sealed anew, and written only where it is still what was read; so nothing that happens meanwhile is undone, and
whoever stops in the middle goes on where the rows say. A look-up tries each secret's hash, so it finds a row on either side.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from alertd.clock import Clock
from alertd.keys import Keyring, Unreadable
from alertd.rotation.tables import TABLES, Table, Values
from alertd.store import ids
from alertd.store.database import Database, Row

FIRST_SLICE: Final = 50
LONGEST_SLICE: Final = 500
WITHIN_S: Final = 0.01
"""What a write is meant to take: half of what one may."""
Progress = Callable[[str, int], None]
"""Called with a table and how many rows were looked at."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Swept:
    """How many rows were sealed anew, and how many do not open with any secret that is here."""

    moved: int = 0
    unreadable: int = 0


async def sweep(
    db: Database,
    clock: Clock,
    keyring: Keyring,
    to: int,
    progress: Progress = lambda *_: None,
    size: int = FIRST_SLICE,
) -> Swept:
    """Once through all tables, in slices that begin with `size` rows; what came meanwhile under an older secret is left to the next time."""
    swept = Swept()
    for table in TABLES:
        await _Table(db, clock, keyring, to, table, swept, size).through(progress)
    return swept


@dataclass(slots=True)
class _Table:
    db: Database
    clock: Clock
    keyring: Keyring
    to: int
    table: Table
    swept: Swept
    size: int

    async def through(self, progress: Progress) -> None:
        key, seen = (-1, -1), 0
        while rows := await self._page(key):
            key, seen = (rows[-1]["id"], rows[-1]["part"]), seen + len(rows)
            moved = [made for row in rows if (made := self._moved(row)) is not None]
            if moved:
                await self._write(moved)
            progress(self.table.page.partition(".")[2], seen)

    async def _page(self, key: tuple[int, int]) -> list[Row]:
        behind = (key[0], self.to, self.size, *((key[1],) if self.table.paired else ()))
        return list(await self.db.fetch(self.table.page, *behind))

    def _moved(self, row: Row) -> Values | None:
        try:
            return self.table.moved(self.keyring, row, self.to)
        except Unreadable:
            self.swept.unreadable += 1
            log.warning("row_unreadable", action="rotate", table=self.table.page, row=row["id"])
            return None

    async def _write(self, moved: list[Values]) -> None:
        """One slice, then others' turn for as long as it took."""
        begun = self.clock.monotonic()
        async with self.db.transaction() as tx:
            if self.table.turns:
                await ids.take(tx, "enrolment")
            await tx.execute_many(self.table.move, moved)
        took = self.clock.monotonic() - begun
        self.swept.moved += len(moved)
        grown = self.size * 3 // 2 + 1 if took < WITHIN_S else self.size // 2
        self.size = min(max(grown, 1), LONGEST_SLICE)
        await asyncio.sleep(took)
