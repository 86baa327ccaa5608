"""The audit is only ever added to, and a row that was changed, removed or put in from outside is found, on both engines."""

import asyncio
import sqlite3
from contextlib import closing

import asyncpg
import pytest

from alertd.errors import Conflict
from alertd.stations import audit, chain
from alertd.store.migrations import history
from alertd.store.sqlite import SQLite

ROWS = 5
REST = "at, station_id, actor, action, object, detail"


async def write(db, clock, n=ROWS):
    for number in range(n):
        async with db.transaction() as tx:
            station = number if number % 2 else None
            await audit.append(
                tx, clock, station, "operator:zoé", "key.create", f"key:{number}", {"n": "é 10:x"}
            )


@pytest.fixture
def vandal(db):
    """Someone who writes into the database itself; `free`: after having taken the house's own locks off."""

    async def run(sql, *, free=True):
        if isinstance(db, SQLite):
            with closing(sqlite3.connect(db._path, isolation_level=None)) as file:
                for trigger in ("audit_unchanged", "audit_kept") if free else ():
                    file.execute(f"DROP TRIGGER IF EXISTS {trigger}")
                file.execute(sql)
            return
        connection = await asyncpg.connect(db._dsn)
        try:
            if free:
                await connection.execute("ALTER TABLE audit DISABLE TRIGGER audit_kept")
            await connection.execute(sql)
        finally:
            await connection.close()

    return run


@pytest.mark.parametrize("sql", ["UPDATE audit SET actor = 'operator:b' WHERE id = 3", "DELETE FROM audit"])
async def test_the_engine_refuses_to_change_or_remove_a_row(db, clock, vandal, sql):
    """Whoever has the database's own prompt meets a refusal before anything else."""
    await write(db, clock)
    with pytest.raises((sqlite3.DatabaseError, asyncpg.PostgresError), match="only ever added to"):
        await vandal(sql, free=False)
    assert (await chain.verify(db)).rows == ROWS


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ("UPDATE audit SET detail = '{}' WHERE id = 3", 3),
        ("UPDATE audit SET actor = 'operator:zo', action = 'ékey.create' WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id = 3", 4),
        ("DELETE FROM audit WHERE id = 5", 5),
        (f"INSERT INTO audit SELECT 0, {REST}, hash FROM audit WHERE id = 1", 0),
        (f"INSERT INTO audit SELECT 6, {REST}, AUDIT_HASH FROM audit WHERE id = 5", 6),
    ],
)
async def test_what_was_tampered_with_is_named(db, clock, vandal, sql, row):
    """Changed, removed (first, middle, last) or put in, also with the right hash: the first row that does not fit."""
    await write(db, clock)
    told = (await db.fetch("audit.page", 4, None, 1))[0]
    right = chain.link(told["hash"], 6, *(told[name] for name in REST.split(", ")))
    await vandal(sql.replace("AUDIT_HASH", f"'{right}'"))
    with pytest.raises(Conflict) as refusal:
        await chain.verify(db)
    assert (refusal.value.code, refusal.value.detail["row"]) == ("audit_broken", row)


async def test_a_history_written_anew_is_found_by_what_was_noted_elsewhere(db, clock, vandal):
    """A chain that holds, but is another: only a hash kept outside the database tells."""
    await write(db, clock)
    noted = (await chain.verify(db)).last
    await write(db, clock, 1)
    assert (await chain.verify(db, noted)).rows == ROWS + 1
    await vandal("DELETE FROM audit")
    await vandal("DELETE FROM counter WHERE noun = 'audit'")
    await write(db, clock, ROWS - 1)
    await write(db, clock, 1)
    assert (await chain.verify(db)).rows == ROWS
    with pytest.raises(Conflict) as refusal:
        await chain.verify(db, noted)
    assert refusal.value.detail["row"] == noted.id


async def test_those_who_write_at_once_make_one_chain(db, clock):
    """Eight writers at once, some of whom fail: what was committed is one chain without a gap."""

    async def one(number):
        async with db.transaction() as tx:
            await audit.append(tx, clock, number, "cli", "key.create", f"key:{number}")
            if number % 4 == 0:
                message = "lost its way"
                raise ValueError(message)

    await asyncio.gather(*(one(number) for number in range(24)), return_exceptions=True)
    assert (await chain.verify(db)).last.id == 18


async def test_rows_from_before_the_chain_are_chained(tmp_path, clock):
    """An instance that has an audit already is chained by the migration, in the order of ids, gaps and all."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as file:
        file.create_function("now_ms", 0, lambda: 0)
        file.executescript(
            "CREATE TABLE schema_version (version BIGINT PRIMARY KEY, name TEXT, checksum TEXT, applied_at BIGINT)"
        )
        for step in history("sqlite"):
            if step.version < 18:
                file.executescript(step.sql)
                file.execute(
                    "INSERT INTO schema_version VALUES (?, ?, ?, 0)", (step.version, step.name, step.checksum)
                )
        file.executemany("INSERT INTO audit VALUES (?, 1, NULL, 'cli', 'é', 'x', '{}')", [(2,), (3,), (7,)])
        file.execute("INSERT INTO counter VALUES ('audit', 7)")
        file.commit()
    database = SQLite(path, clock)
    await database.open()
    try:
        await write(database, clock, 1)
        sound = await chain.verify(database)
        assert (sound.rows, sound.last.id) == (4, 8)
    finally:
        await database.close()
