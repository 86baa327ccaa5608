"""What was forecast at release stands beside what happened: when the first, half and the last were handed over."""

import pytest
from heart.town import SMS, build, phone, settings

from alertd.clock import SECOND
from alertd.issue import reading
from alertd.issue.reading import Times
from alertd.model import Text
from gateways.contract import Outcome

PEOPLE = 20
RATE = 2.0


@pytest.fixture
async def town(db, clock):
    """Twenty people, and a number that may say two messages a second."""
    town = await build(db, clock, settings({"name": "38000", "rate": RATE, "burst": 1}, channels=["sms"]))
    for _ in range(PEOPLE):
        await town.person()
    yield town
    await town.books()


async def pass_time(town, ticks):
    """Half a second each: one message may leave in it."""
    for _ in range(ticks):
        town.clock.advance(SECOND // 2)
        await town.spread()
        await town.hand_over(channel=SMS)
        await town.keep_house()


async def measured(town, event):
    """Seconds from release to the first, the tenth and the last attempt that was accepted."""
    message = await town.message(event)
    tries = sorted(
        attempt["started_at"] - message["created_at"]
        for attempt in await town.attempts()
        if attempt["message_id"] == message["id"] and attempt["outcome"] == "accepted"
    )
    return Times(tries[0] / SECOND, tries[(len(tries) - 1) // 2] / SECOND, tries[-1] / SECOND)


async def book(town, event, which=-1):
    return (await reading.progress(town.desk, event.alert_id))[which]


def told_ratios(town):
    return {
        sample.labels["part"]: sample.value
        for metric in town.node.tend.figures.registry.collect()
        for sample in metric.samples
        if sample.name == "alertd_forecast_ratio_count"
    }


async def test_forecast_and_fact_stand_side_by_side(town):
    """When nothing waits any more, by the attempts; and how the forecast was kept goes into the figures, once."""
    shown = await town.preview()
    released = await town.release()
    await pass_time(town, PEOPLE + 4)
    told = await book(town, released)
    assert told.closed
    assert told.forecast == Times(shown.first_s, shown.half_s, shown.last_s)
    assert told.forecast.last_s == pytest.approx((PEOPLE - 1) / RATE)
    assert told.actual == await measured(town, released)
    assert told.actual.last_s >= (PEOPLE - 1) / RATE  # no provider lets more through
    assert told_ratios(town) == {"first": 1, "half": 1, "last": 1}


async def test_first_and_half_are_told_while_it_is_under_way(town):
    """As soon as they happened, and they do not change when the last is told."""
    released = await town.release()
    await pass_time(town, 3)
    early = (await book(town, released)).actual
    assert early.first_s is not None
    assert (early.half_s, early.last_s) == (None, None)
    await pass_time(town, PEOPLE // 2)
    midway = await book(town, released)
    assert not midway.closed
    assert (midway.actual.first_s, midway.actual.last_s) == (early.first_s, None)
    assert midway.actual.half_s is not None
    await pass_time(town, PEOPLE)
    late = (await book(town, released)).actual
    assert (late.first_s, late.half_s) == (midway.actual.first_s, midway.actual.half_s)
    assert late == await measured(town, released)
    assert told_ratios(town)["last"] == 1


async def test_an_end_was_not_forecast_and_is_measured(town):
    """Nobody was shown how long it takes; how long it took is told, and no ratio is made of it."""
    released = await town.release()
    await pass_time(town, PEOPLE + 4)
    ended = await town.end(released, {"fr": Text("C'est fini", "", "")})
    await pass_time(town, PEOPLE + 4)
    told = await book(town, ended)
    assert told.closed
    assert told.forecast == Times(None, None, None)
    assert told.actual == await measured(town, ended)
    assert told_ratios(town) == {"first": 1, "half": 1, "last": 1}


async def test_who_was_not_reached_is_not_counted(town):
    """Half are refused: half of the others is the half."""
    for n in range(1, PEOPLE + 1, 2):
        town.provider.plays(phone(n), Outcome.REFUSED)
    released = await town.release()
    await pass_time(town, PEOPLE + 4)
    assert (await book(town, released)).actual == await measured(town, released)


async def test_where_nobody_was_reached_nothing_is_told(town):
    """No hand-over, no time."""
    town.provider.usual = Outcome.REFUSED
    released = await town.release()
    await pass_time(town, PEOPLE + 4)
    told = await book(town, released)
    assert told.closed
    assert told.actual == Times(None, None, None)
    assert told_ratios(town) == {}
