"""What is kept about somebody, opened by a link that was just sent: seen, changed, taken along, erased; and what strangers try."""

import json
import re

import pytest
from heart.town import EMAIL, SMS, landline, mailbox, phone
from web.joining_house import PATH, opened

from alertd.clock import HOUR, MINUTE
from alertd.keys import delivery_number
from alertd.model import Channel, EndpointState, Level
from alertd.subscribe import topics
from alertd.web.words import telephone

ASK = f"{PATH}/mes-choix"


@pytest.fixture
async def door(sqlite, clock):
    async with opened(sqlite, clock) as door:
        yield door


async def my_link(door, address=None):
    """Asked for by somebody who is there, and taken from their phone."""
    status, page, _ = await door.post(ASK, {"address": address or phone(1)})
    assert (status, "Si cette adresse est inscrite" in page) == (200, True)
    return await door.link(address or phone(1))


async def do(door, link, **fields):
    status, page, where = await door.post(link, fields)
    assert status == 303, page
    return where


async def terms(door):
    [row] = await door.town.db.fetch("people.all_subscriptions")
    return row


async def test_a_person_sees_changes_takes_along_and_erases_all(db, clock):
    """By the link in an SMS: ways, places, terms, language; a file of it; and then nothing is left of them."""
    async with opened(db, clock) as door:
        await door.town.person(email=1)
        link = await my_link(door)
        _, page = await door.get(link)
        for said in (telephone(phone(1)), mailbox(1), "Maison", "Bras-sur-Meuse", "accueil"):
            assert said in page, said
        await do(door, link, do="choose", station="1", level="warning", topics=["road"], scope="places")
        row = await terms(door)
        wanted = set(topics.words(await topics.load(db), row["topics"]))
        dangers = {key for key, topic in door.town.desk.catalogue.topics.items() if topic.level == "danger"}
        assert (row["min_level"], wanted, row["scope"]) == (Level.WARNING, dangers | {"road"}, "places")
        await do(door, link, do="add", spot="h1", kind="work")
        await do(door, link, do="speak", locale="de")
        await do(door, link, **{"do": "hush", "from": "22:00", "to": "07:00", "mute": "2026-03-05"})
        _, page = await door.get(link)
        assert "Was wir über Sie speichern" in page
        assert "Arbeit" in page
        _, text = await door.get(f"{link}/donnees.json")
        told = json.loads(text)
        assert [way["address"] for way in told["ways"]] == [phone(1), mailbox(1)]
        assert [place["kind"] for place in told["places"]] == ["home", "work"]
        assert told["stations"][0]["consent"]["source"] == "accueil"
        assert (told["quiet"]["from_minute"], told["quiet"]["silent_until"]) == (
            1320,
            "2026-03-05T23:00:00+00:00",
        )
        assert told["sent"], "the link itself was sent"
        assert await do(door, link, do="erase", sure="on") == f"{ASK}?fait=efface"
        for table in ("subscribers", "endpoints", "places", "subscriptions", "reach"):
            assert await db.fetch(f"people.all_{table}") == [], table
        assert (await door.get(link))[0] == 404


@pytest.mark.parametrize(
    "typed",
    [{"from": "22:00"}, {"from": "25:00", "to": "07:00"}, {"mute": "2026-03-01"}, {"mute": "2099-01-01"}],
)
async def test_hours_that_are_none_are_told(door, typed):
    """One hour of two, one that no clock has, a day that is past or too far: a sentence, and nothing is kept; emptied, none."""
    person = await door.town.person()
    link = await my_link(door)
    status, page, _ = await door.post(link, {"do": "hush"} | typed)
    assert (status, "Donnez les deux heures" in page) == (422, True)
    await do(door, link, **{"do": "hush", "from": "22:00", "to": "07:00", "warnings": "on"})
    assert 'value="22:00"' in (await door.get(link))[1]
    await do(door, link, **{"do": "hush", "from": "", "to": "", "mute": ""})
    [row] = [row for row in await door.town.db.fetch("people.all_subscribers") if row["id"] == person]
    assert row["quiet"] is None


