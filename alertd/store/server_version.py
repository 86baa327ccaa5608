"""A PostgreSQL database's version, read without changing it: `Postgres.open` would bring it up to date."""

from collections.abc import Sequence

import asyncpg

from alertd.store.migrations import Migration, history, pending
from alertd.store.postgres import CONNECT_S, translated
from alertd.store.statements import schema


async def missing(url: str) -> Sequence[Migration]:
    """What this program would apply to a database that is in use; nothing to an empty one.

    :raises alertd.errors.Unavailable: it does not answer. :raises ConfigurationError: `schema_newer`, `schema_changed`.
    """
    with translated():
        connection = await asyncpg.connect(url, timeout=CONNECT_S)
        try:
            there = await connection.fetchval("SELECT to_regclass('schema_version') IS NOT NULL")
            applied = await connection.fetch(schema()["schema.applied"].sql) if there else []
        finally:
            await connection.close()
    return pending(history("postgres"), applied) if applied else ()
