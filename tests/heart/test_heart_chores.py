"""Chores: one node at a time leads them, another takes over when it dies, and nobody waits for a claim in a circle."""

import asyncio
from contextlib import suppress

from heart.town import SMS, Town, build, settings

from alertd.errors import Unavailable
from alertd.model import Level, State
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


async def test_claims_and_chores_never_wait_in_a_circle(postgres, clock):
    """Three nodes claim and tend while alerts are superseded and expire under them: PostgreSQL sees no deadlock."""
    town = await build(postgres, clock, settings(slice=20))
    nodes = [town.node, await town.another_node("two"), await town.another_node("three")]
    for _ in range(30):
        await town.person(sms=3)
    busy: list[str] = []

    async def turn(step) -> None:
        for _ in range(40):
            try:
                await step()
            except Unavailable as error:
                busy.append(error.code)

    for _ in range(3):
        alerts = [await town.release(level=Level.WARNING, topic="road") for _ in range(3)]
        await town.spread()
        steps = [node.tend.step for node in nodes]
        steps += [lambda node=node: node.dispatch.step(node.lines[SMS]) for node in nodes for _ in range(2)]
        turning = [asyncio.create_task(turn(step)) for step in steps]
        for alert in alerts:
            await town.end(alert)
        await asyncio.gather(*turning, *(town.spread(node) for node in nodes))
    await town.run()
    await town.later(3 * 60 * MINUTE)
    assert (await town.db.fetch("heart.deadlocks"))[0]["n"] == 0
    assert busy == []
    assert (await town.states()).keys().isdisjoint({State.QUEUED, State.WAITING, State.CALLING})
    await town.books()
