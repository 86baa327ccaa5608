"""The store, held by another process: whoever would write waits. The faults that an administrator's tool brings about."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import asyncpg
from crash.house import Instance


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
