"""Compaction: a SQLite database is written anew, so that nothing of what was erased is left in it.

`secure_delete` writes zeros over a deleted row where it stood. When a page fills up and its rows are dealt out to two,
SQLite leaves copies of them in the gap between a page's rows (rebuildPage in https://www.sqlite.org/src/file/src/btree.c):
of two thousand rows that were deleted after many were added, four were still to be read. VACUUM writes every page anew.
Blocking: call it from a thread.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.errors import Refused
from alertd.store.complaints import translated

BUSY_S: Final = 5.0
LOOSE: Final = 0.25
LEAST_PAGES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Room:
    """What a database takes on its disk, and how much of that is of no use, in bytes; `page` is what it takes at once."""

    bytes: int
    free: int
    page: int

    @property
    def loose(self) -> bool:
        """Whether writing it anew would give much back."""
        return self.free >= LEAST_PAGES * self.page and self.free >= LOOSE * self.bytes


def room(database: Path) -> Room:
    """How large it is. :raises Refused: `compact_source`. :raises alertd.errors.Unavailable: it cannot be read."""
    with _opened(database) as connection, translated():
        (pages,), (free,), (size,) = (
            connection.execute(f"PRAGMA {name}").fetchone()
            for name in ("page_count", "freelist_count", "page_size")
        )
    return Room(pages * size, free * size, size)


def compact(database: Path) -> Room:
    """Write it anew, then cut its log to nothing where nobody reads an older state; the room it takes now.

    Others go on reading; whoever writes waits, one to six seconds for each 100 MB. Needs twice the room meanwhile.

    :raises Refused: `compact_source`. :raises alertd.errors.Unavailable: busy, or the disk is full; nothing was changed.
    """
    with _opened(database) as connection, translated():
        connection.execute("PRAGMA wal_autocheckpoint = 0")  # the copying keeps no writer waiting, below
        connection.execute("VACUUM")
        for kind in ("PASSIVE", "TRUNCATE"):
            connection.execute(f"PRAGMA wal_checkpoint({kind})").fetchall()
    return room(database)


def _opened(database: Path) -> closing[sqlite3.Connection]:
    if not database.is_file():
        raise Refused("compact_source", f"There is no database at {database}.")
    with translated():
        return closing(sqlite3.connect(database, timeout=BUSY_S, isolation_level=None))
