"""The audit: who did what to what, and when. Only ever added to; never an address, a name or a cell."""

import json
from collections.abc import Mapping
from typing import Final

from alertd.clock import Clock
from alertd.store.database import Transaction
from alertd.store.ids import take

MOST_DETAIL: Final = 4_000


async def append(
    tx: Transaction,
    clock: Clock,
    station_id: int | None,
    actor: str,
    action: str,
    object_: str,
    detail: Mapping[str, object] | None = None,
) -> int:
    """Add a row in the transaction of what it tells of; its id.

    `actor` is "operator:LOGIN", "key:ID" or "cli"; `action` a verb, "alert.release"; `object_` what it was done to,
    "alert:12". `detail` holds numbers and words of the house, never personal data, 4,000 characters at most.
    """
    text = json.dumps(detail or {}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if len(text) > MOST_DETAIL:
        message = "an audit row's detail is a few words, not a document"
        raise ValueError(message)
    id_ = await take(tx, "audit")
    await tx.execute("audit.append", id_, clock.now_ms(), station_id, actor, action, object_, text)
    return id_
