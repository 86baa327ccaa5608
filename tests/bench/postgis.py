"""The same question to PostgreSQL: the house's ranges of cells, and PostGIS on the same points.

Measured against PostGIS as its manual would have it (https://postgis.net/docs/ST_DWithin.html): geography, a GiST
index, ST_DWithin for circles and ST_Covers for the widened polygon; as loaded, and clustered along a curve. Polygons
are covered as geometry behind the geography's index: edges straight in longitude and latitude, as the house's are, and
many times faster here than geodesic edges of as many vertices.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import asyncpg
import numpy as np
from bench.house import STATION, House
from bench.people import Floats, Ints
from bench.shapes import Shape

import zones

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

LOADED: Final = "PostGIS, as loaded"
CLUSTERED: Final = "PostGIS, clustered"

_CELLS = """
SELECT p.subscriber_id << 8 | p.ordinal AS id
  FROM json_each($1) r CROSS JOIN reach p
 WHERE p.station_id = $2 AND p.cell BETWEEN CAST(r.key AS BIGINT) AND CAST(r.value AS BIGINT)
"""

_LAY_OUT = (
    "CREATE EXTENSION postgis",
    "CREATE TABLE point (id BIGINT PRIMARY KEY, lon DOUBLE PRECISION, lat DOUBLE PRECISION)",
)
_SPOTS = """
CREATE TABLE spot AS
SELECT p.id, r.subscriber_id, r.topics, r.min_level, r.exercises, r.channels, r.valid_until,
       CAST(ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326) AS geography) AS place
  FROM reach r JOIN point p ON p.id = r.subscriber_id << 8 | r.ordinal
 WHERE r.cell <> 0 ORDER BY p.id;
CREATE TABLE spot_clustered AS SELECT * FROM spot ORDER BY CAST(place AS geometry);
CREATE INDEX ON spot USING gist (place);
CREATE INDEX ON spot_clustered USING gist (place);
DROP TABLE point;
"""
_CIRCLE = "ST_DWithin(place, CAST(ST_SetSRID(ST_MakePoint($1, $2), 4326) AS geography), $3)"
_POLYGON = "place && ST_GeogFromText($1) AND ST_Covers(ST_GeomFromText($1, 4326), CAST(place AS geometry))"

_PREVIEW = """
SELECT count(*) AS people, {sums}
  FROM (SELECT DISTINCT subscriber_id, channels
          FROM (SELECT subscriber_id, channels, topics, min_level, exercises, valid_until FROM {table} WHERE {zone}
                UNION ALL
                SELECT subscriber_id, channels, topics, min_level, exercises, valid_until FROM reach
                 WHERE station_id = {station} AND cell = 0) near
         WHERE (topics & {topic}) <> 0 AND min_level <= {level} AND exercises >= 0 AND valid_until > now_ms()) found
"""


class Cells:
    """The house's ranges on PostgreSQL's B-tree."""

    name = "cells, PostgreSQL"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def ids(self, shape: Shape) -> Ints:
        return _ids(await self._connection.fetch(_CELLS, zones.cover(shape.zone).as_json(), STATION))


class PostGIS:
    """One of the two tables of points."""

    def __init__(self, connection: Connection, name: str, table: str) -> None:
        self.name = name
        self._connection = connection
        self._table = table

    async def ids(self, shape: Shape) -> Ints:
        zone, arguments = _where(shape)
        return _ids(await self._connection.fetch(f"SELECT id FROM {self._table} WHERE {zone}", *arguments))

    async def preview(self, shape: Shape, topic_bit: int, level: int, channels: Sequence[int]) -> Any:
        """People, and endpoints of each channel: the same filters as the house's, each person once."""
        zone, arguments = _where(shape)
        sums = ", ".join(
            f"sum(least(channels >> {4 * channel} & 15, 1)) AS c{channel}" for channel in channels
        )
        sql = _PREVIEW.format(
            sums=sums, table=self._table, zone=zone, station=STATION, topic=topic_bit, level=level
        )
        return tuple((await self._connection.fetch(sql, *arguments))[0])


def _where(shape: Shape) -> tuple[str, tuple[Any, ...]]:
    if isinstance(shape.zone, zones.Circle):
        return _CIRCLE, (shape.zone.lon, shape.zone.lat, shape.reach_m)
    return _POLYGON, (shape.widened_wkt(),)


def _ids(rows: Sequence[Any]) -> Ints:
    return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))


async def connect(url: str) -> Connection:
    """As the house connects (`alertd.store.postgres`); and planned anew each time, or after five runs PostGIS would read
    the polygon's text again for each point: https://www.postgresql.org/docs/current/sql-prepare.html.
    """
    settings = {"jit": "off", "plan_cache_mode": "force_custom_plan"}
    return await asyncpg.connect(url, server_settings=settings, command_timeout=600)


async def spread(connection: Connection, house: House, lat: Floats, lon: Floats) -> bool:
    """Lay out the points for PostGIS, unless they are; False when the server has no PostGIS."""
    if await connection.fetchval("SELECT to_regclass('spot_clustered')"):
        return True
    if not await connection.fetchval("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"):
        return False
    async with connection.transaction():
        for statement in _LAY_OUT:
            await connection.execute(statement)
        rows = zip(house.people.place_ids.tolist(), lon.tolist(), lat.tolist(), strict=True)
        await connection.copy_records_to_table("point", records=rows, columns=("id", "lon", "lat"))
        await connection.execute(_SPOTS)
    await connection.execute("VACUUM ANALYZE")
    return True
