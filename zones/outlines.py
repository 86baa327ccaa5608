"""From GeoJSON coordinates to clean rings: counted, closed, without doubled points, in one run of longitudes.

Nothing here grows faster than its input, and every count is capped as it is made.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from zones.errors import ZoneError
from zones.geodesy import Floats, ring_perimeter_m
from zones.limits import Limits
from zones.shapes import Position, wrapped

Outline: TypeAlias = list[Floats]  # closed rings, n x 2 longitude and latitude: the outer one, then its holes

_ONE_TURN = np.array([360.0, 0.0])
_NOTHING = 1e-12
"""Degrees that are none: a tenth of a micrometre. Numbers near the smallest there are overflow inside GEOS."""
_MAX_LATITUDE = 85.0  # nobody lives beyond, and a flat map means nothing there


@dataclass(slots=True)
class _Tally:
    """What has been counted and repaired so far."""

    limits: Limits
    repairs: set[str]
    vertices: int = 0
    parts: int = 0

    def count(self, vertices: int) -> None:
        self.vertices += vertices
        if self.vertices > self.limits.max_vertices:
            raise too_many_vertices(self.limits)

    def count_part(self) -> None:
        self.parts += 1
        if self.parts > self.limits.max_parts:
            raise too_many_parts(self.limits)


def too_many_vertices(limits: Limits) -> ZoneError:
    """The refusal of a zone with too many points."""
    return ZoneError(
        "zone_too_many_vertices",
        f"La zone a plus de {limits.max_vertices} points : simplifiez son contour.",
    )


def too_many_parts(limits: Limits) -> ZoneError:
    """The refusal of a zone in too many pieces."""
    return ZoneError(
        "zone_too_many_parts",
        f"La zone a plus de {limits.max_parts} morceaux : regroupez-les ou dessinez-la plus simplement.",
    )


def outlines(geometries: list[dict[str, Any]], limits: Limits) -> tuple[list[Outline], set[str]]:
    """The rings of Polygon and MultiPolygon geometries, and the repairs made; raises ZoneError."""
    tally = _Tally(limits, set())
    drawn = [_outline(part, tally) for geometry in geometries for part in _parts(geometry)]
    if not drawn:
        raise ZoneError("zone_empty", "La zone est vide : dessinez un cercle ou un polygone.")
    _check_extent(drawn, limits)
    return _aligned(drawn), tally.repairs


def _parts(geometry: dict[str, Any]) -> list[object]:
    coordinates = geometry.get("coordinates")
    match geometry.get("type"):
        case "Polygon":
            return [coordinates] if coordinates != [] else []
        case "MultiPolygon":
            return _listed(coordinates)
        case _:
            raise ZoneError(
                "zone_wrong_kind", "Un cercle ne se mêle pas à d'autres formes : envoyez-le seul."
            )


def _listed(value: object) -> list[object]:
    if not isinstance(value, (list, tuple)):
        raise ZoneError(
            "zone_bad_coordinates", "Les coordonnées de la zone sont incomplètes : redessinez-la."
        )
    return list(value)


def _outline(part: object, tally: _Tally) -> Outline:
    tally.count_part()
    rings = _listed(part)
    if not rings:
        raise ZoneError("zone_empty", "Un des polygones est vide : redessinez-le.")
    if len(rings) > tally.limits.max_vertices:
        raise too_many_vertices(tally.limits)
    return [_ring(ring, tally) for ring in rings]


def _ring(raw: object, tally: _Tally) -> Floats:
    points = _listed(raw)
    tally.count(len(points))
    if any(isinstance(point, (list, tuple)) and len(point) > 2 for point in points):
        tally.repairs.add("altitude_dropped")
    written = [position(point) for point in points]
    ring = _unrolled(np.array([(wrapped(lon), lat) for lon, lat in written]).reshape(-1, 2))
    if any(abs(lon) > 180 for lon, _ in written):
        tally.repairs.add("longitude_wrapped")
    return _closed(_thinned(ring, tally), tally)


def position(raw: object) -> Position:
    """Longitude and latitude of a GeoJSON position, as floats. Raises ZoneError (`zone_bad_coordinates`)."""
    point = _listed(raw)
    if not 2 <= len(point) <= 4:
        raise ZoneError("zone_bad_coordinates", "Un point a deux nombres : longitude, puis latitude.")
    lon, lat = _degrees(point[0], 360), _degrees(point[1], 90)
    if abs(lat) > _MAX_LATITUDE:
        raise ZoneError("zone_bad_coordinates", "Un point est trop près d'un pôle : redessinez la zone.")
    return lon, lat


def _degrees(value: object, most: int) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ZoneError("zone_bad_coordinates", "Une coordonnée n'est pas un nombre : redessinez la zone.")
    if not -most <= value <= most:  # false for NaN too
        raise ZoneError(
            "zone_bad_coordinates",
            "Un point n'est pas sur le globe : la longitude vient d'abord, la latitude ensuite (de -90 à 90).",
        )
    return 0.0 if abs(value) < _NOTHING else float(value)


def _unrolled(ring: Floats) -> Floats:
    """Each edge taken the short way round, so that 179, -179 becomes 179, 181; it starts at -180 or east of it."""
    if len(ring):
        turns = -np.cumsum(np.round(np.diff(ring[:, 0], prepend=ring[:1, 0]) / 360))
        ring = ring + np.column_stack([360 * turns, np.zeros(len(ring))])
        if ring[:, 0].min() < -180:
            ring = ring + _ONE_TURN
    return ring


def _thinned(ring: Floats, tally: _Tally) -> Floats:
    """Without points equal to the one before."""
    if not len(ring):
        return ring
    fresh = np.append(True, (ring[1:] != ring[:-1]).any(axis=1))
    if not fresh.all():
        tally.repairs.add("doubled_points")
    return np.asarray(ring[fresh])


def _closed(ring: Floats, tally: _Tally) -> Floats:
    """With its first point as last."""
    if len(ring) and (ring[0] != ring[-1]).any():
        if abs(ring[0, 0] - ring[-1, 0]) > 180:
            raise ZoneError("zone_around_pole", "La zone fait le tour de la Terre : redessinez-la.")
        tally.repairs.add("closed_ring")
        ring = np.concatenate([ring, ring[:1]])
    if len(ring) < 4:
        raise ZoneError(
            "zone_too_few_points", "Un polygone a au moins trois points distincts : redessinez-le."
        )
    return ring


def _check_extent(drawn: list[Outline], limits: Limits) -> None:
    rings = [ring for outline in drawn for ring in outline]
    around = sum(ring_perimeter_m(ring) for ring in rings)
    if around > limits.max_perimeter_m or max(np.ptp(ring[:, 0]) for ring in rings) > 180:
        raise ZoneError(
            "zone_too_large",
            f"Le contour de la zone est trop long : {limits.max_perimeter_m / 1000:g} km au plus.",
        )


def _aligned(drawn: list[Outline]) -> list[Outline]:
    """Every ring in the same run of longitudes: from 0 to 360 as soon as one crosses 180 degrees."""
    if all(ring[:, 0].max() <= 180 for outline in drawn for ring in outline):
        return drawn
    return [[ring + _ONE_TURN if ring[:, 0].max() < 0 else ring for ring in outline] for outline in drawn]
