"""Cells: what the arithmetic on integers promises, held against the H3 library itself."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from zone_makers import PLACES, WGS84, uniform

import zones
from zones import cells
from zones.geodesy import distances_m


@pytest.mark.parametrize("place", PLACES)
def test_a_point_lies_within_the_margin_of_its_cells_centre(place):
    """No point of a cell is farther than the margin from the cell's centre, wherever the commune is."""
    lat, lon = PLACES[place]
    random = uniform(1)
    for north, east in random.uniform(-0.1, 0.1, (200, 2)):
        centre = zones.cell_centre(zones.cell(lat + north, lon + east))
        assert WGS84.Inverse(lat + north, lon + east, *centre)["s12"] < 12.0 < zones.MARGIN_M


@pytest.mark.parametrize("resolution", range(12))
def test_descendants_lie_within_reach_of_their_ancestor(resolution):
    """The centre of every resolution-12 descendant lies within the reach of its ancestor's centre."""
    random = uniform(resolution)
    points = [*random.uniform((-80, -180), (80, 180), (40, 2)), *PLACES.values()]
    ancestors = [h3.latlng_to_cell(*point, resolution) for point in points] + h3.get_pentagons(resolution)
    assert max(_farthest_m(ancestor, resolution) for ancestor in ancestors) <= cells.reach_m(resolution)


def _farthest_m(ancestor: int, resolution: int) -> float:
    """Metres from a cell's centre to the descendant that sticks out most, following the forty best at each step."""
    lat, lon = h3.cell_to_latlng(ancestor)
    front = np.array([ancestor])
    far = np.zeros(1)
    for finer in range(resolution + 1, 13):
        front = cells.children(front, finer)
        far = distances_m(lat, lon, *cells.centres(front))
        front = front[np.argsort(far)[-40:]]
    return float(far.max())


@pytest.mark.parametrize("resolution", [9, 10, 11])
def test_descendants_are_one_run_of_integers(resolution):
    """The runs of ranks of a cell, a pentagon among them, are exactly its resolution-12 descendants."""
    for ancestor in [h3.latlng_to_cell(48.77, 5.16, resolution), *h3.get_pentagons(resolution)[:3]]:
        (first, last), *_ = cells.descendants(np.array([ancestor]), resolution).tolist()
        every = np.sort(np.array(h3.cell_to_children(ancestor, 12)))
        low, high = cells.ranked(np.array([first, last]))
        assert (every[0], every[-1]) == (low, high)
        absent = cells.absent_below(np.array([first, last + 1]))
        assert last - first + 1 - (absent[1] - absent[0]) == len(every)


def test_children_are_the_librarys_children():
    """A cell gives way to the very children that the library names, six of them for a pentagon."""
    parents = [h3.latlng_to_cell(48.77, 5.16, 7), *h3.get_pentagons(7)]
    expected = sorted(child for parent in parents for child in h3.cell_to_children(parent, 8))
    assert sorted(cells.children(np.array(parents), 8).tolist()) == expected


def test_ranks_and_cells_are_the_same_order():
    """A rank leads back to its cell."""
    some = np.array([zones.cell(*point) for point in PLACES.values()])
    assert (cells.ranked(cells.ranks(some)) == some).all()


@pytest.mark.parametrize("point", [(91, 0), (0, 361), (float("nan"), 0), (0, float("inf"))])
def test_a_point_off_the_globe_has_no_cell(point):
    """A place off the globe is refused by name, never given some cell."""
    with pytest.raises(zones.ZoneError) as refusal:
        zones.cell(*point)
    assert refusal.value.code == "place_bad_coordinates"


@pytest.mark.parametrize("place", PLACES)
def test_a_coarse_ring_is_the_ancestors_outline(place):
    """What cells have in common above their last bits is one resolution-8 cell, outlined as the library does."""
    cell = zones.cell(*PLACES[place])
    ring = zones.coarse_ring(cell >> zones.COARSE_SHIFT)
    outline = h3.cell_to_boundary(h3.cell_to_parent(cell, 8))
    assert ring == (*((lon, lat) for lat, lon in outline), (outline[0][1], outline[0][0]))
