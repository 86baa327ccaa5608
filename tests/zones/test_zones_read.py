"""Reading a zone: what is repaired, what is refused, and why; whatever comes in, only that comes out."""

import json
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zone_makers import PLACES, WGS84, multipolygon, polygon, spots, square, star

import zones

LAT, LON = 48.773, 5.160
SQUARE = square(LAT, LON, 1_000)
CIRCLE = {"type": "Circle", "center": [LON, LAT], "radius_m": 1200}
DEGREES_EAST, DEGREES_NORTH = 1 / 73_500, 1 / 111_200


def at(east_m: float, north_m: float) -> list[float]:
    """A position so many metres from the middle, roughly."""
    return [LON + east_m * DEGREES_EAST, LAT + north_m * DEGREES_NORTH]


def ring(*metres: tuple[float, float]) -> list[list[float]]:
    """A closed ring through points in metres from the middle."""
    return [at(*point) for point in (*metres, metres[0])]


def refused(raw: object, limits: zones.Limits = zones.DRAWN) -> str:
    """The code with which a zone is refused."""
    with pytest.raises(zones.ZoneError) as refusal:
        zones.read(raw, limits)
    assert refusal.value.message
    return refusal.value.code


def test_a_circle_is_read_as_drawn():
    """A circle keeps its centre and radius to the last digit, and nothing is repaired."""
    assert zones.read(CIRCLE) == zones.Reading(zones.Circle(LAT, LON, 1200.0), ())


def test_a_polygon_is_kept_exactly_as_drawn():
    """A sound polygon keeps every vertex, in the same order."""
    reading = zones.read(polygon(SQUARE))
    assert reading.repairs == ()
    assert zones.as_json(reading.zone) == polygon(SQUARE)


@pytest.mark.parametrize(
    "wrapped",
    [
        {"type": "Feature", "properties": None, "geometry": polygon(SQUARE)},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": polygon(SQUARE)}]},
        {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]},
        multipolygon([SQUARE]),
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]},
                }
            ],
        },
    ],
)
def test_the_wrapping_of_a_polygon_does_not_matter(wrapped):
    """A feature, a collection or a bare geometry mean the same zone."""
    assert zones.as_json(zones.read(wrapped).zone) == polygon(SQUARE)


def test_a_circle_may_come_in_a_feature():
    """A circle wrapped as a feature is that circle."""
    assert zones.read({"type": "Feature", "geometry": CIRCLE}).zone == zones.Circle(LAT, LON, 1200.0)


def test_several_features_are_one_zone_in_their_order():
    """Polygons drawn apart are the parts of one area."""
    other = square(LAT + 0.1, LON, 500)
    features = [{"type": "Feature", "geometry": polygon(one)} for one in (SQUARE, other)]
    reading = zones.read({"type": "FeatureCollection", "features": features})
    assert zones.as_json(reading.zone) == multipolygon([SQUARE], [other])


HOLE = square(LAT, LON, 400)[::-1]
REPAIRS = {
    "ring_direction": [
        polygon(SQUARE[::-1]),
        polygon(SQUARE, HOLE[::-1]),
    ],
    "closed_ring": [polygon(SQUARE[:-1])],
    "doubled_points": [polygon([SQUARE[0], *SQUARE]), polygon([*SQUARE, SQUARE[0]])],
    "altitude_dropped": [polygon([[*point, 240.5] for point in SQUARE])],
    "longitude_wrapped": [polygon([[lon + 360, lat] for lon, lat in square(LAT, -4.0, 900)])],
    "parts_merged": [multipolygon([SQUARE], [square(LAT, LON + 0.01, 1_000)])],
    "self_crossing": [polygon(ring((0, 0), (1000, 1000), (1000, 0), (0, 1000)))],
    "antimeridian_cut": [
        polygon(square(-16.5, 179.999, 900)[:1] + square(-16.5, 179.999, 900)[1:]),
        polygon([[-179.99, -16.5], [-179.99, -16.4], [179.99, -16.4], [179.99, -16.5], [-179.99, -16.5]]),
    ],
}


@pytest.mark.parametrize(("word", "raw"), [(word, raw) for word, raws in REPAIRS.items() for raw in raws])
def test_what_is_plainly_meant_is_repaired_and_told(word, raw):
    """Each repair is made and named, and its result needs no other."""
    reading = zones.read(raw)
    assert word in reading.repairs
    assert zones.read(zones.as_json(reading.zone)) == zones.Reading(reading.zone, ())


