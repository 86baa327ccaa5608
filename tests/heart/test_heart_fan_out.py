"""Fan-out: exactly the people who should be warned, each once, whatever happens on the way."""

import asyncio
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from heart.town import EMAIL, HOME, SMS, VOICE, bounded, phone
from heart.troubled_store import FullDisk, TroubledStore, nothing

import zones
from alertd.clock import HOUR, MINUTE
from alertd.deliver.audience import PIECE
from alertd.errors import Unavailable
from alertd.issue.reading import progress
from alertd.issue.release import cancel, end
from alertd.model import Level, State, Target
from alertd.store import reach
from alertd.subscribe import groups
from alertd.subscribe.leave import leave

LON, LAT = HOME[1], HOME[0]
INFO = {"level": Level.INFO, "topic": "council"}


@pytest.mark.parametrize("target", [Target(station=True), Target(zone=zones.Circle(*HOME, 5_000))])
async def test_an_audience_of_several_slices_is_whole(town, target):
    """Twelve thousand people, three slices: each has one delivery, and the plan is their number."""
    random = Random(1)
    places = [(LAT + random.uniform(-0.02, 0.02), LON + random.uniform(-0.03, 0.03)) for _ in range(400)] * 30
    people = await town.crowd(places)
    released = await town.release(target=target)
    await town.spread()
    (progressed,) = await progress(town.desk, released.alert_id)
    assert progressed.planned == progressed.tally["queued"] == len(people) == 12_000
    assert await town.people_of(released) == set(people)
    left = await town.db.fetch("fan_out.left", (await town.message(released))["id"])
    assert left[0]["n"] == 0


@pytest.mark.parametrize("piece", [PIECE, 2])
async def test_a_disk_that_fails_in_the_middle_of_a_slice_loses_nobody_and_doubles_nobody(town, piece):
    """At each statement of each slice in turn the store fails, cuts included; fan-out goes on from its cursor."""
    people = {await town.person(HOME, (LAT + 0.006, LON), sms=2, email=1) for _ in range(5)}
    released = await town.release(channels=frozenset({SMS, EMAIL}))
    failures = 0
    for at in range(60):
        for _ in range(2):
            full = FullDisk(at % 17)
            try:
                await replace(town.node.fan_out, db=TroubledStore(town.db, full), piece=piece).step()
            except Unavailable:
                failures += 1
        await town.books()
    await town.spread()
    assert failures > 10
    assert await town.people_of(released) == people
    assert Counter(row["channel"] for row in await town.deliveries()) == {SMS: 10, EMAIL: 5}
    assert (await town.message(released))["planned"] == 15


async def test_who_left_between_fan_out_and_the_wire_is_not_written_to(town):
    """Erased, stopped, dead: each is settled with its word, and only who stayed is written to."""
    people = [await town.person() for _ in range(4)]
    await town.release()
    await town.spread()
    async with town.db.transaction() as tx:
        await leave(tx, town.station.id, people[0])
        await tx.execute("heart.close_endpoint", people[1] << 8, 2)
        await tx.execute("heart.close_endpoint", people[2] << 8, 3)
    await town.run()
    assert town.provider.addresses == [phone(4)]
    settled = {
        row["endpoint_id"] >> 8: (State(row["state"]), row["reason"]) for row in await town.deliveries()
    }
    assert settled[people[0]] == (State.STOPPED, "erased")
    assert settled[people[1]] == (State.STOPPED, "left")
    assert settled[people[2]] == (State.REFUSED, "endpoint_dead")


async def test_who_left_this_station_alone_is_not_written_to_by_it(town):
    """The neighbour keeps the person and the number; what this station had queued for them does not leave."""
    person = await town.person()
    town.numbers = iter([1])
    assert await town.person(station=town.neighbour) == person
    await town.release()
    await town.spread()
    async with town.db.transaction() as tx:
        await leave(tx, town.station.id, person)
    await town.run()
    assert town.provider.ledger == []
    assert await town.states() == {State.STOPPED: 1}


async def test_danger_goes_to_the_nearest_first(town):
    """Whoever enrolled first, the ring around the centre is handed over before the next, and the placeless last."""
    metres = [900, 100, 450, 800, 250, 1_100, 50]
    for distance in metres:
        await town.person((LAT + distance / 111_200, LON))
    await town.person(places=())
    await town.release(target=Target(zone=zones.Circle(*HOME, 1_200)))
    await town.run()
    rings = [0 if distance < 300 else 1 if distance < 600 else 2 for distance in metres] + [2]
    handed = [rings[[phone(n) for n in range(1, 9)].index(address)] for address in town.provider.addresses]
    assert handed == sorted(rings)


