"""Stations that share a sender: in one lane in equal parts, and only as long as another waits."""

from dataclasses import replace

from heart.town import build, phone, settings

from alertd.clock import SECOND
from alertd.model import Level, Target

INFO = {"level": Level.INFO, "topic": "council", "target": Target(station=True)}
SLOW = {"name": "Bras", "rate": 4, "burst": 4}


async def two_stations(db, clock, *, ours: int, theirs: int, **changes):
    """Ours has released first, to so many; the neighbour's message came after. Their people's numbers follow ours."""
    town = await build(db, clock, settings(SLOW, channels=("sms",)))
    for _ in range(ours):
        await town.person()
    for _ in range(theirs):
        await town.person(station=town.neighbour)
    await town.release(**INFO)
    await next_door(town).release(**(INFO | changes))
    await town.spread()
    return town


def next_door(town):
    """The same town as its neighbour's mayor sees it."""
    return replace(town, station=town.neighbour, mayor=replace(town.mayor, station_id=town.neighbour.id))


async def handed_each_second(town, seconds, *, ours):
    """What has left after each of so many seconds: (ours, theirs); the first `ours` numbers are ours."""
    mine, handed = {phone(n) for n in range(1, ours + 1)}, []
    for _ in range(seconds):
        town.clock.advance(SECOND)
        await town.hand_over()
        left = sum(address in mine for address in town.provider.addresses)
        handed.append((left, len(town.provider.addresses) - left))
    return handed


async def test_a_small_message_does_not_wait_for_a_large_one_of_another_station(db, clock):
    """Forty of ours wait at four a second when the neighbour's six come: half of each second is theirs until they are through."""
    town = await two_stations(db, clock, ours=40, theirs=6)
    handed = await handed_each_second(town, 5, ours=40)
    assert handed[0] == (2, 2)
    assert handed[2] == (6, 6)
    assert handed[4] == (14, 6)


async def test_who_is_alone_takes_all(db, clock):
    """No part is kept for a station that has nothing to say."""
    town = await two_stations(db, clock, ours=12, theirs=0)
    assert [ours for ours, _ in await handed_each_second(town, 3, ours=12)] == [4, 8, 12]


async def test_fairness_never_comes_before_urgency(db, clock):
    """The neighbour's danger takes the whole sender while our information waits."""
    town = await two_stations(db, clock, ours=12, theirs=8, level=Level.DANGER, topic="fire")
    assert await handed_each_second(town, 3, ours=12) == [(0, 4), (0, 8), (4, 8)]


async def test_two_messages_of_one_station_have_together_what_one_has(db, clock):
    """A station does not win by saying more: its two messages share its half."""
    town = await two_stations(db, clock, ours=20, theirs=20)
    await town.release(**(INFO | {"texts": {"fr": town.content().texts["fr"]}}))
    await town.spread()
    handed = await handed_each_second(town, 4, ours=20)
    assert handed[-1] == (8, 8)


async def test_the_forecast_counts_on_half_of_a_sender_that_another_station_uses(db, clock):
    """Forty of theirs wait at four a second: ten of ours are through after five seconds, not after twelve."""
    town = await build(db, clock, settings(SLOW, channels=("sms",)))
    for n in range(50):
        await town.person(station=town.neighbour if n >= 10 else None)
    await next_door(town).release(**INFO)
    await town.spread()
    shown = await town.preview(**INFO)
    assert (shown.first_s, shown.last_s) == (0, (20 - 4) / 4)
    alone = await next_door(town).preview(**INFO)
    assert alone.last_s == (40 + 40 - 4) / 4
