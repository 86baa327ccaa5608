"""Clubs: notification and e-mail until somebody pays for more; and a president who hands over."""

import html
import re
from types import SimpleNamespace

from web.lettering import desk, letters, roles
from web.pages_house import MAIRIE, PASSWORD
from web.valley_house import valley

from alertd.model import Role
from alertd.stations import organisations, payers, stations
from alertd.stations.stations import NewStation
from alertd.subscribe import by_word, mine
from alertd.web.residents.offers import offers_of

__all__ = ["desk", "valley"]
LIVE = (("bourg", "commune", None), ("judo", "association", "bourg"))

SAID = {"topic": "event", "level": "info", "where": "station", "headline": "Match reporté"}


async def test_a_club_sends_no_sms_until_its_commune_says_who_pays(valley, desk):
    """Not offered, and refused when it is posted all the same; decided by the commune's mayor alone."""
    club, path = valley.stations["club"], f"/organisations/{valley.stations['club'].id}"
    head = await valley.at("club")
    page = (await head.get("/alertes/nouvelle?sujet=event"))[1]
    assert re.findall(r'name="channels" value="(\w+)"', page) == ["push", "email", "display"]
    status, page, _ = await head.post("/alertes/nouvelle", head.alert(**SAID))
    assert (status, "Personne ne paie ici les SMS" in page) == (403, True)
    assert (await head.post("/alertes/nouvelle", head.alert(**SAID, channels=["email"])))[0] == 303
    assert (await head.post(f"{path}/paiement", {"payer": "commune"}))[0] == 403
    for slug, role, refused in (("bras", "agent", 403), ("verdun", "mayor", 404), ("ecole", "mayor", 403)):
        other = await valley.at(slug, role)
        assert (await other.post(f"{path}/paiement", {"payer": "commune"}))[0] == refused
    bras = await valley.at("bras")
    assert (await bras.post(f"{path}/paiement", {"payer": "x"}))[0] == 422
    assert (await bras.post(f"{path}/paiement", {"payer": "commune"}))[0] == 303
    assert await payers.payer(desk.db, club) == payers.COMMUNE
    head = await valley.at("club")
    assert (await head.post("/alertes/nouvelle", head.alert(**SAID)))[0] == 303
    rows = await desk.db.fetch("audit.list_of_station", club.id, 1 << 60, 5)
    assert rows[0]["action"] == "alert.preview"
    assert "station.sms" in [row["action"] for row in rows]


async def test_a_president_hands_over_and_leaves_when_the_next_one_is_there(valley, desk):
    """Until the letter's button is pressed the old one stays; then the new one alone is there, and could not be removed."""
    club, head = valley.stations["club"], await valley.at("club")
    fields = {"email": "suivant@club.example", "name": "Suivante", "role": "agent", "leaving": "on"}
    assert (await head.post("/equipe", fields))[0] == 422
    assert (await head.post("/equipe", fields | {"role": "mayor"}))[0] == 303
    assert "passation" in (await head.get("/equipe"))[1]
    path = (await letters(desk))[-1]
    assert (await roles(desk, club))["club-mayor"] is Role.MAYOR
    assert (await head.post(path, {"password": PASSWORD, "again": PASSWORD}))[0] == 303
    held = await roles(desk, club)
    assert "club-mayor" not in held
    assert held["suivant@club.example"] is Role.MAYOR
    assert "Passer la main" not in (await (await valley.at("club")).get("/equipe"))[1]


def ways(page):
    return re.findall(r'name="ways" value="(\w+)"', page)


async def test_who_joins_a_club_is_offered_what_it_writes_by(valley, desk):
    """No number is taken that would hear nothing, and the page says so in the reader's language; a commune's page has every way."""
    assert {"sms", "voice"} <= set(ways((await valley.browser.get("/s/bras"))[1]))
    for language in desk.catalogue.languages:
        page = html.unescape((await valley.browser.get(f"/s/club?langue={language}"))[1])
        assert {"sms", "voice"}.isdisjoint(ways(page)), language
        assert desk.catalogue.phrase(language, "join.unpaid", station="Club") in page
    fields = {"ways": ["sms"], "mobile": "06 39 98 12 34", "locale": "fr"}
    status, page, _ = await valley.browser.post("/s/club", fields)
    assert (status, "n'écrit que par notification et e-mail" in html.unescape(page)) == (422, True)


async def test_where_a_danger_was_granted_a_number_is_taken_for_it(valley, desk):
    """And its owner reads that nothing else will come by it; once somebody pays, nothing is said any more."""
    club = valley.stations["club"]
    async with desk.db.transaction() as tx:
        await organisations.grant(tx, desk.catalogue, club, "confinement", "operator:bras-mayor")
    page = html.unescape((await valley.browser.get("/s/club"))[1])
    assert "Par SMS et par appel, Club n'envoie que ses urgences" in page
    assert "sms" in ways(page)
    async with desk.db.transaction() as tx:
        await payers.decide(tx, club, payers.COMMUNE)
    page = html.unescape((await valley.browser.get("/s/club"))[1])
    assert "Club n'envoie que" not in page
    assert "sms" in ways(page)


async def test_the_counter_of_a_club_takes_no_number_either(valley):
    """Its form and its paper have the ways by which it writes; a commune's are as they were."""
    page = html.unescape((await (await valley.at("club")).get("/guichet"))[1])
    assert {"sms", "voice"}.isdisjoint(ways(page))
    assert "Club écrit par notification et e-mail seulement" in page
    page = html.unescape((await (await valley.at("bras")).get("/guichet"))[1])
    assert "sms" in ways(page)
    assert "seulement : ni SMS" not in page


async def test_who_followed_before_reads_it_among_their_choices(valley, desk):
    """Whoever has a number and an unpaid club is told beside it; beside the commune nothing."""
    person = await valley.follow("club", 1)
    known = await mine.read(desk.db, desk.clock, desk.keyring, person)
    told = await offers_of(
        SimpleNamespace(db=desk.db, catalogue=desk.catalogue), valley.stations["club"], known
    )
    assert told.unpaid == {valley.stations["club"].id: "unpaid"}
    person = await valley.follow("bras", 2)
    known = await mine.read(desk.db, desk.clock, desk.keyring, person)
    told = await offers_of(
        SimpleNamespace(db=desk.db, catalogue=desk.catalogue), valley.stations["bras"], known
    )
    assert told.unpaid == {}


async def test_the_word_of_a_club_that_sends_no_sms_opens_nothing(desk):
    """A number is let in by a text only where texts come."""
    async with desk.db.transaction() as tx:
        new = [NewStation(slug, slug, *MAIRIE, kind=kind, parent=parent) for slug, kind, parent in LIVE]
        for one in new:
            await stations.add(tx, desk.clock, one)
        assert await by_word.meant(tx, by_word.Texted("+33639981234", ("judo",), "inbound:1")) is None
        assert (
            await by_word.meant(tx, by_word.Texted("+33639981234", ("bourg",), "inbound:1"))
        ).slug == "bourg"