async def test_who_lives_in_two_rings_is_reached_with_the_nearer_one(town):
    """Home in the outer ring, school in the centre: one message, with the first ring."""
    await town.person((LAT + 0.008, LON), HOME)
    released = await town.release()
    await town.spread()
    assert [(row["ring"], row["state"]) for row in await town.deliveries(released)] == [(0, State.QUEUED)]


async def test_a_channel_without_gateway_is_skipped_and_said(town):
    """A person with a fixed line, and no gateway for voice: planned, skipped, with the reason; the SMS leave."""
    person = await town.person()
    async with town.db.transaction() as tx:
        row = (person << 8 | 9, person, 0, VOICE, 1, b"", b"h" * 32, 1, 0, 0)
        await tx.execute("subscribers.add_endpoint", *row)
        await reach.derive(tx, [person])
    released = await town.release(channels=frozenset({SMS, VOICE}))
    await town.run()
    assert await town.states() == {State.ACCEPTED: 1, State.SKIPPED: 1}
    skipped = next(row for row in await town.deliveries() if row["state"] == State.SKIPPED)
    assert (skipped["reason"], skipped["sender_id"]) == ("no_gateway", 0)
    (told,) = await progress(town.desk, released.alert_id)
    assert (told.planned, told.tally["skipped"], told.channels["voice"]["skipped"]) == (2, 1, 1)
    assert told.closed


async def test_a_beginning_in_the_future_is_waited_for(town):
    """Nothing is planned before the onset, nor said; then to those who were subscribed at the release."""
    await town.person()
    released = await town.release(onset=town.clock.now_ms() + HOUR)
    await town.later(50 * MINUTE)
    assert await town.deliveries() == []
    await town.person()
    await town.later(11 * MINUTE)
    assert town.provider.addresses == [phone(1)]
    assert (await town.message(released))["planned"] == 1


async def test_what_was_cancelled_before_it_began_never_begins(town):
    """The work is there and its hour comes, but the mark stands."""
    await town.person()
    released = await town.release(onset=town.clock.now_ms() + HOUR)
    await cancel(town.desk, town.mayor, released.alert_id)
    await town.later(2 * HOUR)
    assert town.provider.ledger == []
    assert await town.deliveries() == []
    assert [row["planned"] for row in await town.db.fetch("heart.messages")] == [0, 0]


async def test_a_fan_out_that_is_superseded_stops_where_it_is(town):
    """After the end was released no delivery of the alert is added, and none leaves."""
    for distance in (100, 500, 900):
        await town.person((LAT + distance / 111_200, LON))
    released = await town.release()
    while not await town.deliveries():
        assert await town.node.fan_out.step()
    await end(town.desk, town.mayor, released.alert_id)
    await town.run()
    assert await town.states() == {State.CANCELLED: 1}
    assert town.provider.ledger == []
    told = await progress(town.desk, released.alert_id)
    assert [(each.planned, each.closed) for each in told] == [(1, True), (0, True)]


async def test_a_fan_out_that_comes_too_late_adds_nobody(town):
    """The last hour passed before this node came to it."""
    await town.person()
    released = await town.release(deliver_by=town.clock.now_ms() + MINUTE)
    town.clock.advance(2 * MINUTE)
    await town.run()
    assert await town.deliveries() == []
    assert (await town.message(released))["planned"] == 0


async def test_the_most_urgent_message_is_fanned_out_first(town):
    """An information was released before: the danger's pieces come first all the same."""
    await town.person()
    await town.release(**INFO, target=Target(station=True))
    danger = await town.release()
    while not (found := await town.deliveries()):
        assert await town.node.fan_out.step()
    assert {row["message_id"] for row in found} == {(await town.message(danger))["id"]}


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


async def test_what_an_update_notes_of_its_audience_is_gone_when_it_is_planned(town):
    """While pieces are open those still concerned are noted, the new and the old; afterwards nobody is."""
    people = {await town.person() for _ in range(2)}
    released = await town.release()
    await town.run()
    await town.release(released.alert_id)
    message = (await town.db.fetch("heart.messages"))[-1]["id"]
    assert await town.node.fan_out.step()
    assert {row["subscriber_id"] for row in await town.db.fetch("heart.noted", message)} == people
    await town.spread()
    assert await town.db.fetch("heart.noted", message) == []
