"""What an address list is made of. Degrees are WGS84; nothing here is about people."""

from dataclasses import dataclass
from typing import Final

MOST_POINTS: Final = 200_000
"""Marseille has 130,000 address points, the largest intercommunalities of 400,000 people 150,000."""
MOST_STREETS: Final = 20_000
LEAST_POINTS: Final = 5
"""Fewer address points than this are never told apart."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: an address point, or with an empty `number` a named place without one.

    `hamlet` is the hamlet that the row names beside its street, "" for none.
    """

    line: int
    name: str
    hamlet: str
    commune: str
    number: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read: the file's line on which it begins, and why, in French."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Street:
    """A street or a hamlet by its name; `commune` is "" where the whole list is of one. The degrees are its middle's."""

    name: str
    commune: str
    kind: str  # 'street' | 'hamlet'
    points: int
    latitude: float
    longitude: float

    @property
    def label(self) -> str:
        return f"{self.name} ({self.commune})" if self.commune else self.name


@dataclass(frozen=True, slots=True)
class Point:
    """An address point: a door of the street and in the block of these positions in the list."""

    street: int
    block: int
    number: str
    latitude: float
    longitude: float
    cell: int


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring address points whose coverage is told together: one street, a part of a long one, or several small ones."""

    label: str
    points: int


@dataclass(frozen=True, slots=True)
class AddressList:
    """All of a station's, to be kept in place of the one before. `merged` rows named a point that was there already."""

    streets: tuple[Street, ...]
    points: tuple[Point, ...]
    blocks: tuple[Block, ...]
    merged: int
