"""Sightings: what each node sees of each gateway, kept where every node's page can read it. Nodes may disagree."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from alertd.store import Database, Row, Transaction
from gateways.contract import Credit


@dataclass(frozen=True, slots=True)
class Sighting:
    """A gateway, as one node sees it: working or not `since` (UTC ms), `reason` in the contract's word.

    `failures` is the share of answers of late that were failures, None when there were too few to say. `speaks` are the
    words of the channels for which it speaks now, `dangers` those for whose danger it does, and for nothing else; `hosts` are those of its hosts that are left alone now.
    `credit` is what its account had left when the provider was asked last, None where it does not tell.
    """

    gateway: str
    working: bool
    since: int
    reason: str
    failures: float | None
    speaks: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    dangers: tuple[str, ...] = ()
    credit: Credit | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Which node sees it so."""

    node: str
    sighting: Sighting


def rounded(share: float | None) -> float | None:
    """To a twentieth: nobody reads finer, and every change is a row written."""
    return None if share is None else round(share * 20) / 20


async def tell(tx: Transaction, node_id: int, seen: Iterable[Sighting], *, anew: bool) -> None:
    """What a node sees now; `anew` drops what an earlier life of it said of gateways that are no longer configured."""
    if anew:
        await tx.execute("gateways.forget", node_id)
    rows = [
        (
            node_id,
            one.gateway,
            int(one.working),
            one.since,
            one.reason,
            one.failures,
            *_lists(one),
            *_left(one),
        )
        for one in seen
    ]
    await tx.execute_many("gateways.tell", rows)


async def read(db: Database, lease_ms: int) -> list[Seen]:
    """What the nodes see that are alive, node by node: one that has not said so for a lease sees nothing any more."""
    return [_seen(row) for row in await db.fetch("gateways.seen", lease_ms)]


def _lists(one: Sighting) -> tuple[str, str, str]:
    return json.dumps(one.speaks), json.dumps(one.hosts), json.dumps(one.dangers)


def _left(one: Sighting) -> tuple[float | None, str]:
    return (float(one.credit.left), one.credit.unit) if one.credit else (None, "")


def _seen(row: Row) -> Seen:
    sighting = Sighting(
        gateway=row["gateway"],
        working=bool(row["working"]),
        since=row["since"],
        reason=row["reason"],
        failures=row["failures"],
        speaks=tuple(json.loads(row["speaks"])),
        hosts=tuple(json.loads(row["hosts"])),
        dangers=tuple(json.loads(row["dangers"])),
        credit=None if row["credit"] is None else Credit(row["credit"], row["credit_unit"]),
    )
    return Seen(row["node"], sighting)
