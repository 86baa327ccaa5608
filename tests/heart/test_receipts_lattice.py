"""The lattice: whatever the order and however often words come, the same set of them ends in the same state."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.deliver.lattice import RANK, below, rises
from alertd.deliver.retry import FINAL
from alertd.model import State
from gateways.contract import Outcome

STATES = st.sampled_from(State)
WORDS = st.lists(st.sampled_from(Outcome), max_size=8)
NOTHING_SETTLED = (Outcome.RETRY, Outcome.THROTTLED, Outcome.UNKNOWN)


def after(before, words):
    """Where a delivery stands once all words were heard, in this order."""
    return reduce(lambda state, word: rises(state, word) or state, words, before)


@given(STATES, WORDS, st.data())
def test_any_order_and_repetition_ends_in_the_highest(before, words, data):
    """Shuffled and repeated, the words of a set end where the highest of them alone would."""
    again = data.draw(st.lists(st.sampled_from(words), max_size=8)) if words else []
    shuffled = data.draw(st.permutations(words + again))
    highest = max((FINAL[word] for word in words if word in FINAL), key=RANK.__getitem__, default=before)
    expected = highest if RANK.get(highest, 0) > RANK.get(before, 0) else before
    assert after(before, shuffled) == after(before, words) == expected


@given(STATES, WORDS)
def test_nothing_is_ever_lowered(before, words):
    """Every state on the way stands at least as high as the one before it."""
    for word in words:
        now = rises(before, word) or before
        assert RANK.get(now, 0) >= RANK.get(before, 0)
        before = now


@pytest.mark.parametrize("outcome", Outcome)
def test_nothing_leaves_seen(outcome):
    """A person has acknowledged it: no provider can say otherwise."""
    assert rises(State.SEEN, outcome) is None


@pytest.mark.parametrize("outcome", NOTHING_SETTLED)
@pytest.mark.parametrize("before", State)
def test_words_that_settle_nothing_move_nothing(before, outcome):
    """When to try again is decided by whoever sent, not by a word that comes later."""
    assert rises(before, outcome) is None


@pytest.mark.parametrize(
    ("before", "outcome", "expected"),
    [
        (State.CALLING, Outcome.ACCEPTED, State.ACCEPTED),
        (State.UNKNOWN, Outcome.ACCEPTED, State.ACCEPTED),
        (State.QUEUED, Outcome.DELIVERED, State.DELIVERED),  # queued once more after an unknown
        (State.ACCEPTED, Outcome.REFUSED, State.REFUSED),
        (State.ACCEPTED, Outcome.FAILED, State.FAILED),
        (State.DELIVERED, Outcome.ACCEPTED, None),
        (State.DELIVERED, Outcome.REFUSED, None),
        (State.REFUSED, Outcome.DELIVERED, State.DELIVERED),
        (State.REFUSED, Outcome.ACCEPTED, None),
        (State.DELIVERED, Outcome.SEEN, State.SEEN),
    ],
)
def test_the_order_of_words(before, outcome, expected):
    """Accepted, then the refusals, then delivered, which is a fact, then seen."""
    assert rises(before, outcome) is expected


@pytest.mark.parametrize("outcome", FINAL)
def test_what_gives_way_is_what_rises(outcome):
    """A late answer moves a delivery from exactly those states from which a receipt would."""
    assert set(below(FINAL[outcome])) == {state for state in State if rises(state, outcome)}
