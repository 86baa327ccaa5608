"""What a resident finds behind the link of a message, and what anyone finds on the sandbox's wall."""

import html
import json
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from web.pages_house import MAIRIE

from alertd.clock import DAY, MINUTE
from alertd.deliver import rehearsal
from alertd.keys import delivery_key, delivery_number
from alertd.model import Channel, State
from alertd.store import ids
from alertd.subscribe import lists
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from alertd.web.app import build
from alertd.web.rooms import Rooms
from gateways.contract import Message


async def test_a_link_shows_the_alert_as_it_stands(mayor, link):
    """Level, words, place drawn, end, numbers to call; not for search engines, and kept nowhere."""
    path = await link(await mayor.released())
    response = await mayor.client.get(path)
    page = html.unescape(await response.text())
    for said in (
        "Urgence · Incendie, fumées",
        "Incendie près de la gare",
        "Fermez vos fenêtres.",
        '<path class="zone"',
        'href="tel:112"',
        'href="sms:114"',
    ):
        assert said in page, said
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Cache-Control"] == "no-store"


async def test_the_short_link_of_an_sms_leads_to_the_alert(desk, mayor, link):
    """By the short host, which any address of ours may be; without one there is no such page."""
    code = (await link(await mayor.released())).removeprefix("/a/")
    assert (await mayor.client.get(f"/{code}", allow_redirects=False)).status == 404
    http = desk.settings.http.model_copy(update={"short_url": "https://ab.fr"})
    house = replace(desk, settings=desk.settings.model_copy(update={"http": http}))
    async with TestClient(TestServer(build(Rooms(house, heartbeat=lambda: True)))) as phone:
        answer = await phone.get(f"/{code}", allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (302, f"{http.public_url}/a/{code}")
        assert answer.headers["Cache-Control"] == "no-store"
        assert (await phone.get("/passerelles", allow_redirects=False)).status == 303


@pytest.mark.parametrize(("way", "said"), [("fin", "Fin d'alerte"), ("fausse-alerte", "Fausse alerte")])
async def test_a_link_says_when_it_is_over(mayor, link, clock, way, said):
    """Before anything else; and a day later the link answers no more."""
    path = await mayor.released()
    code = await link(path)
    await mayor.post(f"{path}/{way}")
    page = html.unescape((await mayor.get(code))[1])
    assert page.index(said) < page.index("Incendie près de la gare")
    clock.advance(DAY + MINUTE)
    assert (await mayor.get(code))[0] == 404


async def test_a_reader_of_another_language_gets_the_facts_in_it(mayor, link, desk, station):
    """Level, topic, place and what to do in German, then the French text."""
    german = Enrolment(
        ((Channel.EMAIL, "gast@example.org"),),
        "accueil",
        desk.clock.now_ms() - DAY,
        locale="de",
        places=(At(*MAIRIE),),
    )
    async with desk.db.transaction() as tx:
        await enrol(tx, desk.clock, desk.keyring, station, german)
    page = html.unescape((await mayor.get(await link(await mayor.released(), "de")))[1])
    assert "Notfall · Brand, Rauch" in page
    assert "Fermez vos fenêtres." in page


@pytest.mark.parametrize("code", ["00000000000", "abcdefghijk", "zzzzzzzzzzz"])
async def test_an_invented_link_is_told_nothing(browser, code):
    """The same page as for one that answers no more."""
    status, page = await browser.get(f"/a/{code}")
    assert status == 404
    assert "Ce lien ne répond plus" in page


async def test_the_wall_shows_what_the_sandbox_was_given(browser, desk):
    """Newest first, as phones and mailboxes; typed markup stays text."""
    await put(desk, "sms", "+33639980001", {"text": "Crue <b>ce soir</b>", "level": "danger"})
    await put(
        desk, "email", "a@example.org", {"subject": "Coupure d'eau", "text": "Mardi.", "level": "warning"}
    )
    _, page = await browser.get("/sandbox")
    assert page.index("Coupure d&#39;eau") < page.index("Crue &lt;b&gt;ce soir")
    assert 'class="phone"' in page
    assert 'class="mailbox"' in page
    assert "2 messages reçus" in page.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("sent", "said"), [(1999, "1 999 messages reçus"), (2001, "Les 2 000 derniers messages")]
)
async def test_the_wall_does_not_pass_what_it_keeps_for_what_came(browser, desk, sent, said):
    """Only the newest two thousand are kept: at that bound the wall says so, and claims no total."""
    messages = [Message(str(n), f"+3363998{n:04d}", "Crue", "danger", "fr", 60, "sms") for n in range(sent)]
    await rehearsal.keep(desk.db, "sandbox", messages)
    _, page = await browser.get("/sandbox")
    assert f">{said}<" in page.replace("\u00a0", " ").replace("\u202f", " ")


