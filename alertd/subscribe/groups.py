"""Groups: lists inside a station (a class, a bus line, the elected)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from alertd.errors import Conflict, Refused
from alertd.store.database import Database, Transaction
from alertd.store.ids import take

KINDS: Final = ("class", "bus", "list")


@dataclass(frozen=True, slots=True)
class Group:
    """A list, and how many people it holds; a class or a bus line has children (`pupils`), whose parents they are."""

    id: int
    name: str
    people: int
    kind: str = "list"
    pupils: int = 0


async def add(tx: Transaction, station_id: int, name: str, kind: str = "list") -> int:
    """A new, empty group: a list, a class or a bus (line); its id. Refused `name_invalid`, Conflict `name_taken`."""
    name = name.strip()
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise Refused(
            "name_invalid",
            "A group's name has 1 to 80 characters.",
            french="Un nom a de 1 à 80 caractères.",
        )
    if await tx.fetch("groups.find_by_name", station_id, name):
        raise Conflict(
            "name_taken",
            f"There is already a group {name!r}: choose another name.",
            french=f"Il y a déjà un groupe « {name} » : choisissez un autre nom.",
        )
    id_ = await take(tx, "group")
    await tx.execute("groups.add", id_, station_id, name, kind if kind in KINDS else "list")
    return id_


async def named(tx: Transaction, station_id: int, name: str) -> int:
    """The list of that name, be it opened on its page or made now. :raises Conflict: `name_taken`: by a class or a line, whose people are
    its children's parents.
    """
    there = {one.name: one for one in await of_station(tx, station_id)}.get(name.strip())
    return there.id if there is not None and there.kind == "list" else await add(tx, station_id, name)


async def put(tx: Transaction, group_id: int, subscriber_ids: Iterable[int]) -> int:
    """List people whom the group's station has, the others are left out; how many are new in it."""
    return await tx.execute("groups.put", group_id, json.dumps(sorted(set(subscriber_ids))))


async def remove(tx: Transaction, group_id: int, subscriber_id: int) -> None:
    """Out of the list; the subscription stays."""
    await tx.execute("groups.remove", group_id, subscriber_id)


async def of_station(store: Database | Transaction, station_id: int) -> tuple[Group, ...]:
    """The station's groups by name, 500 at most."""
    rows = await store.fetch("groups.list_of_station", station_id)
    return tuple(Group(row["id"], row["name"], row["people"], row["kind"], row["pupils"]) for row in rows)
