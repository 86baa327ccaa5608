"""A SQLite database as a whole: copied while it is used, looked through, and its version read without touching it.

VACUUM INTO copies one state of the database beside its writer, and of what was deleted nothing
(https://www.sqlite.org/lang_vacuum.html#vacuuminto). Blocking: call it from a thread. PostgreSQL has pg_dump.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from alertd.errors import Damaged, Refused, Unavailable
from alertd.store.complaints import translated
from alertd.store.migrations import Migration, history, pending
from alertd.store.statements import load, schema

BUSY_S = 30.0


def file_of(url: str) -> Path:
    """The file of a SQLite database's address.

    :raises Refused: `backup_engine`: it is PostgreSQL's.
    """
    scheme, _, rest = url.partition(":")
    if scheme != "sqlite":
        raise Refused(
            "backup_engine",
            "This instance is on PostgreSQL, whose own tools make its backups: see docs/operating.md, Backups.",
        )
    return Path(rest.removeprefix("//"))


def copy(database: Path, into: Path) -> None:
    """One consistent state of a database that may be in use, in a new file.

    :raises Refused: `backup_source`: there is no database. :raises Unavailable: the disk is full, or it cannot be read.
    """
    with _opened(database) as connection:
        connection.execute("VACUUM INTO ?", (str(into),))


def fold(database: Path) -> None:
    """Bring what stands in the -wal beside a database into it, so that it is one file; one that cannot be read is left as it is."""
    with suppress(Unavailable, sqlite3.DatabaseError), _opened(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def faults(database: Path) -> list[str]:
    """What SQLite itself finds wrong in a file; empty when it is sound.

    :raises Unavailable: it is no database at all.
    """
    with _opened(database) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
        astray = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
    return [each for each in said if each != "ok"] + [f"{row[0]}: a row points to none" for row in astray]


def torn(database: Path) -> str:
    """What SQLite finds wrong first in the pages of a file that may be in use; empty when nothing is.

    :raises Refused: `backup_source`: there is no database. :raises Unavailable: it cannot be read.
    """
    try:
        with _opened(database) as connection:
            ((said,),) = connection.execute("PRAGMA quick_check(1)").fetchall()
    except Damaged as error:
        said = error.__cause__
    return "" if said == "ok" else str(said).strip().rpartition("\n")[2]


def version(database: Path) -> int:
    """The newest migration that it went through; 0 for a file without a schema."""
    return max((row["version"] for row in _applied(database)), default=0)


def missing(database: Path) -> Sequence[Migration]:
    """What this program would apply to a database that is there and in use; nothing to one that is still to be made.

    :raises ConfigurationError: `schema_newer`, `schema_changed`.
    """
    applied = _applied(database)
    return pending(history("sqlite"), applied) if applied else ()


def counters(database: Path) -> dict[str, int]:
    """The last number that was given of each noun; nothing of a database that is not there, or cannot be read."""
    with suppress(Refused, Unavailable, sqlite3.DatabaseError), _opened(database) as connection:
        return dict(connection.execute(load("sqlite")["ids.all"].sql).fetchall())
    return {}


def sealed(database: Path) -> bool:
    """Whether there is anybody in it, whose address another secret than theirs would not open."""
    with _opened(database) as connection:
        return bool(connection.execute(load("sqlite")["books.sealed"].sql, {"1": 1}).fetchall())


def _applied(database: Path) -> list[sqlite3.Row]:
    if not database.is_file():
        return []
    with _opened(database) as connection:
        connection.row_factory = sqlite3.Row
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'").fetchall():
            return []
        return connection.execute(schema()["schema.applied"].sql).fetchall()


@contextmanager
def _opened(database: Path) -> Iterator[sqlite3.Connection]:
    if not database.is_file():
        raise Refused("backup_source", f"There is no database at {database}.")
    with translated(), closing(sqlite3.connect(database, timeout=BUSY_S, isolation_level=None)) as connection:
        yield connection
