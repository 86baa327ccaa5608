"""Where nobody will be warned: streets without a covered door, told so that no two zones a house apart locate anyone."""

import pytest
from heart.town import EMAIL, HOME, SMS

import zones
from alertd.issue.preview import shown
from alertd.model import Level, Target
from alertd.stations.streets import keep
from alertd.subscribe.nouns import At

DOOR = 0.00137  # degrees of longitude: 100 m, four times what covers
STREETS = {"Rue Haute": 49.2090, "Rue Basse": 49.2110, "Route de Verdun": 49.2130}


def at(street, number):
    """Where a door of the town is; the tenth of each street lies some 1,100 m east of HOME's meridian."""
    return STREETS[street], 5.3750 + DOOR * number


def listed(numbers=range(1, 11), more=""):
    rows = [(name, number, *at(name, number)) for name in STREETS for number in numbers]
    return (
        "numero;nom_voie;lat;lon\n"
        + "".join(f"{n};{name};{lat};{lon:.6f}\n" for name, n, lat, lon in rows)
        + more
    )


@pytest.fixture
async def streets(town):
    """Three streets of ten doors each, 220 m apart."""
    await keep.replace(town.db, town.clock, town.station, listed().encode(), actor="cli")
    return town


def circle(*middle, radius=2_000):
    return Target(zone=zones.Circle(*middle, radius))


async def test_streets_where_nobody_is_covered_are_listed(streets):
    """A home within 25 m covers its door, and takes its street off the list; counts are in fives."""
    lat, lon = at("Rue Haute", 3)
    await streets.person((lat + 0.0002, lon))  # 22 m away
    told = (await streets.preview(target=circle(*HOME))).coverage
    assert (told.points, told.covered) == (30, 1)
    assert told.empty == ("Route de Verdun", "Rue Basse")
    for number in range(1, 8):
        await streets.person(at("Rue Basse", number))
    told = (await streets.preview(target=circle(*HOME))).coverage
    assert (told.covered, told.empty) == (5, ("Route de Verdun",))


async def test_only_homes_that_this_message_reaches_cover_a_door(streets):
    """Neither a workplace, nor tourists, nor another topic, channel or level, nor who is everywhere, nor a neighbour's people."""
    door = at("Rue Haute", 5)
    await streets.person(At(*door, "work"))
    await streets.person(At(*door, "stay"))
    await streets.person(door, topics=("canteen",))
    await streets.person(door, sms=0, email=1)
    await streets.person(door, min_level=Level.DANGER)
    await streets.person(places=())
    await streets.person(door, station=streets.neighbour)
    wanted = {"level": Level.WARNING, "topic": "road", "channels": frozenset({SMS})}
    told = (await streets.preview(target=circle(*HOME), **wanted)).coverage
    assert (told.covered, len(told.empty), told.visitors) == (0, 3, 1)
    told = (await streets.preview(target=circle(*HOME), channels=frozenset({SMS, EMAIL}))).coverage
    assert (told.covered, told.empty) == (1, ("Route de Verdun", "Rue Basse"))


async def test_two_zones_a_house_apart_tell_the_same_of_a_street(streets):
    """The last door is just inside or just outside: a street is judged whole, and its doors are counted whole."""
    await streets.person(at("Rue Haute", 10))
    away = zones.distance_m(*HOME, *at("Rue Haute", 10))
    told = [(await streets.preview(target=circle(*HOME, radius=away + step))).coverage for step in (-60, 60)]
    assert told[0] == told[1]
    assert (told[0].covered, told[0].empty) == (1, ("Route de Verdun", "Rue Basse"))


async def test_fewer_than_five_doors_are_told_with_their_neighbours(town):
    """Two hamlets of three doors are one line; whoever lives in one of them is not told apart."""
    lines = "".join(
        f"{n};{name};{lat};{5.375 + n / 100}\n"
        for name, lat in (("Le Moulin", 49.2), ("Les Prés", 49.21))
        for n in (1, 2, 3)
    )
    await keep.replace(
        town.db, town.clock, town.station, f"numero;nom_voie;lat;lon\n{lines}".encode(), actor="cli"
    )
    (line,) = (await town.preview(target=Target(station=True))).coverage.empty
    assert sorted(line.split(", ")) == ["Le Moulin", "Les Prés"]
    await town.person((49.2, 5.385))
    assert (await town.preview(target=Target(station=True))).coverage.empty == ()


async def test_what_was_shown_is_kept_with_the_preview(streets):
    """Shown again it is what it was, and not looked for anew; a new preview looks."""
    first = await streets.preview(target=circle(*HOME))
    await streets.person(at("Rue Haute", 3))
    assert (await shown(streets.desk, streets.mayor, first.digest)).coverage == first.coverage
    assert (await streets.preview(target=circle(*HOME))).coverage != first.coverage


async def test_where_nothing_can_be_said_nothing_is(streets):
    """Not for groups, nor where the zone has under five doors, nor without an address list."""
    assert (await streets.preview(target=circle(49.25, 5.45))).coverage is None
    few = listed(numbers=range(1, 2))
    await keep.replace(streets.db, streets.clock, streets.station, few.encode(), actor="cli")
    assert (await streets.preview(target=circle(*HOME))).coverage is None
