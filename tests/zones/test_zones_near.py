"""Distances on the ellipsoid, and how far a zone may be from the station that issues it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zone_makers import PLACES, SHARED, WGS84, moved, polygon, spots, square

import zones

LAT, LON = 48.773, 5.160


@given(spots, st.floats(0, 360), st.floats(0, 50_000))
@settings(max_examples=300, deadline=None)
def test_a_distance_under_50_km_is_right_to_a_centimetre(spot, azimuth, metres):
    """Under 50 km a distance is the geodesic's, everywhere in the Republic and over 180 degrees."""
    assert abs(zones.distance_m(*spot, *moved(*spot, azimuth, metres)) - metres) < 0.01


def vectors() -> list[tuple[float, float, float, float, float]]:
    """Published geodesics: two points in degrees and the metres between them."""
    folder = SHARED / "vectors" / "geodesic"
    if not folder.exists():
        pytest.skip("shared geodesic vectors are absent")
    lines = (folder / "GeodTest-100.dat").read_text().split("\n")
    rows = [[float(word) for word in line.split()] for line in lines if line.strip()]
    pairs = [(row[0], row[1], row[3], row[4], row[6]) for row in rows]
    lines = (folder / "geographiclib-20.tsv").read_text().split("\n")[1:]
    rows = [[float(word) for word in line.split()] for line in lines if line.strip()]
    return pairs + [(row[0], row[1], row[3], row[4], row[6]) for row in rows]


def test_a_distance_across_the_world_is_sane():
    """Published geodesics of any length agree within 0.1 % under 9,000 km, within 5 % anywhere."""
    pairs = vectors()
    assert len(pairs) == 120
    for *points, metres in pairs:
        share = 0.001 if metres < 9_000_000 else 0.05
        assert zones.distance_m(*points) == pytest.approx(metres, rel=share, abs=0.01)


@pytest.mark.parametrize("place", PLACES)
def test_two_circles_are_as_far_as_their_edges(place):
    """Between circles, the metres are those between centres less both radii, and none when they touch."""
    at = PLACES[place]
    one = zones.Circle(*at, 1_000)
    assert zones.distance_from(one, zones.Circle(*moved(*at, 70, 8_000), 2_000)) == pytest.approx(
        5_000, abs=1
    )
    assert zones.distance_from(one, zones.Circle(*moved(*at, 70, 2_900), 2_000)) == 0


def outline(lat: float, lon: float, half_m: float) -> zones.Zone:
    return zones.read(polygon(square(lat, lon, half_m)), zones.OUTLINE).zone


@pytest.mark.parametrize("place", PLACES)
def test_a_zone_is_as_far_as_the_nearest_edge_of_an_outline(place):
    """Between a polygon and a circle or a point, the metres are those to the polygon's nearest edge."""
    lat, lon = PLACES[place]
    east = moved(lat, lon, 90, 10_000)
    assert zones.distance_from(outline(lat, lon, 4_000), zones.Circle(*east, 500)) == pytest.approx(
        5_500, abs=15
    )
    assert zones.distance_from(east, outline(lat, lon, 4_000)) == pytest.approx(6_000, abs=15)
    assert zones.distance_from(outline(lat, lon, 4_000), outline(*east, 1_000)) == pytest.approx(
        5_000, abs=15
    )


def test_what_lies_inside_is_at_no_distance():
    """A circle within an outline, and an outline around a point, are at 0 m."""
    commune = outline(LAT, LON, 4_000)
    assert zones.distance_from(commune, zones.Circle(LAT, LON, 300)) == 0
    assert zones.distance_from((LAT, LON), commune) == 0
    assert zones.overlaps(commune, outline(LAT + 0.05, LON, 4_000))
    assert not zones.overlaps(commune, outline(LAT + 0.2, LON, 4_000))


def test_a_zone_more_than_20_km_away_is_not_near():
    """A zone that comes within 20 km of the outline is near, one farther is not."""
    commune = outline(LAT, LON, 4_000)
    close, far = (zones.Circle(*moved(LAT, LON, 0, metres), 1_000) for metres in (24_900, 39_000))
    assert zones.near(close, commune, 20_000)
    assert not zones.near(far, commune, 20_000)


def test_the_mairie_serves_where_there_is_no_outline():
    """A station known only by a point measures from it."""
    zone = zones.Circle(*moved(LAT, LON, 200, 22_000), 3_000)
    assert zones.near(zone, (LAT, LON), 20_000)
    assert not zones.near(zone, (LAT, LON), 18_900)


def test_far_away_over_180_degrees_is_the_short_way():
    """From Wallis to Fiji is a few hundred kilometres, not the way around the world."""
    wallis, suva = (-13.282, -176.174), (-18.141, 178.441)
    expected = WGS84.Inverse(*wallis, *suva)["s12"]
    assert zones.distance_from(wallis, zones.Circle(*suva, 1_000)) == pytest.approx(
        expected - 1_000, rel=1e-3
    )
    assert not math.isclose(zones.distance_m(*wallis, *suva), 0)


def test_bounds_and_centre_follow_the_shape():
    """The box of a circle is its radius around; the middle of a square is its own."""
    west, south, east, north = zones.bounds(zones.Circle(LAT, LON, 1_000))
    assert WGS84.Inverse(south, LON, north, LON)["s12"] == pytest.approx(2_000, abs=5)
    assert WGS84.Inverse(LAT, west, LAT, east)["s12"] == pytest.approx(2_000, abs=5)
    assert zones.centre(outline(LAT, LON, 1_000)) == pytest.approx((LAT, LON), abs=1e-6)
    assert zones.centre(zones.Circle(LAT, LON, 300)) == (LAT, LON)


def test_a_box_over_180_degrees_has_its_west_east_of_its_east():
    """RFC 7946's convention: west is greater than east when the antimeridian is inside."""
    west, _, east, _ = zones.bounds(zones.Circle(-16.8, 180.0, 1_000))
    assert 179.9 < west < 180
    assert -180 < east < -179.9
