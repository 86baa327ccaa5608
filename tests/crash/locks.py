"""The store, held by another process: whoever would write waits. The faults that an administrator's tool brings about."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

import asyncpg
from crash.house import Instance, Late

WAITING_FOR_WORDS = """
SELECT count({}) FROM pg_stat_activity
 WHERE application_name = 'alertd' AND datname = current_database() AND wait_event_type = 'Lock'
   AND query LIKE '%station_name%'"""


@asynccontextmanager
async def store_held(instance: Instance) -> AsyncIterator[None]:
    """Until the end of the block nothing is claimed and nothing recorded, on either engine."""
    if instance.store.startswith("sqlite:"):
        path = instance.store.removeprefix("sqlite:")
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
    else:
        server = await asyncpg.connect(instance.store)
        try:
            async with server.transaction():
                await server.execute("LOCK TABLE attempt IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await server.close()


@asynccontextmanager
async def words_held(store: str) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """On PostgreSQL nobody can read what an event says: a slice that is claimed waits there, before the wire.

    What is given waits for such a slice, whose connections can be cut off: `slices("pg_terminate_backend(pid)")`.
    """
    connection = await asyncpg.connect(store)
    block = connection.transaction()
    await block.start()
    await connection.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")

    async def slices(of: str = "pid") -> None:
        for _ in range(1_000):
            await connection.execute(
                "SELECT pg_stat_clear_snapshot()"
            )  # else a transaction sees one for ever
            if await connection.fetchval(WAITING_FOR_WORDS.format(of)):
                return
            await asyncio.sleep(0.02)
        raise Late("a claimed slice whose words are awaited")

    try:
        yield slices
    finally:
        await block.rollback()
        await connection.close()


@asynccontextmanager
async def receipts_held(instance: Instance) -> AsyncIterator[None]:
    """Until the end of the block no receipt can be written down: what providers bring goes to the spool."""
    if instance.store.startswith("sqlite:"):
        async with store_held(instance):
            yield
        return
    server = await asyncpg.connect(instance.store)
    try:
        async with server.transaction():
            await server.execute("LOCK TABLE receipt IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await server.close()
