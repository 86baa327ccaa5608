"""« Vu par 22 sur 25 »: child by child, whether a parent has seen a message, and who is to be called."""

import json
from dataclasses import dataclass

from alertd.keys import Keyring
from alertd.model import Station
from alertd.store.contents import loads
from alertd.store.database import Database, Row
from alertd.subscribe import pupils
from alertd.subscribe.pupils import Parent


@dataclass(frozen=True, slots=True)
class Roll:
    """A class or a line: how many children, and of how many a parent has seen it."""

    name: str
    pupils: int
    seen: int


@dataclass(frozen=True, slots=True)
class ToCall:
    """A child of whom nobody has seen it."""

    name: str
    group: str
    parents: tuple[Parent, ...]


async def rolls(store: Database, station: Station, alert_id: int) -> tuple[Roll, ...]:
    """Of an alert's last word, the lists that it is for; by class, where it is for all. None where there are no children."""
    found: dict[int, Roll] = {}
    for row in await _watched(store, station, alert_id):
        before = found.get(row["group_id"], Roll(row["group_name"], 0, 0))
        found[row["group_id"]] = Roll(before.name, before.pupils + 1, before.seen + row["seen"])
    return tuple(found.values())


async def to_call(store: Database, keyring: Keyring, station: Station, alert_id: int) -> tuple[ToCall, ...]:
    """Each once, by list and name, with the numbers to call."""
    parents = {one.id: one.parents for one in await pupils.of_station(store, keyring, station)}
    missing: dict[int, ToCall] = {}
    for row in await _watched(store, station, alert_id):
        if not row["seen"] and row["id"] not in missing:
            named = ToCall(pupils.name_of(keyring, row), row["group_name"], parents.get(row["id"], ()))
            missing[row["id"]] = named
    return tuple(sorted(missing.values(), key=lambda one: (one.group, one.name.casefold())))


async def _watched(store: Database, station: Station, alert_id: int) -> list[Row]:
    rows = await store.fetch("pupils.message", alert_id)
    if not rows:
        return []
    groups = json.dumps(list(loads(rows[0]["content"]).target.groups))
    return list(await store.fetch("pupils.watch", rows[0]["id"], station.id, groups))
