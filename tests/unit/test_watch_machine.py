"""What a node sees of its own machine, and when something counts as standing still."""

from email.utils import format_datetime

import pytest

from alertd.clock import HOUR, MINUTE, SECOND, SetClock, from_ms
from alertd.watch.dates import Dates
from alertd.watch.machine import apart, fullest, off_by
from alertd.watch.still import Stillness


@pytest.mark.parametrize(
    ("share", "was_full", "told"),
    [(0.899, False, False), (0.9, False, True), (0.889, True, True), (0.879, True, False)],
)
def test_a_disk_is_full_from_nine_tenths_and_well_again_below(share, was_full, told):
    """From 90 % on; one that was is until it is below 88 %. The fullest of them is named."""
    causes = list(fullest({"database": share, "spool": 0.1}, "mairie-1", was_full=was_full))
    assert [cause.blanks["holds"] for cause in causes] == ["la base"] * told


def test_a_disk_that_does_not_answer_is_no_cause():
    """Nothing is known of it: nothing is told."""
    assert not list(fullest({}, "mairie-1", was_full=True))


@pytest.mark.parametrize(
    ("theirs", "off", "told"),
    [
        (1_000, 0, False),
        (1_400, 0, False),
        (3_400, 2_000, True),
        (-1_000, -2_000, True),
        (3_000, 1_600, False),
    ],
)
def test_a_clock_is_off_by_what_the_question_cannot_explain(theirs, off, told):
    """Asked at 1,000 and answered at 1,400 ms, what lies between is no difference; from two seconds on it is told."""
    assert apart(1_000, theirs, 1_400) == off
    assert bool(list(off_by(off, "mairie-1"))) is told


def test_still_is_what_shows_the_same_for_as_long():
    """A change begins it anew, and so does a clock that was set back; what was forgotten is new."""
    still = Stillness()
    looks = [(0, "a"), (MINUTE, "a"), (2 * MINUTE, "b"), (3 * MINUTE, "b"), (MINUTE, "b"), (2 * MINUTE, "b")]
    assert [still.for_ms("sms", mark, at) // MINUTE for at, mark in looks] == [0, 1, 0, 1, 0, 1]
    still.forget("sms")
    assert still.for_ms("sms", "b", 3 * MINUTE) == 0


def dated(clock: SetClock, off_s: float) -> str:
    """What a server writes whose clock is that far ahead."""
    return format_datetime(from_ms(clock.now_ms() + round(off_s * SECOND)), usegmt=True)


@pytest.mark.parametrize(
    ("first", "second", "off_s"),
    [
        ((3, 3), (), 3),
        ((-3, -3), (), -2),  # whole seconds: it may be a second less
        ((1, 1), (), 1),
        ((3, 0), (), 0),  # once is a slip
        ((3,), (), 0),
        ((9, 9), (0, 0), 0),  # one host that agrees is enough
        ((9, 9), (4, 4), 4),
    ],
)
def test_a_clock_is_off_by_what_every_provider_says_twice(first, second, off_s):
    """By the least of what hosts said that answered within the hour, each twice running."""
    clock = SetClock(HOUR)
    dates = Dates(clock)
    for host, said in (("push.example", first), ("sms.example", second)):
        for off in said:
            dates.hear(host, 0.0, dated(clock, off))
    assert dates.off_ms() == off_s * SECOND
    clock.advance(HOUR + SECOND)
    assert dates.off_ms() == 0


def test_a_slow_answer_and_a_date_that_is_none_say_nothing():
    """What may have been written any time within twenty seconds is no difference; neither is what nobody can read."""
    clock = SetClock(HOUR)
    dates = Dates(clock)
    for _ in range(2):
        dates.hear("push.example", 20.0, dated(clock, -18))
        dates.hear("sms.example", 0.0, "yesterday")
        dates.hear("old.example", 0.0, "Mon, 02 Mar 99999999 09:00:00 GMT")
    assert dates.off_ms() == 0
