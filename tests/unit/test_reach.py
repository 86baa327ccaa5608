"""What each kind of station may draw, and how it is told that a zone is too large or too far."""

from dataclasses import replace

import pytest

import zones
from alertd.model import Mode, Station
from alertd.settings import Settings
from alertd.settings.zones import Zones
from alertd.stations import reach

HOME = 49.209, 5.375
MOST = Zones()


def station(kind, outline=None):
    place = {"latitude": HOME[0], "longitude": HOME[1], "outline": outline}
    return Station(1, "une", "Bras", kind, Mode.LIVE, "Europe/Paris", "FR", "fr", **place)


def square(km):
    """A square around the mairie, so many kilometres wide."""
    north, east = km / 2 / 111.2, km / 2 / 72.8
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [[HOME[1] + x * east, HOME[0] + y * north] for x, y in corners]
    return zones.read({"type": "Polygon", "coordinates": [ring]}, MOST.widest).zone


@pytest.mark.parametrize(
    ("kind", "zone", "said"),
    [
        ("commune", zones.Circle(*HOME, 5000), None),
        ("commune", zones.Circle(*HOME, 5001), "trop grand pour une commune : 5 km"),
        ("intercommunality", zones.Circle(*HOME, 20_000), None),
        ("departement", zones.Circle(*HOME, 50_000), None),
        ("departement", zones.Circle(*HOME, 50_100), "trop grand pour un département : 50 km"),
        ("commune", square(19), None),
        ("commune", square(21), "400 km² au plus, elle en compte 441"),
        ("school", square(11), "trop grande pour une école : 100 km²"),
        ("departement", square(90), None),
    ],
)
def test_how_large_a_zone_may_be_follows_the_kind_of_station(kind, zone, said):
    """A département draws what a commune may not, and a commune what a school may not; the sentence says how much, and what to do."""
    wrong = reach.too_large(MOST.of(kind), station(kind), zone)
    assert (wrong is None) == (said is None)
    if wrong is not None:
        assert (wrong.code, said in wrong.message) == ("zone_too_large", True), wrong.message
        assert wrong.message.endswith("Réduisez-la, ou visez tous vos abonnés.")


def test_a_stations_own_outline_is_never_too_large():
    """Arles has 759 km2, and warns all of them."""
    outline = square(28)
    assert reach.too_large(MOST.of("commune"), station("commune", outline), outline) is None
    assert reach.too_large(MOST.of("commune"), station("commune", None), outline) is not None


def test_how_far_a_zone_may_lie_follows_the_kind_of_station():
    """A school's zone lies within 10 km, a commune's within 20; with 0 it must touch the outline."""
    away = zones.Circle(HOME[0] + 14 / 111.2, HOME[1], 500)
    assert reach.too_far(MOST.of("commune"), station("commune"), away) is None
    wrong = reach.too_far(MOST.of("school"), station("school"), away)
    assert wrong is not None
    assert (wrong.code, "à plus de 10 km de Bras" in wrong.message) == ("zone_far_from_station", True)
    strict = Zones(distance_km={"commune": 0})
    wrong = reach.too_far(strict.of("commune"), station("commune", square(4)), away)
    assert wrong is not None
    assert "ne touche pas Bras" in wrong.message


def test_a_kind_that_a_table_leaves_out_keeps_its_bounds():
    """An administrator who widens a hotel's circle narrows nobody's."""
    settings = Settings.model_validate({"zones": {"circle_km": {"hotel": 8.5}}})
    assert settings.zones.of("hotel").radius_m == 8500
    assert settings.zones.of("commune") == MOST.of("commune")
    assert settings.zones.of("hotel") == replace(MOST.of("hotel"), radius_m=8500)
    assert settings.zones.widest.max_radius_m == 50_000
