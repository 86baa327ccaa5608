"""A door is covered when a home lies within 25 m, as its cell can tell: nobody nearer is missed, nobody 25 m farther counts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from zone_makers import moved, spots

import zones


def covered(door, home):
    cells = [np.array([zones.cell(*spot)]) for spot in (door, home)]
    return bool(zones.covered(cells[0], np.array([door[0]]), np.array([door[1]]), cells[1])[0])


@given(spots, st.floats(0, 360), st.floats(0, 25))
@settings(max_examples=150, deadline=None)
def test_a_home_within_25_metres_covers_the_door(door, turn, metres):
    """Wherever in France, and whichever way the home lies of the door."""
    assert covered(door, moved(*door, turn, metres))


@given(spots, st.floats(0, 360), st.floats(50, 3_000))
@settings(max_examples=150, deadline=None)
def test_a_home_50_metres_away_does_not(door, turn, metres):
    """The neighbours of the neighbours say nothing of this door."""
    assert not covered(door, moved(*door, turn, metres))


@given(spots, st.floats(0, 360), st.floats(0, 49))
@settings(max_examples=150, deadline=None)
def test_homes_are_looked_for_wherever_they_can_be(door, turn, metres):
    """Whatever could cover a door lies in the cells that are asked about."""
    assert zones.cell(*moved(*door, turn, metres)) in zones.homes_near(np.array([zones.cell(*door)]))


@given(spots)
@settings(max_examples=40, deadline=None)
def test_it_is_what_a_circle_of_25_metres_would_reach(door):
    """For every cell around a door: covered is being in the cover of a circle around it, the same rule as for alerts."""
    circle = zones.cover(zones.Circle(*door, 25.0))
    for turn in range(0, 360, 30):
        for metres in range(2, 60, 6):
            home = moved(*door, turn, metres)
            assert covered(door, home) == (zones.cell(*home) in circle)


def test_a_town_at_once_is_what_its_doors_are_one_by_one():
    """Two thousand doors and three hundred homes, as dense as a village, and across the 180th meridian."""
    random = np.random.default_rng(5)
    for lat, lon in ((48.77, 5.16), (-16.5, 179.9999)):
        lats, lons = (
            lat + random.uniform(0, 0.01, 2_000),
            (lon + random.uniform(0, 0.01, 2_000) + 180) % 360 - 180,
        )
        doors = np.array([zones.cell(*door) for door in zip(lats, lons, strict=True)])
        homes = random.choice(doors, 300)
        together = zones.covered(doors, lats, lons, homes)
        for at in range(0, 2_000, 50):
            assert together[at] == zones.covered(doors[at:][:1], lats[at:][:1], lons[at:][:1], homes)[0]
        assert 300 <= together.sum() < 2_000


def test_many_doors_and_homes_at_once_are_each_judged_by_themselves():
    """A street of a hundred doors with homes at every tenth; and none of anything is nothing."""
    lats, lons = np.full(100, 49.2), 5.3 + np.arange(100) / 1_000  # 73 m apart
    homes = np.array([zones.cell(49.2, lon) for lon in lons[::10]])
    doors = np.array([zones.cell(49.2, lon) for lon in lons])
    assert np.flatnonzero(zones.covered(doors, lats, lons, homes)).tolist() == list(range(0, 100, 10))
    assert not zones.covered(doors, lats, lons, homes[:0]).any()
    assert zones.covered(doors[:0], lats[:0], lons[:0], homes).shape == (0,)
    assert zones.homes_near(homes[:0]).ranges == ()
