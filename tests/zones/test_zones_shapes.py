"""What is said of a zone without any cell: how it is drawn, and how large it is."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from zone_makers import PLACES, WGS84, polygon, spots, star

import zones


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
