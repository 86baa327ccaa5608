"""The disk fills, the database goes away: nothing that was accepted is lost, and the daemon goes on by itself."""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from crash.books import calling, compare, planned, settled
from crash.founding import crowd, found
from crash.house import LONG, Instance, Late, api, provider, until
from crash.locks import words_held
from store import cluster

from alertd.model import State

RESTARTS = 6 if LONG else 3
KILLS = 6 if LONG else 2
CUT_OFF_COMMITS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE application_name = 'alertd' AND wait_event = 'SyncRep'"""
COMMITS_THAT_WAIT = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'alertd' AND wait_event = 'SyncRep'"
)
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'alertd'"
ROOM_BYTES = 64_000_000


@pytest.fixture
def small_disk(instance_sqlite: Instance, tmp_path: Path) -> Iterator[Instance]:
    """The instance with its database on a disk of its own, where little else has room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    database = instance_sqlite.folder / "alertd.db"
    options = f"size={database.stat().st_size + ROOM_BYTES}"
    command = [shutil.which("mount") or "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603
        pytest.skip("a disk of its own that can be filled (a tmpfs needs root)")
    try:
        shutil.move(database, disk)
        yield replace(instance_sqlite, store=f"sqlite:{disk}/alertd.db")
    finally:
        subprocess.run([shutil.which("umount") or "umount", str(disk)], check=False)  # noqa: S603


async def test_disk_full(small_disk, tmp_path):
    """On a full disk it waits, running; with room again it finishes, and what was answered meanwhile is in the books."""
    ballast = Path(small_disk.store.removeprefix("sqlite:")).with_name("ballast")
    with provider(tmp_path) as far:
        small_disk.configure(far.port)
        async with small_disk.serving() as node, api(small_disk, node) as client, small_disk.books() as db:
            alert_id = (await client.release("warning"))["id"]
            await far.has_taken(100)
            _fill(ballast)
            await until("a word about the full disk", lambda: "store_full" in node.said())
            assert far.count() < 1_500, "it was over before the disk was full"
            assert node.process.poll() is None, node.said()[-2000:]
            ballast.unlink()
            books = await settled(db, small_disk, alert_id)
            assert node.process.poll() is None, node.said()[-2000:]
        compare(books, far.lines(), danger=False, kills=0)
        assert books.tally == {State.ACCEPTED: books.planned}


async def test_postgresql_restarted(own_cluster, tmp_path):
    """The server restarted again and again while it sends: the daemon comes back by itself and loses nothing."""
    instance, restart = own_cluster
    with provider(tmp_path, "--slow-ms", "4") as far:
        instance.configure(far.port)
        async with instance.serving() as node:
            async with api(instance, node) as client:
                alert_id = (await client.release("warning"))["id"]
            for moment in range(RESTARTS):
                await far.has_taken(100 + 150 * moment)
                restart("immediate" if moment % 2 else "fast")
            async with instance.books() as db:
                books = await settled(db, instance, alert_id)
            assert node.process.poll() is None, node.said()[-2000:]
        compare(books, far.lines(), danger=False, kills=0)
        assert books.tally == {State.ACCEPTED: books.planned}


async def test_lost_between_claim_and_wire(instance_postgres, tmp_path):
    """A slice that was claimed when the database went away had not left: it leaves once, without a doubt."""
    instance = instance_postgres
    with provider(tmp_path) as far:
        instance.configure(far.port)
        async with instance.serving() as node, api(instance, node) as client, instance.books() as db:
            instance.run("sending", "pause")
            alert_id = (await client.release("warning"))["id"]
            await planned(db, alert_id)
            async with words_held(instance.store) as slices:
                instance.run("sending", "resume")
                await slices("pg_terminate_backend(pid)")
            books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=False, kills=0)
        assert books.tally == {State.ACCEPTED: books.planned}


@pytest.mark.parametrize("usual", [(), ("--rule", "greylist=4")] if LONG else [()])
@pytest.mark.parametrize("moment", [0, 300] if LONG else [300])
async def test_a_commit_that_nobody_heard_of(own_cluster, tmp_path, moment, usual):
    """Where the connection breaks on COMMIT, what was claimed or recorded is found again, also where one COMMIT was for both, as
    it is when all are accepted: each leaves once."""
    instance, _ = own_cluster
    with provider(tmp_path, *usual, "--slow-ms", "2") as far:
        instance.configure(far.port)
        async with instance.serving() as node, api(instance, node) as client, instance.books() as db:
            instance.run("sending", "pause")
            alert_id = (await client.release("warning"))["id"]
            await planned(db, alert_id)
            if moment:
                instance.run("sending", "resume")
                await far.has_taken(moment)
            await _break_commits(instance.store, 12)
            books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=False, kills=0)
        assert books.tally == {State.ACCEPTED: books.planned}