async def test_the_wall_is_for_this_machine_or_for_operators(browser):
    """Through a proxy, or under another name, one logs in first."""
    for headers in ({"X-Forwarded-For": "203.0.113.9"}, {"Host": "ailleurs.example"}):
        afar = await browser.client.get("/sandbox", headers=headers, allow_redirects=False)
        assert (afar.status, afar.headers["Location"]) == (303, "/connexion?retour=/sandbox")


async def test_without_a_training_station_there_is_no_wall(desk):
    """A live installation has no sandbox to look at."""
    async with TestClient(TestServer(build(Rooms(desk, lambda: True)))) as client:
        assert (await client.get("/sandbox")).status == 404


async def put(desk, channel, address, said):
    async with desk.db.transaction() as tx:
        number = await ids.take(tx, "sandbox")
        await tx.execute("sandbox.add", number, "sandbox", channel, address, json.dumps(said))


async def test_the_link_at_the_foot_of_a_message_ends_it(browser, desk, station):
    """Looking changes nothing; one tap leaves the station, and a second one is told the same."""
    before = await people(desk, station)
    path = leaving_link(desk)
    _, page = await browser.get(path)
    assert "Ne plus recevoir Bras-sur-Meuse" in page
    assert await people(desk, station) == before
    for _ in range(2):
        response = await browser.client.post(path, data={"station": str(station.id)})
        assert response.status == 200
    assert await people(desk, station) == before - 1
    assert "inscrit par ce lien" in (await browser.get(path))[1]


async def test_a_mail_program_leaves_by_itself(browser, desk, station):
    """RFC 8058: a bare POST, without cookie, origin or station's name."""
    before = await people(desk, station)
    response = await browser.client.post(leaving_link(desk), data={"List-Unsubscribe": "One-Click"})
    assert response.status == 200
    assert await people(desk, station) == before - 1


async def test_a_delivery_s_link_leaves_nothing(browser, desk, station):
    """A link to an alert's page is not a link to leave, nor is an invented one."""
    before = await people(desk, station)
    for code in (desk.keyring.code(delivery_number(1, 1 << 8)), "00000000000"):
        await browser.client.post(f"/partir/{code}", data={"List-Unsubscribe": "One-Click"})
    assert await people(desk, station) == before


def leaving_link(desk):
    """As the foot of a message to the first subscriber has it."""
    return f"/partir/{desk.keyring.code(delivery_number(0, 1 << 8))}"


async def people(desk, station):
    return await lists.count(desk.db, station.id)


async def test_a_reader_says_that_they_read_it(mayor, browser, link, desk):
    """One button, without JavaScript or log-in; opening the page says nothing, a second tap changes nothing."""
    code = await link(await mayor.released())
    delivery = next(iter(desk.keyring.numbers(code.removeprefix("/a/"))))

    async def state():
        rows = await desk.db.fetch("deliveries.one", *delivery_key(delivery))
        return State(rows[0]["state"])

    page = html.unescape((await browser.get(code))[1])
    assert '<button class="main">J\'ai lu</button>' in page
    assert await state() is State.QUEUED
    for _ in range(2):
        response = await browser.client.post(code, allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (303, code)
        assert await state() is State.SEEN
    page = html.unescape((await browser.get(code))[1])
    assert "C'est noté, merci." in page
    assert "J'ai lu" not in page


async def test_there_is_nothing_to_answer_when_it_is_over(mayor, link):
    """Neither before nor after an answer."""
    path = await mayor.released()
    code = await link(path)
    await mayor.post(f"{path}/fin")
    assert "J'ai lu" not in html.unescape((await mayor.get(code))[1])


async def test_an_invented_link_answers_for_nobody(browser):
    """The same page as for one that answers no more; a form from elsewhere is not read."""
    assert (await browser.client.post("/a/00000000000", allow_redirects=False)).status == 404
    forged = {"Sec-Fetch-Site": "cross-site"}
    assert (await browser.client.post("/a/00000000000", headers=forged)).status == 403
