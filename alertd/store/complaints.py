"""What SQLite's complaints mean to whoever uses the store: https://www.sqlite.org/rescode.html."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from alertd.store import failures

_UNREACHABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
}
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_NOT_UNIQUE = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
    sqlite3.SQLITE_CONSTRAINT_ROWID,
}


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        meaning = translation(error)
        if meaning is error:
            raise
        raise meaning from error


def translation(error: sqlite3.DatabaseError) -> Exception:
    """The store's own word, or the error itself. The low byte is the primary code."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code in _NOT_UNIQUE:
        return failures.NotUnique(str(error).rpartition(": ")[2].partition(".")[0])
    if code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return failures.busy()
    if (
        code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE
    ):  # no room for the file beside it, either
        return failures.full()
    if code & 0xFF in _DAMAGED:
        return failures.damaged()
    return failures.unreachable() if code & 0xFF in _UNREACHABLE else error
