"""The pulse: when a node may speak without asking once more whether it was taken for dead."""

import pytest

from alertd.deliver.pulse import Pulse

LEASE = 30.0


def test_a_node_that_was_never_seen_alive_asks():
    """Before the first sign of life nothing is sure."""
    assert not Pulse(LEASE).sure(10.0, 10.0)


@pytest.mark.parametrize(
    ("claimed", "now", "sure"),
    [
        (101.0, 102.0, True),
        (107.0, 114.0, True),
        (108.0, 108.5, False),
        (101.0, 109.0, False),
        (101.0, 400.0, False),
    ],
)
def test_what_is_claimed_soon_after_a_sign_of_life_and_spoken_soon_after_is_ours(claimed, now, sure):
    """The sign at 100 s, a third of a lease old at most; gaps of a quarter of a lease: together less than a lease."""
    pulse = Pulse(LEASE)
    pulse.felt(100.0)
    assert pulse.sure(claimed, now) is sure


def test_a_sign_of_life_after_a_freeze_does_not_vouch_for_what_was_claimed_before_it():
    """Claimed at 101, frozen until 200, seen alive at 200: the claim may have been taken over meanwhile."""
    pulse = Pulse(LEASE)
    pulse.felt(100.0)
    pulse.felt(200.0)
    assert not pulse.sure(101.0, 200.1)
