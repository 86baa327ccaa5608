"""The blanks of a ready text are tapped: an emergency needs no keyboard, and what the station said last stands there first."""

import re

import pytest
from web.form_read import plain, posted

from alertd.clock import MINUTE
from alertd.stations import drawings

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own
FLOOD, LEAVE = "/alertes/nouvelle?modele=flood", "/alertes/nouvelle?modele=evacuation"


def offered(page, blank):
    """What can be tapped for a blank, in its order."""
    return re.findall(rf'name="fill_{blank}" value="([^"]*)"', page)


async def read(mayor, form):
    """The confirmation that a form leads to."""
    status, page, path = await mayor.post("/alertes/nouvelle", form)
    assert status == 303, page
    return plain((await mayor.get(path))[1]), path


async def test_a_flood_is_place_look_and_hold(mayor, desk):
    """The hour is now until another one is tapped: five minutes early rather than late; nothing is typed."""
    desk.clock.advance(3 * MINUTE)
    page = (await mayor.get(FLOOD))[1]
    assert offered(page, "h") == ["10h00", "11h", "12h", "13h", "14h", "15h", "16h"]
    assert ">Maintenant, 10h00</label>" in page
    form = posted(page) | {"where": "hamlet:1"}
    assert "CRUE La Gare vers 10h00." in (await read(mayor, form))[0]
    assert "CRUE La Gare vers 12h." in (await read(mayor, form | {"fill_h": "12h"}))[0]


async def test_where_people_are_sent_is_tapped_and_remembered(mayor):
    """The station's own places; from the second time on the last refuge is chosen, and the others are one tap away."""
    page = (await mayor.get(LEAVE))[1]
    assert offered(page, "lieu_refuge") == ["La Gare", "Le bourg"]
    form = posted(page) | {"where": "hamlet:1"}
    assert "fill_lieu_refuge" not in form
    status, refused, _ = await mayor.post("/alertes/nouvelle", form)
    assert (status, "Remplacez {lieu_refuge} : touchez ci-dessus" in plain(refused)) == (422, True)
    typed = form | {"instruction": form["instruction"].replace("{lieu_refuge}", "la salle des fêtes")}
    _, path = await read(mayor, typed)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', (await mayor.get(path))[1]))
    assert "fills" not in fields
    await mayor.released(**typed | {"channels": ["sms", "email"]})
    page = (await mayor.get(LEAVE))[1]
    assert offered(page, "lieu_refuge") == ["la salle des fêtes", "La Gare", "Le bourg"]
    again, _ = await read(mayor, posted(page) | {"where": "hamlet:1"})
    assert "Partez à pied vers la salle des fêtes, sans rien emporter." in again


async def test_a_wrong_hour_is_one_tap_after_the_confirmation(mayor):
    """ "Modifier" has the blanks again, what was said in them chosen, though it is no hour of those that are offered."""
    form = posted((await mayor.get(FLOOD))[1]) | {"where": "hamlet:1", "fill_h": "22h30"}
    _, path = await read(mayor, form)
    page = (await mayor.get(f"/alertes/nouvelle?apercu={path.rpartition('/')[2]}"))[1]
    form = posted(page)
    assert (form["headline"], form["fill_h"]) == ("CRUE {lieu} vers {h}.", "22h30")
    assert "CRUE La Gare vers 15h." in (await read(mayor, form | {"fill_h": "15h"}))[0]


async def test_a_drawn_zone_is_named_by_a_tap(mayor):
    """It has no name of its own; that of a place that was chosen goes before any tap."""
    zone = '{"type": "Circle", "center": [5.375, 49.209], "radius_m": 800}'
    page = (await mayor.get("/alertes/nouvelle?modele=fire"))[1]
    assert offered(page, "lieu") == ["La Gare", "Le bourg"]
    drawn = posted(page) | {"where": "zone", "zone": zone}
    assert (await mayor.post("/alertes/nouvelle", drawn))[0] == 422
    assert "INCENDIE Le bourg." in (await read(mayor, drawn | {"fill_lieu": "Le bourg"}))[0]
    chosen = posted(page) | {"where": "hamlet:1", "fill_lieu": "Le bourg"}
    assert "INCENDIE La Gare." in (await read(mayor, chosen))[0]


@pytest.mark.parametrize("said", ["x" * 61, "a{b}", "a\nb", "{h}"])
async def test_what_no_chip_offers_fills_nothing(mayor, said):
    """Too long, of two lines, or a blank itself: the blank is asked for."""
    form = posted((await mayor.get(FLOOD))[1]) | {"where": "hamlet:1", "fill_h": said}
    status, page, _ = await mayor.post("/alertes/nouvelle", form)
    assert (status, "Remplacez {h}" in plain(page)) == (422, True)


async def test_a_hundred_blanks_are_no_form_of_ours(mayor):
    """Bounded as every list is."""
    form = mayor.alert() | {f"fill_{n}": "x" for n in range(100)}
    assert (await mayor.post("/alertes/nouvelle", form))[0] == 400


async def test_days_and_colours_are_tapped_too(mayor):
    """A warning's blanks are offered and not filled in advance; what nothing is known of is typed."""
    page = (await mayor.get("/alertes/nouvelle?modele=weather"))[1]
    assert offered(page, "couleur") == ["jaune", "orange", "rouge"]
    assert offered(page, "date") == ["lundi 2 mars", "mardi 3 mars", "mercredi 4 mars"]
    assert offered(page, "h_fin")[0] == "11h"
    assert offered(page, "aléa") == []
    assert not [name for name in posted(page) if name.startswith("fill_")]


async def test_many_places_are_eight_taps(mayor):
    """The rest is typed."""
    async with mayor.desk.db.transaction() as tx:
        for n in range(12):
            await drawings.add_hamlet(tx, mayor.station, f"Ferme {n:02}", 49.2 + n / 1000, 5.38)
    assert len(offered((await mayor.get(LEAVE))[1], "lieu_refuge")) == 8


async def test_who_forgot_the_place_is_told_once(mayor):
    """The question where is red, and not the text's blank that it fills; a blank that nothing is known of is to be typed."""
    page = (
        await mayor.post("/alertes/nouvelle", posted((await mayor.get("/alertes/nouvelle?modele=fire"))[1]))
    )[1]
    assert "Dites où" in page
    assert re.findall(r'<a href="#wrong-(\w+)">', page) == ["where"]
    assert re.findall(r'class="wrong" id="wrong-(\w+)"', page) == ["where"]
    road = posted((await mayor.get("/alertes/nouvelle?modele=road"))[1]) | {"where": "hamlet:1"}
    assert "Remplacez {axe} : écrivez ce qu’il faut dire." in plain(
        (await mayor.post("/alertes/nouvelle", road))[1]
    )


async def test_what_was_typed_stays_in_sight_when_it_is_corrected(mayor):
    """The hour and the place are taps again; the road's name stands where it was written."""
    page = (await mayor.get("/alertes/nouvelle?modele=road"))[1]
    typed = {
        "headline": "Route D38 coupée {lieu} (arbre) jusque vers {h}.",
        "instruction": "Déviation: par Vaux.",
    }
    form = posted(page) | {"where": "hamlet:1", "fill_h": "13h"} | typed
    _, path = await read(mayor, form)
    back = posted((await mayor.get(f"/alertes/nouvelle?apercu={path.rpartition('/')[2]}"))[1])
    assert (back["headline"], back["fill_h"]) == (typed["headline"], "13h")
