"""What a telephone kept without a network, once there is one: it passes every guard, leaves once, and not late."""

import html
import json
import re

from web.login_house import anew
from web.pages_house import PASSWORD, hidden

from alertd.clock import MINUTE, SECOND
from alertd.issue import countdown
from alertd.model import Channel
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment

SHELL = "/alertes/hors-ligne"


async def wish(browser, fields, waited=MINUTE, **more):
    """What the worker brings when the network is back."""
    known = json.loads((await browser.get(f"{SHELL}/etat"))[1])
    said = dict(fields) | {"csrf": known["csrf"], "owner": known["owner"], "waited": str(waited)} | more
    status, text, _ = await browser.post(f"{SHELL}/envoi", said)
    assert status == 200, text
    return json.loads(text)


async def test_the_form_is_kept_with_all_it_needs_and_no_secret(mayor, client):
    """Topics, ready texts and places are in it; no token, and nothing that would load it without a session."""
    _, page = await mayor.get(SHELL)
    token = json.loads((await mayor.get(f"{SHELL}/etat"))[1])["csrf"]
    assert token not in page
    assert "La Gare" in page
    assert "Le bourg" in page
    begun = re.search(r'data-begin="([^"]*)"', page)[1]
    assert set(json.loads(begun.replace("&#34;", '"'))) >= {"topic", "level", "channels", "hours"}
    manifest = await (await client.get("/manifest.webmanifest")).json()
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert mayor.station.name not in json.dumps(manifest)
    await anew(mayor)
    assert (await mayor.get(f"{SHELL}/etat"))[0] == 401
    assert (await client.get(SHELL, allow_redirects=False)).status == 303


async def test_book_and_map_are_kept_and_nobody_s_place(mayor, client):
    """Every topic's phrases, its own instruction among them; outline and names as anybody may see them, no count of people."""
    _, page = await mayor.get(SHELL)
    for phrase in ('name="hazard" value="flash_flood"', 'name="advice" value="flood"', "Des phrases prêtes"):
        assert phrase in page
    begun = [json.loads(html.unescape(one)) for one in re.findall(r'data-begin="([^"]*)"', page)]
    flood = next(one for one in begun if one["topic"] == "flood")
    assert (flood["words"], flood["advice"]) == ("book", ["flood"])
    for one in begun:
        assert all(f'name="advice" value="{key}"' in page for key in one["suits"]["advice"]), one
    chart = json.loads((await mayor.get(f"{SHELL}/carte"))[1])
    assert set(chart) == {"mairie", "outline", "places", "streets"}
    await anew(mayor)
    assert (await client.get(f"{SHELL}/carte", allow_redirects=False)).status == 303


async def test_what_was_confirmed_leaves_once_however_often_it_is_brought(mayor, desk):
    """Held before the network went: it is counted down when it is back; the same wish again shows the same alert."""
    _, fields = await mayor.previewed()
    told = await wish(mayor, fields | {"confirmed": "on"})
    assert await wish(mayor, fields | {"confirmed": "on"}) == told
    assert len(await countdown.running(desk.db, mayor.station.id)) == 1
    desk.clock.advance(10 * SECOND)
    await countdown.step(desk)
    assert await wish(mayor, fields | {"confirmed": "on"}, waited=0) == told
    assert "Où en est l'envoi" in (await mayor.get(told["sent"]))[1]
    known = json.loads((await mayor.get(f"{SHELL}/etat?apercu={fields['digest']}"))[1])
    assert known["sent"] == told["sent"]


async def test_what_a_colleague_stopped_is_not_begun_anew(mayor, desk):
    """The answer was lost, the countdown ran and was stopped: the telephone that tries again is shown that, and nothing starts."""
    _, fields = await mayor.previewed()
    _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
    await mayor.post(f"{path}/arreter")
    assert await wish(mayor, fields | {"confirmed": "on"}) == {"sent": path}
    assert await countdown.running(desk.db, mayor.station.id) == ()


async def test_late_or_changed_or_never_seen_it_is_asked_again(mayor, desk):
    """A quarter of an hour, more people than were shown, an emergency nobody held, a form without a preview: a page to look at."""
    _, fields = await mayor.previewed(level="warning", topic="road")
    for waited in (15 * MINUTE, "", "-1"):
        told = await wish(mayor, fields, waited=waited)
        assert "quart d'heure" in told["ask"]
        assert "va prévenir" in (await mayor.get(told["onward"]))[1]
    _, danger = await mayor.previewed()
    assert "pas été confirmée" in (await wish(mayor, danger))["ask"]
    told = await wish(mayor, mayor.alert())
    assert "combien de personnes" in told["ask"]
    assert "12 personnes" in (await mayor.get(told["onward"]))[1].replace("\N{NO-BREAK SPACE}", " ")
    path = await mayor.released(topic="road", level="warning", headline="Pont fermé")
    told = await wish(mayor, mayor.alert(headline="Pont rouvert"), **{"from": f"{path}/corriger"})
    assert "envoie une mise à jour à" in (await mayor.get(told["onward"]))[1]
    assert (await wish(mayor, mayor.alert(where="")))["onward"] == "/alertes/nouvelle?sujet=fire"
    async with desk.db.transaction() as tx:
        for number in range(3):
            one = Enrolment(
                ((Channel.SMS, f"+3363998{number + 100:04d}"),), "accueil", 1, places=(At(49.209, 5.375),)
            )
            await enrol(tx, desk.clock, desk.keyring, mayor.station, one)
    told = await wish(mayor, fields)
    assert "nombre de personnes a changé" in told["ask"]
    page = (await mayor.get(told["onward"]))[1]
    assert hidden(page)["digest"] != fields["digest"]


async def test_a_wish_is_its_operators_and_its_stations(mayor):
    """Brought in another's name, or from another station, nothing is sent and nothing is previewed; logged out, it is asked to log in."""
    _, fields = await mayor.previewed(level="warning", topic="road")
    told = await wish(mayor, fields, owner="999.999")
    assert told["onward"] == "/stations"
    await anew(mayor)
    status, _, _ = await mayor.post(f"{SHELL}/envoi", fields)
    assert status == 401
    await mayor.log_in("le-reader", PASSWORD)
    status, _, _ = await mayor.post(f"{SHELL}/envoi", fields)
    assert status == 403
