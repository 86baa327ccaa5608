"""Joining by SMS, e-mail and a call, as residents and strangers see it: nothing counts that is not proven."""

import html
from collections import Counter

import pytest
from heart.town import phone
from web.joining_house import EVERY_WAY, LANDLINE, MAILBOX, NUMBER, PATH, opened

from alertd.clock import DAY, FOREVER, HOUR, MINUTE
from alertd.model import Channel, EndpointState
from alertd.subscribe import join, topics
from alertd.subscribe.forget import forget
from alertd.web.words import telephone


@pytest.fixture
async def door(sqlite, clock):
    async with opened(sqlite, clock) as door:
        yield door


async def active(door):
    """Channels of what is proven, by person of a station."""
    rows = await door.town.db.fetch("people.all_endpoints")
    people = {row["subscriber_id"] for row in await door.town.db.fetch("people.all_subscriptions")}
    proven = [row for row in rows if row["state"] == EndpointState.ACTIVE and row["subscriber_id"] in people]
    return Counter((row["subscriber_id"], Channel(row["channel"])) for row in proven)


async def test_each_way_counts_once_it_is_proven(db, clock):
    """Code, button, key: one person with three ways, whom an alert then reaches by them; before, by none."""
    async with opened(db, clock) as door:
        page = await door.joins()
        code, link = await door.code(), await door.link()
        assert await door.reached() == set()
        status, _, where = await door.post(page, {"code": f" {code[:3]} {code[3:]} "})
        assert (status, where) == (303, page)
        assert await door.reached() == {NUMBER}
        assert "C'est fait" in (await door.post(link, {}))[1]
        await door.picks_up()
        assert await door.reached() == {NUMBER, MAILBOX, LANDLINE}
        assert "C'est fait" in (await door.get(page))[1]
        [row] = await db.fetch("people.all_subscriptions")
        assert {whose for whose, _ in await active(door)} == {row["subscriber_id"]}
        assert (row["scope"], row["topics"], row["valid_until"]) == ("everywhere", -1, FOREVER)
        assert row["consent_source"] == f"page {PATH}"
        assert row["consent_proof"].endswith("voice")


@pytest.mark.parametrize(("locale", "told"), [("fr", "Station d'essai"), ("de", "Übungsstation")])
async def test_who_joins_a_training_station_is_told_that_it_warns_of_nothing(door, locale, told):
    """In the reader's language, before anything is typed; a live station says no such thing."""
    slug = door.town.training.slug
    assert told in html.unescape((await door.get(f"/s/{slug}?langue={locale}"))[1])
    assert told not in html.unescape((await door.get(f"{PATH}?langue={locale}"))[1])


@pytest.mark.parametrize(
    ("locale", "mobile", "shown"),
    [
        ("fr", "06 39 98 12 34", "06 39 98 12 34"),
        ("de", "06 39 98 12 34", "+33 6 39 98 12 34"),
        ("fr", "+32 470 12 34 56", "+32 470 12 34 56"),
    ],
)
async def test_a_number_is_shown_in_groups_so_that_a_slip_is_seen(door, locale, mobile, shown):
    """Where the code is typed: as it is dialled at home, with its country to and of a visitor; a mailbox stays as it is."""
    page = await door.joins(locale=locale, mobile=mobile)
    _, text = await door.get(page, **{"Accept-Language": locale})
    assert shown.replace(" ", "\N{NO-BREAK SPACE}") in text
    assert mobile.replace(" ", "") not in text
    assert MAILBOX in text


async def test_a_link_scanner_confirms_nothing(door):
    """Opening the letter's link, as often as one likes, shows a button; pressed once, it opens nothing any more."""
    await door.joins(ways=["email"])
    link = await door.link()
    for _ in range(3):
        status, page = await door.get(link)
        assert (status, "Je confirme" in page, MAILBOX in page) == (200, True, True)
    assert await door.reached() == set()
    status, page, *_ = await door.post(link, {})
    assert (status, f"/s/{PATH.rpartition('/')[2]}/mes-choix?langue=fr" in page) == (200, True)
    assert await door.reached() == {MAILBOX}
    assert (await door.get(link))[0] == (await door.post(link, {}))[0] == 404


async def test_a_code_is_tried_five_times_and_lasts_a_quarter_of_an_hour(door, clock):
    """The sixth try is refused even if it is right; another code starts anew, and the old one opens nothing."""
    page = await door.joins(ways=["sms"])
    code = await door.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        status, text, _ = await door.post(page, {"code": wrong})
        assert (status, "Ce n'est pas le code" in text) == (422, True)
    assert (await door.post(page, {"code": code}))[0] == 422
    assert "Demandez-en un autre" in (await door.get(page))[1]
    assert (await door.post(page, {"again": "sms"}))[0] == 303
    again = await door.code()
    assert code == again or (await door.post(page, {"code": code}))[0] == 422
    clock.advance(16 * MINUTE)
    assert (await door.post(page, {"code": again}))[0] == 422
    assert await active(door) == {}