@pytest.mark.parametrize("raw", [raw for word in REPAIRS for raw in REPAIRS[word]])
def test_a_repaired_area_is_valid_geojson(raw):
    """Repaired polygons are simple, closed, counter-clockwise outside and clockwise inside, within 180 degrees."""
    for part in zones.read(raw).zone.parts:
        shape = shapely.Polygon(part[0], part[1:])
        assert shape.is_valid
        assert [shapely.is_ccw(shapely.LinearRing(one)) for one in part] == [True] + [False] * (len(part) - 1)
        assert all(one[0] == one[-1] for one in part)
        assert all(abs(lon) <= 180 for one in part for lon, _ in one)


def test_only_what_was_repaired_is_told():
    """An unclosed clockwise ring is told as those two repairs, in a fixed order."""
    assert zones.read(polygon(SQUARE[:-1][::-1])).repairs == ("closed_ring", "ring_direction")


def test_both_lobes_of_a_bow_tie_are_meant():
    """A bow-tie is two triangles, each of them in the zone."""
    covered = zones.cover(zones.read(REPAIRS["self_crossing"][0]).zone)
    assert cell(200, 500) in covered
    assert cell(800, 500) in covered
    assert cell(500, 100) not in covered


def cell(east_m: float, north_m: float) -> int:
    lon, lat = at(east_m, north_m)
    return zones.cell(lat, lon)


def test_the_middle_of_a_loop_drawn_over_itself_is_meant():
    """Where a finger went round twice, the people in the middle are in the zone."""
    five = [(math.sin(4 * math.pi * at / 5), math.cos(4 * math.pi * at / 5)) for at in range(5)]
    reading = zones.read(polygon(ring(*((2000 * x, 2000 * y) for x, y in five))))
    assert reading.repairs == ("self_crossing",)
    assert cell(0, 0) in zones.cover(reading.zone)


def test_a_hole_is_left_out_and_a_crossing_hole_too():
    """A hole is no part of the zone, even drawn as a bow-tie."""
    bow = ring((-500, -500), (500, 500), (500, -500), (-500, 500))
    reading = zones.read(polygon(SQUARE, bow))
    assert reading.repairs == ("self_crossing",)
    covered = zones.cover(reading.zone)
    assert cell(-300, 0) not in covered
    assert cell(300, 0) not in covered
    assert cell(0, 300) in covered


def test_a_lake_gone_round_in_one_stroke_is_left_out():
    """A line that goes in along a slit, round a lake the other way and out again, leaves the lake out."""
    stroke = ring(
        *((-1000, -1000), (1000, -1000), (1000, 0), (500, 0), (500, -500), (-500, -500), (-500, 500)),
        *((500, 500), (500, 0), (1000, 0), (1000, 1000), (-1000, 1000)),
    )
    reading = zones.read(polygon(stroke))
    assert reading.repairs == ("self_crossing",)
    covered = zones.cover(reading.zone)
    assert cell(0, 0) not in covered
    assert cell(700, 0) in covered
    assert cell(-700, 0) in covered


def test_overlapping_parts_are_one():
    """Two parts over one another are merged, and their common ground is in the zone once."""
    reading = zones.read(REPAIRS["parts_merged"][0])
    assert len(reading.zone.parts) == 1
    east = SQUARE[0][0] - SQUARE[1][0]  # the side of one square, of which the other is 0.01 degrees away
    assert zones.area_km2(reading.zone) == pytest.approx(4 * (1 + 0.01 / abs(east)), rel=1e-3)


OVER_180 = {
    "continued past 180": [[179.9, -16.5], [180.1, -16.5], [180.1, -16.4], [179.9, -16.4], [179.9, -16.5]],
    "changing sign": [[179.9, -16.5], [-179.9, -16.5], [-179.9, -16.4], [179.9, -16.4], [179.9, -16.5]],
    "before -180": [[-180.1, -16.5], [-179.9, -16.5], [-179.9, -16.4], [-180.1, -16.4], [-180.1, -16.5]],
}
SPLIT = multipolygon(
    [[[179.9, -16.5], [180, -16.5], [180, -16.4], [179.9, -16.4], [179.9, -16.5]]],
    [[[-180, -16.5], [-179.9, -16.5], [-179.9, -16.4], [-180, -16.4], [-180, -16.5]]],
)


