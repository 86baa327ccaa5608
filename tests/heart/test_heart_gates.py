"""Gates: who changes a message waits in line with those who work on its deliveries, and not behind all who come later."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
from heart.town import SMS, bounded

from alertd.deliver.hindsight import Hindsight
from alertd.model import Lane, Level, Mode, State

INFO = {"level": Level.INFO, "topic": "council"}


@asynccontextmanager
async def watching(url):
    """How many transactions wait for a gate, asked of the server until it is so."""
    server = await asyncpg.connect(url)

    async def waits(many):
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        async with asyncio.timeout(60):
            while await server.fetchval(query) < many:  # noqa: ASYNC110 - the server has no event for this
                await asyncio.sleep(0.01)

    try:
        yield waits
    finally:
        await server.close()


async def test_the_word_that_it_is_over_comes_before_the_next_claim(postgres_town, postgres_url):
    """A claim is under way when the end is released, and another comes after it: that one finds the alert over."""
    town = postgres_town
    for _ in range(4):
        await town.person()
    released = await town.release(**INFO)
    await town.spread()
    message = await town.message(released)
    sender = town.desk.routes[Mode.LIVE, SMS, False][0]
    asked = (sender.id, Lane.INFO, message["id"], 1)

    async def claim():
        async with town.db.transaction() as tx:
            return await tx.fetch("deliveries.claimable", *asked)

    async with watching(postgres_url) as waits, town.db.transaction() as under_way:
        assert [row["superseded_at"] for row in await under_way.fetch("deliveries.claimable", *asked)] == [
            None
        ]
        ending = asyncio.create_task(town.end(released))
        await waits(1)
        after = asyncio.create_task(claim())
        await waits(2)
    await bounded(ending)
    assert [row["superseded_at"] is not None for row in await bounded(after)] == [True]
    await town.run()
    assert State.QUEUED not in await town.states()


async def test_what_is_noted_of_a_message_waits_for_the_claims_under_way_alone(postgres_town, postgres_url):
    """When the first left is noted while claims overlap without end: it comes before the next of them, and tending goes on."""
    town = postgres_town
    await town.person()
    released = await town.release(**INFO)
    await town.spread()
    await town.hand_over()
    message = (await town.message(released))["id"]

    async def enter():
        async with town.db.transaction() as tx:
            await tx.fetch("gates.enter", message)
            return (await tx.fetch("messages.of_alert", released.alert_id))[0]["first_at"]

    async with watching(postgres_url) as waits, town.db.transaction() as under_way:
        await under_way.fetch("gates.enter", message)
        looking = asyncio.create_task(Hindsight(town.db, town.node.tend.figures).look())
        await waits(1)
        after = asyncio.create_task(enter())
        await waits(2)
    await bounded(looking)
    assert await bounded(after) is not None


async def test_a_plan_is_written_while_its_message_is_being_claimed(postgres_town):
    """Fan-out ends and dispatch claims, again and again, side by side: neither waits for the other in a circle."""
    town = postgres_town
    for _ in range(20):
        await town.person()
    for _ in range(6):
        released = await town.release(**INFO)
        await bounded(asyncio.gather(town.spread(), *(town.hand_over() for _ in range(3))))
        await town.run()
        assert (await town.message(released))["planned"] == 20
    assert await town.states() == {State.ACCEPTED: 120}
