"""Who serves several stations: a form does what it says in the station that it was opened for, and nothing in another."""

import json
import re
from html import unescape

import pytest

from alertd.model import Accent, Mode, Role
from alertd.stations import operators, stations
from alertd.stations.stations import NewStation

CIRCLE = json.dumps({"type": "Circle", "center": [5.375, 49.209], "radius_m": 800})


@pytest.fixture
async def charny(rooms):
    """A second commune of the mayor's, who is at Bras."""
    return await given(rooms.desk, "charny", "Charny-sur-Meuse")


async def given(desk, slug, name, role=Role.MAYOR, *, accent=Accent.BLUE, **more):
    """A station, and the mayor of Bras has a role in it."""
    async with desk.db.transaction() as tx:
        made = await stations.add(
            tx, desk.clock, NewStation(slug, name, 49.206, 5.352, mode=Mode.TRAINING, **more)
        )
        await stations.colour(tx, made.id, accent)
        one = await operators.by_login(tx, "le-mayor")
        await operators.set_role(tx, one.id, made.id, role)
    return made


async def go(mayor, station, **more):
    """The tap in another tab."""
    return await mayor.post("/stations", {"station": str(station.id), **more})


async def at(mayor):
    """The station whose name heads the page."""
    return re.search(r'<a class="who" href="/">([^<]*)</a>', (await mayor.get("/"))[1])[1]


async def test_a_message_goes_on_in_the_other_station_without_its_zone(mayor, charny):
    """Written for Bras, sent after the tap to Charny: refused, the words kept, nothing of the circle, no "everyone" that means others."""
    token = await mayor.token()
    await go(mayor, charny)
    for where in (
        {"where": "drawn", "zone": CIRCLE},
        {"where": "station"},
        {"where": "hamlet", "hamlet": "1"},
    ):
        form = mayor.alert(**where) | {"csrf": token, "kept1": "0" * 64}
        status, page, _ = await mayor.post("/alertes/nouvelle", form)
        assert status == 409
        told = "Ce formulaire était ouvert pour Bras-sur-Meuse. Vous êtes maintenant à Charny-sur-Meuse : vos mots sont gardés"
        assert told in page
        assert "Incendie près de la gare" in page
        assert "Fermez vos fenêtres." in page
        assert not re.search(r'name="where" value="\w+" checked', page)
        assert "5.375,49.209" not in page.replace(" ", "")
        assert "0" * 64 not in page
    mended = mayor.alert(where="station") | {"csrf": await mayor.token()}
    _, _, path = await mayor.post("/alertes/nouvelle", mended)
    assert "Charny-sur-Meuse" in (await mayor.get(path))[1]


async def test_what_was_confirmed_for_one_station_never_leaves_from_another(mayor, charny, desk):
    """The button of Bras's confirmation, after the tap: a page that says where one is, and leads back."""
    _, fields = await mayor.previewed()
    fields = dict(fields) | {"confirmed": "on", "csrf": await mayor.token()}
    await go(mayor, charny)
    status, page, _ = await mayor.post("/alertes/envoyer", fields)
    assert status == 409
    assert "<h1>Vous êtes maintenant à Charny-sur-Meuse</h1>" in page
    assert "était ouverte pour Bras-sur-Meuse : rien n'a été envoyé ni changé." in unescape(page)
    assert "Revenir à Bras-sur-Meuse" in page
    assert await desk.db.fetch("countdowns.of_station", charny.id) == []
    await go(mayor, mayor.station)
    assert (await mayor.post("/alertes/envoyer", fields))[0] == 303


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/equipe", {"email": "quelqu-un@example.org", "name": "Quelqu'un", "role": "mayor"}),
        ("/couleur", {"accent": "plum"}),
        ("/accords", {"level": "warning", "on": "on", "minutes": "60", "deputy_minutes": "0"}),
        ("/equipe/cles", {"name": "clé", "scope": "danger"}),
        ("/modeles", {"label": "Lavoir", "topic": "water", "level": "info", "headline": "L", "base": "0"}),
        ("/equipe/1/role", {"role": "reader"}),
        ("/programmations/1/etat", {"act": "stop"}),
        ("/alertes/1/corriger", {"headline": "Autre chose"}),
    ],
)
async def test_no_form_of_a_station_changes_another(mayor, charny, desk, path, fields):
    """An invitation, the colour, the rules, a key: nothing is changed, nothing is written in the other's audit."""
    token = await mayor.token()
    await go(mayor, charny)
    status, page, _ = await mayor.post(
        path, fields | {"csrf": token}, headers={"Referer": f"http://x{path}?a=b"}
    )
    assert (status, "Vous êtes maintenant à Charny-sur-Meuse" in page) == (409, True)
    assert hidden_in(page, "retour") == f"{path}?a=b"
    rows = await desk.db.fetch("audit.list_of_station", charny.id, 1 << 60, 50)
    assert [row["action"] for row in rows if row["action"] != "station.add"] == []


