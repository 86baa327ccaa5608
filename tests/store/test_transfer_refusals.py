"""What cannot be moved is refused with a sentence to act on, before anything is lost."""

import pytest
from store import cluster
from store.moving import (
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

from alertd.store.transfer.source import SLICE_ROWS

pytest_plugins = ["store.two_sides"]


@pytest.mark.parametrize("slices", [0, 1])
async def test_a_text_that_postgresql_cannot_hold_is_named(path, target, slices):
    """NUL: table, row and column are said; once mended, the move goes on."""
    history_of(path, slices)
    write(path, "DROP TRIGGER audit_unchanged")
    write(path, "UPDATE audit SET detail = 'a' || char(0) || 'b' WHERE id = (SELECT max(id) FROM audit)")
    error = await refused(path, target)
    assert error.code == "move_text"
    assert (
        f"Table audit, row [{slices * SLICE_ROWS + 6}], column detail: the text holds a NUL" in error.message
    )
    write(path, "UPDATE audit SET detail = 'ab' WHERE id = (SELECT max(id) FROM audit)")
    await carry(path, target)
    assert await rows_of_postgres(target) == rows_of_sqlite(path)


async def test_a_text_that_is_not_utf8_is_named(path, target):
    """SQLite keeps any bytes as text; the row's key is told, bytes in hexadecimal."""
    write(path, "INSERT INTO operator (id, login, name, created_at) VALUES (1, 'a', 'A', 0)")
    sql = "INSERT INTO session (token_hash, operator_id, csrf, created_at, seen_at, expires_at) VALUES (?, 1, {}, 0, 0, 0)"
    write(path, sql.format("CAST(x'c3' AS TEXT)"), (b"\x00\xff",))
    assert 'row [{"hex": "00ff"}], column csrf: the text holds bytes' in (await refused(path, target)).message


async def test_a_database_that_holds_anything_is_refused(path, target):
    """A stranger's table in whatever schema, or a row in one of ours."""
    await starts(target)
    async with session(target) as connection:
        await connection.execute("INSERT INTO topic VALUES ('fire', 1)")
        assert "not empty (topic)" in (await refused(path, target)).message
        await connection.execute(
            "DELETE FROM topic; CREATE SCHEMA autre; CREATE TABLE autre.transfer (id BIGINT)"
        )
        error = await refused(path, target)
    assert error.code == "move_target_taken"
    assert "not empty (transfer)" in error.message


async def test_a_finished_move_is_not_done_again(path, target):
    """What is there now may be newer than what is here."""
    history_of(path, 0)
    await carry(path, target)
    assert (await refused(path, target)).code == "move_target_taken"


async def test_an_interrupted_move_goes_on_with_the_same_instance_only(path, target):
    """A daemon that ran on the source in between took an id: half of it would be from before."""
    history_of(path, 1)
    await interrupted(path, target)
    write(path, "INSERT INTO counter VALUES ('node', 1)")
    assert (await refused(path, target)).code == "move_source_changed"


async def test_the_source_must_be_up_to_date(path, target):
    """What an older alertd left is brought up to date first."""
    write(path, "DELETE FROM schema_version")
    assert (await refused(path, target)).code == "move_source_behind"
    write(path, "DROP TABLE schema_version")
    assert (await refused(path, target)).code == "move_source_behind"


async def test_the_source_must_be_there(path, target):
    """A wrong path makes no new file."""
    assert (await refused(path.with_name("other.db"), target)).code == "move_source_missing"
    assert not path.with_name("other.db").exists()


async def test_a_source_in_use_is_refused(sqlite, target):
    """Whoever writes to the file at that moment, under whatever name."""
    async with sqlite.transaction():
        assert (await refused(sqlite._path, target)).code == "store_busy"


async def test_a_row_that_points_nowhere_is_named(path, target):
    """Foreign keys hold again at the end, or there is no end."""
    write(path, "INSERT INTO role VALUES (7, 8, 1)")
    error = await refused(path, target)
    assert error.code == "move_references"
    assert "Table role" in error.message


async def test_a_database_of_another_encoding_is_refused(path, target, postgres_server):
    """It would refuse some texts, one day."""
    name = target.rpartition("/")[2] + "_latin"
    await cluster.send(
        postgres_server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
    )
    try:
        assert (await refused(path, f"{postgres_server}/{name}")).code == "move_target_encoding"
    finally:
        await cluster.send(postgres_server, f"DROP DATABASE {name}")


async def test_a_server_that_does_not_answer_is_said(path):
    """A closed port, or no such database."""
    assert (await refused(path, "postgresql://nobody@127.0.0.1:1/alertd")).code == "move_target_unreachable"


async def test_a_user_without_rights_is_told_so(path, target, postgres_server):
    """Since PostgreSQL 15 only the owner may create tables."""
    role = target.rpartition("/")[2] + "_guest"
    await cluster.send(postgres_server, f"CREATE ROLE {role} LOGIN")
    guest = target.replace("postgres@", f"{role}@").replace("root@", f"{role}@")
    try:
        assert (await refused(path, guest)).code == "move_target_rights"
    finally:
        await cluster.send(postgres_server, f"DROP ROLE {role}")
