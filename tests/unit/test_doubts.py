"""A gateway that nobody speaks through is mute once a probe has found no way to it for half a minute, and not before."""

from alertd.clock import SECOND
from alertd.deliver.doubts import Doubts
from gateways.contract import Outcome, Receipt, Trouble

AWAY = Receipt("", Outcome.RETRY, code="refused", trouble=Trouble.CONNECTION)
SLOW = Receipt("", Outcome.UNKNOWN, code="probe_slow")


def heard(*words, passed=0):
    """What is said of each probe (receipt, second), a message having passed at that second."""
    doubts = Doubts()
    return [doubts.heed("far", receipt, at * SECOND, passed * SECOND) for receipt, at in words]


def test_half_a_minute_without_a_way_is_mute():
    """One probe says little; thirty seconds of them do."""
    assert heard((AWAY, 100), (AWAY, 129), (AWAY, 130)) == [False, False, True]


def test_a_message_that_passed_meanwhile_begins_anew():
    """There was a way: the half minute is counted from the next look on."""
    assert heard((AWAY, 100), (AWAY, 130), (AWAY, 159), passed=105) == [False, False, False]


def test_an_answer_or_slowness_ends_the_doubt():
    """Whoever is reached, however late, is there."""
    assert heard((AWAY, 100), (SLOW, 120), (AWAY, 131), (AWAY, 161)) == [False, False, False, True]
