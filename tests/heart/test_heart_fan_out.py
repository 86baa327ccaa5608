"""Fan-out: exactly the people who should be warned, each once, whatever happens on the way."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from heart.town import EMAIL, HOME, SMS, VOICE, phone
from heart.troubled_store import FullDisk, TroubledStore, nothing

import zones
from alertd.clock import HOUR, MINUTE
from alertd.deliver.audience import PIECE
from alertd.errors import Unavailable
from alertd.issue.reading import progress
from alertd.issue.release import cancel, end
from alertd.model import Level, State, Target
from alertd.store import reach
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
    await town.keep_house()  # where the disk failed just as the plan was closed
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


async def test_a_ring_that_could_not_be_read_ahead_is_read_when_its_turn_comes(town):
    """While the first ring is written the store loses sight of the second: nobody is left out, and nobody hears of it."""
    people = {await town.person((LAT + n * 0.004, LON)) for n in range(4)}
    released = await town.release(target=Target(zone=zones.Circle(*HOME, 2_000)))
    store = _LosesSight(town.db)
    await town.spread(replace(town.node, fan_out=replace(town.node.fan_out, db=store)))
    assert store.lost == 1
    assert await town.people_of(released) == people


class _LosesSight(TroubledStore):
    """Away, once, when it is asked for a ring that is not the first."""

    def __init__(self, behind):
        super().__init__(behind, nothing)
        self.lost = 0

    async def fetch(self, query, /, *arguments):
        if query == "audience.of_zone" and arguments[1] > 0 and not self.lost:
            self.lost += 1
            raise Unavailable("store_unreachable", "The store is away.")
        return await super().fetch(query, *arguments)


class _Asked(TroubledStore):
    """Counts what is read beside the writer."""

    def __init__(self, behind):
        super().__init__(behind, nothing)
        self.queries = Counter()

    async def fetch(self, query, /, *arguments):
        self.queries[query] += 1
        return await super().fetch(query, *arguments)


async def test_endpoints_are_read_ahead_at_the_first_zone_since_a_start(town):
    """Once: whoever is written afterwards is found in memory, by this alert and by the next."""
    store = _Asked(town.db)
    node = replace(town.node, fan_out=replace(town.node.fan_out, db=store))
    people = {await town.person(), await town.person((LAT + 0.008, LON))}
    for _ in range(2):
        released = await town.release()
        await town.spread(node)
        assert await town.people_of(released) == people
        assert store.queries["audience.foresee"] == 1


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


class SetRight(TroubledStore):
    """The clock is four hours ahead when work is asked for the first time, and right ever after."""

    def __init__(self, town):
        super().__init__(town.db, nothing)
        self._clock, self._ahead = town.clock, 4 * HOUR

    async def fetch(self, query, /, *arguments):
        ahead, self._ahead = self._ahead, 0
        self._clock.advance(ahead)
        rows = await super().fetch(query, *arguments)
        self._clock.advance(-ahead)
        return rows


async def test_a_clock_that_is_set_right_in_the_middle_of_a_slice_leaves_nobody_out(town):
    """What looked over before its slice was written, and is not, is begun anew: a piece is not closed without its people."""
    people = {await town.person() for _ in range(3)}
    released = await town.release()
    await replace(town.node.fan_out, db=SetRight(town)).step()
    await town.spread()
    assert await town.people_of(released) == people
    assert (await town.message(released))["planned"] == 3
