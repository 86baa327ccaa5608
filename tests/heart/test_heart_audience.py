"""The audience: exactly the people who should be warned, by the word of a brute force."""

from random import Random

import pytest
import shapely
from heart.town import FAR, HOME, phone

import zones
from alertd.clock import HOUR, MINUTE, SECOND
from alertd.model import Level, Target
from alertd.subscribe import groups
from alertd.subscribe.nouns import At

LON, LAT = HOME[1], HOME[0]
SQUARE = [
    (LON - 0.02, LAT - 0.012),
    (LON + 0.02, LAT - 0.012),
    (LON + 0.02, LAT + 0.012),
    (LON - 0.02, LAT + 0.012),
]
HOLE = [
    (LON - 0.008, LAT - 0.005),
    (LON - 0.008, LAT + 0.005),
    (LON + 0.008, LAT + 0.005),
    (LON + 0.008, LAT - 0.005),
]
STAR = [
    (LON - 0.03, LAT),
    (LON, LAT + 0.004),
    (LON + 0.03, LAT + 0.02),
    (LON + 0.002, LAT),
    (LON + 0.01, LAT - 0.02),
]
INFO = {"level": Level.INFO, "topic": "council"}


def drawn(*rings):
    """A polygon as a screen gives it, and its outline for the judge."""
    closed = [[*ring, ring[0]] for ring in rings]
    zone = zones.read({"type": "Polygon", "coordinates": closed}).zone
    return zone, shapely.Polygon(closed[0], closed[1:])


def scattered(random, n):
    return [(LAT + random.uniform(-0.03, 0.03), LON + random.uniform(-0.045, 0.045)) for _ in range(n)]


def in_circle(places, radius):
    """Who lies within, by the geodesic; those so near the edge that their cell decides are left out of the trial."""
    kept = [(place, zones.distance_m(*place, *HOME)) for place in places]
    clear = [(place, metres) for place, metres in kept if abs(metres - radius) > 30]
    return [place for place, _ in clear], [metres < radius for _, metres in clear]


def in_shape(places, shape):
    """Who lies within, by plane geometry in degrees, as RFC 7946 draws edges; near the edge as above."""
    clear = [place for place in places if shape.boundary.distance(shapely.Point(place[1], place[0])) > 0.0006]
    return clear, [shape.contains(shapely.Point(place[1], place[0])) for place in clear]


@pytest.mark.parametrize("kind", ["circle", "square with a hole", "star"])
async def test_the_audience_of_a_zone_is_what_a_brute_force_says(town, kind):
    """Four hundred people scattered: those inside are in, those in the hole or outside are out, none is in twice."""
    places = scattered(Random(kind), 400)
    if kind == "circle":
        zone = zones.Circle(*HOME, 1_500)
        places, inside = in_circle(places, 1_500)
    else:
        zone, shape = drawn(SQUARE, HOLE) if kind.startswith("square") else drawn(STAR)
        places, inside = in_shape(places, shape)
    people = await town.crowd(places)
    expected = {person for person, there in zip(people, inside, strict=True) if there}
    assert 20 < len(expected) < len(people) - 20
    told = await town.preview(target=Target(zone=zone))
    released = await town.release(target=Target(zone=zone))
    await town.spread()
    assert told.people == len(expected)
    assert await town.people_of(released) == expected
    assert len(await town.deliveries()) == len(expected)


async def test_everything_that_excludes_a_person_excludes_it_from_fan_out_as_from_the_preview(town):
    """Two hundred people with random wishes: for every target, the audience is the list that the rules give by hand."""
    random, now = Random(3), town.clock.now_ms()
    wishes, people = [], []
    for _ in range(60):
        wish = {
            "places": random.choice([(At(*HOME),), (At(*FAR),), (At(*HOME), At(*FAR)), ()]),
            "topics": random.choice([(), ("fire",), ("flood",)]),
            "min_level": random.choice(list(Level)),
            "exercises": random.random() < 0.5,
            "valid_until": now + random.choice([10 * SECOND, 100 * HOUR]),
        }
        wishes.append(wish)
        people.append(await town.person(**wish))
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Conseil")
        await groups.put(tx, group, people[::3])
    town.clock.advance(MINUTE)
    for target, level, exercise in [
        (Target(zone=zones.Circle(*HOME, 1_000)), Level.DANGER, False),
        (Target(zone=zones.Circle(*HOME, 1_000)), Level.WARNING, True),
        (Target(station=True), Level.INFO, False),
        (Target(station=True), Level.DANGER, True),
        (Target(groups=(group,)), Level.WARNING, False),
    ]:
        expected = {
            person
            for person, wish in zip(people, wishes, strict=True)
            if wish["valid_until"] > now + MINUTE
            and wish["min_level"] <= level
            and (wish["exercises"] or not exercise)
            and (target.groups or level is Level.DANGER or "fire" in (wish["topics"] or ("fire",)))
            and (target.zone is None or wish["places"] == () or At(*HOME) in wish["places"])
            and (not target.groups or person in people[::3])
        }
        assert expected
        changes = {"target": target, "level": level, "exercise": exercise}
        assert (await town.preview(**changes)).people == len(expected)
        released = await town.release(**changes)
        await town.spread()
        assert await town.people_of(released) == expected


async def test_who_joins_after_the_release_is_out(town):
    """The audience is that of the moment of release, not of fan-out."""
    before = await town.person()
    released = await town.release()
    town.clock.advance(SECOND)
    await town.person()
    await town.run()
    assert await town.people_of(released) == {before}


async def test_who_moved_after_the_release_is_still_warned(town):
    """A place that has ended since counted when the zone was drawn."""
    mover = await town.person(HOME, ref="A1")
    released = await town.release()
    town.clock.advance(SECOND)
    town.numbers = iter([1])
    await town.person(FAR, ref="A1")
    await town.run()
    assert await town.people_of(released) == {mover}
    assert town.provider.addresses == [phone(1)]
