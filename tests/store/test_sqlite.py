"""What is SQLite's own: a file, its rights, its writer, its end."""

import asyncio
import sqlite3
import stat
import sys

import pytest

from alertd.errors import Damaged, Unavailable
from alertd.store.complaints import translation
from alertd.store.sqlite import SQLite

OPEN_AND_CLOSE = """
import asyncio, sys
from alertd.clock import SystemClock
from alertd.store import connect

async def main():
    database = connect("sqlite:" + sys.argv[1], SystemClock())
    await database.open()
    await database.close()

asyncio.run(main())
"""


async def test_the_file_is_its_owners_alone(sqlite, tmp_path):
    """The folder, the file and SQLite's own files beside it are closed to everyone else."""
    async with sqlite.transaction() as tx:
        await tx.execute("contract.put", "a", "1")
    folder = tmp_path / "var"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert len(list(folder.iterdir())) == 3


async def test_a_closed_store_lets_the_process_end(tmp_path):
    """A program that closes its store ends: no thread of a connection holds it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPEN_AND_CLOSE, str(tmp_path / "a.db")
    )
    async with asyncio.timeout(60):
        assert await process.wait() == 0


async def test_a_refused_opening_lets_go_of_everything(tmp_path, clock):
    """A file that is no database is Damaged, and no connection to it stays open."""
    (tmp_path / "a.db").write_text(
        "not a database, but long enough to be taken for the beginning of one" * 20
    )
    database = SQLite(tmp_path / "a.db", clock)
    with pytest.raises(Damaged) as refusal:
        await database.open()
    assert refusal.value.code == "store_damaged"
    assert database._writer is None


async def test_a_folder_is_no_database(tmp_path, clock):
    """A path that cannot be a file is Unavailable."""
    with pytest.raises(Unavailable):
        await SQLite(tmp_path, clock).open()


async def test_another_program_that_writes_too_long_makes_it_busy(sqlite, tmp_path):
    """While another process holds the file beyond the patience, writing is Unavailable and reading goes on."""
    other = sqlite3.connect(tmp_path / "var" / "alertd.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await sqlite._writer.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(Unavailable) as refusal:
        async with sqlite.transaction():
            pytest.fail("a transaction began inside another's")
    assert refusal.value.code == "store_busy"
    assert await sqlite.fetch("contract.all") == []
    other.close()
    await sqlite.ping()


async def test_a_full_disk_is_said_and_nothing_half_is_stored(sqlite):
    """When nothing more can be written it is said, nothing of the transaction stays, and reading goes on."""
    await sqlite._writer.execute("PRAGMA max_page_count = 1")  # SQLite answers as for a full disk
    with pytest.raises(Unavailable) as refusal:
        async with sqlite.transaction() as tx:
            await tx.execute_many("contract.put", [(str(n), "x" * 1000) for n in range(1000)])
    assert refusal.value.code == "store_full"
    assert await sqlite.fetch("contract.all") == []


def test_a_disk_without_room_for_the_file_beside_the_database_is_full():
    """The first who opens it there meets no SQLITE_FULL: the -shm file cannot be made large enough."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert translation(error).code == "store_full"


async def test_a_reader_cannot_write(sqlite):
    """A statement that writes, sent as a read, is a bug and changes nothing."""
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await sqlite.fetch("contract.put_and_return", "a", "1")
    assert await sqlite.fetch("contract.all") == []


async def test_what_is_committed_survives_a_power_cut(sqlite):
    """Every connection waits for the disk at each commit, and holds foreign keys."""
    for connection in (sqlite._writer, *sqlite._readers):
        (synchronous,) = await connection.execute_fetchall("PRAGMA synchronous")
        (foreign_keys,) = await connection.execute_fetchall("PRAGMA foreign_keys")
        (journal,) = await connection.execute_fetchall("PRAGMA journal_mode")
        assert (synchronous[0], foreign_keys[0], journal[0]) == (2, 1, "wal")


async def test_the_log_is_copied_beside_the_writer(tmp_path, clock):
    """What was committed reaches the file itself without any COMMIT having to see to it."""
    database = SQLite(tmp_path / "one.db", clock)
    await database.open()
    try:
        before = (tmp_path / "one.db").stat().st_size
        async with database.transaction() as tx:
            await tx.script("CREATE TABLE t (x BLOB) STRICT;\nINSERT INTO t VALUES (zeroblob(1000000));\n")
        async with asyncio.timeout(60):
            while (tmp_path / "one.db").stat().st_size < before + 1_000_000:  # noqa: ASYNC110 - of another process, or thread
                await asyncio.sleep(0.05)
    finally:
        await database.close()
