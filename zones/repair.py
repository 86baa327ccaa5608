"""From clean rings to valid polygons: directions, crossings, overlaps, and the cut at 180 degrees."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zones.errors import ZoneError
from zones.geodesy import Floats
from zones.limits import Limits
from zones.outlines import Outline, too_many_parts, too_many_vertices
from zones.shapes import Area, Part, polygons_of

# A drawn shape crosses itself a few times; each crossing may double the work of a repair.
_MAX_CROSSINGS = 1_000
_AT_ONCE = 200  # edges looked at together, so that a tangle is found out before it is listed


def repaired(drawn: list[Outline], limits: Limits) -> tuple[Area, set[str]]:
    """The valid area these outlines mean, and the repairs made. Raises ZoneError (`zone_tangled`, `zone_empty`...)."""
    directed = [_directed(outline) for outline in drawn]
    whole: BaseGeometry = shapely.MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in directed])
    if shapely.is_valid(whole):
        found = {"ring_direction"} if _turned(drawn, directed) else set()
    else:
        _refuse_tangles(drawn)
        whole, found = _untangled(whole)
    if shapely.bounds(whole)[2] > 180:
        whole = _cut(whole)
        found.add("antimeridian_cut")
    return _area(whole, limits), found


def _directed(outline: Outline) -> Outline:
    """Outer ring counter-clockwise, holes clockwise (RFC 7946, 3.1.6)."""
    turns = shapely.is_ccw([shapely.LinearRing(ring) for ring in outline])
    return [ring if turns[at] == (at == 0) else ring[::-1] for at, ring in enumerate(outline)]


def _turned(drawn: list[Outline], directed: list[Outline]) -> bool:
    return any(
        new is not old
        for one, other in zip(drawn, directed, strict=True)
        for old, new in zip(one, other, strict=True)
    )


def _refuse_tangles(drawn: list[Outline]) -> None:
    """Refuse before any repair what crosses itself without end: 2,000 points may cross a million times."""
    edges = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for outline in drawn for ring in outline])
    lines = np.asarray(shapely.linestrings(edges))
    tree = shapely.STRtree(lines)
    spare = 2 * _MAX_CROSSINGS
    for start in range(0, len(lines), _AT_ONCE):
        some = lines[start : start + _AT_ONCE]
        pairs = tree.query(some, predicate="intersects").shape[1]
        spare -= pairs - 3 * len(some)  # each edge meets itself and its two neighbours
        if spare < 0:
            raise ZoneError(
                "zone_tangled", "Le tracé se croise trop souvent : redessinez la zone d'un seul trait."
            )


def _untangled(whole: BaseGeometry) -> tuple[BaseGeometry, set[str]]:
    found = set()
    parts = list(shapely.get_parts(whole))
    if not shapely.is_valid(parts).all():
        found.add("self_crossing")
        parts = [part if shapely.is_valid(part) else _filled(part) for part in parts]
    if len(parts) > 1 and not shapely.is_valid(shapely.MultiPolygon(polygons_of(parts))):
        found.add("parts_merged")
    return shapely.union_all(parts), found


def _filled(part: shapely.Polygon) -> BaseGeometry:
    """What a crossing polygon encloses, less what its holes do."""
    outer = _enclosed(part.exterior)
    holes = [_enclosed(ring) for ring in part.interiors]
    return shapely.difference(outer, shapely.union_all(holes))


def _enclosed(ring: shapely.LinearRing) -> BaseGeometry:
    """The faces a line goes round at least once: the non-zero rule.

    Both lobes of a bow-tie, and the middle of a loop drawn over itself, which shapely.make_valid would leave out
    as a hole: people in it are meant.
    """
    faces = shapely.get_parts(shapely.polygonize([shapely.unary_union(ring)]))
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    turns = [_winding(shapely.get_coordinates(ring), point) for point in points]
    return shapely.union_all(faces[np.array(turns, dtype=bool)])


def _winding(ring: Floats, point: Floats) -> int:
    """How many times a closed line goes round a point that is not on it (Sunday's crossing count)."""
    ahead, behind = ring[1:] - point, ring[:-1] - point
    side = behind[:, 0] * ahead[:, 1] - ahead[:, 0] * behind[:, 1]
    up = (behind[:, 1] <= 0) & (ahead[:, 1] > 0) & (side > 0)
    down = (behind[:, 1] > 0) & (ahead[:, 1] <= 0) & (side < 0)
    return int(up.sum()) - int(down.sum())


def _cut(whole: BaseGeometry) -> BaseGeometry:
    """The shape in two at 180 degrees, the eastern part moved to negative longitudes (RFC 7946, 3.1.9)."""
    west, south, east, north = shapely.bounds(whole)
    near = shapely.intersection(whole, shapely.box(west, south, 180, north))
    beyond = shapely.intersection(whole, shapely.box(180, south, east, north))
    moved = shapely.transform(beyond, lambda points: points - np.array([360, 0]))
    return shapely.MultiPolygon(polygons_of([near, moved]))


def _area(whole: BaseGeometry, limits: Limits) -> Area:
    polygons = polygons_of([whole])
    if not polygons:
        raise ZoneError("zone_empty", "Le tracé n'entoure aucun terrain : redessinez la zone.")
    # A repair adds points and pieces: what is kept must be readable again within the same limits.
    if len(polygons) > limits.max_parts:
        raise too_many_parts(limits)
    if shapely.get_num_coordinates(polygons).sum() > limits.max_vertices:
        raise too_many_vertices(limits)
    return Area(tuple(_part(polygon) for polygon in shapely.orient_polygons(polygons)))


def _part(polygon: shapely.Polygon) -> Part:
    rings = [polygon.exterior, *polygon.interiors]
    return tuple(tuple((x, y) for x, y in shapely.get_coordinates(ring).tolist()) for ring in rings)
