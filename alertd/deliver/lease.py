"""Leases: a sender with a pace is spoken for by one node at a time, so that the pace is kept by all of them together.

The bucket is the owner's, and its level is kept with the lease: whoever takes a lease that was let go, or one's own after a
restart, goes on from it. A node that dies loses its lease when it runs out, by the store's clock: its heir starts empty. So does the heir of a lease that runs for longer than there are
leases, because the store's clock was set back.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from alertd.clock import SECOND
from alertd.deliver.pace import Bucket
from alertd.deliver.routes import Sender
from alertd.errors import Unavailable
from alertd.settings.sections import LONGEST_LEASE_S
from alertd.store import Database, Transaction

LONGEST_MS: Final = LONGEST_LEASE_S * SECOND
"""Longer than any node may hold a lease without saying so again, whatever is set on it."""


@dataclass(slots=True)
class Lease:
    """This process's right to speak as a sender. Where the provider sets no pace, nobody needs one."""

    sender: Sender
    bucket: Bucket
    held: bool = False

    async def take(self, db: Database, node_id: int, lease_ms: int) -> bool:
        """Hold it from now on; False while another node does."""
        if self.stands:
            return True
        async with db.transaction() as tx:
            rows = await tx.fetch("senders.take", self.sender.id, node_id, lease_ms)
            self.held = bool(rows) or await self._take_over(tx, node_id, lease_ms)
        left = [row["tokens"] + self.sender.rate * row["since"] / SECOND for row in rows]
        self.bucket.begin(min(left, default=0.0))
        return self.held

    async def _take_over(self, tx: Transaction, node_id: int, lease_ms: int) -> bool:
        return bool(await tx.execute("senders.take_over", self.sender.id, node_id, lease_ms, LONGEST_MS))

    @property
    def stands(self) -> bool:
        """Whether it is held, as far as this node knows, or nobody needs one."""
        return self.held or self.sender.rate is None

    async def renew(self, tx: Transaction, node_id: int, lease_ms: int, most: int) -> bool:
        """In the transaction of a claim of `most` messages; False when another node has taken it meanwhile."""
        if self.sender.rate is not None:
            left = self.bucket.level - most
            renewed = await tx.execute("senders.hold", self.sender.id, node_id, lease_ms, left)
            self.held = bool(renewed)
        return self.stands

    async def let_go(self, tx: Transaction, node_id: int) -> None:
        """Another node may take it at once, and goes on from this level."""
        if self.held:
            await tx.execute("senders.let_go", self.sender.id, node_id, self.bucket.level_now())
            self.held = False


async def part(db: Database, node_id: int, leases: Sequence[Lease]) -> None:
    """The node's work has ended: others take over its senders, and look at once for what it may have left. A store that
    is away is told nothing: the leases run out.
    """
    with suppress(Unavailable):
        async with db.transaction() as tx:
            for lease in sorted(leases, key=lambda each: each.sender.id):
                await lease.let_go(tx, node_id)
            await tx.execute("nodes.part", node_id)
        for lease in leases:
            db.ring(f"dispatch:{lease.sender.id}")
        db.ring("tend")
