"""When a canary is well, late or lost; and when two nodes mean the same interval."""

import pytest

from alertd.clock import HOUR, MINUTE, SECOND, SetClock
from alertd.model import Channel, State
from alertd.settings.canary import Canary
from alertd.watch.canary import slot
from alertd.watch.flights import Verdict, verdict

TERMS = Canary()
WELL, LATE, LOST = Verdict.WELL, Verdict.LATE, Verdict.LOST


@pytest.mark.parametrize(
    ("age_s", "state", "handed_s", "reports", "expected"),
    [
        (59, State.QUEUED, None, False, None),
        (61, State.QUEUED, None, False, LATE),
        (61, State.CALLING, None, False, LATE),
        (61, State.UNKNOWN, None, False, LATE),
        (1, State.REFUSED, None, False, LOST),
        (1, State.SKIPPED, None, False, LOST),
        (700, State.EXPIRED, None, True, LOST),
        (3, State.ACCEPTED, 2, False, WELL),
        (90, State.ACCEPTED, 61, False, LATE),
        (3, State.ACCEPTED, 2, True, None),
        (901, State.ACCEPTED, 2, True, LOST),
        (10, State.DELIVERED, 2, True, WELL),
        (10, State.SEEN, None, True, WELL),
    ],
)
def test_a_canary_is_judged_by_its_delivery(age_s, state, handed_s, reports, expected):
    """Late where no provider had it within a minute; lost where it was refused, or where a way that reports arrivals reports none."""
    handed = None if handed_s is None else handed_s * SECOND
    assert verdict(TERMS, age_s * SECOND, state, handed, reports=reports) is expected


def test_an_interval_begins_for_all_nodes_at_once():
    """It is counted from the same beginning, whatever a node's start: five minutes by e-mail, twelve hours by SMS."""
    clock = SetClock(100 * HOUR + 7 * MINUTE)
    assert slot(clock, TERMS, Channel.EMAIL) == 100 * HOUR + 5 * MINUTE
    assert slot(clock, TERMS, Channel.SMS) == 96 * HOUR