@pytest.mark.parametrize("way", OVER_180)
def test_a_ring_over_180_degrees_means_the_small_shape(way):
    """However it is written, a shape over the antimeridian is the small one, and is cut as RFC 7946 asks."""
    zone = zones.read(polygon(OVER_180[way])).zone
    assert zones.area_km2(zone) == pytest.approx(zones.area_km2(zones.read(SPLIT).zone), rel=1e-6)
    assert len(zone.parts) == 2
    assert zones.cover(zone).cell_count == pytest.approx(
        zones.cover(zones.read(SPLIT).zone).cell_count, abs=3
    )
    west, south, east, north = zones.bounds(zone)
    assert (west, south, east, north) == pytest.approx((179.9, -16.5, -179.9, -16.4))
    assert zones.centre(zone)[0] == pytest.approx(-16.45, abs=1e-4)
    assert abs(zones.centre(zone)[1]) == pytest.approx(180, abs=1e-6)


def test_parts_split_at_180_degrees_are_kept():
    """A shape already cut as RFC 7946 asks is kept as it is."""
    reading = zones.read(SPLIT)
    assert reading.repairs == ()
    assert zones.as_json(reading.zone) == SPLIT


def test_a_circle_past_180_is_wrapped():
    """A circle drawn at 181 degrees is at -179, and says so."""
    reading = zones.read({"type": "Circle", "center": [181, -16.5, 3], "radius_m": 500})
    assert reading.zone == zones.Circle(-16.5, -179.0, 500.0)
    assert reading.repairs == ("longitude_wrapped", "altitude_dropped")


def nested(depth: int) -> object:
    raw: object = polygon(SQUARE)
    for _ in range(depth):
        raw = {"type": "GeometryCollection", "geometries": [raw]}
    return raw


def comb(teeth: int) -> list[list[float]]:
    """A ring whose edges all cross each other: the worst that 200 km of line can hold."""
    points = [((-1) ** tooth * 40 + tooth % 7, (tooth * 37 % 101) - 50) for tooth in range(teeth)]
    return ring(*points)


FAR = 1e400
REFUSALS = [
    ("zone_not_geojson", None),
    ("zone_not_geojson", []),
    ("zone_not_geojson", "Bar-le-Duc"),
    ("zone_not_geojson", {"type": "FeatureCollection", "features": None}),
    ("zone_not_geojson", {"type": "Feature", "geometry": None}),
    ("zone_wrong_kind", {}),
    ("zone_wrong_kind", {"type": ["Polygon"]}),
    ("zone_wrong_kind", {"type": "Point", "coordinates": [LON, LAT]}),
    ("zone_wrong_kind", {"type": "LineString", "coordinates": SQUARE}),
    ("zone_wrong_kind", {"type": "GeometryCollection", "geometries": [CIRCLE, polygon(SQUARE)]}),
    ("zone_too_deep", nested(5)),
    ("zone_too_deep", nested(900)),
    ("zone_empty", {"type": "FeatureCollection", "features": []}),
    ("zone_empty", {"type": "Polygon", "coordinates": []}),
    ("zone_empty", multipolygon()),
    ("zone_empty", multipolygon([])),
    ("zone_empty", polygon(ring((0, 0), (500, 0), (1000, 0)))),
    ("zone_empty", polygon(SQUARE, square(LAT, LON, 1_000)[::-1])),
    ("zone_too_few_points", polygon([])),
    ("zone_too_few_points", polygon(SQUARE[:2])),
    ("zone_too_few_points", polygon([SQUARE[0]] * 50)),
    ("zone_bad_coordinates", {"type": "Polygon"}),
    ("zone_bad_coordinates", {"type": "Polygon", "coordinates": {"0": SQUARE}}),
    ("zone_bad_coordinates", polygon([*SQUARE[:2], [LON], SQUARE[0]])),
    ("zone_bad_coordinates", polygon([*SQUARE[:2], [LON, LAT, 0, 0, 0], SQUARE[0]])),
    ("zone_bad_coordinates", polygon([*SQUARE[:2], [str(LON), LAT], SQUARE[0]])),
    ("zone_bad_coordinates", polygon([*SQUARE[:2], [True, LAT], SQUARE[0]])),
    ("zone_bad_coordinates", polygon([*SQUARE[:2], [LON, float("nan")], SQUARE[0]])),
    ("zone_bad_coordinates", polygon([*SQUARE[:2], [FAR, LAT], SQUARE[0]])),
    ("zone_bad_coordinates", polygon([*SQUARE[:2], [10**5000, LAT], SQUARE[0]])),
    ("zone_bad_coordinates", polygon([*SQUARE[:2], [LON, 91], SQUARE[0]])),
    ("zone_bad_coordinates", polygon([[LON, lat + 38] for LON, lat in SQUARE])),
    ("zone_bad_coordinates", {"type": "Circle", "center": [LON], "radius_m": 500}),
    ("zone_bad_coordinates", {"type": "Circle", "center": {"lat": LAT, "lon": LON}, "radius_m": 500}),
    ("zone_bad_coordinates", {"type": "Circle", "center": [LAT, 149.5], "radius_m": 500}),
    ("zone_bad_radius", {"type": "Circle", "center": [LON, LAT]}),
    ("zone_bad_radius", {"type": "Circle", "center": [LON, LAT], "radius_m": "500"}),
    ("zone_bad_radius", {"type": "Circle", "center": [LON, LAT], "radius_m": True}),
    ("zone_bad_radius", {"type": "Circle", "center": [LON, LAT], "radius_m": float("nan")}),
    ("zone_too_small", {"type": "Circle", "center": [LON, LAT], "radius_m": 299.9}),
    ("zone_too_small", {"type": "Circle", "center": [LON, LAT], "radius_m": -(10**5000)}),
    ("zone_too_small", polygon(square(LAT, LON, 49))),
    ("zone_too_large", {"type": "Circle", "center": [LON, LAT], "radius_m": 5000.1}),
    ("zone_too_large", {"type": "Circle", "center": [LON, LAT], "radius_m": FAR}),
    ("zone_too_large", {"type": "Circle", "center": [LON, LAT], "radius_m": 10**5000}),
    ("zone_too_large", polygon(square(LAT, LON, 10_100))),
    ("zone_too_large", polygon(square(LAT, LON, 26_000))),
    ("zone_too_large", polygon([[-179, 10], [0, 10], [179, 10], [179, -10], [0, -10], [-179, -10]])),
    ("zone_around_pole", polygon([[0, 80], [120, 80], [240, 80]])),
    ("zone_too_many_vertices", polygon(star(LAT, LON, [900.0] * 2_000))),
    ("zone_too_many_vertices", polygon(*[SQUARE] * 2_001)),
    ("zone_too_many_vertices", polygon(SQUARE, *[HOLE] * 400)),
    ("zone_too_many_parts", multipolygon(*[[SQUARE]] * 51)),
    ("zone_too_many_parts", {"type": "GeometryCollection", "geometries": [polygon(SQUARE)] * 51}),
    ("zone_tangled", polygon(comb(1_999))),
    ("zone_tangled", multipolygon(*[[comb(30)]] * 50)),
]


