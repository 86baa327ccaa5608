"""What the tests of a move share: both sides seen from outside, and interruptions."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing

import asyncpg
import pytest
from store.every_table import tables_of

from alertd.errors import AlertdError
from alertd.store.postgres import Postgres
from alertd.store.transfer import move
from alertd.store.transfer.source import SLICE_ROWS

AUDIT = (
    "INSERT INTO audit (id, at, actor, action, object, detail) VALUES (?, 1, 'cli', 'import', 'people', ?)"
)


def write(path, sql, *rows):
    """Rows written by another program."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(sql, rows or [()])
        connection.execute("COMMIT")


def history_of(path, slices):
    """So many slices of audit rows, and a few that make no whole one."""
    write(path, AUDIT, *((number, f"ligne {number}") for number in range(slices * SLICE_ROWS + 7)))


@asynccontextmanager
async def session(url):
    """A connection to PostgreSQL without the adapter."""
    connection = await asyncpg.connect(url, timeout=60)
    try:
        yield connection
    finally:
        await connection.close()


async def carry(path, url, progress=lambda *_: None):
    """The move itself."""
    return await move(f"sqlite:{path}", url, progress)


async def refused(path, url):
    """The error with which a move is refused."""
    with pytest.raises(AlertdError) as error:
        await carry(path, url)
    return error.value


async def interrupted(path, url, stage="move", rows=SLICE_ROWS):
    """A move that is cancelled as soon as so many rows of a stage are done."""

    def watch(now, done, _total):
        if now == stage and done >= rows:
            task.cancel()

    task = asyncio.create_task(carry(path, url, watch))
    with pytest.raises(asyncio.CancelledError):
        await task


def rows_of_sqlite(path):
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: sorted(map(repr, connection.execute(f'SELECT * FROM "{table}"')))
            for table in tables_of(connection)
        }


async def rows_of_postgres(url):
    async with session(url) as connection:
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace) AND relkind IN ('r', 'p')"
            " AND NOT relispartition AND relname <> 'schema_version'"
        )
        return {
            table: sorted(repr(tuple(row)) for row in await connection.fetch(f'SELECT * FROM "{table}"'))
            for (table,) in tables
        }


async def starts(url):
    """Whether a daemon would open this database."""
    database = Postgres(url)
    try:
        await database.open()
    finally:
        await database.close()
