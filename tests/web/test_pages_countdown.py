"""An emergency from the pages: held or tapped twice, ten seconds that any operator of the station may stop, then gone."""

import html
import json
import re
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer
from web.pages_house import Browser, hidden

from alertd.clock import MINUTE, SECOND
from alertd.issue import countdown
from alertd.model import Mode, Role
from alertd.stations import operators, stations
from alertd.stations.stations import NewStation
from alertd.web.app import build

SECONDS = re.compile("(10|[1-9])\u00a0secondes")
"""PostgreSQL's clock goes on while a test runs."""


@pytest.fixture
async def colleague(rooms, desk, station):
    """Another operator's browser, who may release informations only."""
    async with visitor(rooms, desk, station, "le-publisher") as browser:
        yield browser


@asynccontextmanager
async def visitor(rooms, desk, station, login):
    """A browser at another node's door."""
    async with TestClient(TestServer(build(rooms))) as other:
        browser = Browser(other, desk, station)
        await browser.log_in(login)
        yield browser


async def test_without_a_script_an_emergency_is_two_taps_and_a_countdown(mayor, db):
    """The first tap asks for a second one elsewhere and keeps everything; the second leads to the seconds that are left."""
    page, fields = await mayor.previewed()
    assert "data-hold" in page
    status, page, _ = await mayor.post("/alertes/envoyer", fields)
    assert status == 200
    assert "Encore un geste" in page
    assert 'name="confirmed" value="on">Je confirme' in page
    assert not await db.fetch("alerts.of_station", mayor.station.id, 1 << 62, 1)
    _, _, path = await mayor.post("/alertes/envoyer", hidden(page) | {"confirmed": "on"})
    _, page = await mayor.get(path)
    assert SECONDS.search(page)
    for said in ("Incendie près de la gare", "Arrêter l'envoi", "Dans un rayon de 1 km"):
        assert said in plain(page)
    assert f'<noscript><meta http-equiv="refresh" content="2; url={path}?suite=1"></noscript>' in page


async def test_an_update_that_was_stopped_keeps_its_words(mayor, desk):
    """ "Corriger" opens what was about to leave, not what the alert says; its page tells that the update alone was stopped."""
    path = await mayor.released()
    desk.clock.advance(SECOND)
    _, _, preview = await mayor.post(f"{path}/corriger", mayor.alert(headline="Incendie maîtrisé"))
    fields = hidden((await mayor.get(preview))[1])
    await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    await mayor.post(f"{path}/arreter")
    page = plain((await mayor.get(path))[1])
    assert "Mise à jour arrêtée par le-mayor, aujourd'hui à 10 h 00. Elle n'est pas partie ; vos mots" in page
    assert "Incendie maîtrisé" in (await mayor.get(f"{path}/corriger"))[1]


async def test_a_colleague_sees_it_and_stops_it_and_the_words_are_kept(mayor, colleague, desk):
    """It stands at the top of their list; after the stop the form holds everything, and the page says who stopped it."""
    _, fields = await mayor.previewed()
    _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    assert SECONDS.search((await colleague.get("/"))[1])
    assert "Une urgence de le-mayor part dans" in (await colleague.get("/"))[1]
    assert (await colleague.post(f"{path}/arreter"))[2] == path
    desk.clock.advance(countdown.LASTS_MS)
    await countdown.step(desk)
    page = plain((await mayor.get(path))[1])
    assert "Envoi arrêté par le-publisher, aujourd'hui à 10 h 00. Rien n'est parti" in page
    assert "Reprendre le brouillon" in page
    _, form = await mayor.get(f"{path}/corriger")
    for kept in ("Incendie près de la gare", "Fermez vos fenêtres.", 'value="1000" selected'):
        assert kept in form
    _, _, preview = await mayor.post(f"{path}/corriger", mayor.alert())
    assert await mayor.sent(hidden((await mayor.get(preview))[1])) == path
    page = plain((await mayor.get(path))[1])
    assert "En cours" in page
    assert "Envoi arrêté" not in page


async def test_who_would_correct_it_meanwhile_is_led_to_its_stop(mayor):
    """During the seconds that are left there is nothing to correct yet: the page with the button comes instead."""
    _, fields = await mayor.previewed()
    _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    answer = await mayor.client.get(f"{path}/corriger", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, path)
    assert "Arrêter l'envoi" in plain((await mayor.get(path))[1])
    status, page, _ = await mayor.post(f"{path}/corriger", mayor.alert(headline="Le feu est éteint"))
    assert status == 409
    assert "arrêtez d'abord l'envoi" in plain(page)
    assert f'href="{path}"' in page
    assert "Le feu est éteint" in page


async def test_whoever_stops_too_late_is_led_to_the_false_alert(mayor, colleague):
    """It left meanwhile: the page says so, and what can still be done."""
    path = await mayor.released()
    assert (await colleague.post(f"{path}/arreter"))[2] == f"{path}?arret=trop-tard"
    page = plain((await mayor.get(f"{path}?arret=trop-tard"))[1])
    assert "Trop tard pour l'arrêter" in page
    assert "Fausse alerte" in page