@pytest.mark.parametrize(("code", "raw"), REFUSALS)
def test_what_cannot_be_meant_is_refused_by_name(code, raw):
    """Each refusal has its stable code and a sentence."""
    assert refused(raw) == code


def test_a_latitude_over_90_says_that_longitude_comes_first():
    """A point of Tahiti written latitude first is refused with that hint."""
    with pytest.raises(zones.ZoneError, match="la longitude vient d'abord"):
        zones.read({"type": "Circle", "center": [-17.5, -149.5], "radius_m": 500})


@pytest.mark.parametrize(
    ("raw", "limits"),
    [
        ({**CIRCLE, "radius_m": 300}, zones.DRAWN),
        ({**CIRCLE, "radius_m": 5000}, zones.DRAWN),
        (polygon(square(LAT, LON, 50.1)), zones.DRAWN),
        (polygon(square(LAT, LON, 9_990)), zones.DRAWN),
        (polygon(star(LAT, LON, [900.0] * 1_999)), zones.DRAWN),
        (multipolygon(*[[square(LAT + step / 100, LON, 100)] for step in range(50)]), zones.DRAWN),
        (polygon(square(LAT, LON, 60_000)[::-1]), zones.OUTLINE),
        ({**CIRCLE, "radius_m": 12_000}, replace(zones.DRAWN, max_radius_m=20_000)),
    ],
)
def test_the_bounds_themselves_are_accepted(raw, limits):
    """A zone at a bound, or within bounds widened for a kind of station, is read."""
    assert zones.read(raw, limits).zone


def test_a_point_of_contact_is_no_fault():
    """Two parts that touch at one corner are two parts, and nothing is repaired."""
    corner = (
        [ring((0, 0), (500, 0), (500, 500), (0, 500))],
        [ring((500, 500), (900, 500), (900, 900), (500, 900))],
    )
    assert zones.read(multipolygon(*corner)).repairs == ()


