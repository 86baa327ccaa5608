"""Claim: mark as `calling` the slice about to touch the wire, and nothing more.

Everything that may have changed since fan-out is looked at here, in the transaction that claims: supersession,
`deliver_by`, the endpoint, the switch that stops all sending, and the message before this one to the same endpoint.
"""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from alertd.clock import FOREVER, SECOND
from alertd.deliver import service, silence
from alertd.deliver.fairness import Waiting
from alertd.deliver.lease import Lease
from alertd.deliver.routes import Sender
from alertd.deliver.tallies import Entries
from alertd.model import Channel, State, Wording
from alertd.store import Database, Row, Transaction

BEHIND_MS = SECOND // 4
"""How soon to look again at a delivery whose predecessor is on the wire: order is kept per endpoint."""

Attempt = tuple[int, int, int]
"""An attempt's key: message, endpoint, ordinal."""


Settled: TypeAlias = Mapping[str, Any]
"""A delivery that may not leave after all, as `shift` takes it: message_id, endpoint_id, channel, silence."""


class Claimed(NamedTuple):
    """A delivery that is `calling`: `ordinal` numbers this attempt. `address` is still sealed. A tuple, since there are
    thousands a second.
    """

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
    follows: str
    """Whom somebody new follows, where it is not the station that speaks: a neighbour, or a commune below; else ""."""
    silence: bool
    """Whether anything of its message waits for a silence."""
    left_ms: int
    """Until `deliver_by`, by the store's clock at the claim: a node's own may be hours off."""

    @property
    def attempt(self) -> Attempt:
        """The key of the try that was opened for it."""
        return self.message_id, self.endpoint_id, self.ordinal


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
    return going


async def _take(
    tx: Transaction, entries: Entries, sender_id: int, home: int, node_id: int, shares: Shares
) -> list[Claimed] | None:
    parts = [
        _Part(message.message_id, row)
        for message, most in sorted(shares, key=_by_id)  # as whoever waits for several
        for row in await tx.fetch("deliveries.claimable", home, message.lane, message.message_id, most)
    ]
    if not any(part.rows for part in parts):
        return None
    going = [each for part in parts for each in await _sort_out(tx, entries, part)]
    await _call(tx, entries, going, _Try(sender_id, node_id, parts[0].now))
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


class _Part:
    """A message's part of a slice. `over` is why nothing of it may leave any more."""

    def __init__(self, message_id: int, row: Row) -> None:
        self.message_id = message_id
        self.now: int = row["now"]
        self.rows: list[list[Any]] = json.loads(row["packed"] or "[]")
        self.silence = bool(row["silence"])
        self._reaches = (
            service.Purpose(row["act"]).reaches_others if row["kind"] == service.KIND else frozenset()
        )
        self._left_ms: int = (row["deliver_by"] or 0) - self.now
        self.over = None
        if row["superseded_at"] is not None:
            self.over = State.CANCELLED, "superseded"
        elif self.rows and self._left_ms <= 0:
            self.over = State.EXPIRED, "too_late"

    def claimed(self, row: list[Any]) -> Claimed:
        endpoint, channel, tries, wording, locale, address, key_id, greeted, proven, follows, *_ = row
        return Claimed(
            self.message_id,
            endpoint,
            _CHANNELS[channel],
            tries + 1,
            _WORDINGS[wording],
            locale,
            bytes.fromhex(address),
            key_id,
            greeted != 0,
            proven != 0,
            follows or "",
            self.silence,
            self._left_ms,
        )

    def settled(self, row: list[Any]) -> Settled:
        return {
            "message_id": self.message_id,
            "endpoint_id": row[0],
            "channel": row[1],
            "silence": self.silence,
        }

    def may_leave(self, row: list[Any]) -> bool:
        """A service message says itself which endpoints it reaches, also where nobody subscribes."""
        state, why = row[-2:]
        return why is None or (why == "left" and state in self._reaches)

    def verdict(self, row: list[Any]) -> tuple[State, str]:
        """Of one that may not leave."""
        doubtful, _, why = row[-3:]
        if self.over is None:
            return _VERDICTS[why], why
        state, reason = self.over
        return (State.UNKNOWN if doubtful else state), reason


_CHANNELS: Final = {int(channel): channel for channel in Channel}
_WORDINGS: Final = {int(wording): wording for wording in Wording}
_VERDICTS: Final = {
    "erased": State.STOPPED,
    "endpoint_dead": State.REFUSED,
    "left": State.STOPPED,
    "behind": State.WAITING,
}
"""What becomes of a delivery that may not leave, by why (see `deliveries.claimable`)."""


def _by_id(share: tuple[Waiting, int]) -> int:
    return share[0].message_id


async def _sort_out(tx: Transaction, entries: Entries, part: _Part) -> list[Claimed]:
    """Settle what may not leave; what remains is going."""
    going: list[Claimed] = []
    staying = part.rows
    if part.over is None:
        going = [part.claimed(row) for row in part.rows if part.may_leave(row)]
        staying = [row for row in part.rows if not part.may_leave(row)] if len(going) < len(staying) else []
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


async def _call(tx: Transaction, entries: Entries, going: Sequence[Claimed], trying: _Try) -> None:
    alike: dict[tuple[int, Channel, int], list[int]] = defaultdict(list)
    for each in going:
        alike[each.message_id, each.channel, each.ordinal].append(each.endpoint_id)
    for (message_id, channel, ordinal), endpoints in alike.items():
        keys, terms = json.dumps(endpoints), (ordinal, trying.sender_id, trying.node_id, trying.now)
        await tx.execute("deliveries.call", message_id, keys, trying.node_id)
        await tx.execute("attempts.open", message_id, keys, *terms)
        entries.move(message_id, channel, State.QUEUED, State.CALLING, len(endpoints))
