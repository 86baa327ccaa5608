"""Gateways of a station's own: what is its own leaves by it, the shared ones stand in, and nobody else ever speaks there."""

import json
from collections.abc import AsyncIterator

import pytest
from heart.owned import Owned, owned, settings, under
from heart.town import SMS, phone

from alertd.clock import SECOND
from alertd.deliver import inbound
from alertd.deliver.breaker import PATIENCE_MS
from alertd.deliver.health import PREFER, PROBE_MS
from alertd.deliver.inbound import Letter
from alertd.model import Level, State, Target
from alertd.store import reach
from alertd.subscribe.replies import Replies
from gateways.contract import Inbound

INFO = {"level": Level.INFO, "topic": "council", "target": Target(station=True)}
WARNING = {"level": Level.WARNING, "topic": "road"}


@pytest.fixture
async def house(db, clock) -> AsyncIterator[Owned]:
    """The commune has one of its own; the first and the second are everyone's."""
    house = await owned(db, clock)
    yield house
    await house.town.books()


@pytest.mark.parametrize("level", [{}, WARNING, INFO])
async def test_each_station_s_messages_leave_by_its_own(house, level):
    """The commune's by its own account, the neighbour's by the first that is shared."""
    await house.release(house.town.station, **level)
    await house.release(house.town.neighbour, **level)
    await house.pass_time(3 * SECOND)
    assert house.said() == {"own": 10, "first": 10}
    assert sorted(house.far["own"].addresses) == sorted(phone(n) for n in range(1, 11))


async def test_while_its_own_is_down_the_shared_ones_stand_in_and_it_comes_back_by_itself(house):
    """Nobody waits for a commune's account: the first of the shared ones tells all, once each, until its own answers again."""
    house.far["own"].down = True
    released = await house.release(house.town.station)
    await house.pass_time(6 * SECOND)
    assert await house.town.states(released) == {State.ACCEPTED: 10}
    assert house.said() == {"first": 10}
    house.far["own"].down = False
    await house.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    await house.release(house.town.station, **WARNING)
    await house.pass_time(2 * SECOND)
    assert house.said() == {"first": 10, "own": 10}


async def test_with_its_own_and_the_first_down_the_second_speaks(house):
    """The shared ones stand in in the order of the routes."""
    house.far["own"].down = house.far["first"].down = True
    released = await house.release(house.town.station)
    await house.pass_time(8 * SECOND)
    assert await house.town.states(released) == {State.ACCEPTED: 10}
    assert house.said() == {"second": 10}


async def test_another_station_waits_rather_than_speak_there(house):
    """With every shared one down the neighbour's queue stands, and leaves when one of them answers."""
    house.far["first"].down = house.far["second"].down = True
    await house.release(house.town.station)
    waiting = await house.release(house.town.neighbour)
    await house.pass_time(8 * SECOND)
    assert house.said() == {"own": 10}
    assert await house.town.states(waiting) != {State.ACCEPTED: 10}
    house.far["second"].down = False
    await house.pass_time(PATIENCE_MS + 2 * PROBE_MS)
    assert await house.town.states(waiting) == {State.ACCEPTED: 10}
    assert house.said() == {"own": 10, "second": 10}


async def test_service_messages_go_the_way_of_whose_word_it_is(house):
    """A code of the commune by its own, the neighbour's and the instance's by the shared ones, even as an answer to a text
    to the commune's number.
    """
    town = house.town
    (person,) = [await town.person(station=town.neighbour)]
    await house.write(person, town.station)
    await house.write(person, town.neighbour, through="own")
    await house.write(person, None, through="own")
    await house.pass_time(2 * SECOND)
    assert house.said() == {"own": 1, "first": 2}


async def test_a_station_under_it_inherits_and_one_with_its_own_goes_before(db, clock):
    """The school speaks by the commune's; the hamlet by its own, and by the commune's before the shared ones."""
    house = await owned(db, clock, settings({"own": ["bras-sur-meuse"], "hamlet": ["hameau"]}))
    school = await under(house.town, house.town.station)
    hamlet = await under(house.town, house.town.station, "hameau", "commune")
    await house.town.person(station=school)
    await house.town.person(station=hamlet)
    await house.release(school, **INFO)
    await house.release(hamlet)
    await house.pass_time(2 * SECOND)
    assert house.said() == {"own": 1, "hamlet": 1}
    house.far["hamlet"].down = True
    await house.release(hamlet)
    await house.pass_time(6 * SECOND)
    assert house.said() == {"own": 2, "hamlet": 1}
    await house.release(house.town.station)
    await house.pass_time(2 * SECOND)
    assert house.said() == {"own": 12, "hamlet": 1}


async def test_an_override_moves_no_one_to_or_from_an_own_one(house):
    """Whom an administrator imposes speaks among the shared ones; the commune keeps its own, also where its name was written."""
    town = house.town
    for named, shared in (("second", "second"), ("own", "first")):
        before = house.said()
        said = json.dumps({"gateway": named, "reason": "contract"})
        await town.do("instance.write_setting", f"{PREFER}sms", said)
        await house.health.step()
        await house.release(town.station)
        await house.release(town.neighbour)
        await house.pass_time(2 * SECOND)
        assert house.said() == before | {"own": before.get("own", 0) + 10, shared: 10}
    house.far["own"].down = True
    released = await house.release(town.station)
    await house.pass_time(6 * SECOND)
    assert await town.states(released) == {State.ACCEPTED: 10}


