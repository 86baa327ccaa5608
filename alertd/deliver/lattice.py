"""The lattice: providers' words about one delivery, in one order, so that they may come late, twice and in any order."""

from collections.abc import Mapping
from typing import Final

from alertd.deliver.retry import FINAL
from alertd.model import State
from gateways.contract import Outcome, Receipt

Word = tuple[str, Receipt]
"""A receipt, and the name of the gateway whose word it is."""

RANK: Final[Mapping[State, int]] = {
    State.ACCEPTED: 1,
    State.FAILED: 2,
    State.REFUSED: 3,
    State.STOPPED: 4,
    State.DELIVERED: 5,
    State.SEEN: 6,
}
"""A provider's words; every other state is ours, and gives way to any of them.

Delivered stands above the three refusals: that a phone had it is a fact, which a later word about the address does
not undo (the endpoint is closed all the same).
"""


def rises(before: State, outcome: Outcome) -> State | None:
    """The state that a word makes of a delivery; None when it leaves it as it is. It only goes up.

    Words that settle nothing (retry, throttled, unknown) move nothing: when to try again is decided by whoever sent.
    """
    after = FINAL.get(outcome)
    return after if after is not None and RANK[after] > RANK.get(before, 0) else None


def below(after: State) -> tuple[State, ...]:
    """The states that give way to this one, the usual two first; those two alone when it is no provider's word."""
    usual = (State.CALLING, State.UNKNOWN)
    if after not in RANK:
        return tuple(state for state in usual if state is not after)
    others = (state for state in State if state not in usual)
    return usual + tuple(state for state in others if RANK.get(state, 0) < RANK[after])
