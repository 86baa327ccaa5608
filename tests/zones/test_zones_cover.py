"""The cover: nobody inside is left out, nobody farther than 25 m outside is taken, and ranges are exactly cells."""

import json
import math
from dataclasses import replace
from itertools import pairwise

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from zone_makers import (
    PLACES,
    WGS84,
    metres_per_degree,
    moved,
    multipolygon,
    polygon,
    spots,
    square,
    star,
    uniform,
    zones_lon,
)

import zones

radii = st.floats(300, 5_000)
shares = st.lists(st.floats(0, 1), min_size=30, max_size=30)


@given(spots, radii, shares, st.floats(0, 360))
@settings(max_examples=80, deadline=None)
def test_nobody_in_a_circle_is_left_out(spot, radius, parts, turn):
    """A point at or within the radius, by geodesic, is in a cell of the cover."""
    covered = zones.cover(zones.Circle(*spot, radius))
    for at, part in enumerate([*parts, 1.0, 1.0, 1.0]):
        point = moved(*spot, turn + 137.5 * at, radius * math.sqrt(part))
        assert zones.cell(*point) in covered


@given(spots, radii, st.floats(0, 360))
@settings(max_examples=80, deadline=None)
def test_nobody_far_outside_a_circle_is_taken(spot, radius, turn):
    """A point 25 m or more beyond the radius is in no cell of the cover."""
    covered = zones.cover(zones.Circle(*spot, radius))
    for at, beyond in enumerate([25.0] * 20 + [100.0, 5_000.0, 50_000.0]):
        assert zones.cell(*moved(*spot, turn + 137.5 * at, radius + beyond)) not in covered


@pytest.mark.parametrize("place", PLACES)
def test_the_ranges_are_the_cells(place):
    """The ranges hold just those cells whose centre lies within the radius plus 12.2 m, each once."""
    radius = 470
    lat, lon = PLACES[place]
    covered = zones.cover(zones.Circle(lat, lon, radius))
    disk = h3.grid_disk(zones.cell(lat, lon), math.ceil(radius / 14))
    expected = {
        cell for cell in disk if _metres(lat, lon, h3.cell_to_latlng(cell)) <= radius + zones.MARGIN_M
    }
    assert {cell for cell in disk if cell in covered} == expected
    assert covered.cell_count == len(expected)


def _metres(lat: float, lon: float, point: tuple[float, float]) -> float:
    return float(zones.distance_m(lat, lon, *point))


@given(spots, radii)
@settings(max_examples=60, deadline=None)
def test_ranges_are_merged_and_in_order(spot, radius):
    """Ranges increase, and two neighbours are never left as two ranges."""
    ranges = zones.cover(zones.Circle(*spot, radius)).ranges
    assert all(lo <= hi for lo, hi in ranges)
    assert all(before[1] < after[0] for before, after in pairwise(ranges))
    assert all(_next_cell(before[1]) != after[0] for before, after in pairwise(ranges))


def _next_cell(cell: int) -> int:
    """The resolution-12 cell that follows in the order of integers, within the same resolution-0 ancestor."""
    ancestor = h3.cell_to_parent(cell, 0)
    return h3.child_pos_to_cell(ancestor, 12, h3.cell_to_child_pos(cell, 0) + 1)


stars = st.lists(st.floats(150, 4_000), min_size=3, max_size=14)


@given(spots, stars, st.floats(0, 6.28), st.booleans(), st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_nobody_in_polygons_is_left_out_and_nobody_far_is_taken(spot, lengths, turn, two, seed):
    """Points in polygons, holes taken out, are covered; those 25 m outside or deep in a hole are not."""
    lat, lon = spot
    hole = star(lat, lon, [length * 0.4 for length in lengths], turn)[::-1]
    parts = [[star(lat, lon, lengths, turn), hole]]
    if two:
        parts.append([square(lat + 0.06, lon + 0.03, 400)])
    zone = zones.read(multipolygon(*parts)).zone
    covered = zones.cover(zone)
    drawn = shapely.MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in parts])
    _judge(covered, drawn, lat, uniform(seed), 200)


