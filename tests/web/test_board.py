"""A station's public pages: its board, a thread, the archive; the panel, the frame and the picture for other sites."""

import html
import re
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from lxml import etree
from web.feeds_house import other, reader, town

from alertd.clock import DAY, HOUR, MINUTE
from alertd.issue.release import release
from alertd.issue.undo import HOLD_MS, undo
from alertd.model import Level, Mode, Target, Text
from alertd.publish.board import MOST_PLANNED
from alertd.schedule import saving
from alertd.schedule.saving import Wish
from alertd.schedule.stamps import read_local
from alertd.stations import stations
from alertd.subscribe import groups
from alertd.web.app import build
from alertd.web.front import MOST, Document, Front
from alertd.web.rooms import Rooms

__all__ = ["reader", "town"]

STATION = Target(station=True)
INFO = {"level": Level.INFO, "topic": "mairie"}
PATHS = ("", "/ecran", "/ecran?forme=noir", "/ecran?forme=lignes", "/cadre", "/banniere.svg", "/archives")


async def page(reader, path="", slug="belleville"):
    return html.unescape(await reader.text(f"/{slug}{path}")).replace("\u00a0", " ")


def titles(text):
    """The headings of the notices, in order."""
    return re.findall(r'<h[123] lang="\w+">([^<]*)<', text)


async def test_what_is_in_force_is_told_and_drawn_without_a_script(town, reader):
    """Level, words, place in words and as a picture, end, numbers to call; the way to join and to verify."""
    await town.release()
    answer = await reader.get("/belleville")
    text = html.unescape(await answer.text()).replace("\u00a0", " ")
    for said in (
        "Urgence · Incendie, fumées",
        "Incendie route de Verdun",
        "Fermez vos fenêtres.",
        '<path class="zone"',
        "Dans un rayon de 1 km autour de la mairie.",
        "Fin prévue aujourd'hui à 13 h 00.",
        'href="tel:112"',
        '<a href="tel:+33329860000">03 29 86 00 00</a>',
        'href="sms:114"',
        'href="/s/belleville"',
        'href="/verify"',
    ):
        assert said in text, said
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=10"


async def test_a_board_leads_programs_to_its_feeds(reader):
    """Each by its media type, and each is there."""
    root = etree.HTML(await reader.text("/belleville"))
    links = {link.get("type"): link.get("href") for link in root.findall(".//link[@rel='alternate']")}
    assert set(links) == {
        "application/atom+xml",
        "application/rss+xml",
        "application/geo+json",
        "text/calendar",
    }
    for kind, path in links.items():
        assert (await reader.get(path)).headers["Content-Type"].startswith(kind)


async def test_nothing_in_force_is_said_in_words(reader):
    """An empty page would be a doubt."""
    assert "Aucune alerte en cours." in await page(reader)


@pytest.mark.parametrize(("way", "said"), [("end", "Terminée"), ("cancel", "Fausse alerte")])
async def test_an_end_is_told_for_a_day_then_kept_in_the_archive(town, reader, clock, way, said):
    """Green, without what to do in a danger that is over; then one line among the past."""
    first = await town.release()
    await getattr(town, way)(first)
    text = await page(reader)
    assert 'class="banner over"' in text
    assert said in text
    assert "Fermez vos fenêtres." not in text
    clock.advance(DAY + MINUTE)
    text = await page(reader)
    assert 'class="banner over"' not in text
    assert "Incendie route de Verdun" in text
    assert text.index("Alertes passées") < text.index("Incendie route de Verdun")


async def test_what_is_to_come_stands_apart(town, reader, clock):
    """With the moment it begins; once that is past it is in force, without anyone's saying anything."""
    await town.release(onset=clock.now_ms() + HOUR)
    text = await page(reader)
    assert "Aucune alerte en cours." in text
    assert text.index("À venir") < text.index("Incendie route de Verdun")
    assert "Début aujourd'hui à 11 h 00." in text
    clock.advance(HOUR)
    assert "À venir" not in await page(reader)


