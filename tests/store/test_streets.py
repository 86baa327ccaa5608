"""A street, a hamlet or a door is found by what is typed, on both engines."""

import pytest

from alertd.stations import drawings, stations
from alertd.stations.stations import NewStation
from alertd.stations.streets import find, keep

LIST = "numero;rep;nom_voie;lon;lat;nom_ld\n" + "".join(
    f"{number};{suffix};{street};{5.37 + at / 100 + int(number) / 10_000:.4f};49.21;{hamlet}\n"
    for at, (street, hamlet) in enumerate(
        [
            ("Rue de l'Église", ""),
            ("Avenue du Général de Gaulle", ""),
            ("Boulevard Saint-Michel", "Le Moulin"),
        ]
    )
    for number, suffix in [*((str(number), "") for number in range(2, 12, 2)), ("4", "bis")]
)


@pytest.fixture
async def station(db, clock):
    async with db.transaction() as tx:
        made = await stations.add(tx, clock, NewStation("bras", "Bras", 49.209, 5.375))
        await drawings.add_hamlet(tx, made, "La Côte", 49.22, 5.38)
    await keep.replace(db, clock, made, LIST.encode(), actor="cli")
    return made


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("rue de l'eglise", "Rue de l'Église"),
        ("egl", "Rue de l'Église"),
        ("r. de l'églize", "Rue de l'Église"),
        ("av gal degaulle", "Avenue du Général de Gaulle"),
        ("bd st michel", "Boulevard Saint-Michel"),
        ("LA COTE", "La Côte"),
        ("moulin", "Le Moulin"),
        ("4 bis rue de l'Église", "4 bis Rue de l'Église"),
        ("10, bd saint michel", "10 Boulevard Saint-Michel"),
        ("9 rue eglise", "8 Rue de l'Église"),
    ],
)
async def test_what_is_meant_is_first(db, station, typed, first):
    """Accents, abbreviations and slips are overlooked; of a number that is not there, the nearest is shown."""
    hamlets = await drawings.hamlets(db, station.id)
    found = await find.search(db, station.id, typed, hamlets)
    assert found[0].label == first
    picked = await find.spot(db, station.id, found[0].key, hamlets)
    assert (picked.latitude, picked.longitude) == (found[0].latitude, found[0].longitude)


async def test_what_is_not_here_is_not_found(db, clock, station):
    """Neither another town's street, nor anything of another station's list."""
    assert await find.search(db, station.id, "quai des Chartrons", ()) == []
    assert await find.search(db, station.id, "rue des Tilleuls", ()) == []
    async with db.transaction() as tx:
        other = await stations.add(tx, clock, NewStation("autre", "Autre", 49.3, 5.375))
    assert await find.search(db, other.id, "rue de l'église", ()) == []
    (church, *_) = await find.search(db, station.id, "4 rue de l'église", ())
    assert await find.spot(db, other.id, church.key, ()) is None
    assert await find.spot(db, station.id, "s1/4' OR 1=1", ()) is None


async def test_the_middle_of_a_stored_circle_has_its_name_again(db, station):
    """A circle keeps degrees alone: the door that is exactly there is named, and a house away nothing is."""
    door = (await find.search(db, station.id, "4 bis rue de l'église", ()))[0]
    again = await find.named(db, station.id, door.latitude, door.longitude)
    assert again.label in {door.label, "4 Rue de l'Église"}
    assert await find.named(db, station.id, door.latitude, door.longitude + 0.00001) is None
