"""Reminders leave by day, so many an hour, behind everything else, and once whatever nodes and restarts."""

import asyncio

import pytest
from heart.reminded import YEAR, add_station, addresses, minute, node_of, reminded_town
from heart.town import device

from alertd.clock import DAY, HOUR, MINUTE
from alertd.model import Channel, Quiet, State
from alertd.settings import Settings
from alertd.settings.reminder import Reminder as Terms
from alertd.stations import sending_switch
from alertd.watch import reminder

town = pytest.fixture(reminded_town, name="town")


async def people(town, number, **more):
    """All of one day."""
    for _ in range(number):
        await town.person(sms=0, push=1, **more)


async def test_a_day_of_many_is_spread(town):
    """Five who joined on one day, at sixty an hour: one a minute, in the order of joining, and nobody is left out."""
    await people(town, 5)
    town.clock.advance(YEAR)
    seen = []
    for _ in range(7):
        seen.append(await addresses(town, per_hour=60))
        town.clock.advance(MINUTE)
    assert seen == [[device(1)], [device(2)], [device(3)], [device(4)], [device(5)], [], []]


async def test_the_hour_s_share_is_the_whole_instance_s_and_stations_take_turns(town):
    """A great station keeps no small one waiting; two nodes have one share between them."""
    await people(town, 3)
    await people(town, 1, station=town.neighbour)
    town.clock.advance(YEAR)
    nodes = [node_of(town, per_hour=60), node_of(town, per_hour=60)]
    seen = []
    for _ in range(4):
        seen += [await addresses(town, node) for node in nodes]
        town.clock.advance(MINUTE)
    assert seen == [[device(1)], [], [device(4)], [], [device(2)], [], [device(3)], []]


async def test_large_stations_are_gone_through_in_slices(town):
    """So many people a minute; the next minute goes on behind them, another node too, and each is reminded once."""
    await people(town, 5)
    town.clock.advance(YEAR)
    nodes = [node_of(town), node_of(town)]
    for node in nodes:
        node.slice = 2
    minutes = [await addresses(town, nodes[number % 2]) for number in range(5)]
    assert [len(one) for one in minutes] == [2, 2, 1, 0, 0]
    assert [one for each in minutes for one in each] == [device(number) for number in range(1, 6)]


async def test_two_nodes_at_once_remind_once(town):
    """Both look in the same instant."""
    await people(town, 5)
    town.clock.advance(YEAR)
    await asyncio.gather(*(node_of(town).remind() for _ in range(3)))
    await town.run()
    assert sorted(town.provider.addresses) == [device(number) for number in range(1, 6)]


async def test_whoever_was_reminded_is_not_even_where_the_way_through_begins_anew(town):
    """It is the person's mark that counts, not how far anybody came."""
    await people(town, 2)
    town.clock.advance(YEAR)
    assert len(await addresses(town)) == 2
    await town.do("heart_reminders.forget")
    assert await addresses(town) == []


async def test_of_two_that_mark_a_person_at_once_one_does(town):
    """The second waits for the first's transaction, and then finds them marked."""
    await people(town, 1)
    (person,) = await town.db.fetch("heart_reminders.people")
    since = town.clock.now_ms() - YEAR

    async def mark() -> int:
        async with town.db.transaction() as tx:
            return int(await tx.execute("reminders.mark", person["id"], since))

    assert sorted(await asyncio.gather(mark(), mark(), mark())) == [0, 0, 1]


@pytest.mark.parametrize("hours", [-1, 7, 12])
async def test_nobody_is_reminded_outside_the_hours(town, hours):
    """It is nine, seventeen or ten at night there."""
    await people(town, 1)
    town.clock.advance(YEAR + hours * HOUR)
    assert await addresses(town) == []


async def test_the_hours_are_each_station_s_own(town):
    """Ten in the morning at Bras is one in the afternoon on La Réunion in winter, and the hours there end first."""
    island = await add_station(town, "cilaos", timezone="Indian/Reunion", region="RE")
    await people(town, 1)
    await people(town, 1, station=island)
    town.clock.advance(YEAR + 5 * HOUR)
    assert await addresses(town) == [device(1)]
    town.clock.advance(16 * HOUR)
    assert await addresses(town) == [device(2)], "eleven on the island, eight at Bras"


async def test_while_anything_waits_to_leave_nobody_is_reminded(town):
    """A danger that is queued goes first, whatever the hour."""
    await town.person(push=1)
    town.clock.advance(YEAR)
    await town.release(channels=frozenset({Channel.SMS}))
    await town.spread()
    await node_of(town).remind()
    assert [row["kind"] for row in await town.db.fetch("heart.messages")] == ["event"]
    await town.run()
    assert await addresses(town) == [device(1)]


async def test_switched_off_or_with_sending_paused_nobody_is_reminded(town):
    """By the setting, and by the switch that stops everything."""
    await people(town, 1)
    town.clock.advance(YEAR)
    assert await addresses(town, enabled=False) == []
    async with town.db.transaction() as tx:
        await sending_switch.turn(tx, on=False)
    assert await addresses(town) == []


async def test_quiet_hours_are_kept(town):
    """Who wants peace until noon is reminded at noon; who is away for a week once they are back."""
    await people(town, 2)
    until_noon, away = (row["id"] for row in await town.db.fetch("heart_reminders.people"))
    town.clock.advance(YEAR)
    await town.do("quiet.set", until_noon, Quiet("Europe/Paris", 9 * 60, 12 * 60).written)
    await town.do("quiet.set", away, Quiet("Europe/Paris", until=town.clock.now_ms() + 7 * DAY).written)
    assert await addresses(town) == []
    assert await town.states() == {State.WAITING: 1}
    await town.later(2 * HOUR + MINUTE)
    assert town.provider.addresses == [device(1)]
    town.clock.advance(8 * DAY)
    assert await addresses(town) == [device(2)]


async def test_what_cannot_leave_for_four_hours_does_not(town):
    """It is no alert: whatever held it up, nobody's telephone rings in the evening for it."""
    await people(town, 1)
    town.clock.advance(YEAR)
    await node_of(town).remind()
    await town.later(4 * HOUR + MINUTE)
    assert town.provider.ledger == []
    assert await town.states() == {State.EXPIRED: 1}


async def test_a_station_knows_how_many_it_reminded_this_year(town):
    """In its own name; from the first of January on it counts anew."""
    await people(town, 3)
    await people(town, 1, station=town.neighbour)
    town.clock.advance(YEAR)
    await minute(town)

    async def counted() -> list[int]:
        return [await reminder.of_year(town.db, town.clock, each) for each in (town.station, town.neighbour)]

    assert await counted() == [3, 1]
    town.clock.advance(DAY)
    await minute(town)
    assert await counted() == [3, 1]
    town.clock.advance(YEAR)
    assert await counted() == [0, 0]
    await minute(town)
    assert await counted() == [3, 1]


async def test_a_station_that_nobody_may_join_never_reminds(town):
    """Nor a training one, nor any where it is switched off: its figures say so."""
    club = await add_station(town, "club", private=True)
    stations = (town.station, town.training, club)
    assert [reminder.speaks(Terms(), each) for each in stations] == [True, False, False]
    assert not reminder.speaks(Terms(enabled=False), town.station)


@pytest.mark.parametrize(
    "terms", [{"days": 30}, {"per_hour": 0}, {"hours": "22:00-23:00"}, {"hours": "dix heures"}]
)
def test_what_would_pester_people_is_refused(terms):
    """Every month, at night, or at hours that are none."""
    with pytest.raises(ValueError, match="reminder"):
        Settings.model_validate({"reminder": terms})
