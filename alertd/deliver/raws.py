"""Raw receipts: what providers bring later, kept as it came and sealed before anything is made of it
(`alertd.deliver.receipts`), and dropped a month after it was applied.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from alertd.clock import DAY
from alertd.deliver import inbound
from alertd.keys import Keyring
from alertd.store import Database, Transaction, ids
from gateways.contract import Callback, Inbound, Receipt

KEPT: Final = 30 * DAY
PURGES: Final = 100
"""Slices of a thousand that one purge drops at most; what is over waits for the next."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What a provider brought: its call as it came, where it called, and what its driver read (receipts, people's SMS), as JSON.

    `received_at` is in UTC ms. Headers are not kept: they may hold the provider's credentials.
    """

    gateway: str
    received_at: int
    content: bytes

    @classmethod
    def of(
        cls, gateway: str, received_at: int, callback: Callback, words: Sequence[Receipt | Inbound]
    ) -> "Raw":
        """From a callback whose signature the driver has verified."""
        body = base64.b64encode(callback.body).decode()
        call = {"method": callback.method, "url": callback.url, "body": body}
        return cls(gateway, received_at, json.dumps(call | _told(words)).encode())

    @classmethod
    def reported(cls, gateway: str, received_at: int, words: Sequence[Receipt | Inbound]) -> "Raw":
        """From a connection of the driver's own, which it has read: what it read is all that is kept."""
        return cls(gateway, received_at, json.dumps(_told(words)).encode())


def _told(words: Sequence[Receipt | Inbound]) -> dict[str, list[list[Any]]]:
    receipts = [each for each in words if isinstance(each, Receipt)]
    return {
        "receipts": [[each.reference, each.outcome, each.code, each.provider_ref] for each in receipts],
        "inbound": [inbound.as_json(each) for each in words if isinstance(each, Inbound)],
    }


async def append(tx: Transaction, keyring: Keyring, raws: Sequence[Raw], due_at: int = 0) -> None:
    """Keep what came, sealed, before anything is made of it: to be applied at once, or at `due_at` (UTC ms)."""
    first = await ids.take(tx, "receipt", len(raws))
    rows = [
        (first + n, raw.gateway, raw.received_at, *keyring.seal(raw.content, context(raw.gateway)), due_at)
        for n, raw in enumerate(raws)
    ]
    await tx.execute_many("receipts.add", rows)


async def purge(db: Database, now_ms: int) -> None:
    """Drop applied raw receipts that came more than 30 days ago."""
    for _ in range(PURGES):
        async with db.transaction() as tx:
            if not await tx.fetch("chores.lead", "purge") or not await tx.execute(
                "receipts.purge", now_ms - KEPT
            ):
                return


def context(gateway: str) -> bytes:
    """To which gateway a sealed raw receipt belongs."""
    return f"receipt:{gateway}".encode()
