"""Books against ledger: what must hold between what alertd wrote down and what the provider took over."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from crash.house import PATIENCE_S, SLICE, Instance, Late, Line

from alertd.keys import delivery_number
from alertd.model import State
from alertd.store.database import Database


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands; `outcomes` are its attempts' in their order, None for one that is open."""

    reference: str
    endpoint: int
    state: State
    doubtful: bool
    outcomes: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Books:
    """All that the store says of one message."""

    planned: int | None
    deliver_by: int
    tally: Mapping[State, int]
    deliveries: Mapping[str, Delivery]
    channels: Mapping[int, int]

    def of(self, *states: State) -> set[str]:
        """References of the deliveries in one of these states."""
        return {one.reference for one in self.deliveries.values() if one.state in states}

    def unknown_attempts(self) -> int:
        """How many attempts were never answered."""
        return sum(one.outcomes.count("unknown") for one in self.deliveries.values())


async def planned(db: Database, alert_id: int) -> int:
    """Wait until the alert's first message is fanned out; its id."""
    for _ in range(int(PATIENCE_S / 0.02)):
        for row in await db.fetch("crash.messages", alert_id):
            if row["planned"] is not None:
                return int(row["id"])
        await asyncio.sleep(0.02)
    raise Late(f"the end of fan-out of alert {alert_id}")


async def drained(db: Database, alert_id: int) -> int:
    """Wait until nothing of the alert's first message waits or is under way; its id."""
    rows: Sequence[Any] = []
    for _ in range(int(PATIENCE_S / 0.05)):
        rows = await db.fetch("crash.messages", alert_id)
        if rows and rows[0]["closed_at"] is not None:
            return int(rows[0]["id"])
        await asyncio.sleep(0.05)
    books = await db.fetch("crash.books", rows[0]["id"]) if rows else []
    raise Late(f"the end of alert {alert_id}: {[(State(row['state']).word, row['n']) for row in books]}")


async def calling(db: Database) -> set[int]:
    """The endpoints that are being called, or were when their node ended."""
    return {row["endpoint_id"] for row in await db.fetch("crash.calling")}


async def read(db: Database, instance: Instance, message_id: int) -> Books:
    """The books of a message."""
    keyring = instance.keyring()
    outcomes: dict[int, dict[int, str | None]] = {}
    for row in await db.fetch("crash.attempts", message_id):
        outcomes.setdefault(row["endpoint_id"], {})[row["ordinal"]] = row["outcome"]
    rows = await db.fetch("crash.deliveries", message_id)
    deliveries = [
        Delivery(
            keyring.code(delivery_number(message_id, row["endpoint_id"])),
            row["endpoint_id"],
            State(row["state"]),
            bool(row["doubtful"]),
            tuple(outcome for _, outcome in sorted(outcomes.get(row["endpoint_id"], {}).items())),
        )
        for row in rows
    ]
    message = (await db.fetch("crash.message", message_id))[0]
    tally = {State(row["state"]): row["n"] for row in await db.fetch("crash.books", message_id) if row["n"]}
    channels = Counter(row["channel"] for row in rows)
    by_reference = {one.reference: one for one in deliveries}
    return Books(message["planned"], message["deliver_by"], tally, by_reference, channels)


async def settled(db: Database, instance: Instance, alert_id: int) -> Books:
    """The books once the alert is drained; they balance."""
    books = await read(db, instance, await drained(db, alert_id))
    balance(books)
    return books


def balance(books: Books, *, under_way: bool = False) -> None:
    """planned = rows = the sum of all states, and each state's tally is the number of its rows. What is planned is not known
    where fan-out is still under way.
    """
    assert books.planned == len(books.deliveries) or (under_way and books.planned is None)
    assert books.tally == Counter(one.state for one in books.deliveries.values())


def compare(
    books: Books,
    ledger: Sequence[Line],
    *,
    danger: bool,
    kills: int,
    nodes: int = 1,
    may_wait: AbstractSet[str] = frozenset(),
    calling: AbstractSet[int] | None = None,
) -> None:
    """Nothing lost, nothing repeated that should not be, nothing too late, and every doubt is one that there was
    reason for. `kills` counts what tore a node (of `nodes`) from what it held: the endpoints `calling`, where known.
    `may_wait` are references that expired.
    """
    taken = Counter(line.reference for line in ledger)
    answered = {line.reference for line in ledger if line.answer == "250"}
    assert set(taken) <= set(books.deliveries), "the provider was given something that no book knows"
    in_doubt = {one.reference for one in books.deliveries.values() if "unknown" in one.outcomes}
    _nothing_missing(books, taken, answered, in_doubt, may_wait)
    denied = {line.reference for line in ledger if line.answer == "554"}
    assert books.of(State.FAILED) <= denied, "failed, and the provider did not say so"
    _no_double_without_doubt(books, ledger, taken, danger=danger)
    assert all(line.at <= books.deliver_by for line in ledger), "sent after deliver_by"
    silent = {line.reference for line in ledger if line.answer in {"hang", "drop"}}
    at_kills = in_doubt - silent
    assert calling is None or {books.deliveries[one].endpoint for one in at_kills} <= calling, (
        "it was not calling"
    )
    assert len(at_kills) <= kills * SLICE * nodes, "more doubts than slices that were out at the kills"


def _nothing_missing(
    books: Books,
    taken: Mapping[str, int],
    answered: AbstractSet[str],
    in_doubt: AbstractSet[str],
    may_wait: AbstractSet[str],
) -> None:
    over = {State.ACCEPTED, State.UNKNOWN, State.REFUSED, State.SKIPPED, State.FAILED}
    unsent = set(books.deliveries) - set(taken)
    not_sent = books.of(State.REFUSED, State.SKIPPED) | may_wait
    assert {one.state for one in books.deliveries.values() if one.reference not in may_wait} <= over
    assert books.of(State.ACCEPTED) <= answered, "accepted, but the provider did not say so"
    assert answered <= books.of(State.ACCEPTED) | in_doubt, "answered 250, and the books do not know"
    assert unsent <= not_sent | in_doubt, "neither in the ledger nor unsent"
    assert books.of(State.UNKNOWN) <= in_doubt, "unknown without an attempt that met silence"
    assert not not_sent & set(taken), "refused, and taken all the same"
    assert all(None not in one.outcomes for one in books.deliveries.values()), "an attempt was left open"


def _no_double_without_doubt(
    books: Books, ledger: Sequence[Line], taken: Mapping[str, int], *, danger: bool
) -> None:
    """One that the provider took and answered 451 is repeated on its own word; that is no doubt of ours."""
    lied = Counter(line.reference for line in ledger if line.answer == "451")
    doubles = {reference: n - 1 - lied[reference] for reference, n in taken.items()}
    doubles = {reference: n for reference, n in doubles.items() if n > 0}
    if not danger:
        assert doubles == {}
    assert all(n == 1 for n in doubles.values()), "sent again more than once"
    assert all(books.deliveries[one].doubtful for one in doubles), "sent again without a doubt"
    assert all(one.outcomes.count("unknown") <= 2 for one in books.deliveries.values())