async def test_a_reader_and_another_station_stop_nothing(mayor, rooms, desk):
    """A reader sees the seconds without a button; elsewhere the alert does not exist, but for who serves its station, too."""
    _, fields = await mayor.previewed()
    _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    async with visitor(rooms, desk, mayor.station, "le-reader") as reader:
        assert "Arrêter l'envoi" not in plain((await reader.get(path))[1])
        assert (await reader.post(f"{path}/arreter"))[0] == 403
    elsewhere = NewStation("verdun", "Verdun", 49.16, 5.38, mode=Mode.TRAINING)
    async with desk.db.transaction() as tx:
        station = await stations.add(tx, desk.clock, elsewhere)
        one = await operators.by_login(tx, "le-mayor")
        await operators.set_role(tx, one.id, station.id, Role.MAYOR)
    await mayor.post("/stations", {"station": str(station.id)})
    assert (await mayor.post(f"{path}/arreter"))[0] == 404
    assert (await mayor.get(f"{path}/depart"))[0] == 404
    assert "Bras-sur-Meuse : une urgence de le-mayor part dans" in (await mayor.get("/"))[1]


async def test_after_a_long_standstill_the_page_asks_again(mayor, desk):
    """More than a minute late: nothing left, the page says why, and the words are there."""
    _, fields = await mayor.previewed()
    _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    desk.clock.advance(countdown.LASTS_MS + MINUTE + SECOND)
    await countdown.step(desk)
    page = plain((await mayor.get(path))[1])
    assert "L'envoi n'est pas parti" in page
    assert "le service était arrêté à ce moment" in page
    assert "Reprendre le brouillon" in page


async def test_the_stream_counts_down_and_leads_on(mayor, desk):
    """Each second that is left, and the page again once it has left."""
    _, fields = await mayor.previewed()
    _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    async with mayor.client.get(f"{path}/depart") as stream:
        assert SECONDS.search(json.loads((await event(stream, b"part")).removeprefix(b"data: "))["html"])
        desk.clock.advance(6 * SECOND)
        while b"Plus que 5 secondes" not in await event(stream, b"part"):
            pass  # PostgreSQL told another second of its own
        desk.clock.advance(4 * SECOND)
        await countdown.step(desk)
        await event(stream, b"reload")


async def test_a_warning_is_taken_back_while_nobody_was_told(mayor):
    """One tap gives the words back as a draft; the alert says that it never left."""
    _, fields = await mayor.previewed(level="warning")
    _, _, path = await mayor.post("/alertes/envoyer", fields)
    assert "Annuler l'envoi" in plain((await mayor.get(path))[1])
    _, _, draft = await mayor.post(f"{path}/annuler")
    page = plain((await mayor.get(draft))[1])
    assert "Envoi annulé avant le premier message : personne n'a rien reçu." in page
    assert "Reprendre le brouillon" in page
    assert "Annulée avant l'envoi" in plain((await mayor.get(path))[1])


async def test_after_the_first_message_the_page_says_so_and_offers_what_is_left(mayor, desk):
    """The button is gone, also for who still has it on the screen; a false alert is what can be said."""
    path = await mayor.released(level="warning")
    message = (await desk.db.fetch("messages.of_alert", int(path.rpartition("/")[2])))[0]["id"]
    async with desk.db.transaction() as tx:
        await tx.execute("heart.add_attempt", message, 256)
    page = plain((await mayor.get(path))[1])
    assert "ne peut plus être annulé" in page
    assert "Annuler l'envoi" not in page
    _, _, where = await mayor.post(f"{path}/annuler")
    page = plain((await mayor.get(where))[1])
    assert "Trop tard pour l'arrêter" in page
    assert "Fausse alerte" in page


@pytest.mark.parametrize("level", ["danger", "warning"])
async def test_the_same_alert_again_shows_what_went_out_and_asks(mayor, db, level):
    """A second preview of the same: nothing leaves before one more tap."""
    await mayor.released(level=level)
    _, fields = await mayor.previewed(level=level)
    status, page, _ = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    assert status == 409
    assert "déjà parti il y a moins d'une minute, au même endroit, par le-mayor" in plain(page)
    assert len(await db.fetch("alerts.of_station", mayor.station.id, 1 << 62, 10)) == 1
    await mayor.sent(hidden(page))
    assert len(await db.fetch("alerts.of_station", mayor.station.id, 1 << 62, 10)) == 2


async def event(stream, name):
    """The data of the next event of that name."""
    while (line := await stream.content.readline()) != b"event: " + name + b"\n":
        assert line, "the stream ended"
    return await stream.content.readline()


def plain(page):
    return re.sub(r"\s", " ", html.unescape(page))
