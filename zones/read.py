"""From parsed JSON to a zone: what is plain is repaired and named, the rest is refused with a reason.

The order matters: kinds, then counts, then coordinates, then lengths, and only then any geometry, so that nothing
hostile reaches an algorithm that grows faster than its input.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from zones.errors import ZoneError
from zones.limits import DRAWN, Limits
from zones.outlines import outlines, position, too_many_parts
from zones.repair import repaired
from zones.shapes import Area, Circle, Zone, area_km2, wrapped

JsonObject: TypeAlias = dict[str, Any]

_WORDS = (  # every word a repair may have, in the order they are told
    "longitude_wrapped",
    "altitude_dropped",
    "closed_ring",
    "doubled_points",
    "ring_direction",
    "self_crossing",
    "parts_merged",
    "antimeridian_cut",
)
_DEEPEST = 4  # FeatureCollection > Feature > GeometryCollection > polygon


@dataclass(frozen=True, slots=True)
class Reading:
    """A zone and the words for what was repaired to get it, to be shown back: see `zones.read`."""

    zone: Zone
    repairs: tuple[str, ...]


def read(raw: object, limits: Limits = DRAWN) -> Reading:
    """Read a zone from parsed JSON: a Circle as `as_json` writes it, or any plain GeoJSON wrapping of polygons.

    Repairs: longitude_wrapped, altitude_dropped, closed_ring, doubled_points, ring_direction, self_crossing,
    parts_merged, antimeridian_cut. Raises ZoneError, and nothing else, whatever it is given.
    """
    geometries = list(_geometries(raw, limits))
    if len(geometries) == 1 and geometries[0].get("type") == "Circle":
        return _circle(geometries[0], limits)
    return _area(geometries, limits)


def _geometries(raw: object, limits: Limits) -> Iterator[JsonObject]:
    """The circles and polygons that a GeoJSON object holds, unwrapped without recursion."""
    waiting: list[tuple[object, int]] = [(raw, 1)]
    while waiting:
        value, depth = waiting.pop()
        if not isinstance(value, dict):
            raise ZoneError("zone_not_geojson", "Ce n'est pas une zone : un objet GeoJSON est attendu.")
        inner = _unwrapped(value)
        if inner is None:
            yield value
        elif depth >= _DEEPEST:
            raise ZoneError(
                "zone_too_deep", "Ce GeoJSON est emboîté trop profondément : envoyez les polygones."
            )
        elif len(waiting) + len(inner) > limits.max_parts:
            raise too_many_parts(limits)
        else:
            waiting.extend((one, depth + 1) for one in reversed(inner))


def _unwrapped(value: JsonObject) -> list[object] | None:
    """What a Feature or a collection holds; None for a geometry itself."""
    match value.get("type"):
        case "Feature":
            return [value.get("geometry")]
        case "FeatureCollection":
            return _members(value, "features")
        case "GeometryCollection":
            return _members(value, "geometries")
        case "Polygon" | "MultiPolygon" | "Circle":
            return None
        case _:
            raise ZoneError(
                "zone_wrong_kind",
                "Une zone est un cercle ou un ou plusieurs polygones ; un point ou une ligne n'en est pas une.",
            )


def _members(value: JsonObject, key: str) -> list[object]:
    members = value.get(key)
    if not isinstance(members, list):
        raise ZoneError(
            "zone_not_geojson", "Cette collection GeoJSON est incomplète : exportez-la de nouveau."
        )
    return members


def _circle(raw: JsonObject, limits: Limits) -> Reading:
    centre, radius = raw.get("center"), raw.get("radius_m")
    if not isinstance(centre, (list, tuple)) or not 2 <= len(centre) <= 4:
        raise ZoneError("zone_bad_coordinates", "Le centre du cercle manque : longitude, puis latitude.")
    lon, lat = position(centre)
    zone = Circle(lat, wrapped(lon), _radius(radius, limits))
    found = {"longitude_wrapped"} if zone.lon != lon else set()
    if len(centre) > 2:
        found.add("altitude_dropped")
    return _reading(zone, found)


def _radius(radius: object, limits: Limits) -> float:
    if isinstance(radius, bool) or not isinstance(radius, (int, float)) or radius != radius:  # noqa: PLR0124 - NaN
        raise ZoneError("zone_bad_radius", "Le rayon du cercle manque : donnez un nombre de mètres.")
    if radius < limits.min_radius_m:
        raise ZoneError(
            "zone_too_small", f"Le cercle est trop petit : {limits.min_radius_m:g} m de rayon au moins."
        )
    if radius > limits.max_radius_m:
        raise ZoneError(
            "zone_too_large",
            f"Le cercle est trop grand : {limits.max_radius_m / 1000:g} km de rayon au plus.",
        )
    return float(radius)


def _area(geometries: list[JsonObject], limits: Limits) -> Reading:
    drawn, found = outlines(geometries, limits)
    zone, more = repaired(drawn, limits)
    _check_area(zone, limits)
    return _reading(zone, found | more)


def _check_area(zone: Area, limits: Limits) -> None:
    area = area_km2(zone)
    if area < limits.min_area_km2:
        raise ZoneError(
            "zone_too_small", f"La zone est trop petite : {limits.min_area_km2 * 100:g} hectare au moins."
        )
    if area > limits.max_area_km2:
        raise ZoneError("zone_too_large", f"La zone est trop grande : {limits.max_area_km2:g} km² au plus.")


def _reading(zone: Zone, found: set[str]) -> Reading:
    return Reading(zone, tuple(word for word in _WORDS if word in found))