async def test_a_code_opens_no_other_page_s_wish(door):
    """Whoever asked for a code to another's number needs that phone, not one of their own."""
    mine = await door.joins(ways=["sms"])
    code = await door.code()
    theirs = await door.joins(ways=["sms"], mobile="06 39 98 55 55")
    other = await door.code("+33639985555")
    assert code == other or (await door.post(theirs, {"code": code}))[0] == 422
    assert (await door.post(mine, {"code": code}))[0] == 303
    assert await door.reached() == {NUMBER}


async def test_known_and_unknown_addresses_are_told_the_same(door):
    """Nobody learns who is subscribed: the same answer, the same word sent, and nothing of the known one changes."""
    known = await door.town.person()
    number = phone(1).replace("+33", "0")
    before = await door.town.db.fetch("people.all_subscriptions")
    pages = []
    for mobile in (number, "06 39 98 77 77"):
        _, page = await door.get(await door.joins(ways=["sms"], mobile=mobile, what="serious"))
        pages.append(page.replace(telephone(phone(1)), "X").replace(telephone("+33639987777"), "X"))
    assert pages[0] == pages[1]
    await door.town.run()
    assert len(door.town.provider.to(phone(1))) == len(door.town.provider.to("+33639987777")) == 1
    assert [tuple(row) for row in await door.town.db.fetch("people.all_subscriptions")] == [
        tuple(row) for row in before
    ]
    assert known


async def test_who_is_known_and_proves_it_is_the_same_person_with_other_wishes(door):
    """A list had the number; its person now says it themselves: one person still, with the new wishes."""
    known = await door.town.person()
    page = await door.joins(ways=["sms"], mobile=phone(1), what="serious", locale="nl")
    assert (await door.post(page, {"code": await door.code(phone(1))}))[0] == 303
    [row] = await door.town.db.fetch("people.all_subscriptions")
    assert (row["subscriber_id"], row["min_level"], row["scope"]) == (known, 2, "everywhere")


async def test_a_number_is_not_flooded(door, clock):
    """Four codes at once whoever asks and from wherever, then one in four hours; the refusal proposes e-mail."""
    for _ in range(4):
        await door.joins(ways=["sms"])
    await door.town.run()
    status, page, _ = await door.post(PATH, EVERY_WAY | {"ways": ["sms"]}, **{"X-Forwarded-For": "192.0.2.9"})
    assert (status, "par e-mail" in page) == (429, True)
    await door.joins(ways=["sms"], mobile="06 39 98 44 44")
    clock.advance(4 * HOUR)
    await door.joins(ways=["sms"])
    await door.town.run()
    assert len(door.town.provider.to(NUMBER)) == 5


async def test_a_station_s_codes_are_counted_by_the_day(sqlite, clock):
    """Of six a day three at once: the fourth number is refused, e-mail is not; tomorrow there are three again, not six."""
    async with opened(sqlite, clock, codes_per_station_day=6) as door:
        for n in range(3):
            await door.joins(ways=["sms"], mobile=f"06 39 98 00 0{n}")
        refused = EVERY_WAY | {"ways": ["sms"], "mobile": "06 39 98 00 09"}
        assert (await door.post(PATH, refused))[0] == 429
        await door.joins(ways=["email"])
        clock.advance(DAY)
        for n in range(3, 6):
            await door.joins(ways=["sms"], mobile=f"06 39 98 00 0{n}")
        assert (await door.post(PATH, refused))[0] == 429


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mobile": "+1 202 555 0143"}, "inscrivez-vous par e-mail"),
        ({"mobile": "+44 7797 712345"}, "inscrivez-vous par e-mail"),
        ({"mobile": "+216 20 123 456"}, "inscrivez-vous par e-mail"),
        ({"mobile": "03 29 00 00 00"}, "ne reçoit pas de SMS"),
        ({"mobile": "0899 70 11 11"}, "surtaxé"),
        ({"mobile": "douze"}, "pas un numéro"),
        ({"mobile": ""}, "pas un numéro"),
        ({"ways": ["email"], "mailbox": "ana@"}, "pas une adresse"),
        ({"ways": ["voice"], "telephone": "+1 202 555 0143"}, "inscrivez-vous par e-mail"),
        ({"ways": []}, "au moins un moyen"),
        ({"ways": ["telepathie"]}, "au moins un moyen"),
    ],
)
async def test_what_cannot_be_asked_is_told_and_nothing_is_sent(door, fields, said):
    """Numbers of elsewhere, fixed, dear, or none at all: a sentence to act on, no message, no row."""
    status, page, _ = await door.post(PATH, EVERY_WAY | {"ways": ["sms"]} | fields)
    assert (status, said in page) == (422, True), page
    await door.town.run()
    assert door.town.provider.ledger == []
    assert await door.town.db.fetch("people.all_subscribers") == []


