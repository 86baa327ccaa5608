"""Pulse: whether this node can be sure that nobody took it for dead, without asking the store again.

A claim is asked about just before the wire, because a node that was frozen in between does not know that another has
taken over (`alertd.deliver.claim.ours`). Where its own monotonic clock says that the claim is moments old, and that the
store knew it alive moments before, no lease can have run out: then the question is saved, which at thousands of messages
a second is felt. A freeze, of whatever kind, is a jump of that clock.
"""

from dataclasses import dataclass
from math import inf


@dataclass(slots=True)
class Pulse:
    """Of one node. Times are monotonic seconds. `known_at`: when the store was seen to hold it for alive, by a sign not
    older than a third of a lease.
    """

    lease_s: float
    known_at: float = -inf

    def felt(self, at: float) -> None:
        """The store held it for alive at that time."""
        self.known_at = at

    def sure(self, since: float, now: float) -> bool:
        """Whether what was claimed after `since` is this node's still: a quarter of a lease for each of the two gaps, which
        with a third for the sign's own age leaves a sixth to spare.
        """
        gap = self.lease_s / 4
        return since - self.known_at < gap and now - since < gap
