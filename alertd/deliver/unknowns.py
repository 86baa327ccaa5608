"""Unknowns: what becomes of deliveries whose answer was lost, once no receipt and no look-up settled them in time.

A danger is sent once more, unless the person acknowledged elsewhere; a warning goes by another channel only, to those who
have nothing else of it; an information stays unknown, and never comes here.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from alertd.clock import FOREVER, SECOND
from alertd.deliver import silence
from alertd.deliver.claim import shift
from alertd.deliver.owners import owners
from alertd.deliver.routes import Routes, Sender, by_kind
from alertd.deliver.tallies import Entries
from alertd.model import AddressKind, Channel, Level, Mode, State, subscriber_of
from alertd.store import Row, Transaction
from alertd.store.contents import loads

FREE: Final = (Channel.PUSH, Channel.EMAIL)
"""The channels that an author who did not choose them is not charged for."""
_ORDER: Final = (*FREE, Channel.SMS, Channel.VOICE)
_LOST: Final = frozenset({State.REFUSED, State.STOPPED, State.FAILED, State.EXPIRED, State.SKIPPED})
"""A delivery that ended so is nothing that the person has."""
_LATER_MS: Final = SECOND


Senders = Mapping[tuple[Channel, AddressKind], Sender]
"""Who speaks, in the order of preference, for each channel and kind of address that is served."""


async def settle(
    tx: Transaction, entries: Entries, routes: Routes, rows: Sequence[Row], now: int
) -> set[int]:
    """Decide about unknowns that are due; the ids of the senders that were given something.

    Of the plans only one is enlarged in a transaction, since claims share-lock several messages in an order of their own:
    what is left is still due.
    """
    if not rows:
        return set()
    lost = defaultdict[int, list[Row]](list)
    for row in rows:
        lost[row["message_id"]].append(row)
    for message in await tx.fetch("unknowns.messages", json.dumps(sorted(lost))):
        unknown = lost[message["id"]]
        if message["level"] == Level.DANGER:
            await _resend(tx, entries, message["id"], unknown, now)
        elif message["planned"] is None and message["superseded_at"] is None:
            # What else the person has is known only when fan-out is over.
            await shift(tx, entries, unknown, State.UNKNOWN, State.UNKNOWN, now + _LATER_MS, None)
        elif senders := await _turn_elsewhere(tx, entries, routes, message, unknown, now):
            return senders
    return set()


async def _resend(tx: Transaction, entries: Entries, message_id: int, rows: Sequence[Row], now: int) -> None:
    people = {subscriber_of(row["endpoint_id"]) for row in rows}
    answered = await silence.acknowledged(tx, message_id, people, anywhere=True)
    again = [row for row in rows if subscriber_of(row["endpoint_id"]) not in answered]
    spared = [row for row in rows if subscriber_of(row["endpoint_id"]) in answered]
    await shift(tx, entries, again, State.UNKNOWN, State.QUEUED, now, None)
    await shift(tx, entries, spared, State.UNKNOWN, State.UNKNOWN, FOREVER, "acknowledged")


async def _turn_elsewhere(
    tx: Transaction, entries: Entries, routes: Routes, message: Row, rows: Sequence[Row], now: int
) -> set[int]:
    """Settled first, which locks the rows: another node that had them too then sees what was added."""
    await shift(tx, entries, rows, State.UNKNOWN, State.UNKNOWN, FOREVER, None)
    if message["superseded_at"] is not None:
        return set()
    people = {subscriber_of(row["endpoint_id"]): row for row in rows}
    if message["silence"]:
        await silence.hasten(tx, entries, message["id"], people)
    chosen = loads(message["content"]).channels
    whose = await owners(tx, routes.owning, message["station_id"])
    mode = Mode(message["mode"])
    senders: Senders = {
        (channel, kind): sender
        for channel in _ORDER
        if channel in {*chosen, *FREE}
        for kind, sender in by_kind(routes, mode, channel, danger=False, owners=whose).items()
    }
    ways = await _ways(tx, message["id"], people, senders, chosen)
    for way, endpoints in ways.items():
        await _send(tx, entries, message["id"], senders[way], endpoints, now)
    return {senders[way].id for way in ways}


async def _send(
    tx: Transaction, entries: Entries, message_id: int, sender: Sender, endpoints: Mapping[int, int], now: int
) -> None:
    where = (message_id, json.dumps(endpoints), sender.channel, sender.id)
    added = await tx.execute("unknowns.send_elsewhere", *where, now)
    await tx.execute("unknowns.enlarge", message_id, added)
    entries.add(message_id, sender.channel, State.QUEUED, added)


async def _ways(
    tx: Transaction,
    message_id: int,
    people: Mapping[int, Row],
    served: Senders,
    chosen: AbstractSet[Channel],
) -> dict[tuple[Channel, AddressKind], dict[int, int]]:
    """By channel and kind, the other endpoint of each unknown one, for people who have nothing else of the message."""
    listed = json.dumps(sorted(people))
    standing = defaultdict[int, dict[Channel, list[State]]](lambda: defaultdict(list))
    for row in await tx.fetch("unknowns.standing", message_id, listed):
        standing[subscriber_of(row["endpoint_id"])][Channel(row["channel"])].append(State(row["state"]))
    open_ = defaultdict[int, dict[tuple[Channel, AddressKind], int]](dict)
    for row in await tx.fetch("unknowns.ways", listed):
        open_[row["subscriber_id"]][Channel(row["channel"]), AddressKind(row["kind"])] = row["endpoint_id"]
    order = sorted(served, key=lambda way: way[0] not in chosen)
    ways = defaultdict[tuple[Channel, AddressKind], dict[int, int]](dict)
    for person, row in people.items():
        if not _has_else(standing[person], Channel(row["channel"])):
            free = [each for each in order if each in open_[person] and each[0] not in standing[person]]
            if free:
                ways[free[0]][row["endpoint_id"]] = open_[person][free[0]]
    return ways


def _has_else(standing: Mapping[Channel, Iterable[State]], unknown: Channel) -> bool:
    return any(
        state not in _LOST
        for channel, states in standing.items()
        if channel is not unknown
        for state in states
    )
