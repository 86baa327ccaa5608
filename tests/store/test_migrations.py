"""The schema is brought up to date at opening, whole or not at all."""

import asyncio

import pytest
from store import cluster

from alertd.errors import ConfigurationError
from alertd.store.migrations import Migration, history, migrate
from alertd.store.postgres import Postgres
from alertd.store.sqlite import SQLite

LAST = history("sqlite")[-1].version
NEXT = LAST + 2
FINE = Migration(
    NEXT, "fine", "CREATE TABLE later (id BIGINT); -- one; and\nCREATE TABLE last (id BIGINT);", "2"
)
BROKEN = Migration(NEXT, "broken", "CREATE TABLE later (id BIGINT);\nCREATE TABLE later (id BIGINT);", "2")


def known(db):
    return history("sqlite" if isinstance(db, SQLite) else "postgres")


async def versions(db):
    return [row["version"] for row in await db.fetch("schema.applied")]


async def test_what_is_missing_is_applied_once(db):
    """A migration that came with a newer program is applied once, whatever its comments hold."""
    await migrate([*known(db), FINE], db._alone)
    await migrate([*known(db), FINE], db._alone)
    assert await versions(db) == [*(migration.version for migration in known(db)), NEXT]


async def test_a_migration_that_fails_leaves_nothing(db):
    """Of a migration that fails in its middle nothing stays, and a mended one can be applied."""
    with pytest.raises(Exception, match="later"):
        await migrate([*known(db), BROKEN], db._alone)
    assert len(await versions(db)) == len(known(db))
    await migrate([*known(db), FINE], db._alone)
    assert len(await versions(db)) == len(known(db)) + 1


async def test_a_lower_number_that_arrives_later_is_applied_too(db):
    """Of two changes made side by side the one with the lower number may come second: it is not left out."""
    late = Migration(NEXT - 1, "late", "CREATE TABLE late (id BIGINT);", "3")
    await migrate([*known(db), FINE], db._alone)
    await migrate([*known(db), late, FINE], db._alone)
    assert (await versions(db))[-2:] == [NEXT - 1, NEXT]


async def test_a_newer_database_is_refused(db):
    """A program older than the database does not touch it, and says what to do."""
    async with db.transaction() as tx:
        await tx.execute("schema.record", 9999, "of_the_future", "x")
    await db.close()
    with pytest.raises(ConfigurationError, match="newer alertd") as refusal:
        await db.open()
    assert refusal.value.code == "schema_newer"


async def test_another_past_is_refused(db):
    """A database that went through a migration of other content is refused."""
    async with db.transaction() as tx:
        await tx.execute("contract.rewrite_history")
    await db.close()
    with pytest.raises(ConfigurationError, match="0001") as refusal:
        await db.open()
    assert refusal.value.code == "schema_changed"


async def test_two_programs_open_a_new_file_at_once(tmp_path, clock):
    """Several programs that open the same new file at once all find the whole schema."""
    databases = [SQLite(tmp_path / "alertd.db", clock) for _ in range(3)]
    try:
        await asyncio.gather(*(database.open() for database in databases))
        assert [await versions(database) for database in databases] == [
            [m.version for m in history("sqlite")]
        ] * 3
    finally:
        for database in databases:
            await database.close()


async def test_two_nodes_open_a_new_database_at_once(postgres_url, postgres_server):
    """Several nodes that start at once on an empty database all find the whole schema."""
    name = f"{postgres_url.rpartition('/')[2]}_empty"
    await cluster.send(postgres_server, f"CREATE DATABASE {name}")
    nodes = [Postgres(f"{postgres_server}/{name}") for _ in range(3)]
    try:
        await asyncio.gather(*(node.open() for node in nodes))
        assert [await versions(node) for node in nodes] == [[m.version for m in history("postgres")]] * 3
    finally:
        for node in nodes:
            await node.close()
        await cluster.send(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(
    "names", [["0002_second.sql"], ["0001_a.sql", "0001_b.sql"], ["first.sql"], ["0001_a.txt"]]
)
def test_migrations_have_numbers_of_their_own_from_one_on(tmp_path, names):
    """A number twice, no first one, or another name is refused: a migration would be left out."""
    for name in names:
        path = tmp_path / "sqlite" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("SELECT 1;")
    with pytest.raises(ValueError, match=r"numbered|NNNN_name"):
        history("sqlite", tmp_path)