@pytest.mark.parametrize("how", ["kill", "immediate", "fast"] if LONG else ["kill", "immediate"])
@pytest.mark.parametrize("level", ["danger", "warning"] if LONG else ["danger"])
async def test_ended_at_a_commit(own_cluster, tmp_path, level, how):
    """The node is killed, or the server restarted, while a slice and the claim of the next are being committed, again and again:
    what a killed node held is in doubt, and no more; where the server came back everyone is told once."""
    instance, restart = own_cluster
    killed, held = how == "kill", set()
    with provider(tmp_path, "--slow-ms", "2") as far:
        instance.configure(far.port)
        async with contextlib.AsyncExitStack() as lives:
            node = await lives.enter_async_context(instance.serving())
            async with api(instance, node) as client:
                alert_id = (await client.release(level))["id"]
            for moment in range(1, KILLS + 1):
                await far.has_taken(moment * 1_200 // (KILLS + 1))
                async with _commits_that_wait(instance.store) as wait:
                    await wait()
                    if killed:
                        node.kill()
                if killed:
                    await _sessions_end(instance.store)
                    async with instance.books() as db:
                        held |= await calling(db)
                    node = await lives.enter_async_context(instance.serving())
                else:
                    restart(how)
            async with instance.books() as db:
                books = await settled(db, instance, alert_id)
        compare(books, far.lines(), danger=level == "danger", kills=KILLS * killed, calling=held)
        assert killed or books.tally == {State.ACCEPTED: books.planned}


@pytest.fixture(scope="module")
def own_cluster(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Instance, Callable[[str], None]]]:
    """A station on a server of these tests' own, and the command that restarts that server."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("ALERTD_TEST_POSTGRES", cluster.OWN)
        try:
            address = stack.enter_context(cluster.server())
            binaries = cluster._binaries()
        except cluster.NoServer as reason:
            pytest.skip(str(reason))
        cluster.run(address, "CREATE DATABASE crash")
        instance = found(tmp_path_factory.mktemp("own-cluster"), f"{address}/crash", crowd(1_500))
        data = asyncio.run(_data_folder(address))

        def restart(how: str) -> None:
            cluster._as_postgres(
                binaries / "pg_ctl",
                "-D",
                data,
                "-w",
                "-t",
                "30",
                "-m",
                how,
                "-l",
                f"{data}/../log",
                "restart",
            )

        yield instance, restart


async def _data_folder(address: str) -> str:
    connection = await asyncpg.connect(f"{address}/postgres")
    folder: str = await connection.fetchval("SHOW data_directory")
    await connection.close()
    return folder


@contextlib.asynccontextmanager
async def _commits_that_wait(store: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Every COMMIT waits for a standby that there is not: it is done, and nobody told. What is given waits for one that does."""
    async with _no_standby(store) as connection:

        async def wait() -> None:
            for _ in range(2_000):
                if await connection.fetchval(COMMITS_THAT_WAIT):
                    return
                await asyncio.sleep(0.02)
            raise Late("a commit that waits")

        yield wait


async def _break_commits(store: str, most: int) -> None:
    """Cut off whoever waits on COMMIT, `most` times."""
    async with _no_standby(store) as connection:
        await connection.execute("UPDATE setting SET value = 'on' WHERE key = 'sending'")
        broken = 0
        for _ in range(2_000):
            broken += await connection.fetchval(CUT_OFF_COMMITS)
            if broken >= most:
                return
            await asyncio.sleep(0.02)
        raise Late(f"{most} commits to break, after {broken}")


async def _sessions_end(store: str) -> None:
    """The node's process is gone; the server has noticed, too, and ended what it was doing for it."""
    connection = await asyncpg.connect(store)
    for _ in range(2_000):
        if not await connection.fetchval(SESSIONS):
            await connection.close()
            return
        await asyncio.sleep(0.02)
    raise Late("the end of a killed node's sessions")


@contextlib.asynccontextmanager
async def _no_standby(store: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(store)
    await connection.execute("SET synchronous_commit = local")
    await connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    await connection.execute("SELECT pg_reload_conf()")
    try:
        yield connection
    finally:
        await connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()


def _fill(ballast: Path) -> None:
    """Take what room there is, to the last byte."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
