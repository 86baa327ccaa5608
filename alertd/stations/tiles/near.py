"""Which tiles lie in a station's surroundings: nobody fetches the world through a commune."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import zones
from alertd.model import Station
from zones import Circle

ZOOMS: Final = range(8, 19)
MARGIN_M: Final = 20_000.0
"""As far beyond the outline as a zone may reach and be looked at."""
_METRES: Final = 111_320.0
"""One degree of latitude, roughly: a margin need be no truer."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of the web's Mercator map: at zoom `z` there are 2**z a side, counted from the north-west."""

    z: int
    x: int
    y: int

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north, in degrees."""
        n = 1 << self.z
        west, east = (x / n * 360 - 180 for x in (self.x, self.x + 1))
        south, north = (
            math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / n)))) for y in (self.y + 1, self.y)
        )
        return west, south, east, north


def is_near(tile: Tile, station: Station) -> bool:
    """Whether any of it lies around the station, at a zoom that the map has."""
    if tile.z not in ZOOMS or not (0 <= tile.x < 1 << tile.z and 0 <= tile.y < 1 << tile.z):
        return False
    west, south, east, north = tile.box
    left, low, right, high = surroundings(station)
    return west <= right and east >= left and south <= high and north >= low


def surroundings(station: Station) -> tuple[float, float, float, float]:
    """West, south, east, north of the outline (or of the mairie) and 20 km more."""
    points = list(_points(station))
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    up = MARGIN_M / _METRES
    across = up / max(0.05, math.cos(math.radians(max(abs(min(lats)), abs(max(lats))))))
    return min(lons) - across, min(lats) - up, max(lons) + across, max(lats) + up


def _points(station: Station) -> Iterator[tuple[float, float]]:
    yield station.longitude, station.latitude
    if isinstance(station.outline, Circle):
        yield from zones.outline_ring(station.outline)
    elif station.outline is not None:
        yield from (point for part in station.outline.parts for ring in part for point in ring)
