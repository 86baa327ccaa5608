"""A node's name is one process's at a time, on both engines, for as long as it holds the store open."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest

from alertd.errors import ConfigurationError
from alertd.store import connect

KEEPERS = """
SELECT pid FROM pg_locks
 WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
KEY = "hashtextextended('node public meuse', 0)"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    """A database of each kind, which nobody has open."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/alertd.db"
    return request.getfixturevalue("postgres_url")


@asynccontextmanager
async def node(url, name, clock):
    """The store, opened as a node of that name."""
    store = connect(url, clock)
    try:
        await store.open(name)
        yield store
    finally:
        await store.close()


async def refused(url, name, clock):
    """How a node of that name is refused."""
    with pytest.raises(ConfigurationError) as error:
        async with node(url, name, clock):
            pass
    return error.value


async def write(store):
    """A transaction, as a claim is one."""
    async with store.transaction() as tx:
        await tx.fetch("nodes.clock")


async def write_on(store):
    """Again and again, until it is refused."""
    while True:
        await write(store)


async def test_a_second_process_of_a_name_does_not_start(url, clock):
    """It is told which name, and the first one goes on; when that has closed, the name is free."""
    async with node(url, "meuse", clock) as first:
        error = await refused(url, "meuse", clock)
        assert (error.code, "meuse" in error.message) == ("node_running", True)
        await write(first)
    async with node(url, "meuse", clock) as again:
        await write(again)


async def test_the_command_line_needs_no_name(url, clock):
    """A store that is opened without a name is opened beside the node, and writes."""
    async with node(url, "meuse", clock), node(url, "", clock) as beside:
        await write(beside)


async def test_sqlite_serves_one_node_whatever_its_name(tmp_path, clock):
    """A second one of another name is refused too, and told which one runs."""
    url = f"sqlite:{tmp_path}/alertd.db"
    async with node(url, "meuse", clock):
        error = await refused(url, "orne", clock)
    assert (error.code, "The node meuse" in error.message) == ("node_running", True)


async def test_postgresql_serves_nodes_of_different_names(postgres_url, clock):
    """Each holds its own."""
    async with node(postgres_url, "meuse", clock) as one, node(postgres_url, "orne", clock) as two:
        await asyncio.gather(write(one), write(two))


async def test_a_lost_name_is_taken_again(postgres_url, clock):
    """The connection that holds it is cut: it is held by a new one, and the node goes on writing."""
    async with node(postgres_url, "meuse", clock) as store, session(postgres_url) as other:
        (before,) = await keepers(other)
        await other.execute("SELECT pg_terminate_backend($1)", before)
        async with asyncio.timeout(60):
            while await keepers(other) in ([before], []):
                await write(store)
        assert (await refused(postgres_url, "meuse", clock)).code == "node_running"


async def test_a_node_whose_name_another_took_writes_nothing_more(postgres_url, clock):
    """Another process had it in the instant in which the connection was lost: every transaction says so."""
    async with node(postgres_url, "meuse", clock) as store, session(postgres_url) as other:
        waiting = asyncio.create_task(other.execute(f"SELECT pg_advisory_lock({KEY})"))
        async with session(postgres_url) as third:
            await third.execute("SELECT pg_terminate_backend($1)", (await keepers(third))[0])
        await waiting
        with pytest.raises(ConfigurationError, match="meuse is already running"):
            await write_on(store)  # it hears of the loss a moment later
        with pytest.raises(ConfigurationError):
            await write(store)


@asynccontextmanager
async def session(url):
    """A connection of nobody's."""
    connection = await asyncpg.connect(url, timeout=60)
    try:
        yield connection
    finally:
        await connection.close()


async def keepers(connection):
    """The sessions that hold a name."""
    return [row["pid"] for row in await connection.fetch(KEEPERS)]
