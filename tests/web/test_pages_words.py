"""The words of an alert: phrases that are tapped and read in six languages, and an author's own."""

import asyncio
import json
import re
from dataclasses import replace

import pytest
from aiohttp import ClientSession, CookieJar
from web.form_read import plain, posted
from web.pages_house import hidden

from alertd.catalogue import LANGUAGES
from alertd.clock import DAY, HOUR
from alertd.daemon import running
from alertd.issue import reading
from alertd.issue.preview import preview
from alertd.issue.undo import HOLD_MS
from alertd.model import Actor, Channel, Level, Mode, Role, Text
from alertd.settings import Settings
from alertd.stations import drawings, operators, stations
from alertd.store.contents import loads
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from alertd.web.rooms import Rooms
from alertd.web.writing import forms
from gateways.text import measure

HOME = (49.2090, 5.3750)
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # no SQL of its own
NEW, REREAD = "/alertes/nouvelle", "/alertes/relire"
PICKS = {
    "words": "book",
    "hazard": "road_closed",
    "time": "until",
    "advice": ["road", "detour"],
    "source": "police",
    "topic": "road",
    "level": "warning",
    "headline": "",
    "instruction": "",
    "channels": ["sms"],
}
SAID = {
    "fr": "Route coupée, secteur La Gare, jusque vers",
    "en": "Road closed, La Gare area, until about",
    "de": "Straße gesperrt, Bereich La Gare, bis etwa",
    "nl": "Weg afgesloten, omgeving La Gare, tot ongeveer",
    "es": "Carretera cortada, zona La Gare, hasta las",
    "it": "Strada chiusa, zona La Gare, fino alle",
}


@pytest.fixture
def house(tmp_path):
    """A node in a folder of its own, with the sandbox for a provider."""
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
            "keys": {"secret_file": f"{tmp_path}/secret.key"},
            "http": {"port": 0},
            "node": {"name": "one"},
            "sending": {"poll_s": 0.1},
        }
    )


@pytest.mark.usefixtures("db")
async def test_tapped_phrases_reach_each_subscriber_in_their_language(house, clock):
    """Six people, six languages: the form is tapped and sent, and the sandbox has for each the words of their own."""
    async with (
        running(house, clock) as daemon,
        ClientSession(daemon.url, cookie_jar=CookieJar(unsafe=True)) as browser,
    ):
        station = await _village(daemon.desk, clock)
        token = await _log_in(daemon, browser, station)
        end = forms.local_time(clock.now_ms() + 3 * HOUR, station)
        fields = PICKS | {"csrf": token, "where": "hamlet", "hamlet": "1", "radius_m": "1000", "expires": end}
        async with browser.post(NEW, data=_pairs(fields)) as answer:
            page = await answer.text()
        assert "5 traductions non relues" in page
        async with browser.post(
            "/alertes/envoyer", data=_pairs(dict(hidden(page)) | {"csrf": token})
        ) as answer:
            assert answer.status == 200, await answer.text()
        clock.advance(HOLD_MS)
        told = await _arrived(daemon.desk, 6)
    for number, locale in enumerate(LANGUAGES):
        said = told[f"+3363998{number:04d}"]
        assert said.startswith(f"Bras: {SAID[locale]}"), said
        assert measure(said).encoding == "gsm7"


async def test_an_accent_of_the_book_is_written_and_not_charged(mayor, desk, station):
    """E-mail and voice have the place as it is spelt, the SMS in its own alphabet; so has the word that it is over."""
    async with desk.db.transaction() as tx:
        await drawings.add_hamlet(tx, station, "Côte du Poivre", 49.2095, 5.3755)
    path = await mayor.released(**PICKS | {"hamlet": "2", "channels": ["sms", "email"]})
    _, page = await mayor.get(path)
    assert "secteur Côte du Poivre" in page
    _, page = await mayor.get(f"{path}/fin")
    assert "secteur Cote du Poivre" in page


async def test_a_topic_s_tile_needs_no_typing(mayor):
    """The tile begins with phrases; with where it is, that is a message of four elements, and the fifth is who sends it."""
    _, page = await mayor.get(f"{NEW}?sujet=fire")
    fields = posted(page) | {"where": "station", "csrf": await mayor.token()}
    _, text, path = await mayor.post(NEW, fields)
    assert path.startswith("/alertes/apercu/"), text
    page = plain((await mayor.get(path))[1])
    assert "Bras-sur-Meuse: Incendie, toute la commune, depuis" in page
    assert "Restez à l'abri, portes et fenetres fermées." in page
    assert "il manque" not in page
    assert "Brand, die ganze Gemeinde, seit" in page