def hidden_in(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


async def test_the_way_back_leads_to_the_page_that_was_left(mayor, charny):
    """One tap: the station again, and the page; never another site."""
    await go(mayor, charny)
    assert (await go(mayor, mayor.station, retour="/equipe"))[::2] == (303, "/equipe")
    assert await at(mayor) == "Bras-sur-Meuse"
    for path in ("//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example"):
        assert (await go(mayor, charny, retour=path))[2] == "/"


async def test_each_other_station_is_one_tap_away(mayor, charny, desk):
    """A button in its colour at the head of every page, for whoever serves two or three; the tap leads to its list of alerts."""
    await given(desk, "verdun", "Verdun", Role.READER, accent=Accent.PLUM)
    for path in ("/", "/alertes/nouvelle", "/equipe", "/compte"):
        _, page = await mayor.get(path)
        assert buttons(page) == [("Charny-sur-Meuse", "blue"), ("Verdun", "plum")], path
        assert "row-of" not in page
    station = re.search(r'name="station" value="(\d+)" data-accent="blue"', page)[1]
    assert (await mayor.post("/stations", {"station": station}))[::2] == (303, "/")
    _, page = await mayor.get("/")
    assert buttons(page) == [("Bras-sur-Meuse", "blue"), ("Verdun", "plum")]
    assert await at(mayor) == charny.name


async def test_who_serves_many_stations_has_a_row_of_them(mayor, charny, desk):
    """Up to twenty others, one tap each, also without a script, in a row that a finger pushes; no list in between."""
    for number in range(19):
        await given(desk, f"village-{number}", f"Village {number:02}")
    for path in ("/", "/compte"):
        _, page = await mayor.get(path)
        assert [name for name, _ in buttons(page)] == [charny.name, *(f"Village {n:02}" for n in range(19))]
        assert 'class="others row-of"' in page
        assert 'href="/stations"' not in page
    station = re.search(r'name="station" value="(\d+)"[^>]*>(?:(?!</button>).)*Village 18', page)[1]
    await mayor.post("/stations", {"station": station})
    assert await at(mayor) == "Village 18"


async def test_what_does_not_fit_in_the_row_stands_behind_a_link(mayor, charny, desk):
    """A head of a hundred buttons would cost a slow line its first page."""
    for number in range(20):
        await given(desk, f"village-{number}", f"Village {number:02}")
    for path in ("/", "/compte"):
        _, page = await mayor.get(path)
        assert [name for name, _ in buttons(page)][::19] == [charny.name, "Village 18"]
        assert '<a class="button" href="/stations">Toutes</a>' in page
    assert "Village 19" in (await mayor.get("/stations"))[1]


async def test_who_serves_one_station_is_offered_no_other(mayor):
    """Nothing to choose, nothing to see."""
    _, page = await mayor.get("/")
    assert (buttons(page), 'href="/stations"' in page) == ([], False)


def buttons(page):
    """The stations at the head of the page, each with its colour."""
    head = page[: page.index("</header>")]
    return [
        (re.sub(r"<[^>]+>", "", inner).removeprefix("Passer à "), accent)
        for accent, inner in re.findall(
            r'<button name="station"[^>]* data-accent="(\w+)">(.*?)</button>', head
        )
    ]


async def test_what_is_the_person_s_own_is_bound_to_no_station(mayor, charny):
    """Another station is chosen, and the session ended, from a page of before the tap."""
    token = await mayor.token()
    await go(mayor, charny)
    assert (await mayor.post("/stations", {"station": str(mayor.station.id), "csrf": token}))[0] == 303
    await go(mayor, charny)
    assert (await mayor.post("/deconnexion", {"csrf": token}))[0] == 303


async def test_a_map_that_asks_for_another_station_is_told_so(mayor, charny):
    """No count of Charny beside a circle of Bras: a sentence in its place."""
    token = await mayor.token()
    await go(mayor, charny)
    for path in ("/alertes/compte", "/alertes/relire"):
        form = mayor.alert() | {"csrf": token}
        status, said, _ = await mayor.post(path, form, headers={"Accept": "application/json"})
        told = {"wrong": "Vous êtes maintenant à Charny-sur-Meuse : rouvrez cette page."}
        assert (status, json.loads(said)) == (409, told)
    form = mayor.alert(where="station") | {"csrf": await mayor.token()}
    assert "people" in json.loads((await mayor.post("/alertes/compte", form))[1])


async def test_a_station_that_nobody_serves_is_not_named(mayor, charny, desk):
    """A form of a station in which the role was taken away, or of an invented one: no name, and no way there."""
    one = await operators.by_login(desk.db, "le-mayor")
    token = await mayor.token()
    await go(mayor, charny)
    async with desk.db.transaction() as tx:
        await operators.set_role(tx, one.id, mayor.station.id, None)
    secret = token.partition(".")[0]
    for brought in (token, f"{secret}.999999", secret, f"{secret}.x", f"{secret}.{'9' * 40}"):
        status, page, _ = await mayor.post("/couleur", {"accent": "plum", "csrf": brought})
        assert (status, "Bras-sur-Meuse" in page, "Revenir" in page) == (409, False, False)
    assert (await mayor.post("/couleur", {"accent": "plum", "csrf": f"x.{charny.id}"}))[0] == 403


async def test_who_only_reads_there_is_shown_no_form(mayor, desk):
    """The other station's reader: the page that leads back, in place of a form that could not be sent."""
    school = await given(desk, "ecole", "École du Pont", Role.READER, kind="school")
    token = await mayor.token()
    await go(mayor, school)
    status, page, _ = await mayor.post("/alertes/nouvelle", mayor.alert() | {"csrf": token})
    assert (status, "Vous êtes maintenant dans «\u00a0École du Pont\u00a0»" in page) == (409, True)
    assert "Revenir à Bras-sur-Meuse" in page


async def test_what_waited_on_a_telephone_names_its_station_itself(mayor, charny):
    """The worker brings the token of now; what was written for Bras asks that one goes back there."""
    _, fields = await mayor.previewed()
    known = json.loads((await mayor.get("/alertes/hors-ligne/etat"))[1])
    await go(mayor, charny)
    for token in (known["csrf"], await mayor.token()):
        said = dict(fields) | {"owner": known["owner"], "waited": "0", "csrf": token}
        status, told, _ = await mayor.post("/alertes/hors-ligne/envoi", said)
        assert (status, json.loads(told)["onward"]) == (200, "/stations")
