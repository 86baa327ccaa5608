"""A place found by what is typed: a street, a hamlet, or a door; offline, in the station's own list."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import zones
from alertd.stations.drawings import Hamlet
from alertd.stations.streets import fold
from alertd.store.database import Database, Row

MOST_FOUND: Final = 8
MOST_LISTED: Final = 500
_CANDIDATES: Final = 60
_LEAST: Final = 0.45
"""Of 1.0, two names alike to the letter: below this they are others'."""
_WAY_WEIGHT: Final = 0.3
_SHORTEST: Final = 2
_LONGEST_KEY: Final = 40
_KEY: Final = re.compile(r"h([1-9][0-9]{0,14})|s([1-9][0-9]{0,14})(?:/([0-9]{1,5}(?: \w{1,12})?))?")


@dataclass(frozen=True, slots=True)
class Spot:
    """The middle of a circle, by the name under which it was picked; `key` is what a form sends back for it."""

    key: str
    label: str
    latitude: float
    longitude: float
    note: str = ""

    @property
    def at(self) -> tuple[float, float]:
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True)
class Names:
    """What a list shows to pick from."""

    hamlets: tuple[Spot, ...] = ()
    streets: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class _Name:
    """What is compared with what was typed."""

    spot: Spot
    folded: str
    street_id: int = 0
    points: int = 0


async def search(db: Database, station_id: int, typed: str, hamlets: Iterable[Hamlet]) -> list[Spot]:
    """The likeliest first, eight at most; with a number, the doors of the streets so called."""
    door, name = fold.door_and_name(typed)
    wanted = fold.folded(name)
    if len(wanted) < _SHORTEST:
        return []
    grams = json.dumps(sorted(fold.grams(wanted, typing=True)))
    rows = await db.fetch("streets.match", station_id, grams, _CANDIDATES)
    streets = [_street(row) for row in rows]
    taken = {one.folded for one in streets}  # a hamlet that the list has too is shown with its doors
    known = [*streets, *(one for one in map(_hamlet, hamlets) if one.folded not in taken)]
    scored = sorted(((_likeness(wanted, one.folded), one) for one in known), key=_by_likeness)
    best = [one for score, one in scored if score >= _LEAST][:MOST_FOUND]
    if not door:
        return [one.spot for one in best]
    doors = [await _door(db, one, door) for one in best if one.points]
    return [*filter(None, doors), *(one.spot for one in best)][:MOST_FOUND]


async def spot(db: Database, station_id: int, key: str, hamlets: Iterable[Hamlet]) -> Spot | None:
    """What a form sent back; None for what is no longer there, or another station's."""
    found = _KEY.fullmatch(key[:_LONGEST_KEY])
    if found is None:
        return None
    if found[1]:
        return next((_hamlet(one).spot for one in hamlets if one.id == int(found[1])), None)
    rows = await db.fetch("streets.one", station_id, int(found[2]))
    if not rows:
        return None
    return await _door(db, _street(rows[0]), found[3]) if found[3] else _street(rows[0]).spot


async def named(db: Database, station_id: int, latitude: float, longitude: float) -> Spot | None:
    """The street, hamlet or door that is exactly here: what the middle of a stored circle was called."""
    cell = zones.cell(latitude, longitude)
    rows = await db.fetch("streets.at", station_id, cell, latitude, longitude)
    return _door_spot(_street(rows[0]), rows[0]) if rows else None


async def listed(db: Database, station_id: int) -> Names:
    """The station's hamlets and streets, by name; none at all where they are more than anyone reads a list of."""
    rows = await db.fetch("streets.of_station", station_id, MOST_LISTED + 1)
    if len(rows) > MOST_LISTED:
        return Names()
    kinds = {
        kind: tuple(_street(row).spot for row in rows if row["kind"] == kind) for kind in ("hamlet", "street")
    }
    return Names(kinds["hamlet"], kinds["street"])


async def known(db: Database, station_id: int) -> bool:
    """Whether the station has an address list."""
    return bool(await db.fetch("streets.of_station", station_id, 1))


def _hamlet(one: Hamlet) -> _Name:
    return _Name(Spot(f"h{one.id}", one.name, one.latitude, one.longitude), fold.folded(one.name))


def _street(row: Row) -> _Name:
    label = f"{row['name']} ({row['commune']})" if row["commune"] else row["name"]
    here = Spot(f"s{row['id']}", label, row["latitude"], row["longitude"])
    return _Name(here, fold.folded(label), row["id"], row["points"])


async def _door(db: Database, street: _Name, number: str) -> Spot | None:
    """The door, else the nearest number of the street, said to be it."""
    rows = await db.fetch("streets.doors", street.street_id)
    nearest = min(rows, key=lambda row: _apart(row["number"], number), default=None)
    if nearest is None:
        return None
    exact = nearest["number"].lower() == number.lower()
    return _door_spot(street, nearest, "" if exact else f"le {number} n'est pas dans la liste")


def is_door(spot: Spot) -> bool:
    """Whether it is one house, by its number."""
    return "/" in spot.key


def _door_spot(street: _Name, row: Row, note: str = "") -> Spot:
    if not row["number"]:
        return street.spot
    key = f"{street.spot.key}/{row['number']}"
    return Spot(key, f"{row['number']} {street.spot.label}", row["latitude"], row["longitude"], note)


def _apart(one: str, other: str) -> tuple[int, bool, int]:
    digits, wanted = (int(number.partition(" ")[0]) for number in (one, other))
    return abs(digits - wanted), one.lower() != other.lower(), digits


def _by_likeness(scored: tuple[float, _Name]) -> tuple[float, str]:
    return -scored[0], scored[1].spot.label


def _likeness(wanted: str, name: str) -> float:
    """How well each word that was typed is found among the name's, 0 to 1; "rue" tells little, and a name of many more words is
    a little less it.
    """
    words, names = wanted.split(), name.split()
    weights = [_WAY_WEIGHT if word in fold.WAYS else 1.0 for word in words]
    alike = (max((_alike(word, one) for one in names), default=0.0) for word in words)
    found = sum(weight * one for weight, one in zip(weights, alike, strict=True)) / sum(weights)
    return found * (1 - 0.02 * min(10, abs(len(names) - len(words))))


def _alike(word: str, name: str) -> float:
    """Of two words: the beginning of one is nearly the whole, since people stop typing."""
    if name.startswith(word):
        return 1.0 if name == word else 0.9
    one, other = fold.grams(word), fold.grams(name)
    return 2 * len(one & other) / (len(one) + len(other))
