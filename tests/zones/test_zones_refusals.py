"""What is refused, and why; whatever comes in, a zone or a refusal comes out."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from zone_makers import CIRCLE, HOLE, LAT, LON, SQUARE, multipolygon, polygon, ring, square, star

import zones


def refused(raw: object, limits: zones.Limits = zones.DRAWN) -> str:
    """The code with which a zone is refused."""
    with pytest.raises(zones.ZoneError) as refusal:
        zones.read(raw, limits)
    assert refusal.value.message
    return refusal.value.code


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


@pytest.mark.parametrize(("most", "passes"), [(1, False), (2, True)])
def test_the_pieces_that_a_repair_makes_are_counted(most, passes):
    """A bow-tie is one piece as it is drawn and two as it is kept: what is kept can be read again."""
    bow = polygon(ring((-500, -500), (500, 500), (500, -500), (-500, 500)))
    limits = replace(zones.DRAWN, max_parts=most)
    if passes:
        assert len(zones.read(bow, limits).zone.parts) == most
    else:
        assert refused(bow, limits) == "zone_too_many_parts"


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
