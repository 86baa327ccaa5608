"""A station's topics: what its kind offers, and what its mayor hides, shows and renames; nobody is lost for it."""

import html
import json
import re
from types import SimpleNamespace

import pytest
from web.valley_house import valley

from alertd.cli import openings
from alertd.errors import Refused
from alertd.model import Channel, Level
from alertd.stations import choosing_topics, organisations, topics
from alertd.stations.choosing_topics import Wish
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import Enrolment
from alertd.web.residents.join_form import Around, JoinForm, enrolment

__all__ = ["valley"]


def tiles(page):
    """The topics from which an alert may begin."""
    return re.findall(r"/alertes/nouvelle\?sujet=([\w.]+)", page)


def boxes(page):
    """The topics that somebody who joins may leave out."""
    return re.findall(r'name="topics" value="([\w.]+)"', page)


async def choose(desk, station, **wanted):
    """As its mayor would: each topic's `(shown, label)`."""
    wishes = {key: Wish(*one) for key, one in wanted.items()}
    async with desk.db.transaction() as tx:
        return await choosing_topics.choose(tx, desk.clock, desk.catalogue, station, "operator:m", wishes)


def form(page, **changes):
    """What the browser would post of the page, with some boxes or names changed (False: not ticked)."""
    shown = set(re.findall(r'name="shown" value="([\w.]+)" checked', page))
    named = dict(re.findall(r'name="label_([\w.]+)" value="([^"]*)"', page))
    for key, one in changes.items():
        if isinstance(one, bool):
            shown = shown | {key} if one else shown - {key}
        else:
            named[key] = one
    return {"shown": sorted(shown)} | {f"label_{key}": html.unescape(name) for key, name in named.items()}


async def test_each_kind_of_station_offers_what_it_speaks_of(valley, desk):
    """A school no hunting and no disappearances, a club its own few; a commune everything; the same to who writes and to who joins."""
    usual = {"ecole": desk.catalogue.kinds["school"], "club": desk.catalogue.kinds["association"]}
    for slug, expected in usual.items():
        page = (await (await valley.at(slug)).get("/alertes/nouvelle"))[1]
        assert sorted(tiles(page)) == sorted(expected), slug
        assert sorted(boxes((await valley.browser.get(f"/s/{slug}"))[1])) == sorted(expected), slug
    assert {"hunting", "missing"}.isdisjoint(usual["ecole"])
    page = (await (await valley.at("bras")).get("/alertes/nouvelle"))[1]
    assert set(tiles(page)) == set(desk.catalogue.topics)


async def test_who_joins_a_club_is_promised_no_fire(valley, desk):
    """In six languages; only the dangers that its commune granted come always, and a commune's page says what it said."""
    club = valley.stations["club"]
    for language in desk.catalogue.languages:
        said = desk.catalogue.phrases[language]
        status, page = await valley.browser.get(f"/s/club?langue={language}")
        page = html.unescape(page)
        assert status == 200
        assert said["join.lead_association"].text in page
        assert said["join.everywhere_elsewhere"].text in page
        for word in ("join.lead", "join.everywhere"):
            assert said[word].text not in page, (language, word)
        assert 'class="hint"><svg' not in page.partition("</details>")[0]
    assert "Les urgences arrivent toujours" not in html.unescape((await valley.browser.get("/s/club"))[1])
    async with desk.db.transaction() as tx:
        await organisations.grant(tx, desk.catalogue, club, "confinement", "operator:bras-mayor")
    page = html.unescape((await valley.browser.get("/s/club"))[1])
    assert "Les urgences arrivent toujours : Attentat, confinement." in page
    page = html.unescape((await valley.browser.get("/s/bras"))[1])
    assert desk.catalogue.phrase("fr", "join.lead") in page
    assert "Les urgences arrivent toujours : Incendie, fumées, Crue" in page


async def test_the_mayor_hides_shows_and_renames(valley, desk):
    """On one page, by one button; on every screen from the next page on, and in the audit by whom."""
    head = await valley.at("ecole")
    assert "/sujets" in (await head.get("/"))[1]
    status, page = await head.get("/sujets")
    assert (status, "Battues" in page) == (200, True)
    wanted = form(page, bus=False, hunting=True, canteen="Menus & goûters")
    status, _, where = await head.post("/sujets", wanted)
    assert (status, where) == (303, "/sujets?fait=1")
    page = html.unescape((await head.get("/alertes/nouvelle"))[1])
    assert "hunting" in tiles(page)
    assert "bus" not in tiles(page)
    assert "Menus & goûters</a>" in page
    joining = html.unescape((await valley.browser.get("/s/ecole"))[1])
    assert "Menus & goûters</label>" in joining
    german = desk.catalogue.topics["canteen"].label("de")
    assert f"{german}</label>" in html.unescape((await valley.browser.get("/s/ecole?langue=de"))[1])
    rows = await desk.db.fetch("audit.list_of_station", valley.stations["ecole"].id, 1 << 60, 50)
    told = [json.loads(row["detail"]) for row in rows if row["action"] == "station.topic"]
    assert sorted(told, key=lambda one: one["topic"]) == [
        {"topic": "bus", "shown": False, "label": None},
        {"topic": "canteen", "shown": None, "label": "Menus & goûters"},
        {"topic": "hunting", "shown": True, "label": None},
    ]
    assert {row["actor"] for row in rows if row["action"] == "station.topic"} == {"operator:ecole-mayor"}


