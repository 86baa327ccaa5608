"""Which address points have somebody's home beside them, where a home is a cell and nothing finer is known of it.

A home within `d` metres of a door is taken as a place in a circle of `d` metres around it would be: when the centre of its
cell lies within the circle widened by MARGIN_M. So whoever lives within `d` metres counts, and nobody farther than 25 m more.
"""

import numpy as np
import numpy.typing as npt

from zones import cells
from zones.cells import MARGIN_M, Cells
from zones.geodesy import Floats, earth_centred, metres_per_degree
from zones.ranges import Cover, from_ranks
from zones.shapes import offset

Flags = npt.NDArray[np.bool_]

_AROUND = 9
"""Cells of this resolution are 200 m on a side: what is 60 m away lies in the same or in the next."""


def homes_near(points: Cells) -> Cover:
    """The cells, rather too many than too few, in which a home within 25 m of these resolution-12 cells can lie."""
    parents = np.unique(cells.ancestors(points, _AROUND))
    around = (
        np.unique(np.concatenate([cells.ring(one) for one in parents.tolist()])) if len(parents) else parents
    )
    return from_ranks(cells.descendants(around, _AROUND)) if len(around) else Cover(())


def covered(points: Cells, lats: Floats, lons: Floats, homes: Cells, within_m: float = 25.0) -> Flags:
    """Which of these points, in degrees and in resolution-12 cells, have one of the homes (cells) within so many metres."""
    homes = np.unique(homes)
    found = np.isin(points, homes)  # the door's own cell: its centre is at most 12 m away
    if not len(points) or not len(homes):
        return found
    home_lats, home_lons = cells.centres(homes)
    reach_m = within_m + MARGIN_M
    grid = _Grid(lats, lons, home_lats, home_lons, reach_m)
    doors, beds = earth_centred(lats, lons), earth_centred(home_lats[grid.order], home_lons[grid.order])
    for row in (0, -1, 1):
        point, home = grid.pairs(np.flatnonzero(~found), row)
        near = ((doors[:, point] - beds[:, home]) ** 2).sum(axis=0) <= reach_m**2
        found[point[near]] = True
    return found


class _Grid:
    """Homes in squares as wide as one may be away, on a flat map whose scale is the smallest there is: whatever is so near
    on the ground lies in the same square or in one beside it. `order` sorts homes by their square, row by row.
    """

    def __init__(
        self, lats: Floats, lons: Floats, home_lats: Floats, home_lons: Floats, metres: float
    ) -> None:
        origin, far = float(lons[0]), float(np.abs(lats).max())
        scale = metres_per_degree(min(far + 0.01, 89.9))[0], metres_per_degree(0.0)[1]
        squares = [
            np.floor(np.stack([offset(east, origin) * scale[0], north * scale[1]]) / metres).astype(np.int64)
            for east, north in ((lons, lats), (home_lons, home_lats))
        ]
        corner = np.minimum(*(each.min(axis=1) for each in squares)) - 1
        self._width = int(np.maximum(*(each[0].max() for each in squares)) - corner[0]) + 2
        (x, y), (home_x, home_y) = (each - corner[:, None] for each in squares)
        self._points = y * self._width + x
        keys = home_y * self._width + home_x
        self.order = np.argsort(keys, kind="stable")
        self._homes = keys[self.order]

    def pairs(self, points: Cells, row: int) -> tuple[Cells, Cells]:
        """Each of these points beside each home (a position in `order`) of the three squares in its own, the row below or above."""
        middle = self._points[points] + row * self._width
        begin = np.searchsorted(self._homes, middle - 1, side="left")
        many = np.searchsorted(self._homes, middle + 1, side="right") - begin
        first = np.concatenate([[0], np.cumsum(many)[:-1]]) if len(many) else many
        return np.repeat(points, many), np.arange(many.sum()) + np.repeat(begin - first, many)
