"""Fan-out that several nodes share: pieces cut once, whole together, and nobody doubled where two meet."""

import asyncio
from dataclasses import replace
from itertools import count

import pytest
from heart.town import EMAIL, HOME, SMS, bounded
from heart.troubled_store import TroubledStore, nothing

import zones
from alertd.model import Level, Target
from alertd.subscribe import groups

LON, LAT = HOME[1], HOME[0]


async def test_two_nodes_that_share_a_fan_out_leave_it_whole(town):
    """Both take pieces at once, on one store: nobody is missing, nobody twice, and the plan is known at the end (when both
    end at the same instant, from the next round of tending)."""
    people = {await town.person((LAT + n / 4_000, LON), sms=2) for n in range(30)}
    other = await town.another_node("two")
    released = await town.release(target=Target(zone=zones.Circle(*HOME, 5_000)))
    await bounded(asyncio.gather(*(town.spread(node) for node in (town.node, other) for _ in range(2))))
    assert await town.people_of(released) == people
    assert len(await town.deliveries()) == 60
    await town.keep_house()
    assert (await town.message(released))["planned"] == 60


@pytest.mark.parametrize("kind", ["station", "ring", "group"])
async def test_a_large_piece_is_cut_into_pieces_that_are_whole_together(town, kind):
    """Eleven people of one station, ring or group, four or five a piece: each has one delivery, nearest pieces first; and
    those reached before are cut likewise.
    """
    people = [await town.person() for _ in range(11)]
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Conseil")
        await groups.put(tx, group, people)
    target = {
        "station": Target(station=True),
        "ring": Target(zone=zones.Circle(*HOME, 300)),
        "group": Target(groups=(group,)),
    }[kind]
    cutting = replace(town.node, fan_out=replace(town.node.fan_out, piece=4))
    released = await town.release(target=target, level=Level.WARNING)
    await town.spread(cutting)
    assert await town.people_of(released) == set(people)
    message = (await town.message(released))["id"]
    assert [row["n"] for row in await town.db.fetch("heart.pieces_cut", message)] == [3]
    await town.run()
    ended = await town.end(released)
    await town.spread(cutting)
    assert await town.people_of(ended) == set(people)
    message = (await town.message(ended))["id"]
    assert [row["n"] for row in await town.db.fetch("heart.pieces_cut", message)] == [3]


async def test_two_nodes_work_on_one_ring_at_the_same_instant(postgres_town):
    """Two slices of one ring are written while both are open: the ring is whole, each once, and both did a part of it."""
    town = postgres_town
    people = await town.crowd([HOME] * 8_000)
    released = await town.release(target=Target(zone=zones.Circle(*HOME, 300)))
    first = replace(town.node.fan_out, piece=6_000)
    assert await first.step()
    meeting = asyncio.Barrier(2)

    async def before(query):
        """Each holds its own piece before either writes."""
        if query == "deliveries.add":
            await meeting.wait()

    other = replace((await town.another_node("two")).fan_out, piece=6_000)
    together = [replace(each, db=TroubledStore(town.db, before)) for each in (first, other)]
    await bounded(asyncio.gather(*(each.step() for each in together)))
    assert not await first.step()
    await town.keep_house()
    deliveries = await town.deliveries(released)
    assert len(deliveries) == (await town.message(released))["planned"] == 8_000
    assert {row["ring"] for row in deliveries} == {0}
    assert await town.people_of(released) == set(people)
    shares = {row["node_id"]: row["n"] for row in await town.db.fetch("heart.shares")}
    assert len(shares) == 2
    assert min(shares.values()) >= 1_000


async def test_two_nodes_that_begin_one_piece_at_the_same_instant_cut_it_once(postgres_town):
    """Both have read whom it is for and where to cut it before either takes it: nobody is missing, nobody twice."""
    town = postgres_town
    people = {await town.person() for _ in range(11)}
    released = await town.release()
    meeting = asyncio.Barrier(2)

    async def before(query):
        """Both come to the same piece."""
        if query == "fan_out.next":
            await meeting.wait()

    nodes = [replace(node.fan_out, piece=4) for node in (town.node, await town.another_node("two"))]
    together = [replace(node, db=TroubledStore(town.db, before)) for node in nodes]
    await bounded(asyncio.gather(*(node.step() for node in together)))
    await bounded(asyncio.gather(*(town.spread(replace(town.node, fan_out=node)) for node in nodes)))
    await town.keep_house()
    assert await town.people_of(released) == people
    assert len(await town.deliveries()) == (await town.message(released))["planned"] == 11


