"""Claim: mark as `calling` the slice about to touch the wire, and nothing more.

Everything that may have changed since fan-out is looked at here, in the transaction that claims: supersession,
`deliver_by`, the endpoint, the switch that stops all sending, and the message before this one to the same endpoint.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from alertd.clock import FOREVER, SECOND
from alertd.deliver import silence
from alertd.deliver.fairness import Waiting
from alertd.deliver.lease import Lease
from alertd.deliver.routes import Sender
from alertd.deliver.tallies import Entries
from alertd.model import Channel, EndpointState, State, Wording
from alertd.store import Database, Row, Transaction

BEHIND_MS = SECOND // 4
"""How soon to look again at a delivery whose predecessor is on the wire: order is kept per endpoint."""

MOST_MESSAGES = 50
"""Messages among which a slice is shared out; those behind them have their turn when one of these is through."""

Attempt = tuple[int, int, int]
"""An attempt's key: message, endpoint, ordinal."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is `calling`: `ordinal` numbers this attempt. `address` is still sealed."""

    message_id: int
    endpoint_id: int
    channel: Channel
    ordinal: int
    wording: Wording
    locale: str
    address: bytes
    key_id: int
    greeted: bool
    proven: bool
    silence: bool
    """Whether anything of its message waits for a silence."""

    @property
    def attempt(self) -> Attempt:
        """The key of the try that was opened for it."""
        return self.message_id, self.endpoint_id, self.ordinal


Shares = Sequence[tuple[Waiting, int]]
"""How many deliveries of each message may be taken."""


async def claim(
    db: Database, lease: Lease, home: int, node_id: int, shares: Shares, lease_ms: int
) -> list[Claimed] | None:
    """Deliveries from the queue of `home` (its own, or that of a sender it stands in for), now `calling`: an empty list
    when all of a slice had to be settled, None when nothing is queued any more, or another node took the lease.

    Only a pace needs an owner: where the provider sets none, nodes share the sender, each skipping what another has
    locked.
    """
    async with db.transaction() as tx:
        if not await lease.renew(tx, node_id, lease_ms, sum(most for _, most in shares)):
            return None
        rows: list[Row] = []
        for message, most in sorted(
            shares, key=lambda share: share[0].message_id
        ):  # as whoever waits for several
            rows += await tx.fetch("deliveries.claimable", home, message.lane, message.message_id, most)
        if not rows:
            return None
        entries = Entries(node_id)
        now = int(rows[0]["now"])
        going = await _sort_out(tx, entries, rows, now)
        await _call(tx, entries, going, _Try(lease.sender.id, node_id, now))
        await entries.write(tx)
    return [_claimed(row) for row in going]


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


async def waiting(db: Database, home: int) -> list[Waiting]:
    """What waits in the most urgent lane of a sender's queue: asked without a lock before a slice is claimed."""
    rows = await db.fetch("deliveries.waiting", home, MOST_MESSAGES)
    return [Waiting(row["message_id"], row["station_id"], row["lane"]) for row in rows]


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


async def _sort_out(tx: Transaction, entries: Entries, rows: Sequence[Row], now: int) -> list[Row]:
    """Settle what may not leave; what remains is going."""
    verdicts: dict[tuple[State, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        verdicts[_verdict(row, now)].append(row)
    going = verdicts.pop((State.CALLING, None), [])
    for (state, reason), settled in verdicts.items():
        due = now + BEHIND_MS if state is State.WAITING else FOREVER
        await shift(tx, entries, settled, State.QUEUED, state, due, reason)
        if state in silence.DEAD:
            await silence.lose(tx, entries, settled)
    return going


def _verdict(row: Row, now: int) -> tuple[State, str | None]:
    if row["superseded_at"] is not None:
        return (State.UNKNOWN if row["doubtful"] else State.CANCELLED), "superseded"
    if now >= row["deliver_by"]:
        return (State.UNKNOWN if row["doubtful"] else State.EXPIRED), "too_late"
    if row["endpoint_state"] is None:
        return State.STOPPED, "erased"
    if row["endpoint_state"] == EndpointState.DEAD:
        return State.REFUSED, "endpoint_dead"
    if row["endpoint_state"] != EndpointState.ACTIVE or row["subscribed"] is None:
        return State.STOPPED, "left"
    return (State.WAITING, "behind") if row["behind"] else (State.CALLING, None)


async def shift(
    tx: Transaction,
    entries: Entries,
    rows: Iterable[Row],
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


def by_message(rows: Iterable[Row]) -> dict[tuple[int, int], list[int]]:
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


async def _call(tx: Transaction, entries: Entries, rows: Sequence[Row], trying: _Try) -> None:
    for (message_id, channel), endpoints in by_message(rows).items():
        await tx.execute("deliveries.call", message_id, json.dumps(endpoints), trying.node_id)
        entries.move(message_id, Channel(channel), State.QUEUED, State.CALLING, len(endpoints))
    tries: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        tries[row["message_id"], row["tries"] + 1].append(row["endpoint_id"])
    for (message_id, ordinal), endpoints in tries.items():
        opened = (ordinal, trying.sender_id, trying.node_id, trying.now)
        await tx.execute("attempts.open", message_id, json.dumps(endpoints), *opened)


def _claimed(row: Row) -> Claimed:
    return Claimed(
        message_id=row["message_id"],
        endpoint_id=row["endpoint_id"],
        channel=Channel(row["channel"]),
        ordinal=row["tries"] + 1,
        wording=Wording(row["wording"]),
        locale=row["locale"],
        address=bytes(row["address"]),
        key_id=row["key_id"],
        greeted=row["greeted_at"] is not None,
        proven=row["proven_at"] is not None,
        silence=bool(row["silence"]),
    )
