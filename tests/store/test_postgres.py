"""What is PostgreSQL's own: a server that may be gone, and others at work on the same rows."""

import asyncio
import socket

import pytest
from store import cluster

from alertd.errors import ConfigurationError, Unavailable
from alertd.store.postgres import Postgres

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


@pytest.fixture
def name(postgres_url):
    return postgres_url.rpartition("/")[2]


@pytest.fixture
def closed_port():
    """A port of this machine on which nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def test_a_server_that_does_not_answer_is_unavailable(closed_port):
    """A server that is not there is Unavailable at opening, and what was begun is let go."""
    database = Postgres(f"postgresql://nobody@127.0.0.1:{closed_port}/alertd")
    with pytest.raises(Unavailable) as refusal:
        await database.open()
    assert refusal.value.code == "store_unreachable"
    await database.close()


async def test_a_database_that_does_not_exist_is_unavailable(postgres_server):
    """A name that the server does not know is Unavailable."""
    with pytest.raises(Unavailable):
        await Postgres(f"{postgres_server}/alertd_there_is_no_such_database").open()


async def test_an_address_that_cannot_be_read_is_a_mistake_of_configuration():
    """A malformed address is named as such, not as a server that is away."""
    with pytest.raises(ConfigurationError) as refusal:
        await Postgres("postgresql://127.0.0.1:port/alertd").open()
    assert refusal.value.code == "store_url"


async def test_a_connection_cut_in_a_transaction_is_unavailable_once(postgres, postgres_server, name):
    """A transaction whose connection is cut is Unavailable and stores nothing; the next finds a new connection."""
    with pytest.raises(Unavailable) as refusal:
        await put_and_cut(postgres, postgres_server, name)
    assert refusal.value.code == "store_unreachable"
    async with postgres.transaction() as tx:
        await tx.execute("contract.put", "c", "1")
    assert [row["key"] for row in await postgres.fetch("contract.all")] == ["c"]


async def put_and_cut(db, server, name):
    async with db.transaction() as tx:
        await tx.execute("contract.put", "a", "1")
        await cluster.send(server, CUT.format(name))
        await tx.execute("contract.put", "b", "1")


async def test_of_a_deadlock_one_is_asked_to_come_back(postgres):
    """Of two transactions that wait for each other one commits, and the other is told to try again."""
    async with postgres.transaction() as tx:
        await tx.execute_many("contract.put", [("a", "0"), ("b", "0")])
    meeting = asyncio.Barrier(2)
    outcomes = await asyncio.gather(
        change_both(postgres, meeting, "a", "b"),
        change_both(postgres, meeting, "b", "a"),
        return_exceptions=True,
    )
    (refusal,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refusal, Unavailable)
    assert refusal.code == "store_busy"


async def change_both(db, meeting, first, second):
    async with db.transaction() as tx:
        await tx.execute("contract.change_one", first, "1")
        await meeting.wait()
        await tx.execute("contract.change_one", second, "1")


async def test_a_standby_does_not_answer_ping(postgres, postgres_server, name):
    """A server that takes no writes is Unavailable, for ping and for a transaction."""
    command = f"ALTER DATABASE {name} SET default_transaction_read_only = on"
    await cluster.send(postgres_server, command, CUT.format(name))
    with pytest.raises(Unavailable):
        await postgres.ping()
    with pytest.raises(Unavailable):
        async with postgres.transaction() as tx:
            await tx.execute("contract.put", "a", "1")


async def test_more_transactions_than_connections_wait_for_their_turn(postgres_url):
    """A pool of one connection serves many, one after the other."""
    database = Postgres(postgres_url, pool=1)
    await database.open()
    try:
        await asyncio.gather(*(database.ping() for _ in range(20)))
    finally:
        await database.close()