def _judge(
    covered: zones.Cover, drawn: shapely.Geometry, lat: float, random: np.random.Generator, count: int
):
    """Points about the box of a shape drawn in unbroken degrees: in it, in the cover; 25 m off, out of it."""
    west, south, east, north = drawn.bounds
    points = random.uniform((west - 0.002, south - 0.002), (east + 0.002, north + 0.002), (count, 2))
    edge = shapely.line_interpolate_point(drawn.boundary, random.uniform(0, 1, count // 4), normalized=True)
    points = np.concatenate([points, shapely.get_coordinates(edge) + random.normal(0, 2e-4, (count // 4, 2))])
    inside = shapely.contains_xy(drawn, points)
    scale = np.array(metres_per_degree(lat))
    flat = shapely.transform(drawn, lambda degrees: degrees * scale)
    away = shapely.distance(flat, shapely.points(points * scale))
    for (lon, at), within, metres in zip(points, inside, away, strict=True):
        taken = zones.cell(at, zones_lon(lon)) in covered
        assert taken or not within
        assert not taken or metres < 25


@pytest.mark.parametrize("lon", [179.99, 180.0, -180.0, -179.99])
def test_a_polygon_over_180_degrees_is_covered_on_both_sides(lon):
    """The cells on either side of the antimeridian are covered, and nothing across the world is."""
    covered = zones.cover(zones.read(polygon(square(-16.5, lon, 2_500))).zone)
    assert zones.cell(-16.5, 179.995) in covered
    assert zones.cell(-16.5, -179.995) in covered
    assert zones.cell(-16.5, 0.0) not in covered
    assert covered.cell_count == pytest.approx(25e6 / 307, rel=0.2)


TALL = {
    "the length of metropolitan France": (42.0, 2.2, 51.0, 2.4),
    "across the equator": (-3.0, 8.0, 3.0, 8.2),
    "the Pacific, over 180 degrees": (-24.0, 179.9, -18.0, 180.3),
}


@pytest.mark.parametrize("name", TALL)
def test_a_shape_tall_in_latitude_still_takes_nobody_25_m_outside(name):
    """Where one map of metres would be 20 % out, the cover still errs by 25 m at most, and never inward."""
    south, west, north, east = TALL[name]
    slants = (east - west) / 4
    ring = [[west, south], [east, south], [east - slants, north], [west + slants, north], [west, south]]
    covered = zones.cover(zones.read(polygon(ring), replace(zones.OUTLINE, max_area_km2=1e7)).zone)
    for lat in np.linspace(south + 0.01, north - 0.01, 60):
        border = west + slants * (lat - south) / (north - south)
        degree, _ = metres_per_degree(lat)
        assert zones.cell(lat, zones_lon(border + 0.5 / degree)) in covered
        assert zones.cell(lat, zones_lon(border - 25.5 / degree)) not in covered


def test_a_tip_that_just_touches_a_slice_hides_nobody():
    """A tall shape is looked at in slices; one that meets a slice in a single point is covered all the same."""
    ring = [[2.2, 45], [2.3, 45], [2.3, 47.8], [2.5, 47.8], [2.6, 46.5], [2.7, 48], [2.2, 48], [2.2, 45]]
    covered = zones.cover(zones.read(polygon(ring), zones.OUTLINE).zone)
    assert zones.cell(46.5, 2.6) in covered
    for lat in np.linspace(45.001, 47.999, 200):
        assert zones.cell(lat, 2.2 + 1e-6) in covered
        assert zones.cell(lat, 2.25) in covered


def test_the_rings_of_a_circle_are_disjoint_and_make_up_its_cover():
    """Each cell of a circle is in one ring and one only, the nearest first."""
    circle = zones.Circle(48.773, 5.160, 3_000)
    outward = zones.rings(circle)
    assert len(outward) == 5
    assert sum(ring.cell_count for ring in outward) == zones.cover(circle).cell_count
    assert zones.cell(48.773, 5.160) in outward[0]
    for at, limits in enumerate([(0, 300), (300, 600), (600, 1200), (1200, 2500), (2500, 3000)]):
        for turn in range(0, 360, 20):
            cell = zones.cell(*moved(48.773, 5.160, turn, limits[1] - 5))
            assert [cell in ring for ring in outward].index(True) == at
            assert sum(cell in ring for ring in outward) == 1


@given(spots, radii, st.lists(st.floats(100, 6_000), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_rings_of_any_radii_make_up_the_cover(spot, radius, steps):
    """Whatever the radii asked for, nobody is between two rings, nor in both."""
    circle = zones.Circle(*spot, radius)
    outward = zones.rings(circle, steps)
    rest = zones.cover(circle)
    for ring in outward:
        assert ring.minus(rest).cell_count == 0
        rest = rest.minus(ring)
    assert rest == zones.Cover(())


def test_an_area_is_one_ring():
    """A zone without a centre goes out at once: its only ring is its cover."""
    zone = zones.read(polygon(square(48.773, 5.160, 800))).zone
    assert zones.rings(zone) == (zones.cover(zone),)


@pytest.mark.parametrize(("radius", "many"), [(300, 1), (301, 2), (600, 2), (5_000, 5)])
def test_a_circle_as_wide_as_a_ring_has_no_empty_one_around_it(radius, many):
    """Rings end where the circle does: each of them has somebody's cell."""
    outward = zones.rings(zones.Circle(49.209, 5.375, radius))
    assert len(outward) == many
    assert all(one.ranges for one in outward)


def test_a_cover_less_another_is_the_rest():
    """What is taken away is gone, what is not stays, and nothing less nothing is nothing."""
    large, small = (zones.cover(zones.Circle(48.773, 5.160, radius)) for radius in (900, 400))
    rest = large.minus(small)
    assert rest.cell_count == large.cell_count - small.cell_count
    assert zones.cell(48.773, 5.160) not in rest
    assert small.minus(large) == zones.Cover(())
    assert large.minus(zones.Cover(())) == large
    assert zones.Cover(()).minus(large).cell_count == 0


def test_a_cover_is_written_as_the_json_that_sql_unfolds():
    """The JSON object has the low ends as keys and the high ends as integers, all in signed 64 bits."""
    covered = zones.cover(zones.Circle(48.773, 5.160, 300))
    unfolded = json.loads(covered.as_json())
    assert tuple((int(lo), hi) for lo, hi in unfolded.items()) == covered.ranges
    assert all(isinstance(hi, int) and 0 < hi < 2**63 for hi in unfolded.values())


def test_a_cover_holds_the_ends_of_its_ranges():
    """Both ends of a range are in the set; the integers just outside are not."""
    covered = zones.cover(zones.Circle(48.773, 5.160, 300))
    for lo, hi in covered.ranges:
        assert lo in covered
        assert hi in covered
        assert lo - 1 not in covered
        assert hi + 1 not in covered


def test_the_cells_of_a_pentagon_are_counted_exactly():
    """Around one of H3's twelve pentagons, at sea, a seventh of the integers name no cell; the count says so."""
    lat, lon = h3.cell_to_latlng(h3.get_pentagons(0)[4])
    covered = zones.cover(zones.Circle(lat, lon, 900))
    disk = set(h3.grid_disk(zones.cell(lat, lon), 80))
    assert covered.cell_count == sum(cell in covered for cell in disk)


def test_a_thin_polygon_is_covered_all_along():
    """A street's strip, one metre wide, leaves none of its points out."""
    lat, lon = 48.773, 5.160
    east, north = metres_per_degree(lat)
    ring = [
        [lon, lat],
        [lon + 12_000 / east, lat + 3_000 / north],
        [lon + 12_000 / east, lat + 3_001 / north],
        [lon, lat + 1 / north],
        [lon, lat],
    ]
    covered = zones.cover(zones.read(polygon(ring)).zone)
    for part in np.linspace(0, 1, 500):
        assert zones.cell(lat + part * 3_000.5 / north, lon + part * 12_000 / east) in covered


def test_the_edge_follows_straight_degrees():
    """Halfway along a 10 km edge, the border is the mean of its ends in longitude and latitude."""
    ring = [[5.0, 48.7], [5.14, 48.7], [5.14, 48.75], [5.0, 48.75], [5.0, 48.7]]
    covered = zones.cover(zones.read(polygon(ring)).zone)
    _, north = metres_per_degree(48.7)
    assert zones.cell(48.7 + 0.5 / north, 5.07) in covered
    assert zones.cell(48.7 - 25.5 / north, 5.07) not in covered
    assert WGS84.Inverse(48.7, 5.0, 48.7, 5.14)["s12"] > 10_000