async def test_hours_that_are_none_are_kept_as_they_were_typed(door):
    """Beside the sentence, which its fields name; those that were kept before come back with the page afterwards."""
    await door.town.person()
    link = await my_link(door)
    await do(door, link, **{"do": "hush", "from": "20:00", "to": "06:00"})
    typed = {"from": "22:00", "to": "", "mute": "2026-03-20", "warnings": "on"}
    _, page, _ = await door.post(link, {"do": "hush"} | typed)
    assert ('name="from" value="22:00"' in page, 'value="20:00"' in page) == (True, False)
    assert 'value="2026-03-20"' in page
    assert 'name="warnings" checked' in page
    assert page.count('aria-describedby="wrong-quiet"') == 3
    assert 'id="wrong-quiet"' in page
    assert 'href="#quiet-from"' in page
    page = (await door.get(link))[1]
    assert ('name="from" value="20:00"' in page, "wrong-quiet" in page) == (True, False)


async def test_places_end_and_nobody_is_left_nowhere(door):
    """Who takes away the last place is warned everywhere again; a new one narrows it."""
    await door.town.person()
    link = await my_link(door)
    await do(door, link, do="remove", place="1")
    assert (await terms(door))["scope"] == "everywhere"
    assert await door.reached() == {phone(1)}
    await do(door, link, do="add", spot="h2", kind="home")
    assert (await terms(door))["scope"] == "places"


async def test_one_way_is_stopped_and_the_last_one_is_not(door):
    """The mailbox is written to no more; the number is all that is left, and goes only with everything."""
    person = await door.town.person(email=1)
    link = await my_link(door)
    _, page = await door.get(link)
    ways = re.findall(r'name="way" value="(\d+)"', page)
    assert [int(way) >> 8 for way in ways] == [person, person]
    await do(door, link, do="stop", way=ways[1])
    assert await door.reached() == {phone(1)}
    status, page, _ = await door.post(link, {"do": "stop", "way": ways[0]})
    assert (status, "dernier moyen" in page) == (422, True)
    states = {
        Channel(row["channel"]): row["state"] for row in await door.town.db.fetch("people.all_endpoints")
    }
    assert states == {SMS: EndpointState.ACTIVE, EMAIL: EndpointState.STOPPED}


async def test_one_station_is_left_and_the_other_stays(door):
    """Of two stations the one that is left writes no more; the person is still the other's."""
    await door.town.person()
    neighbour = await door.town.person(station=door.town.neighbour)
    link = await my_link(door)
    await do(door, link, do="leave", station=str(door.town.neighbour.id))  # not theirs: nothing happens
    assert {row["subscriber_id"] for row in await door.town.db.fetch("people.all_subscriptions")} >= {
        neighbour
    }
    assert await do(door, link, do="leave", station=str(door.town.station.id)) == f"{ASK}?fait=efface"
    [row] = await door.town.db.fetch("people.all_subscriptions")
    assert row["subscriber_id"] == neighbour


async def test_nothing_is_changed_of_another_person(door):
    """A neighbour's endpoint or place by its number: not theirs, so nothing happens to it."""
    await door.town.person(email=1)
    other = await door.town.person(email=1)
    link = await my_link(door)
    await door.get(link)  # whoever opens it is heard of
    before = [tuple(row) for row in await door.town.db.fetch("people.all_endpoints")]
    await do(door, link, do="stop", way=str(other << 8))
    assert [tuple(row) for row in await door.town.db.fetch("people.all_endpoints")] == before
    for fields in ({"do": "vote"}, {"do": "choose", "station": "2", "level": "info"}, {"do": "speak", "locale": "xx"},
                   {"do": "stop", "way": "x"}, {"do": "add", "spot": "h1", "kind": "moon"}):  # fmt: skip
        assert (await door.post(link, fields))[0] == 400, fields
    assert (await door.post(link, {"do": "erase"}))[0] == 422