@given(
    st.one_of(
        st.builds(
            lambda at, r: {"type": "Circle", "center": [at[1], at[0]], "radius_m": r},
            spots,
            st.floats(300, 5000),
        ),
        st.builds(
            lambda at, radii: polygon(star(*at, radii)),
            spots,
            st.lists(st.floats(300, 4000), min_size=3, max_size=20),
        ),
        st.builds(
            lambda at, steps: polygon([[at[1] + x, at[0] + y] for x, y in steps]),
            spots,
            st.lists(st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)), min_size=3, max_size=12),
        ),
    )
)
@settings(max_examples=300, deadline=None)
def test_a_zone_survives_its_own_json(raw):
    """Whatever was read, written as JSON text and read again, is the same zone with nothing left to repair."""
    try:
        reading = zones.read(raw)
    except zones.ZoneError:
        return
    again = zones.read(json.loads(json.dumps(zones.as_json(reading.zone))))
    assert again == zones.Reading(reading.zone, ())


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.just(10**400),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner, max_size=3)
    ),
    max_leaves=25,
)
kinds = st.sampled_from(
    ["Polygon", "MultiPolygon", "Circle", "Feature", "FeatureCollection", "GeometryCollection", "Point"]
)
numbers = st.floats(-190, 190) | st.integers(-90, 90) | st.sampled_from([180, -180, 179.9999, 0, 85, -0.0])
loose_rings = st.lists(st.lists(numbers, min_size=2, max_size=3) | anything, max_size=8)
objects = st.recursive(
    st.fixed_dictionaries({"type": kinds, "coordinates": st.lists(loose_rings, max_size=3) | anything})
    | st.fixed_dictionaries(
        {"type": kinds, "coordinates": st.lists(st.lists(loose_rings, max_size=2), max_size=3)}
    )
    | st.fixed_dictionaries(
        {"type": st.just("Circle"), "center": st.lists(numbers) | anything, "radius_m": anything}
    ),
    lambda inner: st.fixed_dictionaries(
        {
            "type": kinds,
            "geometry": inner,
            "features": st.lists(inner, max_size=4),
            "geometries": st.lists(inner, max_size=4),
        }
    ),
    max_leaves=8,
)


@given(
    anything | objects,
    st.sampled_from([zones.DRAWN, zones.OUTLINE, replace(zones.OUTLINE, max_area_km2=1e9)]),
)
@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_whatever_comes_in_a_zone_or_a_refusal_comes_out(raw, limits):
    """No JSON at all makes reading fail in any other way than by its own refusal."""
    outcome = _outcome(raw, limits)
    if isinstance(outcome, zones.ZoneError):
        assert outcome.code.startswith("zone_")
    else:
        assert zones.read(zones.as_json(outcome.zone), limits).zone == outcome.zone


def _outcome(raw: object, limits: zones.Limits) -> zones.Reading | zones.ZoneError:
    try:
        return zones.read(raw, limits)
    except zones.ZoneError as refusal:
        return refusal


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("radius", [300, 5_000])
def test_a_circle_is_drawn_at_its_true_radius(place, radius):
    """Every vertex drawn is at the radius within a metre, by geodesic; the ring is closed and counter-clockwise."""
    lat, lon = PLACES[place]
    outline = zones.outline_ring(zones.Circle(lat, lon, radius), 48)
    assert len(outline) == 49
    assert outline[0] == outline[-1]
    assert shapely.is_ccw(shapely.LinearRing(outline))
    assert all(abs(WGS84.Inverse(lat, lon, y, x)["s12"] - radius) < 0.01 for x, y in outline)


def test_a_circles_ring_reads_as_an_area_over_180_too():
    """The drawn ring of a circle on the antimeridian is a zone in its own right, of almost its size."""
    circle = zones.Circle(-16.8, 180.0, 2_000)
    zone = zones.read(polygon([list(point) for point in zones.outline_ring(circle)])).zone
    assert zones.area_km2(zone) == pytest.approx(zones.area_km2(circle), rel=0.01)


@given(spots, st.lists(st.floats(300, 4_000), min_size=3, max_size=20))
@settings(max_examples=100, deadline=None)
def test_an_area_is_measured_on_the_ellipsoid(spot, radii):
    """Square kilometres agree with an independent judge to one in ten thousand."""
    outline = star(*spot, radii)
    judge = WGS84.Polygon()
    for (lon1, lat1), (lon2, lat2) in pairwise(outline):
        for part in np.linspace(
            0, 1, 20, endpoint=False
        ):  # the judge's edges are geodesics: short ones are straight
            judge.AddPoint(lat1 + part * (lat2 - lat1), lon1 + part * (lon2 - lon1))
    _, _, expected = judge.Compute()
    assert zones.area_km2(zones.read(polygon(outline), zones.OUTLINE).zone) == pytest.approx(
        expected / 1e6, rel=1e-4
    )
