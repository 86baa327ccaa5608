"""The SQLite side of a move: held, read in key order, never written."""

import json
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import aiosqlite

from alertd.errors import ConfigurationError, Refused
from alertd.store.lockfile import LockFile
from alertd.store.migrations import history, pending
from alertd.store.statements import schema
from alertd.store.transfer.digest import Digest
from alertd.store.transfer.tables import Table, Values, catalogue, select, select_after, statements

PIECE: Final = 256
"""Rows read at once."""
SLICE_ROWS: Final = 4_096
SLICE_BYTES: Final = 8_000_000
"""A slice ends at the first piece that brings it to either: a commune's outline alone may weigh a megabyte."""
_BUSY_MS: Final = 1_000
"""Nothing but a running daemon or import holds the file longer."""


class Source:
    """One SQLite instance, and nobody else writes to it."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._statements = statements("sqlite")

    async def hold(self) -> None:
        """Keep every writer out until the connection closes; refuse what is not up to date."""
        await self._rows(f"PRAGMA busy_timeout = {_BUSY_MS}")
        await self._rows(self._statements["hold"])
        await self._rows("PRAGMA query_only = ON")  # not before: it would refuse the writers' lock
        applied = await self._rows(schema()["schema.applied"].sql) if await self._is_instance() else []
        if pending(history("sqlite"), applied):
            raise ConfigurationError(
                "move_source_behind",
                "The SQLite database is not at this alertd's version: run `alertd migrate` without --to first.",
            )

    async def tables(self) -> tuple[Table, ...]:
        """All tables, the account of migrations apart."""
        return catalogue(await self._rows(self._statements["columns"]))

    async def identity(self) -> str:
        """What changes whenever a daemon was started on it, and with nearly everything one does."""
        digest = Digest()
        digest.add(tuple(row) for row in await self._rows(self._statements["identity"]))
        return digest.text

    async def count(self, table: Table) -> int:
        """Rows of a table."""
        rows = await self._rows(f"SELECT count(*) FROM ({select(table)})")  # noqa: S608 - the schema's names  # nosec B608
        return int(rows[0][0])

    async def pieces(self, table: Table) -> AsyncGenerator[list[Values], None]:
        """All rows, a few at a time."""
        async with self._connection.execute(select(table)) as cursor:
            while piece := await cursor.fetchmany(PIECE):
                yield [tuple(row) for row in piece]

    async def slices(self, table: Table, after: Values | None) -> AsyncGenerator[list[Values], None]:
        """The rows behind a key, in key order; Refused at a row that PostgreSQL cannot hold."""
        taken: list[Values] = []
        weight = 0
        async with self._connection.execute(
            select_after(table, started=after is not None), after or ()
        ) as cursor:
            while piece := [tuple(row) for row in await cursor.fetchmany(PIECE)]:
                taken += piece
                weight += sum(_weigh(table, row) for row in piece)
                if len(taken) >= SLICE_ROWS or weight >= SLICE_BYTES:
                    yield taken
                    taken, weight = [], 0
        if taken:
            yield taken

    async def _is_instance(self) -> bool:
        return bool(await self._rows(self._statements["known"]))

    async def _rows(self, sql: str) -> Sequence[Any]:
        return list(await self._connection.execute_fetchall(sql))


@asynccontextmanager
async def held(path: Path) -> AsyncIterator[Source]:
    """The instance in a file, closed to every other writer.

    :raises ConfigurationError: `move_source_missing`, `move_source_behind`, `schema_newer`, `schema_changed`,
        `node_running`: a daemon runs on it; none can be started until the end.
    """
    address = _existing(path)
    with _no_node(path):
        async with aiosqlite.connect(address, uri=True, isolation_level=None) as opened:
            opened.row_factory = sqlite3.Row
            opened.text_factory = _text
            source = Source(opened)
            await source.hold()
            yield source


@contextmanager
def _no_node(path: Path) -> Iterator[None]:
    lock = LockFile(path)
    lock.take("alertd migrate")
    try:
        yield
    finally:
        lock.let_go()


def _existing(path: Path) -> str:
    """Its address for SQLite, which would else make the file."""
    if not path.is_file():
        raise ConfigurationError("move_source_missing", f"There is no SQLite database at {path}.")
    return f"{path.resolve().as_uri()}?mode=rw"


def _text(raw: bytes) -> str:
    """What is not UTF-8 is read all the same, so that it can be refused by name."""
    return raw.decode("utf-8", "surrogateescape")


def _weigh(table: Table, row: Values) -> int:
    """About how many bytes a row has."""
    weight = 0
    for value in row:
        if isinstance(value, str | bytes):
            weight += len(value)
            if isinstance(value, str) and not _fits(value):
                raise _unfit(table, row, value)
    return weight


def _fits(text: str) -> bool:
    """https://www.postgresql.org/docs/current/datatype-character.html: no NUL, and nothing but the encoding."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unfit(table: Table, row: Values, value: str) -> Refused:
    fault = "a NUL character" if "\0" in value else "bytes that are not UTF-8"
    key = write_key(table.key_of(row))
    return Refused(
        "move_text",
        f"Table {table.name}, row {key}, column {table.columns[row.index(value)]}: the text holds {fault}, which "
        "PostgreSQL cannot store. Mend it in the SQLite database, then start the move again: it goes on from there.",
        table=table.name,
        key=key,
    )


def write_key(key: Values) -> str:
    """A key as JSON; bytes as {"hex": ...}."""
    return json.dumps([{"hex": one.hex()} if isinstance(one, bytes) else one for one in key])


def read_key(text: str) -> Values:
    """What `write_key` wrote."""
    return tuple(bytes.fromhex(one["hex"]) if isinstance(one, dict) else one for one in json.loads(text))
