"""The two kinds of zone, kept as drawn, and what can be said of one without any cell."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zones.geodesy import Floats, distances_m, metres_per_degree, ring_area_km2

Position: TypeAlias = tuple[float, float]  # longitude, latitude: GeoJSON's order
Ring: TypeAlias = tuple[Position, ...]  # closed: the first position is also the last
Part: TypeAlias = tuple[Ring, ...]  # one outer ring, counter-clockwise, then its holes, clockwise


@dataclass(frozen=True, slots=True)
class Circle:
    """All points within `radius_m` metres of a centre in degrees, measured on the WGS84 ellipsoid."""

    lat: float
    lon: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Area:
    """One or several polygons as RFC 7946 has them: edges straight in longitude and latitude, cut at 180 degrees.

    Built by `zones.read`, which repairs and checks; an Area built by hand is taken at its word.
    """

    parts: tuple[Part, ...]


Zone: TypeAlias = Circle | Area


def as_json(zone: Zone) -> dict[str, object]:
    """The zone as JSON: GeoJSON for polygons, `{"type": "Circle", "center": [lon, lat], "radius_m": r}` for a circle.

    `read(as_json(zone)).zone == zone`, to the last digit.
    """
    if isinstance(zone, Circle):
        return {"type": "Circle", "center": [zone.lon, zone.lat], "radius_m": zone.radius_m}
    parts = [[[list(position) for position in ring] for ring in part] for part in zone.parts]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def area_km2(zone: Zone) -> float:
    """Square kilometres on the ellipsoid, holes taken out."""
    if isinstance(zone, Circle):
        return float(np.pi * zone.radius_m**2 / 1e6)
    return sum(_part_km2(part) for part in zone.parts)


def _part_km2(part: Part) -> float:
    outer, *holes = (ring_area_km2(np.array(ring)) for ring in part)
    return outer - sum(holes)


def centre(zone: Zone) -> tuple[float, float]:
    """Latitude and longitude of the middle: a circle's own, an area's centroid (which a concave area may not hold)."""
    if isinstance(zone, Circle):
        return zone.lat, zone.lon
    west = reference_longitude(zone)
    middle = shapely.centroid(unrolled(zone, west))
    return float(middle.y), wrapped(float(middle.x) + west)


def bounds(zone: Zone) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees; west > east when the zone crosses 180 degrees (RFC 7946, 5.2)."""
    if isinstance(zone, Circle):
        ring = np.array(outline_ring(zone))
        (west, south), (east, north) = ring.min(axis=0), ring.max(axis=0)
        return wrapped(float(west)), float(south), wrapped(float(east)), float(north)
    origin = reference_longitude(zone)
    west, south, east, north = (float(edge) for edge in shapely.bounds(unrolled(zone, origin)))
    return wrapped(west + origin), south, wrapped(east + origin), north


def outline_ring(circle: Circle, points: int = 64) -> Ring:
    """The circle's edge as a closed counter-clockwise ring, each vertex at the radius within a centimetre.

    Longitudes run on from the centre's and may pass 180, so that a map draws one shape.
    """
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    east, north = metres_per_degree(circle.lat)
    step = np.stack([np.cos(angle) / east, np.sin(angle) / north]) * circle.radius_m
    for _ in range(
        3
    ):  # a flat step misses by the Earth's curve; scaled by what it measures, it converges at once
        lon, lat = circle.lon + step[0], circle.lat + step[1]
        step = step * (circle.radius_m / distances_m(circle.lat, circle.lon, lat, lon))
    ring = [(float(circle.lon + x), float(circle.lat + y)) for x, y in step.T]
    return (*ring, ring[0])


def wrapped(lon: float) -> float:
    """The same meridian written between -180 and 180; what is already so is returned untouched."""
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def reference_longitude(area: Area) -> float:
    """The meridian from which `unrolled` counts: that of the first vertex."""
    return area.parts[0][0][0][0]


def unrolled(area: Area, origin: float) -> BaseGeometry:
    """The polygons in degrees, longitudes counted from `origin`: a shape cut at 180 degrees is whole again."""
    parts = [_polygon(part, origin) for part in area.parts]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def polygons_of(shapes: Iterable[BaseGeometry]) -> list[shapely.Polygon]:
    """The polygons of any shapes; the stray points and lines of a cut or a repair are left behind."""
    pieces = shapely.get_parts(shapely.get_parts(list(shapes)))
    return [piece for piece in pieces if piece.geom_type == "Polygon" and not piece.is_empty]


def _polygon(part: Part, origin: float) -> shapely.Polygon:
    outer, *holes = (_from_origin(np.array(ring), origin) for ring in part)
    return shapely.Polygon(outer, holes)


def _from_origin(ring: Floats, origin: float) -> Floats:
    return np.column_stack([offset(ring[:, 0], origin), ring[:, 1]])


def offset(lon: Floats, origin: float) -> Floats:
    """Degrees east of the origin's meridian, between -180 and 180."""
    return (lon - origin + 180) % 360 - 180
