"""At the counter: a signed paper is copied; its person proves each way there, or the paper is the consent; and the paper itself."""

import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from alertd.deliver.service import opened
from alertd.model import Channel, EndpointState, Mode, Role
from alertd.stations import operators, stations, team
from alertd.stations.stations import NewStation

pytestmark = pytest.mark.parametrize(
    "db", ["sqlite"], indirect=True
)  # its one query is prepared on both engines
SCREENS = Path(__file__).parents[2] / "build" / "screens"
FORM = {
    "paper": "2026-17",
    "signed": "2026-03-01",
    "ways": ["sms", "email"],
    "mobile": "06 39 98 44 44",
    "mailbox": "rene@example.org",
    "locale": "fr",
    "what": "serious",
}


async def services(desk):
    """The words of every service message, in order."""
    rows = [row for row in await desk.db.fetch("heart.messages") if row["kind"] == "service"]
    return [opened(row, desk.keyring).text for row in rows]


async def rows(desk, table, person):
    name = "id" if table == "subscribers" else "subscriber_id"
    return [row for row in await desk.db.fetch(f"people.all_{table}") if row[name] == person]


async def newest(desk):
    return max(row["subscriber_id"] for row in await desk.db.fetch("people.all_subscriptions"))


async def test_a_paper_that_was_left_is_the_consent_and_is_said_at_once(mayor, desk):
    """Enrolled with its number, day and clerk; each way is told who writes and how to leave, and whoever leaves is gone."""
    fields = FORM | {"how": "absent", "where": "places", "home": "h1"}
    assert (await mayor.post("/guichet", fields))[2] == "/guichet?fait=1"
    assert "Classez le papier" in (await mayor.get("/guichet?fait=1"))[1]
    person = await newest(desk)
    [terms] = await rows(desk, "subscriptions", person)
    assert (terms["consent_source"], terms["scope"], terms["min_level"]) == ("counter", "places", 2)
    assert re.fullmatch(r"paper 2026-17, wording \S+, operator:le-mayor", terms["consent_proof"])
    assert terms["consent_at"] < desk.clock.now_ms()
    ways = await rows(desk, "endpoints", person)
    assert {(Channel(way["channel"]), way["state"], way["proven_at"]) for way in ways} == {
        (Channel.SMS, EndpointState.ACTIVE, None),
        (Channel.EMAIL, EndpointState.ACTIVE, None),
    }
    told = await services(desk)
    assert len(told) == 2
    [leaving] = re.findall(r"https?://[^/]+(/partir/\S+)", told[0])
    assert [
        row["actor"] for row in await desk.db.fetch("people.all_audit") if row["action"] == "subscriber.enrol"
    ][-1:] == ["operator:le-mayor"]
    assert (await mayor.post(leaving))[0] == 200
    assert await rows(desk, "subscribers", person) == []


async def test_who_stands_there_proves_each_way(mayor, desk):
    """The page of codes, as for anybody: a number that was misread is nobody's until its code is read aloud."""
    before = len(await desk.db.fetch("people.all_subscriptions"))
    status, page, where = await mayor.post("/guichet", FORM | {"how": "present", "ways": ["sms"]})
    assert (status, where.startswith("/s/bras-sur-meuse/suite/")) == (303, True), page
    assert len(await desk.db.fetch("people.all_subscriptions")) == before
    [code] = re.findall(r"\b\d{6}\b", (await services(desk))[-1])
    assert (await mayor.post(where, {"code": code}))[0] == 303
    [terms] = await rows(desk, "subscriptions", await newest(desk))
    assert terms["consent_source"] == "counter"
    assert terms["consent_proof"].endswith("operator:le-mayor, sms")


