"""Chores: one node at a time leads them, another takes over when it dies, and nobody waits for a claim in a circle."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from heart.town import HOME, SMS, Town, bounded
from heart.troubled_store import TroubledStore

import zones
from alertd.issue.release import Released
from alertd.model import State, Target
from alertd.store import connect

MINUTE = 60_000


async def over(town: Town, people: int = 1) -> None:
    """Something is to be settled: a message that went out too late."""
    for _ in range(people):
        await town.person()
    await town.release(deliver_by=town.clock.now_ms() + MINUTE)
    await town.spread()
    town.clock.advance(2 * MINUTE)


async def test_while_one_node_leads_another_leaves_the_chores(postgres_town):
    """A node in the middle of its chores: the next one that comes round finds nothing to do, and waits for nobody."""
    town, other = postgres_town, await postgres_town.another_node("two")
    await over(town)
    async with town.db.transaction() as tx:
        assert await tx.fetch("chores.lead", "tend")
        assert not await other.tend.settle()
        assert await town.states() == {State.QUEUED: 1}
    assert await other.tend.settle()
    assert await town.states() == {State.EXPIRED: 1}


async def test_when_the_leader_dies_another_leads(postgres_town, postgres_url, clock):
    """Its connection ends in the middle of a chore: the next node that comes round does it."""
    town = postgres_town
    await over(town)
    dying = connect(postgres_url, clock)
    await dying.open()
    leading, end = asyncio.Event(), asyncio.Event()

    async def lead() -> None:
        async with dying.transaction() as tx:
            assert await tx.fetch("chores.lead", "tend")
            leading.set()
            await end.wait()

    task = asyncio.create_task(lead())
    await leading.wait()
    assert not await town.node.tend.settle()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await dying.close()
    assert await town.node.tend.settle()


class Between:
    """Something that is done whole between two statements of a transaction: before its `at`th. `met` says that there was
    such a one.
    """

    def __init__(self, at: int, deed: Callable[[], Awaitable[object]]) -> None:
        self.met = False
        self._left = at
        self._deed = deed

    async def __call__(self, _: str) -> None:
        if self._left == 0:
            self.met = True
            await bounded(self._deed())
        self._left -= 1


async def cut_off(town: Town) -> Released:
    """An alert that is ended in the middle of its fan-out: some of it is queued, and nobody knows yet what is planned."""
    alert = await town.release(target=Target(zone=zones.Circle(*HOME, 500)))
    assert await town.node.fan_out.step()
    await town.end(alert)
    assert (await town.message(alert))["planned"] is None
    assert await town.states(alert) == {State.QUEUED: 1}
    return alert


@pytest.mark.parametrize("first", ["chore", "claim"])
async def test_claims_and_chores_never_wait_for_each_other(postgres_town, first):
    """A claim runs to its end between any two statements of settling, and settling between any two of a claim, of one and
    the same message: where nobody waits, nobody waits in a circle."""
    town, other = postgres_town, await postgres_town.another_node("two")
    for metres in (100, 400):  # two rings, two slices
        await town.person((HOME[0] + metres / 111_200, HOME[1]))
    for at in range(50):
        alert = await cut_off(town)
        deeds = [town.node.tend.settle, lambda: other.dispatch.step(other.lines[SMS])]
        inner = deeds[first == "chore"]
        between = Between(at, inner)
        store = TroubledStore(town.db, between)
        if first == "chore":
            await replace(town.node.tend, db=store).settle()
        else:
            await replace(other.dispatch, db=store).step(other.lines[SMS])
        await town.run()
        assert await town.states(alert) == {State.CANCELLED: 1}
        if not between.met:
            break
    assert 2 < at < 50
    assert town.provider.ledger == []
    assert (await town.db.fetch("heart.deadlocks"))[0]["n"] == 0
