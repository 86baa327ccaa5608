"""Calls about a number itself: between 9 and 19 h where the station is, whatever the clocks do."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alertd.clock import from_ms, to_ms
from alertd.subscribe.quiet_calls import may_ring_at


def local(text: str, zone: str = "Europe/Paris") -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("now", "rings"),
    [
        ("2026-03-02T09:00", "2026-03-02T09:00"),
        ("2026-03-02T14:30", "2026-03-02T14:30"),
        ("2026-03-02T18:59:59", "2026-03-02T18:59:59"),
        ("2026-03-02T19:00", "2026-03-03T09:00"),
        ("2026-03-02T23:59", "2026-03-03T09:00"),
        ("2026-03-03T00:00", "2026-03-03T09:00"),
        ("2026-03-03T08:59:59", "2026-03-03T09:00"),
        ("2026-03-28T22:00", "2026-03-29T09:00"),  # the night that is an hour short
        ("2026-10-24T22:00", "2026-10-25T09:00"),  # and the one that is an hour long
        ("2026-12-31T20:00", "2027-01-01T09:00"),
    ],
)
def test_such_a_call_waits_for_its_hour(now: str, rings: str) -> None:
    """At once by day; else at nine in the morning of the station's own clock."""
    assert from_ms(may_ring_at(local(now), "Europe/Paris")) == from_ms(local(rings))


def test_nine_o_clock_is_the_station_s_own() -> None:
    """When it is noon in Paris, nobody is woken in Guadeloupe."""
    zone = "America/Guadeloupe"
    assert may_ring_at(local("2026-03-02T12:00"), zone) == local("2026-03-02T09:00", zone)
