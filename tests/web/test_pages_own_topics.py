"""A station's own topics on its page, in its forms, over the API and in what it publishes."""

import html
import re

import pypdfium2
import pytest
from web.test_pages_subjects import boxes, form, tiles
from web.valley_house import valley

from alertd.issue import reading
from alertd.issue.release import end
from alertd.model import Actor, Level
from alertd.stations import elections, own_topics, topics

__all__ = ["valley"]


async def add(seat, label="Match", like="club"):
    """From the page; its key."""
    status, _, where = await seat.post("/sujets", {"act": "add", "label": label, "like": like})
    assert (status, where) == (303, "/sujets?fait=1")
    found = {one.label("fr"): key for key, one in (await of(seat)).topics.items()}
    return found[label]


async def of(seat):
    return await topics.of(seat.desk.db, seat.desk.catalogue, seat.station)


async def test_a_topic_is_added_renamed_hidden_and_removed(valley, desk):
    """On the page of topics, each in the audit; the form of an alert and the page where people join have it at once."""
    head = await valley.at("club")
    key = await add(head)
    assert key == "club.1"
    page = (await head.get("/sujets"))[1]
    assert "comme « Associations »" in html.unescape(page)
    assert key in tiles((await head.get("/alertes/nouvelle"))[1])
    joining = (await valley.browser.get("/s/club"))[1]
    assert boxes(joining).count(key) == 1
    assert 'name="home_topics" value="club.1"' not in joining
    await head.post("/sujets", form(page, **{key: "Tournoi"}))
    assert "Tournoi</label>" in (await valley.browser.get("/s/club"))[1]
    await head.post("/sujets", form((await head.get("/sujets"))[1], **{key: False}))
    assert key not in tiles((await head.get("/alertes/nouvelle"))[1])
    assert (await head.post("/sujets", {"act": "remove", "key": key}))[0] == 303
    assert "Tournoi" not in (await head.get("/sujets"))[1]
    rows = await desk.db.fetch("audit.list_of_station", head.station.id, 1 << 60, 50)
    acts = [row["action"] for row in rows if row["action"].startswith("station.topic")]
    assert acts == ["station.topic_remove", "station.topic", "station.topic", "station.topic_add"]


async def test_what_is_wrong_stands_beside_its_field(valley):
    """A name that another has, none, or like a danger; what was typed stays."""
    head = await valley.at("ecole")
    for fields, said in (
        ({"label": "fêtes, manifestations ", "like": "event"}, "Deux sujets proposés"),
        ({"label": " ", "like": "event"}, "Donnez un nom"),
        ({"label": "Feu", "like": "fire"}, "Choisissez"),
    ):
        status, page, _ = await head.post("/sujets", {"act": "add"} | fields)
        assert (status, said in html.unescape(page), 'aria-invalid="true"' in page) == (422, True, True), (
            fields
        )
        assert f'value="{fields["label"]}"' in page
    status, page, _ = await head.post("/sujets", {"act": "remove", "key": "event"})
    assert (status, "n'a pas de sujet à elle" in html.unescape(page)) == (422, True)


@pytest.mark.parametrize(("slug", "has"), [("bras", True), ("ecole", True), ("cdc", False)])
async def test_a_commune_and_its_organisations_add_topics(valley, slug, has):
    """A community does not: what it sends is for its communes' followers."""
    page = (await (await valley.at(slug)).get("/sujets"))[1]
    assert ("Vos propres sujets" in page) is has


