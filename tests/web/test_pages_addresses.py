"""A street or a door as the middle of an alert: searched, picked, read back; without JavaScript and with it."""

import html
import json
import re

import pytest
from web.pages_house import hidden

from alertd.issue import countdown
from alertd.stations import stations
from alertd.stations.stations import NewStation
from alertd.stations.streets import keep

LIST = "numero;rep;nom_voie;lon;lat\n" + "".join(
    f"{number};;{street};{lon + number / 10_000:.4f};{lat}\n"
    for street, lon, lat in [
        ("Rue de l'Église", 5.375, 49.209),
        ("Route de Verdun", 5.385, 49.212),
        ("Le Moulin", 5.39, 49.2),
    ]
    for number in range(1, 9)
)


@pytest.fixture
def db(sqlite):
    """Finding is tried on both engines in tests/store; here is what pages make of it."""
    return sqlite


@pytest.fixture
async def listed(mayor, desk, station):
    """A browser of a station that has an address list."""
    await keep.replace(desk.db, desk.clock, station, LIST.encode(), actor="cli")
    return mayor


def picks(page):
    """The addresses that a page offers: their keys by what is read."""
    found = re.findall(r'name="address" value="([^"]*)"[^>]*><span>([^<]*)<', page)
    return {html.unescape(label).strip(): key for key, label in found}


async def searched(browser, words, **changes):
    fields = browser.alert(where="zone", address_words=words, search="address", **changes)
    return await browser.post("/alertes/nouvelle", fields)


async def test_an_address_is_searched_picked_and_read_back(listed):
    """The button lists; the pick is a circle around that very door, and the confirmation names it."""
    status, page, _ = await searched(listed, "8 r. de l'eglise")
    assert status == 200
    assert next(iter(picks(page))) == "8 Rue de l'Église"
    assert "Incendie près de la gare" in page
    assert "data-errors" not in page
    key = picks(page)["8 Rue de l'Église"]
    told, fields = await listed.previewed(where="address", address=key, address_radius_m="500")
    assert (
        "Dans un rayon de 500\N{NO-BREAK SPACE}m autour de «\N{NO-BREAK SPACE}8 Rue de l&#39;Église\N{NO-BREAK SPACE}»"
        in told
    )
    assert fields["address"] == key
    status, form = await listed.get(re.search(r"/alertes/nouvelle\?apercu=[\w-]+", told)[0])
    assert f'name="address" value="{key}" checked' in form
    assert '<option value="500" selected>' in form


async def test_words_without_a_pick_are_no_target(listed):
    """What is typed and not chosen, or is not in the list, sends nothing: the form says so, and offers what it found."""
    for address in ("", "s99999", "s1/400"):
        changes = {"where": "address", "address_words": "route de verdun", "address": address}
        status, page, _ = await listed.post("/alertes/nouvelle", listed.alert(**changes))
        assert status == 422
        assert "choisissez-la parmi celles" in page
        assert "Route de Verdun" in picks(page)


async def test_streets_and_hamlets_are_a_list_to_tap(listed):
    """Beside the station's own places: its hamlets, then its streets; one is picked without typing."""
    _, form = await listed.get("/alertes/nouvelle?sujet=fire")
    menu = form[form.index('name="hamlet"') : form.index('name="radius_m"')]
    labels = [
        html.unescape(one)
        for one in re.findall(r">([^<>]+)</option>|label=\"([^\"]+)\"", menu)
        for one in one
        if one
    ]
    assert labels == [
        "Choisir…",
        "La Gare",
        "Lieux-dits",
        "Le Moulin",
        "Rues",
        "Route de Verdun",
        "Rue de l'Église",
    ]
    key = re.search(r'value="(s\d+)"[^>]*>Le Moulin', menu)[1]
    told, _ = await listed.previewed(where="hamlet", hamlet=key)
    assert "autour de «\N{NO-BREAK SPACE}Le Moulin\N{NO-BREAK SPACE}»" in told


async def test_what_is_proposed_while_typing_is_the_same_list(listed):
    """A program gets the HTML of the list and how many there are; nothing is no error."""
    status, text = await listed.get("/alertes/adresses?q=verdn")
    told = json.loads(text)
    assert status == 200
    assert list(picks(told["html"])) == ["Route de Verdun"]
    assert told["said"] == "1\N{NO-BREAK SPACE}adresse trouvée : choisissez."
    _, text = await listed.get("/alertes/adresses?q=quai+des+brumes")
    assert picks(json.loads(text)["html"]) == {}
    assert "montrez l'endroit sur la carte" in json.loads(text)["said"]


async def test_searching_is_slowed_and_needs_the_right_to_send(listed, browser):
    """Forty at once, then four a second; a reader, and a stranger, are proposed nothing."""
    for _ in range(40):
        assert (await listed.get("/alertes/adresses?q=rue"))[0] == 200
    assert (await listed.get("/alertes/adresses?q=rue"))[0] == 429
    await browser.log_in("le-reader")
    assert (await browser.get("/alertes/adresses?q=rue"))[0] == 403


async def test_another_stations_street_is_no_address_here(listed, desk):
    """A forged key of a neighbour's list picks nothing."""
    async with desk.db.transaction() as tx:
        other = await stations.add(tx, desk.clock, NewStation("autre", "Autre", 49.25, 5.4))
    await keep.replace(desk.db, desk.clock, other, b"nom;lat;lon\nLa Ferme;49.25;5.4", actor="cli")
    (row,) = await desk.db.fetch("streets.of_station", other.id, 5)
    for changes in (
        {"where": "address", "address": f"s{row['id']}"},
        {"where": "hamlet", "hamlet": f"s{row['id']}"},
    ):
        assert (await listed.post("/alertes/nouvelle", listed.alert(**changes)))[0] == 422


async def test_a_list_replaced_meanwhile_asks_again(listed, desk, station):
    """Between the preview and the sending the list was imported anew: the confirmed circle is what is sent."""
    _, page, _ = await searched(listed, "rue de l'église")
    key = picks(page)["Rue de l'Église"]
    told, _ = await listed.previewed(where="address", address=key)
    await keep.replace(desk.db, desk.clock, station, LIST.encode(), actor="cli")
    status, text, path = await listed.post("/alertes/envoyer", hidden(told) | {"confirmed": "on"})
    assert (status, path.startswith("/alertes/")) == (303, True), text


@pytest.mark.parametrize(("words", "named"), [("Rue de l'Église", True), ("8 rue de l'eglise", False)])
async def test_a_street_is_named_wherever_it_is_told_and_a_door_to_nobody_outside(listed, words, named):
    """The seconds before it leaves say it as the preview did; on the public page a house stays unnamed."""
    _, page, _ = await searched(listed, words)
    label, key = next(iter(picks(page).items()))
    assert label.startswith("8") != named
    _, fields = await listed.previewed(where="address", address=key)
    _, _, path = await listed.post("/alertes/envoyer", fields | {"confirmed": "on"})
    said = f"autour de «\N{NO-BREAK SPACE}{label}\N{NO-BREAK SPACE}»"
    assert said in html.unescape((await listed.get(path))[1])
    listed.desk.clock.advance(countdown.LASTS_MS)
    await countdown.step(listed.desk)
    for public in (f"/{listed.station.slug}", f"/{listed.station.slug}{path}"):
        told = html.unescape((await listed.get(public))[1])
        assert "Dans un rayon de 1" in told
        assert (said in told) is named
        assert "8 Rue" not in told
