"""Audience: the people of a piece of fan-out, in order, a slice at a time, and where a large piece is cut.

Read beside the writer, since who is meant was decided by the release: `as_of`. A zone's ring is read once and kept while
it is under way: people stand in the order of their homes there, and sorting them once costs less than an index that
every one of them would enter at another place (docs/performance.md). While one ring is written the next is read.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from alertd.deliver.work import Work
from alertd.store import Database, Row

PIECE: Final = 20_000
"""People whom one node takes on at once: what is behind them is cut off, for another to take up."""

KEPT: Final = 8
"""Rings kept at hand, of eight bytes a person: those of one message."""

Ids: TypeAlias = "NDArray[np.int64]"

_Ring: TypeAlias = tuple[int, int, int, str]
"""Message, ring, source, and its kind: what is read ahead is of the kind that is under way."""

_CUTS: Final = {
    "station": "audience.station_cut",
    "group": "audience.group_cut",
    "message": "deliveries.reached_boundary",
}


@dataclass(frozen=True, slots=True)
class Slice:
    """People in order, each once. `end` is the last of them, or `upto`, where the piece ends, when nobody is behind them
    in it; an `upto` before the piece's own leaves the rest to another piece. Of an earlier message only where it ends.
    """

    people: list[int]
    end: int
    upto: int


class Audience:
    """What one node has read of the audiences under way. Lost with the process: it is read again."""

    def __init__(self, db: Database, piece: int = PIECE) -> None:
        self._db = db
        self._piece = piece
        self._rings: OrderedDict[_Ring, asyncio.Task[Ids]] = OrderedDict()
        self._foresight: asyncio.Task[Sequence[Row]] | None = None

    async def slice(self, work: Work, most: int) -> Slice:
        """The next people of a piece: up to `most` behind its cursor."""
        if work.kind in {"zone", "places"}:
            return self._of_ring(await self._ring(work), work, most)
        upto = await self._upto(work)
        if work.kind == "message":
            return Slice([], min(upto, await self._behind(work, most, upto)), upto)
        found = _ids(await self._list(work, upto, most))
        return Slice(found.tolist(), int(found[-1]) if len(found) == most else upto, upto)

    def _of_ring(self, ring: Ids, work: Work, most: int) -> Slice:
        first = int(np.searchsorted(ring, work.subscriber, side="right"))
        last = int(np.searchsorted(ring, work.upto, side="right"))
        upto = work.upto
        if work.untouched and last - first > self._piece:
            last = first + self._piece
            upto = int(ring[last - 1])
        found = ring[first : min(first + most, last)]
        return Slice(found.tolist(), int(found[-1]) if first + most < last else upto, upto)

    async def _upto(self, work: Work) -> int:
        """Where the piece ends from now on: cut by the first who begins it, when it is large."""
        return (
            min(work.upto, await self._behind(work, self._piece, work.upto)) if work.untouched else work.upto
        )

    async def _behind(self, work: Work, many: int, otherwise: int) -> int:
        """The id with so many between the cursor and it, whoever is meant of them; `otherwise` when there are fewer."""
        rows = await self._db.fetch(_CUTS[work.kind], work.source_id, work.subscriber, many)
        return int(rows[0]["id"]) if rows else otherwise

    async def _list(self, work: Work, upto: int, most: int) -> Row:
        """Of a whole station, or of a group: in the order of ids already. A group's topic is the group."""
        if work.kind == "station":
            terms = (work.station_id, work.subscriber, *work.filters, most, upto, work.held_at)
            return (await self._db.fetch("audience.of_station", *terms))[0]
        terms = (
            work.source_id,
            work.station_id,
            work.subscriber,
            *work.filters[1:],
            most,
            upto,
            work.held_at,
        )
        return (await self._db.fetch("audience.of_group", *terms))[0]

    async def _ring(self, work: Work) -> Ids:
        """A ring that is read, or being read; the one around it is begun, for whoever comes to it soon."""
        self._foresee()
        reading = self._begin(work, work.ring)
        found = await asyncio.shield(reading)  # another step may wait for it, too
        self._begin(work, work.ring + 1)
        return found

    def _begin(self, work: Work, ring: int) -> "asyncio.Task[Ids]":
        key = (work.message_id, ring, work.source_id, work.kind)
        if key not in self._rings or _failed(self._rings[key]):
            self._rings[key] = asyncio.create_task(self._read(work, ring))
            self._rings[key].add_done_callback(_failed)
            while len(self._rings) > KEPT:
                self._rings.popitem(last=False)
        return self._rings[key]

    async def _read(self, work: Work, ring: int) -> Ids:
        lowest = int(work.kind == "places")
        what = (work.event_id, ring, work.source_id, *work.filters, lowest, work.held_at)
        return _ids((await self._db.fetch("audience.of_zone", *what))[0])

    def _foresee(self) -> None:
        """Have everyone's endpoints at hand before they are asked for: once, at a node's first zone, since what a disk alone has
        after a start is in memory from then on.
        """
        if self._foresight is None:
            self._foresight = asyncio.create_task(self._db.fetch("audience.foresee"))
            self._foresight.add_done_callback(_failed)


def _failed(ring: "asyncio.Task[Any]") -> bool:
    """Whether it is to be read anew; a read ahead that failed is nobody's fault yet."""
    return ring.done() and (ring.cancelled() or ring.exception() is not None)


def _ids(row: Row) -> Ids:
    """Of a text of numbers, in which a person stands once for each place that matches. Not `np.unique`, which hashes
    before it sorts since numpy 2.3, and takes twenty times as long.
    """
    if not row["packed"]:
        return np.empty(0, dtype=np.int64)
    found = np.sort(np.fromstring(row["packed"], dtype=np.int64, sep=","))
    return found[np.concatenate(([True], found[1:] != found[:-1]))]