@pytest.mark.parametrize(
    "mobile", ["+41 78 123 45 67", "+44 7400 123456", "0692 12 34 56", "+262 692 12 34 56", "+47 406 12 345"]
)
async def test_neighbours_and_overseas_numbers_are_asked(door, mobile):
    """Switzerland, the United Kingdom, La Réunion, Norway; a number written as at home there needs its country."""
    status, _, _ = await door.post(PATH, EVERY_WAY | {"ways": ["sms"], "mobile": mobile})
    assert status == (422 if mobile.startswith("0") else 303)


async def test_a_stay_is_erased_with_all_that_was_given(door, clock):
    """A tourist's number, place and wishes are gone a day after the last day; the wish itself after two days."""
    gare = {"where": "places", "home": "h1", "until": "stay", "stay": "2026-03-05", "ways": ["sms"]}
    page = await door.joins(**gare)
    await door.post(page, {"code": await door.code()})
    [place] = await door.town.db.fetch("people.all_places")
    assert place["kind"] == "stay"
    clock.advance(3 * DAY)
    await join.forget(door.town.db, clock.now_ms())
    assert (await door.get(page))[0] == 404
    assert len(await door.town.db.fetch("people.all_endpoints")) == 1
    clock.advance(2 * DAY)
    await forget(door.town.db, clock)
    for table in ("subscribers", "endpoints", "places", "subscriptions", "reach"):
        assert await door.town.db.fetch(f"people.all_{table}") == []


async def test_a_wish_that_nobody_proves_leaves_nothing(door, clock):
    """A mistyped number is not kept: after two days there is no trace of it."""
    page = await door.joins()
    await door.town.run()
    clock.advance(2 * DAY + MINUTE)
    await join.forget(door.town.db, clock.now_ms())
    for table in ("subscribers", "endpoints", "subscriptions"):
        assert await door.town.db.fetch(f"people.all_{table}") == []
    assert (await door.get(page))[0] == 404


async def test_a_list_that_brings_the_number_meanwhile_is_not_held_up(door):
    """Whatever a stranger typed, the mairie's own list enrols at once whom it has."""
    await door.joins(ways=["sms"], mobile=phone(1))
    await door.town.person()
    assert await door.reached() == {phone(1)}


async def test_invented_links_and_foreign_stations_are_told_the_same(door):
    """A forged token, an old one, another station's: a page that is not there."""
    page = await door.joins(ways=["sms", "email"])
    link = await door.link()
    invented = [f"{PATH}/suite/{'A' * 43}", f"{PATH}/confirmer/{'A' * 43}"]
    elsewhere = [page.replace("bras-sur-meuse", "voisine"), link.replace("bras-sur-meuse", "voisine")]
    for path in (*invented, *elsewhere):
        assert (await door.get(path))[0] == (await door.post(path, {"code": "123456"}))[0] == 404, path
    assert await active(door) == {}


async def test_the_page_is_in_the_reader_s_language(door):
    """Asked for in the address, or by the browser; faults and codes too."""
    assert "Von Bras-sur-Meuse gewarnt werden" in (await door.get(PATH, **{"Accept-Language": "de-CH,fr"}))[1]
    assert "Be warned by" in (await door.get(f"{PATH}?langue=en"))[1]
    _, page, _ = await door.post(f"{PATH}?langue=nl", {"page": "nl"})
    assert "Kies ten minste één manier" in page
    await door.joins(ways=["sms"], locale="it")
    assert "il vostro codice" in await door.told(NUMBER)


async def test_dangers_come_whatever_was_chosen(door):
    """One topic of all that may be left out: every danger is still wanted."""
    page = await door.joins(ways=["sms"], what="chosen", topics=["waste"])
    await door.post(page, {"code": await door.code()})
    [row] = await door.town.db.fetch("people.all_subscriptions")
    wanted = set(topics.words(await topics.load(door.town.db), row["topics"]))
    dangers = {key for key, topic in door.town.desk.catalogue.topics.items() if topic.level == "danger"}
    assert wanted == dangers | {"waste"}
