"""The PostgreSQL side of a move: taken while empty, filled slice by slice, made an instance at the very end."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import asyncpg

from alertd.errors import ConfigurationError, Conflict, Refused, Unavailable
from alertd.store.migrations import history
from alertd.store.postgres import Postgres
from alertd.store.transfer.source import PIECE, read_key, write_key
from alertd.store.transfer.tables import Table, Values, select, statements

UNFINISHED: Final = "an unfinished move from SQLite: start the same `alertd migrate --to` again"
"""What a daemon says that is started on half an instance."""
NOTES: Final = {"transfer", "transfer_cursor", "transfer_reference"}
"""The tables of a move under way."""
CONNECT_S: Final = 10.0
STATEMENT_S: Final = 120.0
FINISH_S: Final = 3_600.0
"""Foreign keys and statistics of the largest instance."""
_ANEW: Final = "Drop the PostgreSQL database, create it anew, and start again."
_LOCK: Final = 0x6D6F7665  # "move" in ASCII
_SESSION: Final = {
    "application_name": "alertd migrate",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "120s",
}

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a table is: rows moved, and the key of the last; None before the first."""

    rows: int = 0
    last: Values | None = None


class Target:
    """The database that fills up."""

    def __init__(self, url: str, connection: _Connection) -> None:
        self._url = url
        self._connection = connection
        self._statements = statements("postgres")

    async def take(self, tables: Sequence[Table], identity: str) -> dict[str, Cursor]:
        """Begin, or go on where an earlier move of the same instance ended: each table's cursor.

        :raises Conflict: `move_target_taken`, `move_running`, `move_source_changed`.
        """
        await self._lock()
        await self._check_encoding()
        if await self._relations() >= NOTES:
            await self._check_identity(identity)
        else:
            await self._begin(tables, identity)
        rows = await self._fetch("cursors")
        return {row["name"]: Cursor(row["rows"], row["last"] and read_key(row["last"])) for row in rows}

    async def add(self, table: Table, rows: Sequence[Values]) -> None:
        """One slice with its cursor, or neither."""
        try:
            async with self._connection.transaction():
                await self._connection.copy_records_to_table(
                    table.name, records=rows, columns=table.columns, timeout=STATEMENT_S
                )
                await self._execute("advance", table.name, len(rows), write_key(table.key_of(rows[-1])))
        except asyncpg.UniqueViolationError as error:
            raise differs(table) from error

    async def pieces(self, table: Table) -> AsyncGenerator[list[Values], None]:
        """All rows, a few at a time."""
        async with self._connection.transaction(readonly=True):
            cursor = await self._connection.cursor(select(table))
            while piece := await cursor.fetch(PIECE):
                yield [tuple(row) for row in piece]

    async def finish(self) -> None:
        """It is an instance from now on; Refused `move_references` where a row points to one that is not there."""
        first = history("postgres")[0]
        try:
            async with self._connection.transaction():
                await self._connection.execute(self._statements["finish"], timeout=FINISH_S)
                await self._execute("label", first.version, first.name, first.checksum)
        except asyncpg.ForeignKeyViolationError as error:
            raise Refused(
                "move_references",
                f"Table {error.table_name} points to a row that is not there ({error.detail}): mend it in the SQLite "
                f"database. {_ANEW}",
            ) from error

    async def _lock(self) -> None:
        try:
            await self._execute("lock", _LOCK)
        except asyncpg.LockNotAvailableError as error:
            raise Conflict("move_running", "Another move to this database is under way.") from error

    async def _check_encoding(self) -> None:
        encoding = await self._connection.fetchval(self._statements["encoding"])
        if encoding != "UTF8":
            raise ConfigurationError(
                "move_target_encoding",
                f"The PostgreSQL database is encoded in {encoding}: create it anew with ENCODING 'UTF8'.",
            )

    async def _check_identity(self, identity: str) -> None:
        if identity not in [row["identity"] for row in await self._fetch("remembered")]:
            raise Conflict(
                "move_source_changed",
                "A move to this PostgreSQL database was interrupted, and the SQLite database is no longer what it was "
                "then (a daemon ran on it, or it is another one). " + _ANEW,
            )

    async def _begin(self, tables: Sequence[Table], identity: str) -> None:
        _refuse(await self._relations() - {table.name for table in tables} - {"schema_version"})
        await self._bring_up_to_date()
        _refuse([table.name for table in tables if await self._has_rows(table)])
        async with self._connection.transaction():
            await self._connection.execute(self._statements["begin"])
            await self._execute("remember_identity", identity)
            await self._connection.executemany(
                self._statements["begin_table"], [(table.name,) for table in tables]
            )
            await self._execute("label", history("postgres")[0].version, UNFINISHED, "")

    async def _bring_up_to_date(self) -> None:
        database = Postgres(self._url)
        await database.open()
        await database.close()

    async def _has_rows(self, table: Table) -> bool:
        return bool(await self._connection.fetchval(f"SELECT EXISTS ({select(table)})"))

    async def _relations(self) -> set[str]:
        return {row["name"] for row in await self._fetch("relations")}

    async def _fetch(self, verb: str, *arguments: Any) -> list[asyncpg.Record]:
        return await self._connection.fetch(self._statements[verb], *arguments)

    async def _execute(self, verb: str, *arguments: Any) -> None:
        await self._connection.execute(self._statements[verb], *arguments)


@asynccontextmanager
async def reached(url: str) -> AsyncIterator[Target]:
    """The database at `url`.

    :raises ConfigurationError: `store_url`, `move_target_rights`.
    :raises Unavailable: `move_target_unreachable`, `move_target_lost`.
    """
    connection = await _connect(url)
    try:
        yield Target(url, connection)
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidSchemaNameError) as error:
        raise ConfigurationError(
            "move_target_rights",
            f"The PostgreSQL user may not do this ({error}): make it the owner of an empty database.",
        ) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        if not connection.is_closed():
            raise
        raise Unavailable(
            "move_target_lost",
            "The PostgreSQL database went away. Start the move again: it goes on from there.",
        ) from error
    finally:
        await connection.close(timeout=CONNECT_S)


async def _connect(url: str) -> _Connection:
    try:
        return await asyncpg.connect(
            url, timeout=CONNECT_S, command_timeout=STATEMENT_S, server_settings=_SESSION
        )
    except ValueError as error:
        raise ConfigurationError("store_url", f"The database's address cannot be read: {error}") from error
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(
            "move_target_unreachable", f"The PostgreSQL database cannot be reached: {error}."
        ) from error


def differs(table: Table) -> Conflict:
    """Somebody wrote where nobody should."""
    return Conflict(
        "move_differs",
        f"Table {table.name} is not the same on both sides: somebody changed one of them during the move. {_ANEW}",
        table=table.name,
    )


def _refuse(tables: Collection[str]) -> None:
    if tables:
        raise Conflict(
            "move_target_taken",
            f"The PostgreSQL database is not empty ({', '.join(sorted(tables)[:3])}). A move takes an empty one, or "
            "goes on with one that was interrupted.",
        )
