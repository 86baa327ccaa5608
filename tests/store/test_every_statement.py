"""Every statement of alertd is understood by both engines, which hold the same tables."""

import sqlite3 as engine

import asyncpg
import pytest

from alertd.store import chain
from alertd.store.statements import load

TYPES = {"INTEGER": "bigint", "BIGINT": "bigint", "TEXT": "text", "BLOB": "bytea", "REAL": "double precision"}
ANSWERS = {"int8", "text", "bytea", "float8"}


@pytest.fixture
def raw_sqlite(sqlite):
    """The same file, without the adapter."""
    connection = engine.connect(sqlite._path, isolation_level=None)
    connection.create_function("now_ms", 0, lambda: 0)
    connection.create_function("audit_hash", 8, chain.link)
    yield connection
    connection.close()


@pytest.fixture
async def raw_postgres(postgres_url):
    """A fresh database, without the adapter."""
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


def nothing(statement):
    return {str(n): None for n in range(1, statement.parameters + 1)}


async def test_sqlite_understands_every_statement(raw_sqlite):
    """SQLite prepares every statement."""
    wrong = {}
    for name, statement in load("sqlite").items():
        try:
            raw_sqlite.execute(f"EXPLAIN {statement.sql}", nothing(statement)).fetchall()
        except engine.Error as error:
            wrong[name] = str(error)
    assert wrong == {}


async def test_postgresql_understands_every_statement(raw_postgres):
    """PostgreSQL prepares every statement, with as many parameters, and answers only what SQLite has too."""
    wrong = {}
    for name, statement in load("postgres").items():
        try:
            prepared = await raw_postgres.prepare(statement.sql)
        except asyncpg.PostgresError as error:
            wrong[name] = str(error)
            continue
        foreign = [f"{a.name} {a.type.name}" for a in prepared.get_attributes() if a.type.name not in ANSWERS]
        if foreign or len(prepared.get_parameters()) != statement.parameters:
            wrong[name] = f"answers {foreign}, takes {len(prepared.get_parameters())} arguments"
    assert wrong == {}


async def test_both_engines_answer_with_the_same_columns(raw_sqlite, raw_postgres):
    """A row has the same column names whichever engine answers."""
    common, postgres = load("sqlite"), load("postgres")
    wrong = {}
    for name, statement in common.items():
        prepared = await raw_postgres.prepare(postgres[name].sql)
        theirs = [attribute.name for attribute in prepared.get_attributes()]
        ours = columns(raw_sqlite, statement)
        if ours is not None and ours != theirs:
            wrong[name] = (ours, theirs)
    assert wrong == {}


def columns(connection, statement):
    """The columns of an answer; None for one that nothing but real rows can be given to."""
    connection.execute("BEGIN")
    try:
        described = connection.execute(statement.sql, nothing(statement)).description
        return [column[0] for column in described or ()]
    except engine.Error:
        return None
    finally:
        connection.execute("ROLLBACK")


async def test_both_engines_hold_the_same_tables(raw_sqlite, raw_postgres):
    """Tables, columns, their types, defaults of none and nulls are the same on both engines."""
    assert tables_of_sqlite(raw_sqlite) == await tables_of_postgres(raw_postgres)


def tables_of_sqlite(connection):
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {
        name: [
            (column, TYPES[kind], bool(required or key))
            for _, column, kind, required, _, key in connection.execute(f'PRAGMA table_info("{name}")')
        ]
        for name in names
    }


async def tables_of_postgres(connection):
    tables = {}
    for row in await connection.fetch(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' AND NOT EXISTS (SELECT FROM pg_class WHERE relispartition"
        " AND oid = to_regclass(quote_ident(table_name)))"
        " ORDER BY table_name, ordinal_position"
    ):
        column = (row["column_name"], row["data_type"], row["is_nullable"] == "NO")
        tables.setdefault(row["table_name"], []).append(column)
    return tables


async def test_both_engines_hold_the_same_indexes(raw_sqlite, raw_postgres):
    """Whatever is indexed by name on one engine is so on the other."""
    ours = {
        row[0]
        for row in raw_sqlite.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        )
    }
    theirs = await raw_postgres.fetch(
        "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid"
        " WHERE relnamespace = CAST('public' AS regnamespace) AND NOT relispartition"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"
    )
    assert {row["relname"] for row in theirs} == ours


async def test_the_deliveries_of_one_message_spread_over_every_partition(raw_postgres):
    """Deliveries are partitioned by hash (message, subscriber): a large alert is in all four alike."""
    await raw_postgres.execute(
        "INSERT INTO delivery (message_id, endpoint_id, channel, sender_id, lane, ring, state, wording, due_at)"
        " SELECT 1, n << 8, 0, 1, 1, 0, 1, 0, 0 FROM generate_series(1, 4000) n"
    )
    found = await raw_postgres.fetch("SELECT count(*) AS n FROM delivery GROUP BY tableoid")
    assert len(found) == 4
    assert min(row["n"] for row in found) > 800