async def test_what_schedules_will_say_is_foretold_and_a_group_s_is_not(town, reader):
    """When, and what about; nothing of a list's schedules, which hide nobody else's however many they are, and nothing any
    more once it is paused.
    """
    schedule = await saved(town, target=STATION, texts={"fr": Text("Sortez les bacs jaunes")})
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Élus")
    secret = await saved(town, target=Target(groups=(group,)), texts={"fr": Text("Réunion secrète")})
    for copy in range(MOST_PLANNED):
        await town.do("heart.copy_schedule", secret, -1 - copy)
    text = await page(reader)
    assert text.index("À venir") < text.index("Sortez les bacs jaunes")
    assert "Message prévu demain à 7 h 30." in text
    assert "Réunion secrète" not in text
    await saving.pause(town.desk, town.mayor, schedule)
    reader.rooms.front.clear()
    assert "Sortez les bacs jaunes" not in await page(reader)


async def saved(town, **changes):
    shown = await town.preview(level=Level.INFO, topic="waste", **changes)
    wish = Wish("FREQ=WEEKLY", read_local("2026-03-03T07:30", "starts"), "")
    return await saving.save(town.desk, town.mayor, town.station, shown.digest, wish)


async def test_an_end_that_nobody_confirmed_is_said_to_be_one(town, reader, clock):
    """Past, and not over."""
    first = await town.release()
    clock.advance(4 * HOUR)
    assert "Expirée, fin non confirmée" in await page(reader)
    assert "personne ne l'a confirmée" in await page(reader, f"/alertes/{first.alert_id}")


async def test_the_gravest_is_first(town, reader, clock):
    """Then the newest."""
    await town.release()
    for headline in ("Marché annulé", "Bureau fermé"):
        clock.advance(MINUTE)
        await town.release(**INFO, target=STATION, texts={"fr": Text(headline)})
    assert titles(await page(reader)) == ["Incendie route de Verdun", "Bureau fermé", "Marché annulé"]


async def test_other_languages_are_beside_the_french(town, reader):
    """Each marked as what it is, for those who hear the page."""
    await town.release(texts={"fr": Text("Incendie"), "de": Text("Brand", "Ein Hof brennt.")})
    text = await page(reader)
    assert '<details lang="de"><summary>Deutsch</summary>' in text
    assert "Ein Hof brennt." in text
    assert titles(text) == ["Incendie"]


async def test_a_thread_s_page_has_all_that_was_said(town, reader, clock):
    """The newest first, each with its CAP document."""
    first = await town.release()
    clock.advance(MINUTE)
    second = await town.release(first.alert_id, texts={"fr": Text("Le feu gagne")})
    text = await page(reader, f"/alertes/{first.alert_id}")
    assert text.index(reader.cap(second)) < text.index(reader.cap(first))
    assert "Mise à jour: Le feu gagne" in text
    assert (await reader.get(f"/voisine/alertes/{first.alert_id}")).status == 404


async def test_the_archive_is_paged(town, reader):
    """Twenty at a time, each thread once, to the first."""
    for number in range(23):
        one = await town.release(**INFO, target=STATION, texts={"fr": Text(f"Message {number}")})
        await town.end(one)
    first = await page(reader, "/archives")
    (older,) = re.findall(r'href="(/belleville/archives\?avant=\d+)"', first)
    second = html.unescape(await reader.text(older))
    found = re.findall(r"<strong>Message (\d+)</strong>", first + second)
    assert [int(number) for number in found] == list(reversed(range(23)))
    assert "archives?avant" not in second


@pytest.mark.parametrize("avant", ["0", "-1", "x", "９", "1" * 40, ""])
async def test_an_archive_asked_for_nonsense_answers(reader, avant):
    """Never an error of ours."""
    assert (await reader.get("/belleville/archives", params={"avant": avant})).status == 200


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_of_a_group_is_on_a_page(town, reader, path):
    """Also not of a thread that was everyone's until an update turned it to a group."""
    before = await page(reader, path)
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Élus")
    turned = await town.release(target=STATION)
    await town.release(turned.alert_id, **INFO, target=Target(groups=(group,)))
    await town.release(**INFO, target=Target(groups=(group,)))
    assert await page(reader, path) == before
    assert (await reader.get(f"/belleville/alertes/{turned.alert_id}")).status == 404


