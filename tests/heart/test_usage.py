"""What each station handed over in a month: by its own clock, in segments, at its tariff; training and others apart."""

from datetime import UTC, datetime

import pytest
from heart.town import SMS, build, settings

from alertd.clock import DAY, to_ms
from alertd.issue.usage import usage
from alertd.model import Level, Target, Text

LONG = Text("Coupure d'eau", instruction="Faites une réserve. " * 12)


@pytest.fixture
async def priced(db, clock):
    """A town whose segments cost ten cents."""
    chosen = settings({"name": "MAIRIE", "unit": "segment", "price": 0.10}, channels=["sms"])
    return await build(db, clock, chosen)


async def test_segments_and_euros_are_those_of_what_was_handed_over(priced):
    """Three people, two segments each; whom nothing was sent to costs nothing, and another month is another bill."""
    town = priced
    for _ in range(3):
        await town.person()
    await town.person(station=town.neighbour)
    await town.release(
        level=Level.INFO,
        topic="water",
        target=Target(station=True),
        texts={"fr": LONG},
        channels=frozenset({SMS}),
    )
    await town.run()
    (one,) = await usage(town.desk, "2026-03")
    segments = one.units[SMS]
    assert (one.station.slug, one.deliveries, segments % 3) == ("bras-sur-meuse", {SMS: 3}, 0)
    assert segments // 3 >= 2
    assert round(one.euros, 2) == round(segments * 0.10, 2)
    assert await usage(town.desk, "2026-02") == []


async def test_an_exercise_is_on_the_bill_as_any_message(priced):
    """A provider bills its segments: no figure of alerts counts them, a host's division does."""
    town = priced
    await town.person(exercises=True)
    info = {
        "level": Level.INFO,
        "topic": "water",
        "target": Target(station=True),
        "channels": frozenset({SMS}),
    }
    await town.release(**info)
    await town.run()
    (real,) = await usage(town.desk, "2026-03")
    await town.release(**info, exercise=True)
    await town.run()
    (both,) = await usage(town.desk, "2026-03")
    assert both.deliveries == {SMS: 2}
    assert both.units[SMS] >= 2 * real.units[SMS] > 0
    assert round(both.euros, 2) == round(both.units[SMS] * 0.10, 2)


async def test_a_month_ends_at_the_station_s_midnight(priced):
    """23:30 UTC on 31 March is April in Paris."""
    town = priced
    await town.person()
    town.clock.advance(to_ms(datetime(2026, 3, 31, 23, 30, tzinfo=UTC)) - town.clock.now_ms())
    content = town.content(
        level=Level.INFO, topic="water", target=Target(station=True), channels=frozenset({SMS})
    )
    await town.release(
        level=content.level,
        topic=content.topic,
        target=content.target,
        channels=content.channels,
        expires=town.clock.now_ms() + DAY,
    )
    await town.run()
    assert await usage(town.desk, "2026-03") == []
    assert len(await usage(town.desk, "2026-04")) == 1
