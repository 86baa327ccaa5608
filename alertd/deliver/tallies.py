"""The books: every transaction that changes deliveries says so here, in the same transaction.

At every moment, for each message: planned = the sum over all states.
"""

from collections import Counter

from alertd.model import Channel, State
from alertd.store import Transaction


class Entries:
    """What one transaction changes in the books of one node; written once, at its end."""

    def __init__(self, node_id: int) -> None:
        self._node_id = node_id
        self._changes: Counter[tuple[int, Channel, State]] = Counter()

    def add(self, message_id: int, channel: Channel, state: State, n: int) -> None:
        """New deliveries."""
        self._changes[message_id, channel, state] += n

    def move(self, message_id: int, channel: Channel, before: State, after: State, n: int) -> None:
        """Deliveries that went from one state to another."""
        self._changes[message_id, channel, before] -= n
        self._changes[message_id, channel, after] += n

    async def write(self, tx: Transaction) -> None:
        """In the order of keys, so that two nodes' transactions never wait for each other in a circle."""
        rows = [
            (message_id, self._node_id, channel, state, n)
            for (message_id, channel, state), n in sorted(self._changes.items())
            if n
        ]
        if rows:
            await tx.execute_many("tallies.add", rows)

    @property
    def messages(self) -> frozenset[int]:
        """Whose books change."""
        return frozenset(message_id for (message_id, _, _), n in self._changes.items() if n)
