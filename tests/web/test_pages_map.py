"""The map of the form: what it is drawn with, what it shows, and what it is told while a zone moves."""

import json
import math
from importlib.resources import files

import pytest
import shapely
from web.pages_house import MAIRIE

import zones
from alertd.clock import DAY
from alertd.model import Channel
from alertd.stations import stations
from alertd.stations.stations import NewStation
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from alertd.web.chart import chart, installed
from alertd.web.chart import leaflet as leaflet_path
from alertd.web.contracts import Frame
from alertd.web.show import environment
from alertd.web.writing.compose_form import ComposeForm


@pytest.fixture
def leaflet():
    """The folder of /static that npm filled when alertd was built."""
    found = [
        each.name for each in (files("alertd.web") / "static").iterdir() if each.name.startswith("leaflet-")
    ]
    if not found:
        pytest.skip("Leaflet (python -m hatchling build -t wheel --hooks-only, with a network)")
    return f"/static/{found[0]}"


async def test_leaflet_is_served_here_small_and_for_ever(client, leaflet):
    """The folder's name is its version: a browser keeps it a year and asks no more, and takes a third of the bytes."""
    response = await client.get(f"{leaflet}/leaflet.js", headers={"Accept-Encoding": "gzip"})
    assert response.status == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Encoding"] == "gzip"
    assert int(response.headers["Content-Length"]) < 50_000


async def test_what_is_not_there_is_not_kept(client):
    """A version that is not installed is not found, and browsers do not remember that for a year."""
    response = await client.get("/static/leaflet-0.0.0/leaflet.js")
    assert response.status == 404
    assert "immutable" not in response.headers.get("Cache-Control", "")


async def test_the_count_follows_in_fives(mayor):
    """Twelve people are "environ 10" while the zone moves: the exact number comes with the preview alone."""
    status, text, _ = await mayor.post("/alertes/compte", mayor.alert())
    told = json.loads(text)
    assert status == 200
    assert told["people"] == "Environ 10 personnes"
    assert "12" not in text
    assert "1\N{NO-BREAK SPACE}km autour de «\N{NO-BREAK SPACE}La Gare\N{NO-BREAK SPACE}»" in told["where"]
    assert "Tout le monde" in told["pace"]


async def test_a_drawn_zone_is_counted_before_there_are_words(mayor):
    """A form without a headline is counted; far from everybody, nobody is."""
    for lon, people in ((5.375, "Environ 10 personnes"), (5.45, "0 personne")):
        zone = json.dumps({"type": "Circle", "center": [lon, 49.209], "radius_m": 500})
        _, text, _ = await mayor.post("/alertes/compte", mayor.alert(where="zone", zone=zone, headline=""))
        assert json.loads(text)["people"] == people


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [
        ("", "Dessinez la zone"),
        ("{", "relue"),
        ('{"type":"Circle","center":[5.375,49.209],"radius_m":299}', "trop petit"),
        ('{"type":"Circle","center":[2.35,48.85],"radius_m":500}', "à plus de 20"),
        (
            '{"type":"Polygon","coordinates":[[' + "[5.375,49.209]," * 3000 + "[5.375,49.209]]]}",
            "trop de points",
        ),
    ],
    ids=["none", "no-json", "small", "far", "long"],
)
async def test_what_stands_in_the_way_is_said_beside_the_map(mayor, zone, sentence):
    """A zone that cannot be sent is answered by the sentence that the form would have."""
    status, text, _ = await mayor.post("/alertes/compte", mayor.alert(where="zone", zone=zone))
    assert status == 200
    assert sentence in json.loads(text)["wrong"]


async def test_counting_needs_the_session_and_its_token(browser, mayor):
    """As the form: not without a log-in, not from elsewhere."""
    forged = await mayor.client.post("/alertes/compte", data=mayor.alert())
    assert forged.status == 403
    mayor.client.session.cookie_jar.clear()
    for status in (
        (await browser.client.post("/alertes/compte", data=browser.alert())).status,
        (await browser.client.get("/alertes/carte", allow_redirects=False)).status,
    ):
        assert status in {303, 401}


