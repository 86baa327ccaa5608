"""Silence: SMS and voice that wait for those whose phone can acknowledge; an acknowledgement stops what waits.

The rows wait from fan-out on, with the reason `silence`. A person acknowledges when the phone confirms a notification, or
when they say on any channel that they read it. Silence is certain, and what waits leaves at once, when no notification can
be acknowledged any more. Messages without a policy are never looked at: `message.silence` is 0.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import FOREVER, SECOND
from alertd.deliver import endpoints
from alertd.deliver.lattice import below
from alertd.deliver.retry import FINAL
from alertd.deliver.tallies import Entries
from alertd.deliver.work import Work
from alertd.model import Act, Channel, State, subscriber_of
from alertd.store import Database, Row, Transaction
from gateways.contract import Outcome

REASON: Final = "silence"
"""Of a row that waits for it; a retry waits with a reason of its own."""
DEAD: Final = frozenset({State.REFUSED, State.STOPPED, State.FAILED})
"""Ends of a notification after which nobody will acknowledge it."""


async def hold(tx: Transaction, entries: Entries, work: Work, people: Sequence[int], now: int) -> None:
    """Let the delayed channels of these people wait, whose deliveries were just inserted, as far as an answer may come.

    What would come due when nothing may be sent any more is not held: it would never leave.
    """
    start = max(work.due_at, now)
    found = await tx.fetch("silence.able", work.message_id, json.dumps(people), work.ring, work.due_at)
    for channel, seconds in work.silence.items():
        due_at, rows = start + seconds * SECOND, [row for row in found if row["channel"] == channel]
        if due_at < work.deliver_by:
            await _move(
                tx, entries, work.message_id, rows, _Move(State.QUEUED, State.WAITING, due_at, REASON)
            )
    if work.act is Act.UPDATE:
        # The notification that the thread's earlier readers were sent may have been answered before this phase.
        answered = await acknowledged(tx, work.message_id, people, anywhere=False)
        await _stop(tx, entries, work.message_id, answered)


async def hear(tx: Transaction, entries: Entries, words: Iterable[tuple[int, int, Channel, Outcome]]) -> None:
    """Take providers' words (message, endpoint, channel, outcome) into account, of messages of which something waits."""
    stopped, certain = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for message_id, endpoint, channel, outcome in words:
        if acknowledges(channel, outcome):
            stopped[message_id].add(subscriber_of(endpoint))
        elif channel is Channel.PUSH and FINAL.get(outcome) in DEAD:
            certain[message_id].add(subscriber_of(endpoint))
    for message_id, people in sorted(stopped.items()):
        await _stop(tx, entries, message_id, people)
    for message_id, people in sorted(certain.items()):
        await hasten(tx, entries, message_id, people)


def acknowledges(channel: Channel, outcome: Outcome) -> bool:
    """Whether such a word tells that the person has it: an SMS that was delivered may lie in a drawer."""
    return outcome is Outcome.SEEN or (outcome is Outcome.DELIVERED and channel is Channel.PUSH)


async def hasten(tx: Transaction, entries: Entries, message_id: int, people: Iterable[int]) -> None:
    """What waits for the silence of these people leaves at once, unless another notification of theirs may be acknowledged."""
    rows = await tx.fetch("silence.waiting", message_id, json.dumps(sorted(people)), 1)
    if rows:
        now = int((await tx.fetch("nodes.clock"))[0]["now"])
        await _move(tx, entries, message_id, rows, _Move(State.WAITING, State.QUEUED, now, None))


async def lose(tx: Transaction, entries: Entries, rows: Iterable[Row]) -> None:
    """These deliveries will not leave, their endpoint is gone: what waits for an answer to a notification waits in vain."""
    certain = defaultdict[int, set[int]](set)
    for row in rows:
        if row["silence"] and row["channel"] == Channel.PUSH:
            certain[row["message_id"]].add(subscriber_of(row["endpoint_id"]))
    for message_id, people in sorted(certain.items()):
        await hasten(tx, entries, message_id, people)


async def sort_out(tx: Transaction, due: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Of waiting rows that come due, those to be sent, and those whose reader has acknowledged after all."""
    silent = defaultdict[int, set[int]](set)
    for row in due:
        if row["reason"] == REASON:
            silent[row["message_id"]].add(subscriber_of(row["endpoint_id"]))
    answered = set()
    for message_id, people in sorted(silent.items()):
        found = await acknowledged(tx, message_id, people, anywhere=False)
        answered |= {(message_id, person) for person in found}
    kept, spared = list[Row](), list[Row]()
    for row in due:
        (spared if row["reason"] == REASON and _whose(row) in answered else kept).append(row)
    return kept, spared


async def acknowledged(
    tx: Transaction, message_id: int, people: Iterable[int], *, anywhere: bool
) -> set[int]:
    """Who of these people acknowledged; `anywhere`: a delivery that any provider reports counts as well."""
    listed = json.dumps(sorted(people))
    rows = await tx.fetch("silence.acknowledged", message_id, listed, int(anywhere))
    return {row["subscriber"] for row in rows}


async def read(db: Database, node_id: int, message_id: int, endpoint: int) -> None:
    """The reader of a personal link says that they read it: by rank, as a provider's word; what waits for them is stopped."""
    async with db.transaction() as tx:
        rows = await tx.fetch("silence.link", message_id, endpoint)
        entries, keys = Entries(node_id), json.dumps([endpoint])
        for before in below(State.SEEN) if rows else ():
            n = await tx.execute("deliveries.move", message_id, keys, before, State.SEEN, FOREVER, None)
            entries.move(message_id, Channel(rows[0]["channel"]), before, State.SEEN, n)
            if n:
                break
        if rows and rows[0]["silence"]:
            await _stop(tx, entries, message_id, {subscriber_of(endpoint)})
        if rows:
            await endpoints.hear(tx, [endpoint])
        await entries.write(tx)
    db.ring("progress")


async def _stop(tx: Transaction, entries: Entries, message_id: int, people: Iterable[int]) -> None:
    if listed := sorted(people):
        rows = await tx.fetch("silence.waiting", message_id, json.dumps(listed), 0)
        spared = _Move(State.WAITING, State.SKIPPED, FOREVER, "acknowledged")
        await _move(tx, entries, message_id, rows, spared)


@dataclass(frozen=True, slots=True)
class _Move:
    before: State
    after: State
    due_at: int
    reason: str | None


async def _move(tx: Transaction, entries: Entries, message_id: int, rows: Iterable[Row], move: _Move) -> None:
    endpoints = defaultdict[int, list[int]](list)
    for row in rows:
        endpoints[row["channel"]].append(row["endpoint_id"])
    for channel, moving in sorted(endpoints.items()):
        where = (message_id, json.dumps(sorted(moving)))
        n = await tx.execute("deliveries.move", *where, move.before, move.after, move.due_at, move.reason)
        entries.move(message_id, Channel(channel), move.before, move.after, n)


def _whose(row: Row) -> tuple[int, int]:
    return row["message_id"], subscriber_of(row["endpoint_id"])
