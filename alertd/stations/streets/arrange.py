"""Rows into streets, address points and blocks. Pure.

A block is what coverage is told of: it is fixed with the list and not with a zone, so that no two zones drawn a house apart
tell where somebody lives; it never has fewer than five address points, unless the whole list has.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import zones
from alertd.errors import Refused, TooLarge
from alertd.stations.streets import fold
from alertd.stations.streets.nouns import (
    LEAST_POINTS,
    MOST_POINTS,
    MOST_STREETS,
    AddressList,
    Block,
    Point,
    Row,
    Street,
)

PART: Final = 30
"""A long street is cut into parts of so many points at least: whoever lives at its far end does not speak for the rest."""


@dataclass(slots=True)
class _Named:
    """A name's rows: its doors by number, and the points that name it without one."""

    name: str
    commune: str
    doors: dict[str, Row] = field(default_factory=dict)
    middles: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Run:
    """Doors of one street that stay together."""

    label: str
    doors: tuple[tuple[int, Row], ...]  # with the street's position

    @property
    def cell(self) -> int:
        return _cell(self.doors[0][1])


def arrange(rows: Iterable[Row]) -> AddressList:
    """:raises Refused: `addresses_none`. :raises TooLarge: `addresses_too_many`."""
    named, merged = _named(rows)
    if not named:
        raise Refused("addresses_none", "Ce fichier n'a aucune adresse : rien n'a été changé.")
    points = sum(len(one.doors) for one in named)
    if points > MOST_POINTS or len(named) > MOST_STREETS:
        said = f"Une liste a {MOST_POINTS} adresses et {MOST_STREETS} noms au plus : coupez-la par commune."
        raise TooLarge("addresses_too_many", said)
    several = len({one.commune for one in named}) > 1
    streets = tuple(_street(one, one.commune if several else "") for one in named)
    blocks = list(_blocks(named, streets))
    told = tuple(
        Block(", ".join(run.label for run in block), sum(len(run.doors) for run in block)) for block in blocks
    )
    return AddressList(streets, tuple(_points(blocks)), told, merged)


def _named(rows: Iterable[Row]) -> tuple[list[_Named], int]:
    """By folded name and commune, since a list writes one street in two ways; and how many doors came twice."""
    named: dict[tuple[str, str], _Named] = {}
    merged = 0
    for row in rows:
        one = named.setdefault(_key(row.name, row), _Named(row.name, row.commune))
        if row.number:
            merged += row.number.lower() in one.doors
            one.doors.setdefault(row.number.lower(), row)
        else:
            one.middles.append(row)
        if row.hamlet and _key(row.hamlet, row) != _key(row.name, row):
            named.setdefault(_key(row.hamlet, row), _Named(row.hamlet, row.commune)).middles.append(row)
    return list(named.values()), merged


def _key(name: str, row: Row) -> tuple[str, str]:
    return fold.folded(name) or name, row.commune


def _street(one: _Named, commune: str) -> Street:
    """Its middle is one of its own points, the nearest to the mean: a bend's mean lies in a field."""
    rows = [*one.doors.values()] or one.middles
    lat = sum(row.latitude for row in rows) / len(rows)
    lon = sum(row.longitude for row in rows) / len(rows)
    middle = min(rows, key=lambda row: (row.latitude - lat) ** 2 + (row.longitude - lon) ** 2)
    kind = "street" if fold.is_street(one.name) else "hamlet"
    return Street(one.name, commune, kind, len(one.doors), middle.latitude, middle.longitude)


def _blocks(named: Sequence[_Named], streets: Sequence[Street]) -> Iterator[list[_Run]]:
    """Streets of five points and more by themselves; the smaller with their neighbours until they are five."""
    runs = [list(_runs(at, one, streets[at].label)) for at, one in enumerate(named) if one.doors]
    large = [[run] for street in runs for run in street if len(run.doors) >= LEAST_POINTS]
    small = sorted(
        (run for street in runs for run in street if len(run.doors) < LEAST_POINTS), key=lambda run: run.cell
    )
    together, waiting = list[list[_Run]](), list[_Run]()
    for run in small:  # in the order of H3's cells, neighbours follow each other
        waiting.append(run)
        if sum(len(one.doors) for one in waiting) >= LEAST_POINTS:
            together.append(waiting)
            waiting = []
    if waiting and (together or large):
        (together or large)[-1].extend(waiting)
    elif waiting:
        together.append(waiting)
    yield from large
    yield from together


def _runs(at: int, one: _Named, label: str) -> Iterator[_Run]:
    """A street whole, or a long one in parts by its numbers."""
    doors = sorted(one.doors.values(), key=lambda row: _in_order(row.number))
    parts = max(1, len(doors) // PART)
    for part in range(parts):
        cut = doors[len(doors) * part // parts : len(doors) * (part + 1) // parts]
        said = label if parts == 1 else f"{label}, du {cut[0].number} au {cut[-1].number}"
        yield _Run(said, tuple((at, door) for door in cut))


def _in_order(number: str) -> tuple[int, str]:
    digits = re.match(r"[0-9]+", number)
    return (int(digits[0]) if digits else 0), number


def _points(blocks: Sequence[Sequence[_Run]]) -> Iterator[Point]:
    for position, block in enumerate(blocks):
        for street, row in (door for run in block for door in run.doors):
            yield Point(street, position, row.number, row.latitude, row.longitude, _cell(row))


def _cell(row: Row) -> int:
    return zones.cell(row.latitude, row.longitude)