async def test_a_reader_counts_nothing(browser):
    """Whoever may send nothing has no form, and neither its numbers nor its map."""
    await browser.log_in("le-reader")
    assert (await browser.post("/alertes/compte", browser.alert()))[0] == 403
    assert (await browser.get("/alertes/carte"))[0] == 403


async def test_a_program_that_counts_and_counts_is_slowed(mayor):
    """Thirty at once, then three a second: a thumb never meets it, and the answer says when to come back."""
    fields = {"csrf": await mayor.token()} | mayor.alert()
    for _ in range(30):
        assert (await mayor.client.post("/alertes/compte", data=fields)).status == 200
    refused = await mayor.client.post("/alertes/compte", data=fields)
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) >= 1


async def test_the_map_shows_people_in_large_hexagons(mayor, desk, station):
    """Twelve in one hexagon of some 0.7 km2 are "10", three in another "moins de 5"; no cell of theirs is told."""
    async with desk.db.transaction() as tx:
        for number in range(3):
            address = ((Channel.SMS, f"+33639980{100 + number}"),)
            places = (At(49.222, 5.372),)
            await enrol(
                tx,
                desk.clock,
                desk.keyring,
                station,
                Enrolment(address, "accueil", desk.clock.now_ms() - DAY, places=places),
            )
    status, text = await mayor.get("/alertes/carte")
    told = json.loads(text)
    assert status == 200
    assert [hexagon["people"] for hexagon in told["hexagons"]] == ["10", "moins de 5"]
    for hexagon, (lat, lon) in zip(told["hexagons"], (MAIRIE, (49.222, 5.372)), strict=True):
        assert shapely.Polygon(hexagon["ring"]).buffer(0.0005).contains(shapely.Point(lon, lat))
        assert (
            0.5 < zones.area_km2(zones.read({"type": "Polygon", "coordinates": [hexagon["ring"]]}).zone) < 1.1
        )
    assert told["places"] == [{"name": "La Gare", "at": [5.379, 49.2115]}]
    assert told["outline"][0][0] == [5.352, 49.2]


async def test_a_large_outline_is_thinned(desk):
    """A commune's outline of 20,000 points comes as what a phone can show, still closed."""
    ring = [[5 + 0.1 * math.cos(turn / 3183.1), 49 + 0.1 * math.sin(turn / 3183.1)] for turn in range(19_999)]
    outline = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    async with desk.db.transaction() as tx:
        made = await stations.add(tx, desk.clock, NewStation("grande", "Grande", 49.0, 5.0, outline=outline))
    (thin,) = chart(made, (), ())["outline"]
    assert thin[0] == thin[-1]
    assert 200 < len(thin) <= 600


def test_half_a_leaflet_is_none(tmp_path):
    """A folder without the style sheet, as an interrupted build leaves it, is no map."""
    assert installed(tmp_path) == ""
    folder = tmp_path / "leaflet-1.9.4"
    folder.mkdir()
    (folder / "leaflet.js").write_text("")
    assert installed(tmp_path) == ""
    (folder / "leaflet.css").write_text("")
    assert installed(tmp_path) == "/static/leaflet-1.9.4"


async def test_where_no_map_is_installed_the_form_says_so(mayor):
    """Built without a network: no dead choice, no script that is not there, and what to choose instead."""
    templates = environment()
    _, shown = await mayor.get("/alertes/nouvelle?sujet=fire")
    form = ComposeForm(topic="fire")
    ticked = "{% macro ticked(yes) %}{% if yes %} checked{% endif %}{% endmacro %}"
    part = templates.from_string(ticked + '{% include "_map.html" %}')
    text = part.render(form=form, leaflet="", frame=Frame("Nouvelle alerte"))
    assert "n'est pas installée" in text
    assert 'type="radio"' not in text
    assert ("data-map" in shown) is bool(leaflet_path())
