"""Time is an input."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.clock import DAY, FOREVER, HOUR, MINUTE, SECOND, SetClock, SystemClock, from_ms, to_ms


@given(st.integers(0, FOREVER))
def test_a_moment_keeps_its_milliseconds(moment):
    """A moment survives the way to a datetime and back, to the millisecond, until the year 9999."""
    assert to_ms(from_ms(moment)) == moment


def test_no_end_is_the_last_second_of_the_year_9999():
    """ "No end" is a moment like any other, so that comparisons need no null."""
    assert from_ms(FOREVER) == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_time_without_its_zone_is_no_moment():
    """A naive datetime is a bug, and is refused as one."""
    with pytest.raises(ValueError, match="zone"):
        to_ms(datetime(2026, 3, 2))  # noqa: DTZ001 - the mistake itself


def test_a_set_clock_stands_until_it_is_moved():
    """A set clock stands still, and both its times advance together."""
    clock = SetClock(1_000)
    assert (clock.now_ms(), clock.monotonic()) == (1_000, 1.0)
    clock.advance(90 * SECOND)
    assert (clock.now_ms(), clock.monotonic()) == (91_000, 91.0)


def test_the_machines_clock_is_in_utc_milliseconds():
    """The machine's clock gives UTC milliseconds that lie between two readings of its datetime."""
    before = datetime.now(UTC)
    now = from_ms(SystemClock().now_ms())
    assert before.replace(microsecond=before.microsecond // 1000 * 1000) <= now <= datetime.now(UTC)


def test_the_machines_monotonic_time_never_goes_back():
    """Durations are measured on a time that never goes back."""
    clock = SystemClock()
    assert clock.monotonic() <= clock.monotonic()


def test_the_units_are_milliseconds():
    """A second, a minute, an hour and a day are given in milliseconds."""
    assert (SECOND, MINUTE, HOUR, DAY) == (1_000, 60_000, 3_600_000, 86_400_000)
