"""Audience: the people of a piece of fan-out, in order, a slice at a time.

Read beside the writer, since who is meant was decided by the release: `as_of`. A zone's ring is read once and kept while
it is under way: people stand in the order of their homes there, and sorting them once costs less than an index that
every one of them would enter at another place (docs/performance.md).
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from alertd.deliver.work import Work
from alertd.store import Database, Row

END: Final = (1 << 63) - 1
"""Beyond every id."""

KEPT: Final = 8
"""Rings kept at hand, of eight bytes a person: those of one message."""

Ids: TypeAlias = "NDArray[np.int64]"


@dataclass(frozen=True, slots=True)
class Slice:
    """People in order, each once; `end` is the last of them, or END when nobody is behind."""

    people: list[int]
    end: int


class Audience:
    """What one node has read of the audiences under way. Lost with the process: it is read again."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._rings: OrderedDict[tuple[int, int, int], Ids] = OrderedDict()

    async def slice(self, work: Work, most: int) -> Slice:
        """The next people of a piece: up to `most` behind its cursor."""
        if work.kind == "zone":
            return _behind(await self._ring(work), work.subscriber, most)
        found = _ids(await self._list(work, most))
        return Slice(found.tolist(), int(found[-1]) if len(found) == most else END)

    async def _list(self, work: Work, most: int) -> Row:
        """Of a whole station, or of a group: in the order of ids already. A group's topic is the group."""
        if work.kind == "station":
            terms = (work.station_id, work.subscriber, *work.filters, most)
            return (await self._db.fetch("audience.of_station", *terms))[0]
        terms = (work.source_id, work.station_id, work.subscriber, *work.filters[1:], most)
        return (await self._db.fetch("audience.of_group", *terms))[0]

    async def _ring(self, work: Work) -> Ids:
        key = (work.message_id, work.ring, work.source_id)
        if key not in self._rings:
            rows = await self._db.fetch(
                "audience.of_zone", work.event_id, work.ring, work.station_id, *work.filters
            )
            self._rings[key] = _ids(rows[0])
            while len(self._rings) > KEPT:
                self._rings.popitem(last=False)
        return self._rings[key]


def _behind(people: Ids, cursor: int, most: int) -> Slice:
    first = int(np.searchsorted(people, cursor, side="right"))
    found = people[first : first + most]
    return Slice(found.tolist(), int(found[-1]) if first + most < len(people) else END)


def _ids(row: Row) -> Ids:
    """Of a text of numbers, in which a person stands once for each place that matches."""
    if not row["packed"]:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.fromstring(row["packed"], dtype=np.int64, sep=","))
