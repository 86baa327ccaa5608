"""Where nobody will be warned: the streets and hamlets of a target in which no home is covered.

An address point is covered when a home whose people this content reaches lies within 25 m, as its cell can tell (zones.doors).
What is told locates nobody: counts are in fives; a street is judged whole or in fixed parts, and small ones with their
neighbours, whatever was drawn (stations.streets.arrange), so that two zones a house apart tell the same of it.
"""

import asyncio
import json
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

import zones
from alertd.issue.audience import wished
from alertd.issue.desk import Desk
from alertd.issue.packed import ALL_ENDPOINTS
from alertd.model import Content, Station, Target
from alertd.stations.streets.nouns import LEAST_POINTS
from zones import Cells

MOST_TOLD: Final = 100
"""Streets named; of the others their number."""
_EVERYWHERE: Final = json.dumps({"0": (1 << 63) - 1})


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the streets that the target touches: `covered` of their `points`, rounded down to fives, 1 for one to four; `empty`
    are those where nobody is covered, `more` how many more there are. `visitors`, rounded likewise, are people who are in
    the target for a stay or just now.
    """

    points: int
    covered: int
    visitors: int
    empty: tuple[str, ...]
    more: int

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, text: str | None) -> "Coverage | None":
        """What a preview kept."""
        if text is None:
            return None
        kept = json.loads(text)
        return cls(**{**kept, "empty": tuple(kept["empty"])})


@dataclass(frozen=True, slots=True)
class _Points:
    """Address points side by side."""

    cells: Cells
    blocks: Cells
    lats: zones.Floats
    lons: zones.Floats


async def coverage(desk: Desk, station: Station, content: Content) -> Coverage | None:
    """None where the station has no address list, for groups, and for under five address points: nothing can be said."""
    if content.target.groups:
        return None
    ranges = await asyncio.to_thread(_ranges, content.target)
    touched = await desk.db.fetch("coverage.blocks_in", station.id, ranges)
    if sum(row["n"] for row in touched) < LEAST_POINTS:
        return None
    terms = await _terms(desk, station, content)
    points = await _points(desk, station, [row["block_id"] for row in touched])
    near = await asyncio.to_thread(lambda: zones.homes_near(points.cells).as_json())
    rows = await desk.db.fetch("coverage.homes", station.id, near, *terms)
    homes = _integers(rows[0]["packed"])
    covered = await asyncio.to_thread(zones.covered, points.cells, points.lats, points.lons, homes)
    visitors = (await desk.db.fetch("coverage.visitors", station.id, ranges, *terms))[0]["n"]
    told = await _empty(desk, station, points, covered)
    return Coverage(len(covered), fives(int(covered.sum())), fives(visitors), *told)


def fives(n: int) -> int:
    """Rounded down to fives; 1 stands for one to four."""
    return n - n % 5 if n >= 5 else min(n, 1)


async def _terms(desk: Desk, station: Station, content: Content) -> tuple[int, int, int, int]:
    channels = sum(ALL_ENDPOINTS << 4 * channel for channel in content.channels)
    return *await wished(desk.db, content, station.id), channels


async def _points(desk: Desk, station: Station, blocks: list[int]) -> _Points:
    row = (await desk.db.fetch("coverage.points_of", station.id, json.dumps(blocks)))[0]
    return await asyncio.to_thread(
        lambda: _Points(
            _integers(row["cells"]),
            _integers(row["blocks"]),
            _floats(row["latitudes"]),
            _floats(row["longitudes"]),
        )
    )


async def _empty(
    desk: Desk, station: Station, points: _Points, covered: zones.Flags
) -> tuple[tuple[str, ...], int]:
    """The names of the blocks without a covered point, as far as they are told, and how many more."""
    blocks, at = np.unique(points.blocks, return_inverse=True)
    empty = blocks[np.bincount(at, weights=covered) == 0].tolist()
    if not empty:
        return (), 0
    rows = await desk.db.fetch("coverage.labels", station.id, json.dumps(empty), LEAST_POINTS, MOST_TOLD)
    return tuple(row["label"] for row in rows), max(0, len(empty) - MOST_TOLD)


def _ranges(target: Target) -> str:
    return _EVERYWHERE if target.zone is None else zones.cover(target.zone).as_json()


def _integers(packed: str | None) -> Cells:
    return np.fromstring(packed or "", dtype=np.int64, sep=",") if packed else np.empty(0, dtype=np.int64)


def _floats(packed: Any) -> zones.Floats:
    return np.fromstring(packed, dtype=np.float64, sep=",") if packed else np.empty(0, dtype=np.float64)
