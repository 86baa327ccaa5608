"""Bells wake loops; a ring is never lost between two waits."""

import asyncio

from store import cluster

from alertd.store.bells import MOST_BELLS, Bells
from alertd.store.postgres import Postgres

LONG_S = 20.0
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'"


async def test_a_ring_wakes_everyone_who_waits(db):
    """All who wait for a bell wake when it rings."""
    waiting = [asyncio.create_task(db.wait("work", LONG_S)) for _ in range(3)]
    await db.fetch("contract.all")
    db.ring("work")
    assert await asyncio.gather(*waiting) == [True, True, True]


async def test_a_ring_between_two_waits_is_not_lost(db):
    """A bell rung while nobody waits answers the next wait at once, and that one only."""
    db.ring("work")
    db.ring("work")
    assert await db.wait("work", LONG_S) is True
    assert await db.wait("work", 0) is False


async def test_a_bell_wakes_only_its_own(db):
    """A ring of one bell is none of another."""
    db.ring("sender:1")
    assert await db.wait("sender:12", 0) is False
    assert await db.wait("sender:1", 0) is True


async def test_a_wait_ends_with_its_time(db):
    """A wait that no ring ends answers False."""
    assert await db.wait("work", 0.001) is False


async def test_a_cancelled_wait_does_not_hold_the_next_ring(db):
    """A ring after a wait was cancelled is kept for the next wait."""
    task = asyncio.create_task(db.wait("work", LONG_S))
    await db.fetch("contract.all")
    task.cancel()
    await asyncio.wait((task,))
    db.ring("work")
    assert await db.wait("work", 0) is True


async def test_bells_that_nobody_waits_for_are_bounded():
    """Of too many rung bells the oldest fall silent."""
    bells = Bells()
    for number in range(MOST_BELLS + 1):
        bells.ring(str(number))
    assert await bells.wait("0", 0) is False
    assert await bells.wait("1", 0) is True
    assert await bells.wait(str(MOST_BELLS), 0) is True


async def test_a_closed_store_may_still_be_rung(db):
    """A ring never raises, not even before opening or after closing."""
    await db.close()
    db.ring("work")
    assert await db.wait("work", 0) is True


async def test_a_bell_is_heard_on_every_node(postgres: Postgres, postgres_url: str):
    """A ring on one node wakes who waits on another, and the ringing node hears itself once."""
    other = Postgres(postgres_url)
    await other.open()
    try:
        assert await postgres.listening(LONG_S)
        assert await other.listening(LONG_S)
        heard = asyncio.create_task(other.wait("work", LONG_S))
        postgres.ring("work")
        assert await heard is True
        assert await postgres.wait("work", LONG_S) is True
        other.ring("answer")
        assert await postgres.wait("answer", LONG_S) is True
        assert await postgres.wait("work", 0) is False
    finally:
        await other.close()


async def test_bells_are_heard_again_after_the_server_was_gone(
    postgres: Postgres, postgres_url: str, postgres_server: str
):
    """When the server drops its connections, bells find their way again by themselves, and wake who waited."""
    other = Postgres(postgres_url)
    await other.open()
    try:
        assert await postgres.listening(LONG_S)
        waiting = asyncio.create_task(postgres.wait("work", LONG_S))
        await cluster.send(postgres_server, CUT.format(postgres_url.rpartition("/")[2]))
        assert await waiting is True
        assert await postgres.listening(LONG_S)
        assert await other.listening(LONG_S)
        other.ring("work")
        assert await postgres.wait("work", LONG_S) is True
    finally:
        await other.close()