async def test_what_was_picked_is_there_again_when_it_is_changed(mayor):
    """Back from the preview every phrase is still tapped; taken over by hand they are French alone, and the page says so."""
    changes = PICKS | {"place": "river", "time": "between", "at": at(mayor, HOUR), "source": "prefecture"}
    page, _ = await mayor.previewed(**changes)
    _, back = await mayor.get(re.search(r'href="(/alertes/nouvelle\?apercu=[^"]+)"', page)[1])
    again = posted(back)
    names = ("words", "hazard", "place", "time", "at", "advice", "source")
    assert {name: again[name] for name in names} == {name: changes[name] for name in names}
    status, by_hand, _ = await mayor.post(NEW, again | {"csrf": await mayor.token(), "mend": "hand"})
    fields = posted(by_hand)
    assert (status, fields["words"]) == (200, "free")
    assert fields["headline"].startswith("Route coupée, bords de la rivière, de ")
    _, _, path = await mayor.post(NEW, fields | {"csrf": await mayor.token()})
    page = plain((await mayor.get(path))[1])
    assert "Ce que lisent les abonnés de 5 autres langues" in page
    assert "l'essentiel traduit, puis votre texte en français" in page


async def test_done_again_it_says_the_hour_of_today(mayor, clock):
    """The phrases are there again, the hour that was said is not: it was another fire's."""
    path = await mayor.released(**PICKS | {"time": "since", "at": at(mayor, 0)})
    clock.advance(2 * DAY)
    await mayor.log_in()
    again = posted((await mayor.get(f"{NEW}?copie={path.rpartition('/')[2]}"))[1])
    assert (again["hazard"], again["time"], again["at"]) == ("road_closed", "since", at(mayor, 0))


async def test_an_author_s_own_words_are_announced_as_french(mayor):
    """What he adds to phrases is translated by nobody."""
    page, _ = await mayor.previewed(**PICKS | {"channels": ["sms"], "body": "Le car passe par Charny."})
    digest = hidden(page)["digest"]
    row = (await mayor.desk.db.fetch("previews.one", digest))[0]
    texts = json.loads(row["content"])["texts"]
    assert texts["fr"]["body"] == "Le car passe par Charny."
    assert texts["de"]["body"] == "Originaltext auf Französisch: Le car passe par Charny."


async def test_texts_that_a_program_wrote_are_not_dropped_in_silence(mayor, desk, station):
    """An operator who changes an alert of several languages reads which ones the form does not keep."""
    _, fields = await mayor.previewed()
    row = (await desk.db.fetch("previews.one", fields["digest"]))[0]
    told = loads(row["content"])
    shown = await preview(
        desk,
        Actor("operator:le-mayor", station.id, Level.DANGER, Role.MAYOR),
        station,
        replace(told, texts={**told.texts, "de": Text("Brand"), "nl": Text("Brand")}),
    )
    _, page = await mayor.get(f"{NEW}?apercu={shown.digest}")
    assert "d'autres langues (allemand, néerlandais)" in plain(page)


async def test_a_ready_text_s_place_is_the_one_that_was_chosen(mayor):
    """From the text to the preview nothing is typed."""
    page, _ = await mayor.previewed(headline="INCENDIE {lieu}.", words="free")
    assert "INCENDIE La Gare." in plain(page)
    zone = json.dumps({"type": "Circle", "center": [5.375, 49.209], "radius_m": 500})
    changes = {"headline": "INCENDIE {lieu}.", "where": "zone", "zone": zone}
    status, page, _ = await mayor.post(NEW, mayor.alert(**changes))
    assert (status, "Remplacez {lieu}" in page) == (422, True)


REFUSED = (
    ({"hazard": ""}, "Touchez ce qui se passe."),
    ({"hazard": "dragon"}, "pas dans le recueil"),
    ({"advice": []}, "Touchez une consigne au moins"),
    ({"advice": ["dragon"]}, "pas dans le recueil"),
    ({"advice": ["road", "avoid", "detour", "no_car", "stay_in"]}, "4 au plus"),
    ({"place": "near", "place_name": " "}, "Écrivez le nom du lieu"),
    ({"place": "near", "place_name": "x" * 41}, "au plus 40 lettres"),
    ({"place": "near", "place_name": "a\nb\u0007c"}, "au plus 40 lettres"),
    ({"place": "dragon"}, "pas dans le recueil"),
    ({"time": "since", "at": "demain"}, "Indiquez le jour et l'heure dite."),
    ({"source": "dragon"}, "pas dans le recueil"),
    ({"advice": ["fire", "hazmat", "security", "flood"], "source": "roads"}, "C'est trop long en"),
    ({"time": "since", "at": "0001-01-01T00:00"}, "l'heure dite"),
    ({"time": "since", "at": "9999-12-31T23:59"}, "dans l'année"),
    ({"time": "between", "at": "2026-03-02T23:00"}, "vient après la fin"),
)


async def test_a_phrase_that_does_not_do_is_told_beside_it(mayor):
    """422 and the sentence, which the form shows; nothing is stored."""
    object.__setattr__(mayor.desk.settings.limits, "instruction_chars", 350)
    for changes, said in REFUSED:
        status, page, _ = await mayor.post(NEW, mayor.alert(**PICKS | changes))
        assert (status, said in plain(page)) == (422, True), (changes, said)
    assert not await reading.alerts(mayor.desk, mayor.station.id, None, 1)


