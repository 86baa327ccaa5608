"""Reminders: whoever leaves between the writing and the hour is told no more that they receive anything."""

import pytest
from heart.reminded import YEAR, node_of, reminded_town

from alertd.clock import HOUR, MINUTE
from alertd.model import Quiet, State
from alertd.store import reach
from alertd.subscribe.leave import leave

town = pytest.fixture(reminded_town, name="town")


async def test_whoever_left_the_station_meanwhile_is_not_reminded_of_it(town):
    """It waited for the end of their quiet hours; they follow the neighbour still, so their address stays."""
    person = await town.person(sms=0, push=1)
    await town.do("heart.follow", town.neighbour.id, person)
    async with town.db.transaction() as tx:
        await reach.derive(tx, [person])
    town.clock.advance(YEAR)
    await town.do("quiet.set", person, Quiet("Europe/Paris", 9 * 60, 12 * 60).written)
    await node_of(town).remind()
    assert await town.states() == {State.WAITING: 1}
    async with town.db.transaction() as tx:
        await leave(tx, town.station.id, person)
    await town.later(2 * HOUR + MINUTE)
    assert town.provider.addresses == []
    assert await town.states() == {State.STOPPED: 1}