async def test_a_station_leaves_with_what_it_decided_about_its_topics(valley, desk, tmp_path):
    """One line each, and nobody else's."""
    await choose(desk, valley.stations["club"], event=(True, "Tournois"))
    await choose(desk, valley.stations["ecole"], bus=(False, ""))
    house, file = SimpleNamespace(store=desk.db), tmp_path / "topics.jsonl"
    assert await openings.topics_of(house, valley.stations["club"], file) == 1
    told = json.loads(file.read_text("utf-8"))
    assert (told["topic"], told["label"], told["shown"]) == ("event", "Tournois", None)


async def test_another_station_keeps_its_own_names(valley, desk):
    """What a school renames is renamed nowhere else, its commune included; what is set back leaves nothing behind."""
    await choose(desk, valley.stations["ecole"], event=(True, "Kermesse"))
    for slug in ("bras", "club"):
        assert "Kermesse" not in (await (await valley.at(slug)).get("/alertes/nouvelle"))[1]
    await choose(desk, valley.stations["ecole"], event=(True, ""))
    decided = await topics.decisions(desk.db, valley.stations["ecole"])
    assert decided["event"] == topics.Decision()
    assert await choose(desk, valley.stations["ecole"], event=(True, "")) == 0


async def test_a_hidden_topic_loses_nobody_and_still_reads_right(valley, desk):
    """Who chose topics before keeps it, who chooses after was never asked and has it too; an alert about it has its name."""
    school = valley.stations["ecole"]
    head = await valley.at("ecole")
    _, _, path = await head.post(
        "/alertes/nouvelle", head.alert(topic="bus", level="info", where="station", headline="Car en retard")
    )
    assert path.startswith("/alertes/apercu/")
    await choose(desk, school, bus=(False, "Cars"))
    assert "Cars" in (await head.get(path))[1]
    said = {
        "ways": ["email"],
        "mailbox": "a@example.org",
        "what": "chosen",
        "topics": ["school"],
        "locale": "fr",
    }
    book = await topics.of(desk.db, desk.catalogue, school)
    wish = enrolment(JoinForm(**said), Around(school, book, (), desk.clock.now_ms()))
    assert {"bus", "school", "fire", "hunting"} <= set(wish.topics)
    assert "canteen" not in wish.topics


async def test_a_topic_that_is_hidden_stays_in_the_form_that_began_with_it(valley, desk):
    """Its alert is corrected as it was; nothing new begins with it."""
    head = await valley.at("ecole")
    await choose(desk, valley.stations["ecole"], bus=(False, ""))
    page = (await head.get("/alertes/nouvelle?sujet=bus"))[1]
    assert '<option value="bus" selected>' in page
    assert 'value="bus"' not in (await head.get("/alertes/nouvelle?sujet=event"))[1]


async def test_the_last_topic_cannot_be_hidden(valley, desk):
    """Nor is a name too long, or one that two topics share: a sentence beside what is to be mended, and nothing has changed."""
    head = await valley.at("club")
    page = (await head.get("/sujets"))[1]
    nothing = {"shown": []} | {key: "" for key in form(page) if key.startswith("label_")}
    status, told, _ = await head.post("/sujets", nothing)
    assert (status, "Gardez au moins un sujet" in told) == (422, True)
    status, told, _ = await head.post("/sujets", form(page, event="x" * 41))
    assert (status, "41 caractères" in told) == (422, True)
    status, told, _ = await head.post("/sujets", form(page, event="  associations "))
    assert (status, "Deux sujets proposés portent ce nom" in told) == (422, True)
    with pytest.raises(Refused, match="n'affichent pas"):
        await choose(desk, valley.stations["club"], event=(True, "a\u0007b"))
    assert form((await head.get("/sujets"))[1]) == form(page)


