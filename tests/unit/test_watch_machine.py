"""What a node sees of its own machine, and when something counts as standing still."""

import pytest

from alertd.clock import MINUTE
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
