"""Databases that tests borrow, one at a time each: emptied behind a test, which takes a tenth of making another one."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import asyncpg
from store import cluster

SHAPE = """
SELECT (SELECT sum(cardinality(s.setconfig)) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
         WHERE d.datname = current_database()) AS settings,
       (SELECT sum(CAST(oid AS bigint)) FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace)) AS relations,
       (SELECT sum(CAST(oid AS bigint)) FROM pg_proc WHERE pronamespace = CAST('public' AS regnamespace)) AS functions,
       (SELECT sum(CAST(oid AS bigint)) FROM pg_constraint WHERE connamespace = CAST('public' AS regnamespace)) AS rules,
       (SELECT sum(CAST(oid AS bigint)) FROM pg_trigger) AS triggers,
       (SELECT count(*) FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped) AS columns"""
"""What a test may have changed besides rows: then its database is not lent again."""

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

EMPTY = """
DO $$
DECLARE
    one regclass;
    filled boolean;
    large text := '';
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT oid FROM pg_class
                WHERE relkind = 'r' AND relnamespace = CAST('public' AS regnamespace)
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', one) INTO filled;
        IF pg_relation_size(one) > 262144 THEN
            large := large || ', ' || one;
        ELSIF filled THEN
            EXECUTE format('DELETE FROM %s', one);
        END IF;
    END LOOP;
    IF large <> '' THEN
        EXECUTE 'TRUNCATE ' || substr(large, 3) || ' CASCADE';
    END IF;
    PERFORM setval(CAST(oid AS regclass), 1, false) FROM pg_class
      WHERE relkind = 'S' AND relnamespace = CAST('public' AS regnamespace);
END $$"""
"""A small table loses its rows, a large one its file. Whoever refers to whom is left out of it."""

TABLES = "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST('public' AS regnamespace)"


class Databases:
    """Copies of a template on one server, lent to one test at a time."""

    def __init__(self, server: str, template: str) -> None:
        self._server = server
        self._template = template
        self._numbers = count(1)
        self._free: list[str] = []
        self._shapes: dict[str, tuple[Any, ...]] = {}
        self._first: dict[str, str] = {}

    @contextlib.contextmanager
    def lent(self) -> Iterator[str]:
        """The address of a database that is up to date and holds what migrations put there."""
        name = self._free.pop() if self._free else self._made()
        yield f"{self._server}/{name}"
        asyncio.run(self._back(name))

    def end(self) -> None:
        """Nothing is left behind."""
        cluster.run(self._server, *(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in self._shapes))

    def _made(self) -> str:
        name = self._template.replace("template", str(next(self._numbers)))
        # What a test writes outlives nobody: whoever pulls the plug (tests/crash) has databases of their own.
        unsynced = f"ALTER DATABASE {name} SET synchronous_commit = off"
        cluster.run(self._server, f"CREATE DATABASE {name} TEMPLATE {self._template}", unsynced)
        self._shapes[name] = asyncio.run(self._look(name))
        return name

    async def _look(self, name: str) -> tuple[Any, ...]:
        async with self._connected(name) as connection:
            if not self._first:
                self._first = {
                    table: rows
                    for (table,) in await connection.fetch(TABLES)
                    if (rows := await connection.fetchval(f"SELECT json_agg(t) FROM {table} t"))
                }
            return tuple(await connection.fetchrow(SHAPE))

    async def _back(self, name: str) -> None:
        async with self._connected(name) as connection:
            await connection.execute(CUT)
            if tuple(await connection.fetchrow(SHAPE)) == self._shapes[name]:
                async with connection.transaction():
                    await connection.execute(EMPTY)
                    for table, rows in self._first.items():
                        await connection.execute(
                            f"INSERT INTO {table} SELECT * FROM json_populate_recordset(CAST(NULL AS {table}), $1)",
                            json.dumps(json.loads(rows)),
                        )
                self._free.append(name)
        if name not in self._free:
            await cluster.send(self._server, f"DROP DATABASE {name} WITH (FORCE)")

    @contextlib.asynccontextmanager
    async def _connected(self, name: str):
        connection = await asyncpg.connect(f"{self._server}/{name}", timeout=60)
        try:
            yield connection
        finally:
            await connection.close()