@pytest.mark.parametrize(("slug", "role"), [("bras", "agent"), ("ecole", "reader")])
async def test_whoever_is_neither_mayor_nor_deputy_changes_no_topic(valley, slug, role):
    """There is no door to it, and the page is closed."""
    seat = await valley.at(slug, role)
    assert 'href="/sujets"' not in (await seat.get("/"))[1]
    assert (await seat.get("/sujets"))[0] == 403
    assert (await seat.post("/sujets", {"label_bus": "x"}))[0] == 403


async def test_an_organisation_s_dangers_are_not_its_choice(valley, desk):
    """None is on its page, and naming one in the form changes nothing; a commune hides what its relief does not know."""
    head = await valley.at("ecole")
    page = (await head.get("/sujets"))[1]
    assert 'value="fire"' not in page
    await head.post("/sujets", form(page) | {"label_fire": "Feu", "shown": ["fire", "school"]})
    assert "fire" not in await topics.decisions(desk.db, valley.stations["ecole"])
    bras = await valley.at("bras")
    await bras.post("/sujets", form((await bras.get("/sujets"))[1], landslide=False))
    assert "landslide" not in tiles((await bras.get("/alertes/nouvelle"))[1])
    async with desk.db.transaction() as tx:
        said = ((Channel.EMAIL, "b@example.org"),), "accueil", desk.clock.now_ms()
        await enrol(tx, desk.clock, desk.keyring, valley.stations["bras"], Enrolment(*said), fiction=True)
    book = await topics.of(desk.db, desk.catalogue, valley.stations["bras"])
    assert book.topics["landslide"].level == Level.DANGER.word


async def test_what_a_commune_agrees_to_beforehand_is_what_the_organisation_offers(valley, desk):
    """By the organisation's names."""
    await choose(desk, valley.stations["club"], weather=(False, ""), club=(True, "Entraînements"))
    bras = await valley.at("bras")
    page = (await bras.get(f"/organisations/{valley.stations['club'].id}"))[1]
    listed = re.search(r'<select id="topic" name="topic">(.*?)</select>', page)[1]
    assert re.findall(r'value="(\w+)"', listed) == ["club", "event", "mairie"]
    assert "Entraînements" in listed


async def test_the_history_says_the_station_s_name(valley, desk):
    """On the confirmation, the alert's page, the list and the archive's search."""
    await choose(desk, valley.stations["bras"], water=(True, "Eau coupée au bourg"))
    bras = await valley.at("bras")
    said = {"topic": "water", "level": "info", "where": "station", "headline": "Coupure demain"}
    _, _, path = await bras.post("/alertes/nouvelle", bras.alert(**said))
    digest = path.rpartition("/")[2]
    page = (await bras.get(path))[1]
    assert "Eau coupée au bourg" in page
    fields = dict(re.findall(r'name="([\w_]+)" value="([^"]*)"', page)) | {"preview_digest": digest}
    status, told, where = await bras.post("/alertes/envoyer", fields)
    assert status == 303, told
    for place in (where, "/", "/historique"):
        assert "Eau coupée au bourg" in (await bras.get(place))[1], place


async def test_the_board_and_the_feeds_say_the_station_s_name(mayor, desk, station):
    """And whoever reads another language reads the catalogue's; a feed's category keeps the key."""
    await choose(desk, station, fire=(True, "Feu de forêt"))
    await mayor.released(topic="fire")
    for path in ("/bras-sur-meuse", "/bras-sur-meuse/atom.xml", "/bras-sur-meuse/alertes.geojson"):
        assert "Feu de forêt" in (await mayor.get(path))[1], path


async def test_a_hidden_topic_has_no_ready_text(valley, desk):
    """Neither where an alert begins, nor among the station's texts; one that it wrote itself is still there to
    be changed, and a danger that was granted is no choice of the school's.
    """
    head, school = await valley.at("ecole"), valley.stations["ecole"]
    assert "modele=canteen" in (await head.get("/alertes/nouvelle"))[1]
    await choose(desk, school, school=(False, ""))
    assert "modele=canteen" not in (await head.get("/alertes/nouvelle"))[1]
    assert "/modeles/canteen" not in (await head.get("/modeles"))[1]
    async with desk.db.transaction() as tx:
        await organisations.grant(tx, desk.catalogue, school, "confinement", "operator:bras-mayor")
    assert "modele=confinement" in (await head.get("/alertes/nouvelle"))[1]
    assert "modele=confinement" in (await head.get("/"))[1]
    status, _, where = await head.post("/modeles/canteen", {"act": "rename", "label": "Menu", "base": "0"})
    assert (status, where) == (303, "/modeles/canteen")
    assert "/modeles/canteen" in (await head.get("/modeles"))[1]
    assert "modele=canteen" not in (await head.get("/alertes/nouvelle"))[1]