async def test_who_asks_learns_nothing_of_who_is_there(door):
    """The same page for a known number, an unknown one, and one that was asked for too often; only the known one is sent to."""
    await door.town.person()
    typed = [phone(1), "06 39 98 77 77", "ana@example.org", *[phone(1)] * 5]
    pages = [(await door.post(ASK, {"address": address}))[1].replace(address, "") for address in typed]
    assert len(set(pages)) == 1, "but for what was typed"
    await door.town.run()
    assert door.town.provider.addresses == [phone(1)] * 3


async def test_only_that_link_opens_it_and_for_an_hour(door, clock):
    """An alert's code, the code for leaving, another station's address, an invented one, a late one: not there."""
    person = await door.town.person()
    link = await my_link(door)
    await door.reached()
    codes = [door.town.desk.keyring.code(delivery_number(message, person << 8)) for message in (0, 2, 99)]
    tries = [f"{PATH}/moi/{code}" for code in (*codes, "00000000000")] + [
        link.replace("bras-sur-meuse", "voisine")
    ]
    for path in tries:
        assert (
            (await door.get(path))[0] == (await door.post(path, {"do": "erase", "sure": "on"}))[0] == 404
        ), path
    clock.advance(59 * MINUTE)
    assert (await door.get(link))[0] == 200
    clock.advance(HOUR)
    assert (await door.get(link))[0] == (await door.get(f"{link}/donnees.json"))[0] == 404


async def test_the_way_out_is_in_the_language_of_the_message(door):
    """A German reader leaves in German; an invented link, asked for by a Dutch browser, says in Dutch that nobody is there."""
    person = await door.town.person(locale="de-CH")
    path = f"/partir/{door.town.desk.keyring.code(delivery_number(0, person << 8))}"
    assert "Von Bras-sur-Meuse nichts mehr erhalten" in (await door.get(path))[1]
    assert "schreibt Ihnen nicht mehr" in (await door.post(path, {"station": str(door.town.station.id)}))[1]
    assert "niemand ingeschreven" in (await door.get("/partir/00000000000", **{"Accept-Language": "nl"}))[1]


async def test_who_has_only_calls_opens_it_by_a_code_that_is_said(db, clock):
    """Once a day and by day; typed on the page, five tries; a stranger's number is told the same, and nothing rings."""
    async with opened(db, clock) as door:
        await door.town.person(sms=0, voice=1)
        number = landline(1)
        told = (await door.post(ASK, {"address": number}))[1]
        assert "Un code vous a été dit" in told
        assert (await door.post(ASK, {"address": "+33 7 00 00 99 99"}))[1] == told.replace(
            number, "+33 7 00 00 99 99"
        )
        code = "".join(re.findall(r"\d", (await door.told(number)).partition("est:")[2]))[:6]
        await door.post(ASK, {"address": number})
        await door.town.run()
        assert [one.address for one in door.town.provider.ledger] == [number]
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        for _ in range(4):
            assert (await door.post(ASK, {"address": number, "code": wrong}))[0] == 422
        assert (await door.post(ASK, {"address": "+33 7 00 00 99 99", "code": code}))[0] == 422
        status, _, where = await door.post(ASK, {"address": number, "code": " ".join(code)})
        assert (status, telephone(number) in (await door.get(where))[1]) == (303, True)
        assert (await door.post(ASK, {"address": number, "code": code}))[0] == 422, "six tries"
        clock.advance(12 * HOUR)
        await door.post(ASK, {"address": number})
        await door.town.run()
        assert len(door.town.provider.to(number)) == 1, "nothing rings at night"


async def test_an_error_is_told_in_the_visitor_s_language(door):
    """Where residents read; operators' pages are in French, and a page that never was says nothing of whose it is."""
    for path, language, said in (
        (f"{PATH}/moi/00000000000", "de-DE,de", "Dieser Link antwortet nicht mehr"),
        (f"{PATH}/moi/00000000000", "fr", "Ce lien ne répond plus"),
        ("/s/nulle-part", "nl", "Deze pagina bestaat niet"),
        ("/nulle-part", "es", "Esta página no existe"),
        ("/a/00000000000?langue=it", "fr", "Questo link non risponde più"),
        ("/equipe/x", "de", "Cette page n'existe pas"),
    ):
        status, page = await door.get(path, **{"Accept-Language": language})
        assert (status, said in page) == (404, True), page