async def test_two_nodes_that_both_see_that_it_is_over_never_wait_for_each_other(postgres_town):
    """Each holds a piece of a message that was superseded, and stops all of it: no circle, and nothing is left open."""
    town = postgres_town
    for distance in (100, 400):
        await town.person((LAT + distance / 111_200, LON))
    released = await town.release(target=Target(zone=zones.Circle(*HOME, 500)))
    await town.end(released)
    meeting = asyncio.Barrier(2)

    async def before(query):
        """Each holds its own piece before either stops the message."""
        if query == "fan_out.stop":
            await meeting.wait()

    other = await town.another_node("two")
    stores = [TroubledStore(town.db, before) for _ in range(2)]
    nodes = zip((town.node, other), stores, strict=True)
    await bounded(asyncio.gather(*(replace(node.fan_out, db=store).step() for node, store in nodes)))
    await town.run()
    assert (await town.message(released))["planned"] == 0


async def test_two_nodes_that_finish_at_the_same_instant_do_not_forget_to_close_the_plan(postgres_town):
    """Neither has committed its piece when the other ends its own: whoever looks last plans, without tending."""
    town = postgres_town
    for distance in (100, 400):
        await town.person((LAT + distance / 111_200, LON))
    other = await town.another_node("two")
    released = await town.release(target=Target(zone=zones.Circle(*HOME, 500)))
    meeting = asyncio.Barrier(2)

    async def before(query):
        """Both have done all but commit."""
        if query == "fan_out.advance":
            await meeting.wait()

    stores = [TroubledStore(town.db, before) for _ in range(2)]
    nodes = zip((town.node, other), stores, strict=True)
    await bounded(asyncio.gather(*(replace(node.fan_out, db=store).step() for node, store in nodes)))
    assert not await town.node.fan_out.step()
    assert (await town.message(released))["planned"] == 2


async def test_two_nodes_that_meet_at_one_person_do_not_double_it_nor_lose_its_neighbours(postgres_town):
    """Home in one ring, school in the next, a neighbour in each: both rings are written at the same instant."""
    town = postgres_town
    near, far = HOME, (LAT + 0.0036, LON)
    people = {await town.person(near, far), await town.person(near), await town.person(far)}
    other = await town.another_node("two")
    released = await town.release(target=Target(zone=zones.Circle(*HOME, 500)))
    meeting = asyncio.Barrier(2)

    async def before(query):
        """Each holds its own piece before either writes."""
        if query == "deliveries.add":
            await meeting.wait()

    stores = [TroubledStore(town.db, before, nothing) for _ in range(2)]
    nodes = zip((town.node, other), stores, strict=True)
    await bounded(asyncio.gather(*(replace(node.fan_out, db=store).step() for node, store in nodes)))
    await town.spread()
    assert await town.people_of(released) == people
    assert len(await town.deliveries()) == 3
    assert (await town.message(released))["planned"] == 3


async def test_two_slices_of_one_node_do_not_wait_for_each_others_books(postgres_town):
    """Both have written their first channel before either comes to its second: a slice's books are written at its end."""
    town = postgres_town
    people = {await town.person((LAT + far / 111_200, LON), sms=1, email=1) for far in (100, 400)}
    released = await town.release(
        target=Target(zone=zones.Circle(*HOME, 500)), channels=frozenset({SMS, EMAIL})
    )
    meeting = asyncio.Barrier(2)

    def at_the_second():
        written = count()

        async def before(query):
            """Each holds its first channel's deliveries, and would hold its books."""
            if query == "deliveries.add" and next(written) == 1:
                await meeting.wait()

        return before

    both = [replace(town.node.fan_out, db=TroubledStore(town.db, at_the_second())) for _ in range(2)]
    await bounded(asyncio.gather(*(each.step() for each in both)))
    assert not await town.node.fan_out.step()
    assert await town.people_of(released) == people
    assert (await town.message(released))["planned"] == 4
