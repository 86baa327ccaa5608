"""A station's colour is at the head of every screen: its operators', its residents', its public ones."""

import json
import re

import pytest
from web.pages_house import PASSWORD

from alertd.model import Mode, Role
from alertd.stations import operators, stations
from alertd.stations.stations import NewStation


def head(page):
    """The colour that a page is painted in."""
    return re.search(r'<body[^>]* data-accent="(\w*)"', page)[1]


async def test_the_mayor_chooses_the_station_s_colour(mayor, desk, station):
    """Shown with the one it has; chosen by a button; written in the audit by whom."""
    assert 'value="blue" required checked' in (await mayor.get("/couleur"))[1]
    assert (await mayor.post("/couleur", {"accent": "plum"}))[::2] == (303, "/couleur")
    assert 'value="plum" required checked' in (await mayor.get("/couleur"))[1]
    [row] = [
        row
        for row in await desk.db.fetch("audit.list_of_station", station.id, 1 << 60, 50)
        if row["action"] == "station.colour"
    ]
    assert (row["actor"], json.loads(row["detail"])) == ("operator:le-mayor", {"accent": "plum"})


async def test_every_screen_of_a_station_is_headed_by_its_colour(mayor, link):
    """Operators' pages and the confirmation, a resident's alert, the form to join, the board, an archive, the frame in another site."""
    alert = await mayor.released()
    await mayor.post("/couleur", {"accent": "teal"})
    digest = (await mayor.previewed(headline="Une autre fois"))[1]["digest"]
    inside = (
        "/",
        "/alertes/nouvelle",
        f"/alertes/apercu/{digest}",
        alert,
        f"{alert}/fin",
        "/equipe",
        "/compte",
    )
    around = ("/s/bras-sur-meuse", "/s/bras-sur-meuse/mes-choix", "/s/bras-sur-meuse/donnees")
    public = ("/bras-sur-meuse", "/bras-sur-meuse/archives", "/bras-sur-meuse/cadre", await link(alert))
    for path in (*inside, *around, *public):
        status, page = await mayor.get(path)
        assert (status, head(page)) == (200, "teal"), path


async def test_a_telephone_paints_its_edges_in_the_station_s_colour(mayor):
    """The page says so, and so does what installs it on the home screen."""
    await mayor.post("/couleur", {"accent": "brown"})
    assert '<meta name="theme-color" content="#5a3d2e">' in (await mayor.get("/s/bras-sur-meuse"))[1]
    installed = json.loads((await mayor.get("/s/bras-sur-meuse/manifest.webmanifest"))[1])
    assert (installed["theme_color"], installed["background_color"]) == ("#5a3d2e", "#5a3d2e")


async def test_who_serves_several_stations_sees_each_in_its_colour(mayor, desk):
    """In the list to choose from, and on the page after the tap."""
    async with desk.db.transaction() as tx:
        other = await stations.add(
            tx, desk.clock, NewStation("verdun", "Verdun", 49.16, 5.38, mode=Mode.TRAINING)
        )
        one = await operators.by_login(tx, "le-mayor")
        await operators.set_role(tx, one.id, other.id, Role.MAYOR)
    await mayor.post("/couleur", {"accent": "olive"})
    _, page = await mayor.get("/stations")
    listed = dict(re.findall(r'value="(\d+)" data-accent="(\w+)"', page))
    assert listed == {str(mayor.station.id): "olive", str(other.id): "blue"}
    await mayor.post("/stations", {"station": str(other.id)})
    assert head((await mayor.get("/"))[1]) == "blue"


@pytest.mark.parametrize("accent", ["red", "", "BLUE", "plum\0", "x" * 5000])
async def test_a_colour_that_there_is_not_changes_nothing(mayor, accent):
    """A sentence to act on, and the colour that it had."""
    await mayor.post("/couleur", {"accent": "slate"})
    status, page, _ = await mayor.post("/couleur", {"accent": accent})
    assert status == 422
    assert "Choisissez une couleur de la liste." in page
    assert head(page) == "slate"


async def test_only_the_mayor_chooses(browser):
    """A deputy sees no door to it, and neither the page nor the form answers."""
    await browser.log_in("le-deputy", PASSWORD)
    assert 'href="/couleur"' not in (await browser.get("/"))[1]
    assert (await browser.get("/couleur"))[0] == 403
    assert (await browser.post("/couleur", {"accent": "plum"}))[0] == 403
    assert head((await browser.get("/"))[1]) == "blue"