@pytest.mark.parametrize("path", PATHS)
async def test_a_private_a_suspended_and_no_station_are_told_the_same(town, reader, path):
    """Nobody learns by trying which there are."""
    await other(town, "cantine", private=True)
    await town.release(target=STATION)
    shut = await other(town, "fermee")
    async with town.db.transaction() as tx:
        await stations.suspend(tx, shut.id, town.clock.now_ms())
    answers = [await reader.get(f"/{slug}{path}") for slug in ("cantine", "fermee")]
    assert [answer.status for answer in answers] == [404, 404]
    assert len({await answer.text() for answer in answers}) == 1


@pytest.mark.parametrize("path", PATHS[:-1])
async def test_a_training_station_says_on_every_page_that_it_is_one(town, reader, path):
    """Nobody takes it for the matter itself; search engines are sent away."""
    await other(town, "feu-de-paille", mode=Mode.TRAINING)
    await town.release()
    assert re.search(r"ESSAI|Station d'essai|TEST - ", await page(reader, path, "feu-de-paille"))
    if not path:
        assert 'content="noindex, nofollow"' in await page(reader, "", "feu-de-paille")


@pytest.mark.parametrize("path", PATHS[:-1])
async def test_an_exercise_is_called_one(town, reader, path):
    """On whatever shows it."""
    await town.release(exercise=True)
    assert "EXERCICE" in await page(reader, path)


@pytest.mark.parametrize("path", PATHS)
async def test_typed_markup_stays_text(town, reader, path):
    """In pages and in the picture."""
    one = await town.release(texts={"fr": Text("<script>alert(1)</script>", "<b>", "</text><script>")})
    if path == "/archives":
        await town.end(one)
    answer = await reader.text(f"/belleville{path}")
    assert "<script>alert" not in answer
    assert "</text><script" not in answer


async def test_a_short_link_that_looks_like_a_station_is_led_on(town):
    """A code of eleven small letters; a station of eleven letters keeps its page."""
    await other(town, "montbeliard")
    http = town.desk.settings.http.model_copy(update={"short_url": "https://ab.fr"})
    house = replace(town.desk, settings=town.desk.settings.model_copy(update={"http": http}))
    async with TestClient(TestServer(build(Rooms(house, heartbeat=lambda: True)))) as client:
        led = await client.get("/abcdefghijk", allow_redirects=False)
        assert (led.status, led.headers["Location"]) == (302, f"{http.public_url}/a/abcdefghijk")
        assert (await client.get("/montbeliard")).status == 200


async def test_what_is_kept_has_a_bound():
    """The oldest makes room."""
    front = Front()

    async def make():
        return Document(b"x", "text/plain", 10)

    for number in range(MOST + 5):
        await front.get(str(number), 0, make)
    made = []

    async def again():
        made.append(1)
        return await make()

    await front.get("0", 0, again)
    await front.get(str(MOST), 0, again)
    assert made == [1]


async def test_what_was_undone_before_the_first_message_never_hung(town, reader):
    """While it may be undone an information hangs nowhere, and appears by itself; taken back then, it is no false alert either."""
    await town.person()

    async def sent():
        shown = await town.preview(level=Level.WARNING, topic="road")
        return await release(town.desk, town.mayor, town.station, shown.digest, hold_ms=HOLD_MS)

    taken_back = await sent()
    assert titles(await page(reader)) == []
    await undo(town.desk, town.mayor, taken_back.alert_id)
    stays = await sent()
    for _ in range(2):
        for path in ("", "/ecran", "/archives", "/atom.xml"):
            assert "Incendie route" not in await page(reader, path), path
        assert (await reader.get(f"/belleville/alertes/{taken_back.alert_id}")).status == 404
        assert (await reader.get(f"/belleville/alertes/{stays.alert_id}")).status == 404
        town.clock.advance(HOLD_MS // 2 - 1)
    town.clock.advance(2)
    assert len(titles(await page(reader))) == 1
    assert (await reader.get(f"/belleville/alertes/{stays.alert_id}")).status == 200
    await undo(town.desk, town.mayor, stays.alert_id)
    assert "Fausse alerte" in await page(reader)
    town.clock.advance(HOUR)
    assert (await reader.get(f"/belleville/alertes/{taken_back.alert_id}")).status == 404
