"""Real outlines: every commune of the Meuse and the Loire, and three départements."""

import os

import numpy as np
import pytest
import shapely
from zone_makers import metres_per_degree, shared, uniform

import zones

LONG = bool(os.environ.get("ALERTD_LONG"))
COMMUNES = {"communes-55-meuse.geojson": 501, "communes-42-loire.geojson": 326}
DEPARTEMENTS = [
    "departement-33-gironde.geojson",
    "departement-42-loire.geojson",
    "departement-55-meuse.geojson",
]


def _judge(feature: dict, inside: int, outside: int) -> None:
    """Random points in an outline are covered; points over 25 m from it, about its edge and box, are not."""
    covered = zones.cover(zones.read(feature, zones.OUTLINE).zone)
    shape = shapely.geometry.shape(feature["geometry"])
    random = uniform(len(covered.ranges))
    west, south, east, north = shape.bounds
    box = random.uniform((west, south), (east, north), (4 * inside, 2))
    along = shapely.line_interpolate_point(shape.boundary, random.uniform(0, 1, outside), normalized=True)
    edge = shapely.get_coordinates(along) + random.normal(0, 4e-4, (outside, 2))
    points = np.concatenate([box, edge])
    within = shapely.contains_xy(shape, points)
    away = _metres_away(shape, points)
    taken = np.array([zones.cell(lat, lon) in covered for lon, lat in points])
    assert within.any()
    assert (away > 25).any()
    assert taken[within].all()
    assert not taken[away > 25].any()


def _metres_away(shape: shapely.Geometry, points: np.ndarray) -> np.ndarray:
    """Metres from the shape, by the ground distance to its nearest point in degrees stretched at each point."""
    scale = np.array(metres_per_degree(float(points[:, 1].mean())))
    flat = shapely.transform(shape, lambda degrees: degrees * scale)
    shapely.prepare(flat)
    nearest = (
        shapely.get_coordinates(shapely.shortest_line(flat, shapely.points(points * scale)))[::2] / scale
    )
    return np.array(
        [zones.distance_m(lat, lon, y, x) for (lon, lat), (x, y) in zip(points, nearest, strict=True)]
    )


@pytest.mark.parametrize("name", COMMUNES)
def test_everyone_in_a_commune_is_covered_and_nobody_25_m_outside(name):
    """For communes of a département, in the long run every one: its people are in its cover, those 25 m beyond its
    limits are not."""
    features = shared(name)["features"]
    assert len(features) == COMMUNES[name]
    for feature in features[:: 1 if LONG else 8]:
        _judge(feature, 10, 30)


@pytest.mark.parametrize("name", DEPARTEMENTS)
def test_everyone_in_a_departement_is_covered_and_nobody_25_m_outside(name):
    """A whole département, islands and all, obeys the same two rules."""
    _judge(shared(name), 1_000, 2_000)


@pytest.mark.parametrize("name", COMMUNES)
def test_clockwise_outlines_are_read_whole(name):
    """Registered outlines come with clockwise rings; they are turned, and nothing else is changed or lost."""
    for feature in shared(name)["features"]:
        reading = zones.read(feature, zones.OUTLINE)
        assert set(reading.repairs) <= {"ring_direction"}
        again = shapely.geometry.shape(zones.as_json(reading.zone))
        assert again.equals(shapely.geometry.shape(feature["geometry"]))


def test_neighbouring_communes_touch():
    """Communes that share a limit are at no distance, whatever their coordinates were rounded to."""
    features = shared("communes-55-meuse.geojson")["features"][:40]
    outlines = [zones.read(feature, zones.OUTLINE).zone for feature in features]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    pairs = [(a, b) for a in range(40) for b in range(a) if shapes[a].intersects(shapes[b])]
    assert pairs
    assert all(zones.overlaps(outlines[a], outlines[b]) for a, b in pairs)
