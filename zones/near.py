"""How far zones are from each other: a zone is drawn near the station that issues it."""

from typing import TypeAlias

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zones.geodesy import distance_m, metres_per_degree
from zones.shapes import Circle, Zone, centre, offset, reference_longitude, unrolled, wrapped

Point: TypeAlias = tuple[float, float]  # latitude, longitude: a station without an outline is its mairie
_TOUCHING_M = 0.01  # less is the rounding of two neighbours' common limit


def distance_from(origin: Zone | Point, zone: Zone) -> float:
    """Metres between an outline (or a point) and a zone, 0 when they touch.

    The nearest points are found on a map true at the zone, then measured on the ellipsoid: within 1 % up to 200 km.
    """
    lat, lon = centre(zone)
    near, far = (_flat(one, lat, lon) for one in (zone, origin))
    shapely.prepare([near, far])
    line = shapely.get_coordinates(shapely.shortest_line(far, near)) / metres_per_degree(lat)
    (lon1, lat1), (lon2, lat2) = line.tolist()
    away = distance_m(lat1, lon1, lat2, lon2) - _radius(origin) - _radius(zone)
    return away if away > _TOUCHING_M else 0.0


def near(zone: Zone, origin: Zone | Point, limit_m: float) -> bool:
    """Whether the zone comes within so many metres of an outline or a point; it need not lie there whole."""
    return distance_from(origin, zone) <= limit_m


def overlaps(one: Zone, other: Zone) -> bool:
    """Whether two zones have a point in common."""
    return distance_from(one, other) == 0


def _radius(shape: Zone | Point) -> float:
    return shape.radius_m if isinstance(shape, Circle) else 0.0


def _flat(shape: Zone | Point, lat: float, lon: float) -> BaseGeometry:
    """Polygons, or a single point, in metres east and north on a map true at this latitude."""
    scale = np.array(metres_per_degree(lat))
    if isinstance(shape, (tuple, Circle)):
        y, x = shape if isinstance(shape, tuple) else (shape.lat, shape.lon)
        return shapely.Point(np.array([float(offset(np.array(x), lon)), y]) * scale)
    turn = wrapped(reference_longitude(shape) - lon)
    degrees = unrolled(shape, reference_longitude(shape))
    return shapely.transform(degrees, lambda points: (points + np.array([turn, 0])) * scale)