async def test_what_is_to_be_mended_is_told_and_nothing_is_kept(mayor, desk):
    """A sentence beside its field; nobody is enrolled, and nothing is sent."""
    before = len(await desk.db.fetch("people.all_subscriptions"))
    for fields, said in (
        ({"paper": " "}, "Le numéro sous lequel"),
        ({"signed": "2026-03-09"}, "date écrite sur le papier"),
        ({"signed": "2024-03-01"}, "date écrite sur le papier"),
        ({"signed": "2026-02-99"}, "date écrite sur le papier"),
        ({"how": "peut-être"}, "réponses proposées"),
        ({"mobile": "+1 202 555 0101"}, "pas desservi par SMS"),
        ({"mobile": "douze"}, "écrivez-le en entier"),
        ({"ways": []}, "au moins un moyen"),
    ):
        status, page, _ = await mayor.post("/guichet", FORM | {"how": "absent"} | fields)
        assert (status, said in page) == (422, True), page
    assert (len(await desk.db.fetch("people.all_subscriptions")), await services(desk)) == (before, [])


async def test_who_left_since_is_not_brought_back_by_an_old_paper(mayor, desk):
    """STOP came after the signature: a newer paper is needed."""
    await mayor.post("/guichet", FORM | {"how": "absent", "ways": ["sms"]})
    [way] = await rows(desk, "endpoints", await newest(desk))
    async with desk.db.transaction() as tx:
        await tx.execute("stops.end_endpoint", way["id"])
    status, page, _ = await mayor.post("/guichet", FORM | {"how": "absent", "ways": ["sms"]})
    assert (status, "signé après son départ" in page) == (409, True), page


async def test_only_who_may_send_enrols(browser):
    """A reader is refused; whoever is not logged in is sent to the door."""
    assert "Mot de passe" in (await browser.get("/guichet"))[1]
    await browser.log_in("le-reader")
    assert (await browser.get("/guichet"))[0] == 403
    assert (await browser.post("/guichet", FORM | {"how": "absent"}))[0] == 403


async def test_the_paper_is_one_sheet_in_the_reader_s_language(mayor):
    """Ways, places, topics, consent, signature, and a code that opens the page; for anyone."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    said = {"fr": "J'accepte que Bras-sur-Meuse garde", "de": "Ich bin einverstanden", "es": "Acepto que"}
    for locale, consent in said.items():
        async with mayor.client.get(f"/s/bras-sur-meuse/formulaire.pdf?langue={locale}") as answer:
            document = pypdfium2.PdfDocument(await answer.read())
        assert len(document) == 1
        picture = document[0].render(scale=2).to_pil()
        picture.save(SCREENS / f"paper-{locale}.png")
        assert consent in " ".join(document[0].get_textpage().get_text_range().split())
        codes = [one.text for one in zxingcpp.read_barcodes(picture)]
        assert codes == ["http://127.0.0.1:8080/s/bras-sur-meuse"]
        document.close()


async def test_a_private_station_has_papers_too(mayor, desk):
    """A school's own: on the paper's word alone, since nobody joins there by a page; it is handed in there, not at the mairie."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    found = next(one.id for one in await team.members(desk.db, mayor.station.id) if one.login == "le-mayor")
    new = NewStation("ecole", "École", 49.209, 5.375, mode=Mode.TRAINING, kind="school", private=True)
    async with desk.db.transaction() as tx:
        school = await stations.add(tx, desk.clock, new)
        await operators.set_role(tx, found, school.id, Role.MAYOR)
    assert (await mayor.post("/stations", {"station": str(school.id)}))[0] == 303
    assert "Elle est là" not in (await mayor.get("/guichet"))[1]
    assert (await mayor.get("/s/ecole/formulaire.pdf"))[0] == 404
    async with mayor.client.get("/guichet/formulaire.pdf") as answer:
        assert answer.content_type == "application/pdf"
        document = pypdfium2.PdfDocument(await answer.read())
    told = " ".join(document[0].get_textpage().get_text_range().split())
    document[0].render(scale=2).to_pil().save(SCREENS / "paper-school.png")
    document.close()
    assert ("rendez ce papier à l'accueil" in told, "Réservé à l'accueil" in told, "mairie" in told) == (
        True,
        True,
        False,
    )
    assert (await mayor.post("/guichet", FORM | {"how": "present"}))[2] == "/guichet?fait=1"
