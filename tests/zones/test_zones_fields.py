"""Distances as the cover sees them: never longer than on the ground, and never shorter by more than 3 %."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zone_makers import WGS84, metres_per_degree, moved, polygon, spots, square, zones_lon

import zones
from zones.fields import fields


@given(spots, st.floats(300, 5_000), st.floats(0, 360), st.floats(1, 3_000))
@settings(max_examples=100, deadline=None)
def test_metres_from_a_circle_are_those_on_the_ground(spot, radius, turn, beyond):
    """A point so many metres beyond a circle is seen so far, to a centimetre."""
    (field,) = fields(zones.Circle(*spot, radius))
    lat, lon = moved(*spot, turn, radius + beyond)
    seen = field.locate(np.array([lat]), np.array([lon]))
    assert field.touches(seen, beyond + 0.01).all()
    assert not field.touches(seen, beyond - 0.01).any()


TALL = [(10.0, 11.0), (-3.0, 9.0), (42.0, 51.0), (-26.0, -14.0), (-51.0, -48.0), (55.0, 68.0)]


@pytest.mark.parametrize(("south", "north"), TALL)
def test_metres_from_polygons_err_outward_by_3_percent_at_most(south, north):
    """East of a meridian, a point is within the metres it truly is away, and not within 4 % less, at every latitude."""
    ring = [[179.5, south], [180.0, south], [180.0, north], [179.5, north], [179.5, south]]
    zone = zones.read(polygon(ring), zones.OUTLINE).zone
    every = list(fields(zone))
    for lat in np.linspace(south + 0.02, north - 0.02, 80):
        lon = zones_lon(180 + 1_000 / metres_per_degree(lat)[0])
        metres = WGS84.Inverse(lat, 180.0, lat, lon)["s12"]
        assert _any_touches(every, lat, lon, metres * 1.00001)
        assert not _any_touches(every, lat, lon, metres * 0.96)


def _any_touches(every, lat, lon, metres):
    point = np.array([lat]), np.array([lon])
    return any(field.touches(field.locate(*point), metres)[0] for field in every)


@pytest.mark.parametrize("lat", [-49.0, -17.0, 0.0, 5.0, 48.8])
def test_metres_north_of_polygons_err_outward_by_3_percent_at_most(lat):
    """North and south of a parallel too, a point is never seen farther than it is."""
    ring = square(lat, 10.0, 4_000)
    (field,) = fields(zones.read(polygon(ring)).zone)
    for edge, azimuth in ((ring[0][1], 0), (ring[2][1], 180)):
        point = moved(max(edge, ring[1][1]) if azimuth == 0 else min(edge, ring[3][1]), 10.0, azimuth, 1_000)
        located = field.locate(np.array([point[0]]), np.array([point[1]]))
        assert field.touches(located, 1_000.01).all()
        assert not field.touches(located, 970).any()
        assert field.near_edge(located, 1_000.01).all()


def test_deep_inside_is_not_near_the_edge():
    """The middle of a square touches it, and is near its edge only from as far as its half side."""
    (field,) = fields(zones.read(polygon(square(48.8, 5.0, 2_000))).zone)
    middle = field.locate(np.array([48.8]), np.array([5.0]))
    assert field.touches(middle, 0).all()
    assert not field.near_edge(middle, 1_900).any()
    assert field.near_edge(middle, 2_001).all()