async def test_prolonging_says_the_new_end_in_every_language(mayor):
    """The phrase for the end is composed again; no headline has two ends."""
    path = await mayor.released(**PICKS)
    _, _, shown = await mayor.post(f"{path}/prolonger", {"hours": "4"})
    row = (await mayor.desk.db.fetch("previews.one", shown.rpartition("/")[2]))[0]
    before, after = (json.loads(each)["texts"] for each in ((await _first(mayor, path)), row["content"]))
    assert set(after) == set(LANGUAGES)
    for locale in LANGUAGES:
        assert after[locale]["headline"] != before[locale]["headline"]
        assert after[locale]["headline"].count("(") == before[locale]["headline"].count("(")


@pytest.mark.parametrize(("act", "time"), [("fin", "until"), ("fausse-alerte", "")])
async def test_what_is_over_no_longer_says_until_when(mayor, link, act, time):
    """Neither the word that it is over, nor the page behind a link, nor any list; whether prolonging or the phrase book had told it."""
    path = await mayor.released(**PICKS | {"time": time})
    personal = await link(path)
    _, _, shown = await mayor.post(f"{path}/prolonger", {"hours": "4"})
    await mayor.sent(hidden((await mayor.get(shown))[1]))
    assert "(Jusqu'à lun. 2 mars" in plain((await mayor.get(path))[1]) or time
    await mayor.post(f"{path}/{act}")
    rows = await mayor.desk.db.fetch("events.of_alert", int(path.rpartition("/")[2]))
    said = json.loads(rows[-1]["content"])["texts"]
    assert set(said) == set(LANGUAGES)
    for locale, text in said.items():
        assert re.fullmatch(r"[^()]+ \(\S+ 2 \S+ \d\d:\d\d\)", text["headline"]), locale
    for page in (personal, "/alertes"):
        assert "usqu" not in plain((await mayor.get(page))[1])


async def test_a_said_hour_is_not_repeated_every_week(mayor):
    """Once it may be said; again and again it would be wrong."""
    page, _ = await mayor.previewed(**PICKS | {"time": "since", "at": at(mayor, HOUR)})
    digest = hidden(page)["digest"]
    day = forms.local_time(mayor.desk.clock.now_ms() + DAY, mayor.station)[:10]
    wish = {"digest": digest, "act": "show", "day": day, "time": "07:30"}
    for repeat, refused in (("daily", True), ("once", False)):
        _, page, _ = await mayor.post("/programmations/nouvelle", wish | {"repeat": repeat})
        assert ("serait fausse les autres fois" in plain(page)) is refused


async def _first(mayor, path):
    rows = await mayor.desk.db.fetch("events.of_alert", int(path.rpartition("/")[2]))
    return rows[0]["content"]


async def _village(desk, clock):
    """A training station with a hamlet, and one person for each language."""
    async with desk.db.transaction() as tx:
        station = await stations.add(
            tx, clock, stations.NewStation("bras", "Bras", *HOME, mode=Mode.TRAINING)
        )
        await drawings.add_hamlet(tx, station, "La Gare", 49.2095, 5.3755)
        for number, locale in enumerate(LANGUAGES):
            address = ((Channel.SMS, f"+3363998{number:04d}"),)
            person = Enrolment(address, "accueil", clock.now_ms() - DAY, places=(At(*HOME),), locale=locale)
            await enrol(tx, clock, desk.keyring, station, person, fiction=True)
    return station


async def _log_in(daemon, browser, station):
    rooms = Rooms(daemon.desk, heartbeat=lambda: True)
    known = await operators.hash_password(rooms.passwords, "maire", "quatre mots pour entrer")
    async with daemon.desk.db.transaction() as tx:
        one = await operators.add(tx, daemon.desk.clock, login="maire", name="Maire", password_hash=known)
        await operators.set_role(tx, one.id, station.id, Role.MAYOR)
    async with browser.post(
        "/connexion", data={"login": "maire", "password": "quatre mots pour entrer"}
    ) as answer:
        return re.search(r'name="csrf" value="([^"]*)"', await answer.text())[1]


async def _arrived(desk, n):
    """What the sandbox was given, by address, once it is that much."""
    async with asyncio.timeout(60):
        while True:
            rows = await desk.db.fetch("sandbox.latest", 0, 50)
            if len(rows) >= n:
                return {row["address"]: json.loads(row["content"])["text"] for row in rows}
            await desk.db.wait("progress", 0.05)


def _pairs(fields):
    """As a form is posted: a name for each of a list's values."""
    return [
        (name, value)
        for name, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def at(mayor, later):
    return forms.local_time(mayor.desk.clock.now_ms() // 60_000 * 60_000 + later, mayor.station)
