"""A set of resolution-12 cells, kept as merged ranges."""

import json
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from zones import cells
from zones.cells import Cells

_BEYOND = 1 << 63  # greater than any cell


@dataclass(frozen=True, slots=True)
class Cover:
    """Cells as `lo..hi` ranges, both ends included, increasing, disjoint and merged: equal sets are equal objects.

    The integers between `lo` and `hi` that are no cell belong to nobody, so `cell BETWEEN lo AND hi` is the whole test.
    """

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, cell: int) -> bool:
        """Whether this resolution-12 cell is in the set."""
        at = bisect_right(self.ranges, (cell, _BEYOND)) - 1
        return at >= 0 and cell <= self.ranges[at][1]

    @property
    def cell_count(self) -> int:
        """How many cells exactly."""
        begin, end = _runs(self).T
        return int((end - cells.absent_below(end) - begin + cells.absent_below(begin)).sum())

    def minus(self, other: "Cover") -> "Cover":
        """The cells of this set that are not in the other."""
        mine, theirs = _runs(self), _runs(other)
        edges = np.unique(np.concatenate([mine.ravel(), theirs.ravel()]))
        kept = np.flatnonzero(_within(mine, edges) & ~_within(theirs, edges))
        return from_ranks(np.column_stack([edges[kept], edges[kept + 1] - 1]))

    def as_json(self) -> str:
        """The object text `{"lo": hi, ...}` that SQL unfolds with json_each: keys are strings, values integers."""
        return json.dumps({str(lo): hi for lo, hi in self.ranges}, separators=(",", ":"))


def _runs(cover: Cover) -> Cells:
    """The ranges as half-open runs of ranks, n x 2: without gaps between neighbouring cells."""
    ends = np.array(cover.ranges, dtype=np.int64).reshape(-1, 2)
    return np.asarray(cells.ranks(ends) + np.array([0, 1]))


def from_ranks(runs: Cells) -> Cover:
    """The cover of runs of ranks (n x 2, both ends included), in any order, overlapping or not."""
    if not len(runs):
        return Cover(())
    runs = runs[np.argsort(runs[:, 0], kind="stable")]
    last = np.maximum.accumulate(runs[:, 1])
    apart = runs[1:, 0] > last[:-1] + 1
    merged = np.column_stack([runs[np.append(True, apart), 0], last[np.append(apart, True)]])
    return Cover(tuple((lo, hi) for lo, hi in cells.ranked(merged).tolist()))


def _within(runs: Cells, ranks: Cells) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Whether each rank lies in one of these half-open runs, which are sorted and disjoint."""
    begun = np.searchsorted(runs[:, 0], ranks, side="right")
    ended = np.searchsorted(runs[:, 1], ranks, side="right")
    return np.asarray(begun > ended)
