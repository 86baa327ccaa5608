"""H3 at resolution 12: the only module that speaks it (https://h3geo.org/docs/core-library/h3Indexing).

A cell is a signed 64-bit integer: 7 bits of base cell, then a digit 0..6 for each resolution. The descendants of a
cell at a fixed resolution are therefore one run of integers; its *rank*, the digits read in base 7, makes that run gapless.
"""

import math
from functools import cache

import h3.api.basic_int as h3  # noqa: TID251 - this module is where the rule sends everyone
import numpy as np
import numpy.typing as npt

from zones.errors import ZoneError
from zones.geodesy import Floats

Cells = npt.NDArray[np.int64]

RESOLUTION = 12
# No point of a resolution-12 cell is farther than 11.992 m from its centre, anywhere on Earth.
MARGIN_M = 12.2
_COARSE = 8
COARSE_SHIFT = 3 * (15 - _COARSE)
_BASE_SHIFT = 45
_RESOLUTION_SHIFT = 52
# Mode "cell", resolution 12, digits 13 to 15 unused.
_HEADER = (1 << 59) | (RESOLUTION << _RESOLUTION_SHIFT) | 0o777


def cell(lat: float, lon: float) -> int:
    """The resolution-12 cell of a point in degrees. Raises ZoneError (`place_bad_coordinates`) off the globe."""
    if not (-90 <= lat <= 90 and -360 <= lon <= 360):
        raise ZoneError(
            "place_bad_coordinates",
            "Ces coordonnées ne sont pas sur le globe : latitude de -90 à 90, longitude de -180 à 180.",
        )
    return int(h3.latlng_to_cell(lat, lon, RESOLUTION))


def cell_centre(cell: int) -> tuple[float, float]:
    """Latitude and longitude in degrees of a cell's centre."""
    lat, lon = h3.cell_to_latlng(cell)
    return float(lat), float(lon)


def coarse_ring(prefix: int) -> tuple[tuple[float, float], ...]:
    """The outline, longitude first and closed, of the resolution-8 cell (some 0.7 km2) whose descendants at resolution 12
    all begin with `prefix`, that is `cell >> COARSE_SHIFT`.
    """
    blank = (prefix << COARSE_SHIFT) & ~(15 << _RESOLUTION_SHIFT)
    cell = blank | (_COARSE << _RESOLUTION_SHIFT) | ((1 << COARSE_SHIFT) - 1)
    ring = [(float(lon), float(lat)) for lat, lon in h3.cell_to_boundary(cell)]
    return (*ring, ring[0])


def centres(cells: Cells) -> tuple[Floats, Floats]:
    """Latitudes and longitudes in degrees of many cells of any resolution."""
    points = np.array([h3.cell_to_latlng(one) for one in cells.tolist()]).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def reach_m(resolution: int) -> float:
    """Metres within which every resolution-12 descendant's centre lies of its ancestor's centre.

    H3's descendants stick out of their ancestors, so this is more than the ancestor's own size; the first two
    generations, which hardly turn, are measured apart (tests/zones/test_zones_cells.py holds it against the library).
    """
    generations = RESOLUTION - resolution
    return MARGIN_M * {1: 0.70, 2: 0.93}.get(generations, 1.03) * math.sqrt(7**generations)


def disk(lat: float, lon: float, resolution: int) -> Cells:
    """The cell of a point and its neighbours two steps around."""
    return np.array(h3.grid_disk(h3.latlng_to_cell(lat, lon, resolution), 2), dtype=np.int64)


def ancestors(cells: Cells, resolution: int) -> Cells:
    """The cells of a coarser resolution by whose digits these of resolution 12 begin."""
    unused = (1 << 3 * (15 - resolution)) - 1
    return np.asarray(
        (cells & ~np.int64(15 << _RESOLUTION_SHIFT)) | np.int64((resolution << _RESOLUTION_SHIFT) | unused)
    )


def ring(cell: int) -> Cells:
    """A cell and its neighbours."""
    return np.array(h3.grid_disk(cell, 1), dtype=np.int64)


def whole_earth() -> Cells:
    """The 122 cells of resolution 0."""
    return np.array(h3.get_res0_cells(), dtype=np.int64)


def children(cells: Cells, resolution: int) -> Cells:
    """All children, at `resolution`, of cells one resolution coarser."""
    shift = 3 * (15 - resolution)
    blank = cells & ~np.int64((7 << shift) | (15 << _RESOLUTION_SHIFT))
    family = (blank | np.int64(resolution << _RESOLUTION_SHIFT))[:, None] | (np.arange(7) << shift)
    family = family[:, [0, 2, 3, 4, 5, 6, 1]]
    absent = _on_pentagon(cells) & (ranks(cells, resolution - 1) % 7 ** (resolution - 1) == 0)
    return np.concatenate([family[:, :6].ravel(), family[~absent, 6]])  # a pentagon has no child of digit 1


@cache
def _pentagon_bases() -> Cells:
    return np.array(sorted(h3.get_base_cell_number(one) for one in h3.get_pentagons(0)), dtype=np.int64)


def _on_pentagon(cells: Cells) -> npt.NDArray[np.bool_]:
    return np.isin((cells >> _BASE_SHIFT) & 127, _pentagon_bases())


def ranks(cells: Cells, resolution: int = RESOLUTION) -> Cells:
    """The base cell and digits of cells of one resolution, read as a number in base 7."""
    rank = (cells >> _BASE_SHIFT) & 127
    for digit in range(1, resolution + 1):
        rank = rank * 7 + ((cells >> 3 * (15 - digit)) & 7)
    return rank


def descendants(cells: Cells, resolution: int) -> Cells:
    """The resolution-12 descendants of cells, as ranks first..last inclusive, one row each."""
    run = 7 ** (RESOLUTION - resolution)
    first = ranks(cells, resolution) * run
    return np.column_stack([first, first + run - 1])


def ranked(rank: Cells) -> Cells:
    """The resolution-12 cells of these ranks."""
    cells = np.full_like(rank, _HEADER)
    for digit in range(RESOLUTION, 0, -1):
        rank, last = rank // 7, rank % 7
        cells |= last << 3 * (15 - digit)
    return np.asarray(cells | (rank << _BASE_SHIFT), dtype=np.int64)


def absent_below(rank: Cells) -> Cells:
    """How many ranks below each of these name no cell: a pentagon lacks a seventh part.

    In a pentagon the first digit that is not 0 is never 1: in base 7 those are the numbers from 7^k to 2 x 7^k.
    """
    base, within = np.divmod(rank, 7**RESOLUTION)
    powers = 7 ** np.arange(RESOLUTION, dtype=np.int64)
    earlier = np.searchsorted(_pentagon_bases(), base) * np.int64(powers.sum())
    here = np.clip(within[:, None] - powers, 0, powers).sum(axis=1)
    return np.asarray(earlier + np.where(np.isin(base, _pentagon_bases()), here, 0))