async def test_an_alert_about_it_is_published_under_its_name(valley, desk):
    """On the confirmation, its page, the board, the feeds and in CAP, with the category of what it is like; removed, it keeps it."""
    bras = await valley.at("bras")
    key = await add(bras, "Navette de la plage", "bus")
    said = {"topic": key, "level": "info", "where": "station", "headline": "Premier départ à 9 h"}
    status, told, path = await bras.post("/alertes/nouvelle", bras.alert(**said))
    assert status == 303, told
    digest, page = path.rpartition("/")[2], (await bras.get(path))[1]
    assert "Navette de la plage" in page
    fields = dict(re.findall(r'name="([\w_]+)" value="([^"]*)"', page)) | {"preview_digest": digest}
    status, told, where = await bras.post("/alertes/envoyer", fields)
    assert status == 303, told
    desk.clock.advance(60_000)
    status, page, _ = await bras.post("/sujets", {"act": "remove", "key": key})
    assert (status, "terminez-la" in page) == (409, True)
    view = await reading.alert(desk, int(where.rpartition("/")[2]))
    for place in (where, "/", "/historique", "/bras", "/bras/atom.xml", "/bras/alertes.geojson"):
        assert "Navette de la plage" in (await bras.get(place))[1], place
    document = (await bras.get(f"/bras/cap/{view.events[0].id}.xml"))[1]
    category = desk.catalogue.topics["bus"].category
    assert "<event>Navette de la plage</event>" in document
    assert f"<category>{category}</category>" in document
    await end(desk, Actor("operator:x", bras.station.id, Level.DANGER), view.summary.id)
    assert (await bras.post("/sujets", {"act": "remove", "key": key}))[0] == 303
    assert "Navette de la plage" in (await bras.get("/historique"))[1]
    assert (await bras.post("/alertes/nouvelle", bras.alert(**said)))[0] == 422


async def test_a_template_is_about_the_catalogue_s_topics(valley):
    """Texts go down to the stations below, which have others of their own."""
    bras = await valley.at("bras")
    key = await add(bras, "Match")
    assert f'<option value="{key}"' not in (await bras.get("/modeles/nouveau"))[1]
    text = {"act": "write", "label": "X", "topic": key, "level": "info", "headline": "Y", "base": "0"}
    assert (await bras.post("/modeles", text))[0] == 422


async def test_a_commune_agrees_beforehand_to_an_organisation_s_own_topic(valley):
    """By its name."""
    key = await add(await valley.at("club"), "Match")
    bras = await valley.at("bras")
    club = valley.stations["club"].id
    page = (await bras.get(f"/organisations/{club}"))[1]
    assert re.search(rf'<option value="{key}"[^>]*>Match</option>', page)


async def test_what_is_like_an_event_is_ticked_in_an_electoral_period(valley, desk):
    """Its name does not make it another thing."""
    bras = await valley.at("bras")
    key = await add(bras, "Vœux", "event")
    async with desk.db.transaction() as tx:
        today = "2026-01-01"
        await elections.decide(tx, bras.station, today, "2026-12-31")
    said = {"topic": key, "level": "info", "where": "station", "headline": "Vœux du maire"}
    status, page, _ = await bras.post("/alertes/nouvelle", bras.alert(**said))
    assert (status, "L52-1" in page) == (422, True)


async def test_the_topics_of_a_place_are_everybody_s(valley):
    """What only one station speaks of is chosen with that station: its card has it, a place does not."""
    key = await add(await valley.at("club"), "Match")
    page = html.unescape((await valley.browser.get("/s/club"))[1])
    assert f'name="topics" value="{key}"' in page
    assert not re.search(rf'name="\w+_topics" value="{re.escape(key)}"', page)


async def test_the_paper_holds_all_of_a_commune_s_topics_and_eight_more(valley, desk):
    """On one sheet, in every language, its consent and its signature above the line of the office."""
    names = [f"Navette de la plage {number}" for number in range(own_topics.MOST)]
    async with desk.db.transaction() as tx:
        for name in names:
            said = desk.catalogue, valley.stations["bras"], "operator:m", name, "bus"
            await own_topics.add(tx, desk.clock, *said)
    for locale in desk.catalogue.languages:
        async with valley.browser.client.get(f"/s/bras/formulaire.pdf?langue={locale}") as answer:
            document = pypdfium2.PdfDocument(await answer.read())
        text = document[0].get_textpage()
        told = text.get_text_range()
        assert len(document) == 1
        assert all(name in " ".join(told.split()) for name in names), locale
        sign = told.index(desk.catalogue.phrase(locale, "paper.sign"))
        office = told.index("Réservé à la mairie")
        assert text.get_charbox(sign)[1] > text.get_charbox(office)[3], locale
        document.close()
