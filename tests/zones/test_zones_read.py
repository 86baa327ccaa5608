"""Reading a zone: kept as drawn where it is sound, repaired and told where its meaning is plain."""

import json
import math

import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from zone_makers import (
    CIRCLE,
    HOLE,
    LAT,
    LON,
    SQUARE,
    at,
    multipolygon,
    polygon,
    ring,
    spots,
    square,
    star,
)

import zones


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
@example(polygon([[0.0, 47.9], [0.0, 47.93125], [2.2250738585e-313, 47.9], [0.03125, 47.9]]))
def test_a_zone_survives_its_own_json(raw):
    """Whatever was read, written as JSON text and read again, is the same zone with nothing left to repair."""
    try:
        reading = zones.read(raw)
    except zones.ZoneError:
        return
    again = zones.read(json.loads(json.dumps(zones.as_json(reading.zone))))
    assert again == zones.Reading(reading.zone, ())
