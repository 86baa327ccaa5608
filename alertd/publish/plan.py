"""A flat drawing of zones around one latitude: what pictures on screens and on paper are made with."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from alertd.model import Station
from zones import Circle, Zone, outline_ring

_METRES_PER_DEGREE: Final = 111_320.0
_MOST_CORNERS: Final = 400

Ring: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`width` and `height` in units of the drawing; its middle in degrees; `scale` in units a metre."""

    width: float
    height: float
    lat: float
    lon: float
    scale: float

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Where it lies, from the left and from the top."""
        east = _turn(lon - self.lon) * _METRES_PER_DEGREE * math.cos(math.radians(self.lat))
        north = (lat - self.lat) * _METRES_PER_DEGREE
        return self.width / 2 + east * self.scale, self.height / 2 - north * self.scale

    def ring(self, ring: Ring) -> list[tuple[float, float]]:
        """One ring, open, thinned to what an eye can tell apart."""
        step = max(1, len(ring) // _MOST_CORNERS)
        return [self.point(lon, lat) for lon, lat in ring[:-1:step]]


def fit(station: Station, shapes: Sequence[Zone], width: float, height: float, edge: float) -> Plan:
    """The drawing that holds all shapes; two kilometres around the mairie where there is none."""
    points = [point for shape in shapes for ring in rings(shape) for point in ring]
    points = points or [(station.longitude - 0.015, station.latitude - 0.01),
                        (station.longitude + 0.015, station.latitude + 0.01)]  # fmt: skip
    west, south, east, north = _box(points)
    lat, lon = (south + north) / 2, (west + east) / 2
    high = max((north - south) * _METRES_PER_DEGREE, 50.0)
    wide = max((east - west) * _METRES_PER_DEGREE * math.cos(math.radians(lat)), 50.0)
    return Plan(width, height, lat, lon, min((width - 2 * edge) / wide, (height - 2 * edge) / high))


def rings(zone: Zone) -> Iterator[Ring]:
    """The closed rings of a zone, in longitude and latitude."""
    if isinstance(zone, Circle):
        yield outline_ring(zone)
        return
    for part in zone.parts:
        yield from part


def _box(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """West, south, east, north; longitudes run on from the first point's, so that 180 degrees cuts nothing."""
    first = points[0][0]
    longitudes = [first + _turn(lon - first) for lon, _ in points]
    latitudes = [lat for _, lat in points]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _turn(degrees: float) -> float:
    return (degrees + 180) % 360 - 180
