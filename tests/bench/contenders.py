"""Who finds the places of a zone: the house's cells on SQLite, and what else runs without a server.

All are given the same points (the centres of the cells) and the same truth (within the zone widened by the house's
margin), and give back the same numbers; each uses its own index, then, where that is not the answer, the shared exact
test on what is left.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import shapely
from bench.house import STATION, House
from bench.people import Floats, Ints
from bench.shapes import Shape

import zones

OURS: Final = "cells, SQLite"
RTREE: Final = "R*Tree, SQLite"

_CELLS = """
SELECT p.subscriber_id << 8 | p.ordinal
  FROM json_each($1) r CROSS JOIN reach p
 WHERE p.station_id = $2 AND p.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
"""


class Contender(Protocol):
    """Anyone who can say which places lie in a zone. `name` is its row in the table."""

    name: str

    async def ids(self, shape: Shape) -> Ints: ...


class Cells:
    """The house's own way: a cover, and the ranges of a B-tree. There is no exact test."""

    name = OURS

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def ids(self, shape: Shape) -> Ints:
        bound = {"1": zones.cover(shape.zone).as_json(), "2": STATION}
        return _first_column(self._connection.execute(_CELLS, bound).fetchall())


class RTree:
    """https://www.sqlite.org/rtree.html: 32-bit boxes that err outward, exact coordinates kept beside them."""

    name = RTREE

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def ids(self, shape: Shape) -> Ints:
        west, south, east, north = shape.box()
        rows = self._connection.execute(
            "SELECT id, lat, lon FROM spot WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?",
            (east, west, north, south),
        ).fetchall()
        ids, lat, lon = (np.array(column) for column in zip(*rows, strict=True))
        return np.asarray(ids[shape.touches(lat, lon)])


class STRTree:
    """https://shapely.readthedocs.io/en/stable/strtree.html: all points in memory, packed once."""

    name = "STRtree, shapely"

    def __init__(self, ids: Ints, lat: Floats, lon: Floats) -> None:
        self._ids, self._lat, self._lon = ids, lat, lon
        self._tree = shapely.STRtree(list(np.asarray(shapely.points(lon, lat), dtype=object)))

    async def ids(self, shape: Shape) -> Ints:
        near = self._tree.query(shapely.box(*shape.box()))
        return np.asarray(self._ids[near[shape.touches(self._lat[near], self._lon[near])]])


def _first_column(rows: list[tuple[int]]) -> Ints:
    return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))


@contextlib.contextmanager
def local(house: House, lat: Floats, lon: Floats) -> Iterator[list[Contender]]:
    """Those who need no server, ready to be asked."""
    ids = house.people.place_ids
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(
            contextlib.closing(sqlite3.connect(f"file:{house.path}?mode=ro", uri=True))
        )
        path = house.path.with_suffix(".rtree")
        if not path.exists():
            _grow(path, ids, lat, lon)
        rtree = stack.enter_context(contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)))
        yield [Cells(ours), RTree(rtree), STRTree(ids, lat, lon)]


def _grow(path: Path, ids: Ints, lat: Floats, lon: Floats) -> None:
    draft = path.with_suffix(".rtree.draft")
    draft.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(draft)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE VIRTUAL TABLE spot USING rtree (id, west, east, south, north, +lat, +lon)")
        columns = (column.tolist() for column in (ids, lon, lon, lat, lat, lat, lon))
        connection.executemany("INSERT INTO spot VALUES (?, ?, ?, ?, ?, ?, ?)", zip(*columns, strict=True))
    draft.rename(path)
