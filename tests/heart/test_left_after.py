"""Who left after an alert is told of it, and not of an exercise of the same two days."""

import pytest
from heart.town import build

from alertd.clock import HOUR
from alertd.issue import ledger
from alertd.subscribe.leave import leave


@pytest.mark.parametrize("drilled_first", [False, True])
async def test_an_exercise_s_departures_are_no_alert_s(db, clock, drilled_first):
    """An alert and an exercise within a day; one person leaves after the first, two after the second: each is told of its own."""
    town, moments, people = await build(db, clock), {}, []
    people = [await town.person(exercises=True) for _ in range(4)]
    for exercise, leaving in ((drilled_first, people[:1]), (not drilled_first, people[1:3])):
        moments[exercise] = clock.now_ms()
        await town.release(exercise=exercise)
        clock.advance(HOUR)
        async with db.transaction() as tx:
            for person in leaving:
                await leave(tx, town.station.id, person)
        clock.advance(HOUR)
    told = {
        exercise: await ledger.left_after(town.desk, town.station.id, [at], exercise=exercise)
        for exercise, at in moments.items()
    }
    assert told == {drilled_first: [1], not drilled_first: [2]}