async def test_what_was_queued_while_it_was_everyone_s_does_not_leave_by_it(db, clock):
    """The neighbour's messages stood in its queue: at the restart they go to a shared one, the commune's stay."""
    house = await owned(db, clock, settings({}, ["own", "first"]))
    house.far["own"].down = house.far["first"].down = True
    mine = await house.release(house.town.station)
    theirs = await house.release(house.town.neighbour, **INFO)
    await house.town.spread()
    house.far["own"].down = house.far["first"].down = False
    await house.start(settings(shared=["first"]))
    await house.pass_time(2 * SECOND)
    assert await house.town.states(mine) == await house.town.states(theirs) == {State.ACCEPTED: 10}
    assert house.said() == {"own": 10, "first": 10}
    await house.town.books()


async def test_what_another_node_still_queues_there_is_not_said_by_it(db, clock):
    """A node with the old configuration fans the neighbour's out to it: the claim passes it over, and it is given on."""
    house = await owned(db, clock, settings({}, ["own", "first"]))
    old = house.town.node
    await house.start(settings(shared=["first"]))
    theirs = await house.release(house.town.neighbour)
    await house.town.spread(old)
    (own,) = [line for line in house.lines if line.sender.gateway == "own"]
    assert not await house.dispatch.step(own)
    await house.pass_time(2 * SECOND)
    assert await house.town.states(theirs) == {State.ACCEPTED: 10}
    assert house.said() == {"first": 10}
    await house.town.books()


async def test_a_number_reserved_for_danger_stands_in_for_danger_alone(db, clock):
    """Its own is down, and of the shared ones the only one is for emergencies: they leave by it, the news waits."""
    house = await owned(db, clock, settings(shared=["first"], terms={"first": {"reserved": "danger"}}))
    house.far["own"].down = True
    danger = await house.release(house.town.station)
    news = await house.release(house.town.station, **INFO)
    await house.pass_time(8 * SECOND)
    assert await house.town.states(danger) == {State.ACCEPTED: 10}
    assert State.ACCEPTED not in await house.town.states(news)
    assert house.said() == {"first": 10}
    await house.town.books()


async def test_two_stations_may_share_one_of_their_own(db, clock):
    """It speaks for both; what the second station has besides stands in for that one alone."""
    house = await owned(
        db, clock, settings({"both": ["bras-sur-meuse", "voisine"], "hers": ["voisine"]}, ["first"])
    )
    house.far["both"].down = house.far["first"].down = True
    mine = await house.release(house.town.station)
    theirs = await house.release(house.town.neighbour)
    await house.pass_time(8 * SECOND)
    assert await house.town.states(theirs) == {State.ACCEPTED: 10}
    assert State.ACCEPTED not in await house.town.states(mine)
    assert house.said() == {"hers": 10}
    await house.town.books()


async def test_a_station_that_is_opened_later_has_it_at_once(db, clock):
    """Its gateway was configured before there was the station: no restart is asked for."""
    house = await owned(db, clock, settings({"own": ["lieu-dit"]}))
    later = await under(house.town, house.town.station, "lieu-dit", "commune")
    await house.town.person(station=later)
    await house.release(later)
    await house.pass_time(2 * SECOND)
    assert house.said() == {"own": 1}
    house.far["own"].down = True
    released = await house.release(later)
    await house.pass_time(6 * SECOND)
    assert await house.town.states(released) == {State.ACCEPTED: 1}
    assert house.said() == {"own": 1, "first": 1}


async def test_the_preview_has_its_own_price_and_its_own_queue(db, clock):
    """Ten cents by its own account, a euro by the shared one: each is shown what it will be billed, and waits for no other's."""
    cheap, dear = {"price": 0.10, "unit": "message", "rate": 10}, {"price": 1.0, "unit": "message", "rate": 1}
    house = await owned(db, clock, settings(shared=["first"], terms={"own": cheap, "first": dear}))
    told = await house.town.preview()
    assert (told.price, told.endpoints) == (1.0, {SMS: 10})
    await house.release(house.town.neighbour)
    await house.town.spread()
    again = await house.town.preview()
    assert again.last_s == told.last_s is not None


async def test_a_stop_to_its_number_ends_its_subscription_and_is_answered_from_there(house):
    """Not the neighbour's, whose words come from the shared number."""
    town = house.town
    person = await town.person()
    await town.do("heart.follow", town.neighbour.id, person)
    async with town.db.transaction() as tx:
        await reach.derive(tx, [person])
    await house.release(town.neighbour, **INFO)
    await house.pass_time(2 * SECOND)
    await house.release(town.station, **INFO)
    await house.pass_time(2 * SECOND)
    before = house.said()
    number = phone(21)
    arrived = Letter("own", town.clock.now_ms(), Inbound(number, "own", "STOP", "1"))
    async with town.db.transaction() as tx:
        await inbound.append(tx, town.desk.keyring, [arrived])
    assert await Replies(town.db, town.desk, "https://alertes.example").step()
    await house.pass_time(2 * SECOND)
    assert house.said() == before | {"own": before["own"] + 1}
    assert house.far["own"].ledger[-1].address == number
    assert "Bras-sur-Meuse" in house.far["own"].ledger[-1].text
    left = await town.db.fetch("heart_stops.subscriptions")
    assert [row["station_id"] for row in left if row["subscriber_id"] == person] == [town.neighbour.id]
