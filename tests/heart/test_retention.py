"""Retention: what is over is forgotten person by person, never the counts, never what an end must still reach."""

import pytest
from heart.town import HOME, Town, build

from alertd.clock import DAY
from alertd.issue import reading, retention
from alertd.issue.retention import Dropped, Pace
from alertd.model import State

KEPT = 365 * DAY


@pytest.fixture
async def town(db, clock) -> Town:
    """The town on each engine in turn; its books are not held against deliveries that are dropped."""
    return await build(db, clock)


@pytest.fixture
async def over(town: Town) -> tuple[Town, int]:
    """Three people who were warned, and told of the end: six deliveries; the alert's id."""
    for _ in range(3):
        await town.person()
    alert = await town.release()
    await town.run()
    await town.end(alert)
    await town.run()
    assert await town.states() == {State.ACCEPTED: 6}
    return town, alert.alert_id


async def test_a_year_after_its_end_nobody_knows_whom_an_alert_reached(over):
    """Deliveries and attempts are gone, on the day and not before; how many were reached is still said, and balances."""
    town, alert = over
    before = await reading.progress(town.desk, alert)
    town.clock.advance(KEPT - DAY)
    assert await retention.forget(town.desk) == Dropped()
    assert await retention.forgotten_at(town.db, alert) is None
    town.clock.advance(2 * DAY)
    assert await retention.forget(town.desk) == Dropped(messages=2, deliveries=6)
    assert (await town.deliveries(), await town.attempts()) == ([], [])
    assert [one.tally for one in await reading.progress(town.desk, alert)] == [one.tally for one in before]
    assert await town.db.fetch("books.unbalanced", 5) == []
    assert await retention.forget(town.desk) == Dropped()


async def test_what_was_dropped_is_in_the_audit(over):
    """Numbers alone, once a round that found something."""
    town, alert = over
    town.clock.advance(KEPT + DAY)
    await retention.forget(town.desk)
    await retention.forget(town.desk)
    told = [row["detail"] for row in await town.db.fetch("heart.audits") if row["action"] == retention.ACTION]
    assert told == ['{"deliveries":6,"messages":2,"places":0}']
    at = await retention.forgotten_at(town.db, alert)
    assert at is not None
    assert 0 <= at - town.clock.now_ms() < DAY


async def test_an_alert_in_force_is_not_forgotten(town):
    """However long ago it was sent: whoever it reached is still told of its end."""
    await town.person()
    await town.release()
    await town.run()
    town.clock.advance(KEPT + DAY)
    assert await retention.forget(town.desk) == Dropped()
    assert await town.states() == {State.ACCEPTED: 1}


async def test_a_message_of_many_is_dropped_slice_by_slice(over):
    """What a round did not get to is the next one's, and is not taken for books that do not balance."""
    town, _ = over
    town.clock.advance(KEPT + DAY)
    pace = Pace(rows=2, slices=1)
    assert await retention.forget(town.desk, pace) == Dropped(deliveries=2)
    assert await town.db.fetch("books.unbalanced", 5) == []
    rounds = [await retention.forget(town.desk, pace) for _ in range(4)]
    assert (sum(one.messages for one in rounds), sum(one.deliveries for one in rounds)) == (2, 4)


async def test_a_place_that_was_given_up_is_dropped_after_a_month(town):
    """Where a person lived is nobody's business; where they live is kept."""
    there = await town.person(HOME, (HOME[0] + 0.01, HOME[1]))
    await town.do("subscribers.end_place", there, 1, town.clock.now_ms())
    town.clock.advance(29 * DAY)
    assert await retention.forget(town.desk) == Dropped()
    town.clock.advance(2 * DAY)
    assert await retention.forget(town.desk) == Dropped(places=1)
    alert = await town.release()
    await town.spread()
    assert await town.people_of(alert) == {there}
