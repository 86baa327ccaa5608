"""The end of a school year: each class moves up at once, who was in the last one leaves, with the parents who have no other child there."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.errors import Conflict, Refused
from alertd.keys import Keyring
from alertd.model import Station
from alertd.stations import audit
from alertd.store.database import Database, Transaction
from alertd.subscribe import groups, pupils
from alertd.subscribe.leave import leave
from alertd.subscribe.pupils import Pupil

LEAVE: Final = "leave"
STAY: Final = "stay"
NEW: Final = "new"
"""What becomes of a class: one of these, or the id of the class that it becomes."""
LADDERS: Final = (
    ("TPS", "PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2"),
    ("6e", "5e", "4e", "3e"),
    ("2de", "1re", "Tle"),
)
_COLLEGE: Final = re.compile(r"([3-6])\s?(?:e|è|eme|ème)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Class:
    """A class and how many are in it; `next` is what it would usually be called then, "" where they leave, None where nothing
    tells.
    """

    id: int
    name: str
    pupils: int
    next: str | None


@dataclass(frozen=True, slots=True)
class Rolled:
    """How many moved, how many left, and how many subscriptions ended with them."""

    moved: int
    left: int
    ended: int


def after(name: str) -> str | None:
    """What a class is usually called a year later: "6e A" becomes "5e A", a last one nothing (""); None: nothing tells."""
    first, space, rest = name.strip().partition(" ")
    if found := _COLLEGE.fullmatch(first):
        first = f"{found[1]}e"
    for ladder in LADDERS:
        names = [step.casefold() for step in ladder]
        if first.casefold() in names:
            at = names.index(first.casefold()) + 1
            return f"{ladder[at]}{space}{rest}" if at < len(ladder) else ""
    return None


async def classes(store: Database | Transaction, station: Station) -> tuple[Class, ...]:
    """The station's classes, by name."""
    found = await groups.of_station(store, station.id)
    return tuple(Class(one.id, one.name, one.pupils, after(one.name)) for one in found if one.kind == "class")


def mark(found: Sequence[Pupil]) -> str:
    """Who is in which class: another one means that somebody was quicker, or that it is done."""
    listed = sorted((one.id, one.class_id) for one in found)
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:32]


async def roll(
    tx: Transaction,
    clock: Clock,
    keyring: Keyring,
    station: Station,
    who: str,
    wanted: Mapping[int, str],
    seen: str,
) -> Rolled:
    """Do with each class what is `wanted` of it: all at once, and nothing twice; `seen` is the mark that was shown.

    :raises Refused: `rollover_invalid`. :raises Conflict: `rollover_changed`, `import_danger_under_way`.
    """
    await tx.fetch("stations.hold", station.id)
    await pupils.refuse_during_danger(tx)
    there = await pupils.of_station(tx, keyring, station)
    if mark(there) != seen:
        raise Conflict("rollover_changed", "Les classes ont changé depuis : relisez, puis recommencez.")
    known = {one.id: one for one in await classes(tx, station)}
    if not set(wanted) <= set(known):
        raise Refused("rollover_invalid", "Une de ces classes n'est pas à vous.")
    to = {
        id_: await _target(tx, station, known, one, wanted[id_])
        for id_, one in known.items()
        if id_ in wanted
    }
    leavers = [one for one in there if to.get(one.class_id, 0) is None]
    moves = {str(id_): target for id_, target in to.items() if target is not None and target != id_}
    moved = await tx.execute("pupils.move", station.id, json.dumps(moves)) if moves else 0
    ended = await _let_go(tx, station, leavers)
    await pupils.derive(tx, station)
    rolled = Rolled(moved, len(leavers), ended)
    detail = {"moved": moved, "left": rolled.left, "ended": ended}
    await audit.append(tx, clock, station.id, who, "pupils.rollover", f"station:{station.id}", detail)
    return rolled


async def _target(
    tx: Transaction, station: Station, known: Mapping[int, Class], one: Class, wanted: str
) -> int | None:
    """The class that one becomes; None: its children leave."""
    if wanted == LEAVE:
        return None
    if wanted == STAY:
        return one.id
    if wanted == NEW and one.next:
        return await _made(tx, station, one.next)
    if wanted.isascii() and wanted.isdigit() and int(wanted) in known:
        return int(wanted)
    raise Refused("rollover_invalid", f"Dites ce que devient {one.name}.")


async def _made(tx: Transaction, station: Station, name: str) -> int:
    """The class of that name, made if it is not there: two may become one."""
    for one in await groups.of_station(tx, station.id):
        if one.name.casefold() == name.casefold():
            return one.id
    return await groups.add(tx, station.id, name, "class")


async def _let_go(tx: Transaction, station: Station, leavers: Sequence[Pupil]) -> int:
    listed = json.dumps([one.id for one in leavers])
    people = sorted({person for one in leavers for person in one.people})
    await tx.execute("pupils.drop_parents", listed)
    await tx.execute("pupils.drop", listed, station.id)
    over = await tx.fetch("pupils.childless", station.id, json.dumps(people))
    for row in over:
        await leave(tx, station.id, row["id"])
    return len(over)
