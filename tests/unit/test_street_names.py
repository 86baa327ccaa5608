"""Names as they are searched, and address points in blocks that no zone can cut."""

import pytest

from alertd.stations.streets import fold
from alertd.stations.streets.arrange import arrange
from alertd.stations.streets.nouns import Row


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("R. DE L'EGLISE", "Rue de l’Église"),
        ("av du gal de gaulle", "Avenue du Général-de-Gaulle"),
        ("bd st michel", "Boulevard Saint-Michel"),
        ("pl. du sacre coeur", "Place du Sacré-Cœur"),
        ("les des", "Les Dés"),
    ],
)
def test_names_are_one_however_they_are_written(typed, meant):
    """Accents, capitals, hyphens, little words and abbreviations tell no names apart."""
    assert fold.folded(typed) == fold.folded(meant)


@pytest.mark.parametrize(
    ("typed", "door", "name"),
    [
        ("12 rue de l'Église", "12", "rue de l'Église"),
        ("12bis, rue Neuve", "12 bis", "rue Neuve"),
        ("012 B rue Neuve", "12 b", "rue Neuve"),
        ("8 mai 1945", "8", "mai 1945"),
        ("4 l'Aubépine", "4", "l'Aubépine"),
        ("La Gare", "", "La Gare"),
        ("3 r eglise", "3", "r eglise"),
        ("12", "", "12"),
    ],
)
def test_the_number_comes_first(typed, door, name):
    """Bis and letters belong to the number; a name without one is whole."""
    assert fold.door_and_name(typed) == (door, name)


def row(name, number, east=0.0, commune="Bras"):
    return Row(2, name, "", commune, str(number), 49.2, 5.3 + east + int(number or 0) / 10_000)


def blocks(rows):
    """Each block's label and how many points it has; the points that say so are as many."""
    listed = arrange(rows)
    for at, block in enumerate(listed.blocks):
        assert sum(point.block == at for point in listed.points) == block.points
    return {block.label: block.points for block in listed.blocks}


def test_a_long_street_is_told_in_parts_by_number():
    """Seventy doors are two parts: whoever lives at one end does not speak for the other."""
    told = blocks(row("Route de Lyon", number) for number in range(70, 0, -1))
    assert told == {"Route de Lyon, du 1 au 35": 35, "Route de Lyon, du 36 au 70": 35}


def test_fewer_than_five_doors_are_told_with_their_neighbours():
    """Small streets are together until they are five; what is left over goes with the last."""
    names = {"Le Moulin": 3, "Les Prés": 3, "La Côte": 2, "La Gare": 9}
    rows = [
        row(name, number + 1, at / 10)
        for at, (name, many) in enumerate(names.items())
        for number in range(many)
    ]
    told = blocks(rows)
    assert told.pop("La Gare") == 9
    assert set(", ".join(told).split(", ")) == {"Le Moulin", "Les Prés", "La Côte"}
    assert sum(told.values()) == 8
    assert min(told.values()) >= 5


def test_one_lonely_door_goes_with_the_street_there_is():
    """Nothing is told of fewer than five where anything else is there."""
    rows = [*(row("Rue Haute", number) for number in range(1, 8)), row("Le Moulin", 1)]
    assert blocks(rows) == {"Rue Haute, Le Moulin": 8}


def test_the_commune_is_said_where_there_are_several():
    """Two communes have a rue de l'Église each; they are two streets."""
    rows = [
        row("Rue Haute", number, commune=commune)
        for commune in ("Bras", "Vacherauville")
        for number in range(1, 6)
    ]
    assert blocks(rows) == {"Rue Haute (Bras)": 5, "Rue Haute (Vacherauville)": 5}
