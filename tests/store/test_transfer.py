"""A SQLite instance becomes a PostgreSQL one: whole, or not at all, whatever happens on the way."""

import asyncio
import hashlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from heart.town import FAR, build
from store.every_table import fill
from store.moving import (
    AUDIT,
    carry,
    history_of,
    interrupted,
    refused,
    rows_of_postgres,
    rows_of_sqlite,
    session,
    starts,
    write,
)

from alertd.errors import ConfigurationError, Unavailable
from alertd.store.postgres import Postgres
from alertd.store.statements import load
from alertd.store.transfer.source import SLICE_ROWS
from alertd.store.transfer.target import UNFINISHED

pytest_plugins = ["store.two_sides"]


async def test_every_value_of_every_table_arrives(path, target):
    """Nulls, blobs, floats, integers of 64 bits and any text are the same there, and nothing is left of the move."""
    fill(path)
    here = rows_of_sqlite(path)
    assert min(map(len, here.values())) > 0
    moved = await carry(path, target)
    assert await rows_of_postgres(target) == here
    assert {table.table: table.rows for table in moved} == {table: len(rows) for table, rows in here.items()}
    await starts(target)


async def test_the_schema_is_as_if_it_had_been_born_there(path, target, postgres_server, postgres_template):
    """Foreign keys, indexes and the account of migrations are those of a database that was never moved."""
    fill(path)
    await carry(path, target)
    assert await shape(target) == await shape(f"{postgres_server}/{postgres_template}")


async def shape(url):
    async with session(url) as connection:
        return [
            await connection.fetch("SELECT pg_get_constraintdef(oid) AS c FROM pg_constraint ORDER BY 1"),
            await connection.fetch("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"),
            await connection.fetch("SELECT version, name, checksum FROM schema_version ORDER BY 1"),
        ]


async def test_the_source_is_left_as_it_was(path, target):
    """Not a byte of the SQLite file changes, and nobody else can write to it while the move lasts."""
    fill(path)
    before = hashlib.sha256(path.read_bytes()).digest()
    stages = []

    def intrude(stage, *_):
        stages.append(stage)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write(path, AUDIT, (-5, "intrus"))

    await carry(path, target, intrude)
    assert set(stages) == {"move", "check"}
    assert hashlib.sha256(path.read_bytes()).digest() == before


async def test_an_empty_instance_is_moved(path, target):
    """Tables without rows are no obstacle."""
    assert {table.rows for table in await carry(path, target)} == {0}
    await starts(target)


async def test_an_alert_under_way_goes_on(sqlite, clock, target):
    """Planned on SQLite, it is handed over on PostgreSQL to the same people; then the next one is released there."""
    town = await build(sqlite, clock)
    for _ in range(5):
        await town.person(sms=1, email=1)
    await town.person(FAR)
    event = await town.release()
    await town.spread()
    shown = await town.preview()
    planned = await town.states(event), await town.people_of(event)
    await sqlite.close()
    await carry(sqlite._path, target)

    there = Postgres(
        target, statements=load("postgres") | load("postgres", Path(__file__).parent / "queries")
    )
    clock.take_along(there)
    await there.open()
    try:
        moved = replace(town, desk=replace(town.desk, db=there))
        assert (await moved.states(event), await moved.people_of(event)) == planned
        assert replace(await moved.preview(), digest="") == replace(shown, digest="")
        moved.node = await moved.another_node("one")
        await moved.run()
        assert len(set(town.provider.addresses)) == 5
        await moved.release()
        await moved.run()
        assert len(town.provider.ledger) == 10
        await moved.books()
    finally:
        await there.close()


async def test_a_cancelled_move_goes_on_where_it_was(path, target):
    """Slices that were committed are not moved twice; until the end no daemon starts on what is there."""
    history_of(path, 3)
    await interrupted(path, target, rows=2 * SLICE_ROWS)
    with pytest.raises(ConfigurationError, match=UNFINISHED):
        await starts(target)
    seen = []
    await carry(path, target, lambda stage, done, _: seen.append((stage, done)))
    assert seen[0] == ("move", 2 * SLICE_ROWS)
    assert await rows_of_postgres(target) == rows_of_sqlite(path)
    await starts(target)


async def test_a_move_cancelled_while_it_compares_only_compares(path, target):
    """Every row was there: the second move begins at the total."""
    fill(path)
    await interrupted(path, target, "check", rows=1)
    seen = []
    await carry(path, target, lambda *told: seen.append(told))
    stage, done, total = seen[0]
    assert (stage, done) == ("move", total)
    assert all(stage == "check" for stage, *_ in seen[1:])


async def test_a_lost_connection_is_said_and_the_move_goes_on(path, target):
    """The server ends the session in the middle: an error to act on, and the next move continues."""
    history_of(path, 3)
    await starts(target)
    reached = asyncio.Event()

    def watch(_stage, done, _total):
        if done == 2 * SLICE_ROWS:
            reached.set()

    async with session(target) as obstacle:
        barrier = obstacle.transaction()
        await barrier.start()  # the third slice waits for this row's fate
        await obstacle.execute(AUDIT.replace("?", str(2 * SLICE_ROWS + 1), 1).replace("?", "''"))
        task = asyncio.create_task(carry(path, target, watch))
        async with asyncio.timeout(60):
            await reached.wait()
        await obstacle.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'alertd migrate' AND datname = current_database()"
        )
        with pytest.raises(Unavailable) as error:
            await task
        assert error.value.code == "move_target_lost"
        await barrier.rollback()
    await carry(path, target)
    assert await rows_of_postgres(target) == rows_of_sqlite(path)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET detail = 'autre' WHERE id = 3",
        "DELETE FROM audit WHERE id = 3",
        "INSERT INTO audit SELECT -9, at, station_id, actor, action, object, detail, hash FROM audit WHERE id = 3",
        "UPDATE audit SET station_id = 0 WHERE id = 3",
    ],
)
async def test_a_row_that_differs_is_found(path, target, tampering):
    """One value of one row is enough: the table is named, and no daemon starts on it, then or later."""
    history_of(path, 0)
    await interrupted(path, target, "check", rows=1)
    async with session(target) as connection:
        await connection.execute("ALTER TABLE audit DISABLE TRIGGER audit_kept")
        await connection.execute(tampering)
    for _ in range(2):
        error = await refused(path, target)
        assert (error.code, error.detail) == ("move_differs", {"table": "audit"})
        with pytest.raises(ConfigurationError, match=UNFINISHED):
            await starts(target)


async def test_rows_that_stand_in_the_way_are_found(path, target):
    """A row that somebody put where the next slice goes is a difference too."""
    history_of(path, 2)
    await interrupted(path, target)
    async with session(target) as connection:
        await connection.execute(AUDIT.replace("?", str(2 * SLICE_ROWS), 1).replace("?", "''"))
    assert (await refused(path, target)).code == "move_differs"
