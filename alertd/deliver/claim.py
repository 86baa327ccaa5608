"""Claim: mark as `calling` the slice about to touch the wire, and nothing more.

Everything that may have changed since fan-out is looked at here, in the transaction that claims: supersession,
`deliver_by`, the endpoint, the switch that stops all sending, and the message before this one to the same endpoint.
"""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeAlias

from alertd.clock import FOREVER, SECOND
from alertd.deliver import silence
from alertd.deliver.claimed import CHANNELS, Attempt, Claimed, Packed, Part, Settled
from alertd.deliver.fairness import Waiting
from alertd.deliver.lease import Lease
from alertd.deliver.routes import Sender
from alertd.deliver.tallies import Entries
from alertd.model import Channel, State
from alertd.store import Database, Row, Transaction

BEHIND_MS = SECOND // 4
"""How soon to look again at a delivery whose predecessor is on the wire: order is kept per endpoint."""

Shares = Sequence[tuple[Waiting, int]]
"""How many deliveries of each message may be taken."""


Beside = Callable[[Transaction, Entries], Awaitable[None]]
"""What else is written in a claim's transaction, behind it."""


async def _nothing(_: Transaction, __: Entries) -> None: ...


async def claim(
    db: Database,
    lease: Lease,
    home: int,
    node_id: int,
    shares: Shares,
    lease_ms: int,
    beside: Beside = _nothing,
) -> list[Claimed] | None:
    """Deliveries from the queue of `home` (its own, or that of a sender it stands in for), now `calling`: an empty list
    when all of a slice had to be settled, None when nothing is queued any more, or another node took the lease.

    Only a pace needs an owner: where the provider sets none, nodes share the sender, each skipping what another has
    locked. `beside` is written whatever there was to claim.
    """
    async with db.transaction() as tx:
        entries, going = Entries(node_id), None
        if await lease.renew(tx, node_id, lease_ms, sum(most for _, most in shares)):
            going = await _take(tx, entries, lease.sender.id, home, node_id, shares)
        await beside(tx, entries)
        await entries.write(tx)
    # What is read out of the rows here keeps nobody from writing.
    return None if going is None else [part.claimed(row) for part, rows in going for row in rows]


async def _take(
    tx: Transaction, entries: Entries, sender_id: int, home: int, node_id: int, shares: Shares
) -> "list[_Going] | None":
    parts = [
        Part(message.message_id, row)
        for message, most in sorted(shares, key=_by_id)  # as whoever waits for several
        for row in await tx.fetch("deliveries.claimable", home, message.lane, message.message_id, most)
    ]
    if not any(part.rows for part in parts):
        return None
    going = [(part, await _sort_out(tx, entries, part)) for part in parts]
    trying = _Try(sender_id, node_id, parts[0].now)
    for part, rows in going:
        await _call(tx, entries, part.message_id, rows, trying)
    return going


async def ours(db: Database, claimed: Iterable[Claimed]) -> dict[Attempt, int]:
    """Of these attempts those that may still be made, with the milliseconds until `deliver_by`: asked just before the wire.

    A node that froze after its claim was taken for dead, and does not know; the database does. What was superseded or
    is too late by now does not leave either.
    """
    asked: dict[int, list[int]] = defaultdict(list)
    for each in claimed:
        asked[each.message_id].append(each.endpoint_id)
    left: dict[Attempt, int] = {}
    for message_id, endpoints in asked.items():
        for row in await db.fetch("attempts.ours", message_id, json.dumps(endpoints)):
            left[message_id, row["endpoint_id"], row["ordinal"]] = row["left_ms"]
    return left


async def give_back(db: Database, sender: Sender, node_id: int, held: AbstractSet[Attempt]) -> int:
    """Queue again what this node marked as `calling` and never spoke: all but what is `held`; how many.

    Its claim was committed, but the connection broke before anyone heard of it, or before the words could be read.
    """
    async with db.transaction() as tx:
        calling = await tx.fetch("deliveries.calling_at", sender.id, node_id)
        rows = [row for row in calling if (row["message_id"], row["endpoint_id"], row["tries"]) not in held]
        entries = Entries(node_id)
        now = int((await tx.fetch("nodes.clock"))[0]["now"])
        for (message_id, _), endpoints in by_message(rows).items():
            await tx.execute("attempts.give_back", message_id, json.dumps(endpoints))
        returned = await shift(tx, entries, rows, State.CALLING, State.QUEUED, now, None)
        await entries.write(tx)
    return returned


_Going: TypeAlias = tuple[Part, list[Packed]]
"""What of a message's part is `calling` now."""


def _by_id(share: tuple[Waiting, int]) -> int:
    return share[0].message_id


async def _sort_out(tx: Transaction, entries: Entries, part: Part) -> list[Packed]:
    """Settle what may not leave; what remains is going."""
    going, staying = part.parted()
    verdicts: dict[tuple[State, str], list[Settled]] = defaultdict(list)
    for row in staying:
        verdicts[part.verdict(row)].append(part.settled(row))
    for (state, reason), settled in verdicts.items():
        due = part.now + BEHIND_MS if state is State.WAITING else FOREVER
        await shift(tx, entries, settled, State.QUEUED, state, due, reason)
        if state in silence.DEAD:
            await silence.lose(tx, entries, settled)
    return going


async def shift(
    tx: Transaction,
    entries: Entries,
    rows: Iterable[Row | Settled],
    before: State,
    after: State,
    due_at: int,
    reason: str | None,
) -> int:
    """Move deliveries (rows with message_id, endpoint_id, channel) from one state to another; how many were there."""
    moved = 0
    for (message_id, channel), endpoints in by_message(rows).items():
        n = await tx.execute(
            "deliveries.move", message_id, json.dumps(endpoints), before, after, due_at, reason
        )
        entries.move(message_id, Channel(channel), before, after, n)
        moved += n
    return moved


def by_message(rows: Iterable[Row | Settled]) -> dict[tuple[int, int], list[int]]:
    """Endpoints by (message, channel): one statement serves them all."""
    grouped: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        grouped[row["message_id"], row["channel"]].append(row["endpoint_id"])
    return grouped


@dataclass(frozen=True, slots=True)
class _Try:
    """Who speaks, and when it began."""

    sender_id: int
    node_id: int
    now: int


async def _call(
    tx: Transaction, entries: Entries, message_id: int, rows: Sequence[Packed], trying: _Try
) -> None:
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        endpoint, channel, tries = row[:3]
        alike[channel, tries].append(endpoint)
    for (channel, tries), endpoints in alike.items():
        keys, terms = json.dumps(endpoints), (tries + 1, trying.sender_id, trying.node_id, trying.now)
        await tx.execute("deliveries.call", message_id, keys, trying.node_id)
        await tx.execute("attempts.open", message_id, keys, *terms)
        entries.move(message_id, CHANNELS[channel], State.QUEUED, State.CALLING, len(endpoints))
