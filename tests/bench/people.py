"""Invented people of an invented country: settlements around one town, and scatter; the same ones each time."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

import zones
from alertd.clock import DAY, FOREVER
from alertd.model import ALL_TOPICS, SLOT_BITS, Channel
from zones import cells
from zones.geodesy import metres_per_degree

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CENTRE = (48.7736, 5.1606)
BEGAN = 1_735_689_600_000  # 1 January 2025: everyone had subscribed by then
PAST, FUTURE = (
    BEGAN + 30 * DAY,
    4_102_444_800_000,
)  # ended stays, and stays until 2100: no run depends on its date

TOWN, BELT, COUNTRY, SCATTER = (0.017, 950.0), (0.142, 2_600.0), (0.761, 13_000.0), (0.08, 30_000.0)
"""Share of the places and spread in metres: tuned so that hits resemble those of a real département's town."""

CHANNELS = {
    Channel.SMS: (0.9, 0.01),
    Channel.PUSH: (0.5, 0.05),
    Channel.EMAIL: (0.31, 0.0),
    Channel.VOICE: (0.08, 0.0),
}
"""Who has a first endpoint on a channel, and who a second: 1.85 a person in all."""


@dataclass(frozen=True, slots=True)
class People:
    """Columns: subscribers 1..n by index; places by (owner, ordinal); endpoints are counted by channel."""

    everywhere: npt.NDArray[np.bool_]
    topics: Ints
    min_level: Ints
    exercises: Ints
    valid_until: Ints
    endpoints: dict[Channel, Ints]
    owner: Ints
    ordinal: Ints
    cell: Ints

    @property
    def count(self) -> int:
        return len(self.topics)

    @property
    def place_ids(self) -> Ints:
        """One number for each place, as all contenders give it back."""
        return self.owner << SLOT_BITS | self.ordinal

    def centres(self) -> tuple[Floats, Floats]:
        """Latitude and longitude of every place's cell."""
        unique, inverse = np.unique(self.cell, return_inverse=True)
        lat, lon = cells.centres(unique)
        return lat[inverse], lon[inverse]


@lru_cache(maxsize=1)
def invent(places: int, topics: int) -> People:
    """Six people for ten places; `topics` is how many bits the catalogue has."""
    draw = np.random.default_rng(55)
    count = places * 6 // 10
    everywhere = draw.random(count) < 1 / 300
    owner, ordinal = _owners(draw, np.flatnonzero(~everywhere) + 1, places)
    return People(
        everywhere=everywhere,
        topics=_topics(draw, count, topics),
        min_level=draw.choice([1, 2, 3], count, p=[0.80, 0.15, 0.05]),
        exercises=draw.integers(0, 2, count),
        valid_until=draw.choice([FOREVER, FUTURE, PAST], count, p=[0.95, 0.03, 0.02]),
        endpoints={
            channel: (draw.random(count) < one).astype(np.int64) + (draw.random(count) < two)
            for channel, (one, two) in CHANNELS.items()
        },
        owner=owner,
        ordinal=ordinal,
        cell=_cells(draw, places),
    )


def _owners(draw: np.random.Generator, able: Ints, places: int) -> tuple[Ints, Ints]:
    """Everyone has one place; what is left falls where it may (home and work, or a child's school)."""
    owner = np.sort(np.concatenate([able, draw.choice(able, places - len(able))]))
    first = np.searchsorted(owner, owner, side="left")
    return owner, np.arange(places) - first


def _topics(draw: np.random.Generator, count: int, topics: int) -> Ints:
    """Seven in ten want all, the others half of them."""
    some = (draw.random((count, topics)) < 0.5) @ (np.int64(1) << np.arange(topics))
    return np.where(draw.random(count) < 0.7, ALL_TOPICS, some)


def _cells(draw: np.random.Generator, places: int) -> Ints:
    east, north = np.concatenate(
        [_quarters(draw, round(places * share), spread) for share, spread in (TOWN, BELT, COUNTRY, SCATTER)]
    )[:places].T
    scale = metres_per_degree(CENTRE[0])
    lat, lon = CENTRE[0] + north / scale[1], CENTRE[1] + east / scale[0]
    order = draw.permutation(places)
    return np.array(
        [zones.cell(*point) for point in zip(lat[order].tolist(), lon[order].tolist(), strict=True)]
    )


def _quarters(draw: np.random.Generator, places: int, spread: float) -> Floats:
    """Metres east and north: quarters and villages of very unequal size, each a few hundred metres wide."""
    many = max(90, places // 400)
    centres, weights = draw.normal(0, spread, (many, 2)), draw.lognormal(0, 0.8, many)
    which = draw.choice(many, places, p=weights / weights.sum())
    width = draw.uniform(80, 350, many) if spread < SCATTER[1] else np.full(many, spread / 3)
    return np.asarray(centres[which] + draw.normal(0, 1, (places, 2)) * width[which, None])
