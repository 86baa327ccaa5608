"""A letter tells every operator at once: its link opens the alert, the approval or the relay in its own station."""

import re

from web.pages_house import PASSWORD
from web.test_pages_schedules import saved
from web.test_pages_schedules_agreed import RULE
from web.test_pages_several_stations import at, charny, given, go, hidden_in

from alertd import issue
from alertd.clock import HOUR
from alertd.issue import countdown, relaying
from alertd.issue.relaying import Wish
from alertd.model import Channel, Content, Level, Mode, Role, Target, Text
from alertd.stations import operators, stations
from alertd.stations.stations import NewStation

__all__ = ["charny"]


async def there(desk, station, role=Role.MAYOR, login="collegue"):
    """A colleague of that station alone, as who asks."""
    async with desk.db.transaction() as tx:
        one = await operators.add(tx, desk.clock, login=login, name=login)
        await operators.set_role(tx, one.id, station.id, role)
    return operators.actor_of(login, station.id, role)


async def armed(desk, actor, station):
    """An emergency of that station is about to leave; its id."""
    end, text = desk.clock.now_ms() + HOUR, Text("Feu de grange", instruction="Sortez.")
    said = Content(Level.DANGER, "fire", Target(station=True), {"fr": text}, frozenset({Channel.SMS}), end)
    shown = await issue.preview(desk, actor, station, said)
    return await countdown.arm(desk, actor, shown.digest)


async def test_any_operator_stops_it_from_whichever_station(mayor, charny, desk):
    """Charny's colleague sends, the mayor of both is at Bras: home names it, its page leads there and says so, one button stops it."""
    alert = await armed(desk, await there(desk, charny), charny)
    _, home = await mayor.get("/")
    assert "Charny-sur-Meuse : une urgence de collegue part dans 10\u00a0secondes." in home
    status, page = await mayor.get(f"/alertes/{alert}")
    assert (status, '<div class="note" role="status"><p>Vous êtes passé à Charny-sur-Meuse.' in page) == (
        200,
        True,
    )
    assert (await mayor.post(f"/alertes/{alert}/arreter"))[::2] == (303, f"/alertes/{alert}")
    assert "Vous êtes passé" not in (await mayor.get(f"/alertes/{alert}"))[1]
    assert (await at(mayor), await countdown.running(desk.db, charny.id)) == ("Charny-sur-Meuse", ())
    assert "part dans" not in (await mayor.get("/"))[1]


async def test_the_list_of_alerts_hears_every_station(mayor, charny, desk, client):
    """Open at Bras, it comes anew when something of Charny's is about to leave."""
    colleague = await there(desk, charny)
    async with client.get("/alertes/departs") as stream:
        await stream.content.readuntil(b"\n\n")
        await armed(desk, colleague, charny)
        assert await stream.content.readuntil(b"\n\n") == b"event: reload\ndata: {}\n\n"
    assert mayor.station.id != charny.id


async def test_only_a_page_leads_to_its_station(mayor, charny, desk):
    """A button of another station's alert does nothing, nor does a stream, nor a look at the head of the page."""
    alert = await armed(desk, await there(desk, charny), charny)
    assert (await mayor.post(f"/alertes/{alert}/arreter"))[0] == 404
    assert (await mayor.get(f"/alertes/{alert}/depart"))[0] == 404
    assert (await mayor.client.head(f"/alertes/{alert}")).status == 404
    assert (await at(mayor), len(await countdown.running(desk.db, charny.id))) == ("Bras-sur-Meuse", 1)


async def test_a_page_that_looks_again_leads_nobody_away(mayor, charny, desk):
    """The first tab follows Bras's alert; the second is at Charny, and stays there: the first one says so, and one tap leads back."""
    alert = await armed(desk, await there(desk, charny), charny)
    _, page = await mayor.get(f"/alertes/{alert}")
    again = re.search(r'http-equiv="refresh" content="2; url=([^"]*)"', page)[1]
    assert again == f"/alertes/{alert}?suite=1"
    assert (await mayor.get(again))[0] == 200
    await go(mayor, mayor.station)
    status, page = await mayor.get(again)
    assert (status, "<h1>Vous êtes maintenant à Bras-sur-Meuse</h1>" in page) == (409, True)
    assert hidden_in(page, "retour") == f"/alertes/{alert}"
    assert await at(mayor) == "Bras-sur-Meuse"


async def test_a_stranger_s_alert_is_told_as_one_that_there_is_not(mayor, charny, desk):
    """Of a station in which one has no role: the same words as for a number that was never given."""
    async with desk.db.transaction() as tx:
        other = await stations.add(
            tx, desk.clock, NewStation("verdun", "Verdun", 49.16, 5.38, mode=Mode.TRAINING)
        )
    alert = await armed(desk, await there(desk, other), other)
    for noun in ("alertes", "accords", "relais", "programmations", "accords/programmations"):
        told, never = [
            re.sub(r"\d", "", (await mayor.get(f"/{noun}/{one}"))[1]) for one in (alert, alert + 1000)
        ]
        assert (told == never, "Verdun" in told) == (True, False), noun
        assert (await mayor.get(f"/{noun}/{alert}"))[0] == 404
    assert await at(mayor) == mayor.station.name != charny.name


async def test_a_letter_s_link_is_followed_through_the_log_in(mayor, charny, desk, client):
    """Logged out: the log-in leads to the alert in its own station; what belongs to none asks in whose name, and goes on there."""
    alert = await armed(desk, await there(desk, charny), charny)
    await mayor.post("/deconnexion")
    path = f"/alertes/{alert}"
    fields = {"login": "le-mayor", "password": PASSWORD}
    answer = await client.post(f"/connexion?retour={path}", data=fields, allow_redirects=False)
    assert answer.headers["Location"] == path
    status, page = await mayor.get(path)
    assert (status, "Vous êtes passé" in page, await at(mayor)) == (200, False, "Charny-sur-Meuse")
    await mayor.post("/deconnexion")
    answer = await client.post("/connexion?retour=/equipe", data=fields)
    assert (answer.url.path, answer.url.query["retour"]) == ("/stations", "/equipe")
    page = await answer.text()
    chosen = {name: hidden_in(page, name) for name in ("csrf", "retour")} | {"station": str(charny.id)}
    answer = await client.post("/stations", data=chosen, allow_redirects=False)
    assert answer.headers["Location"] == "/equipe"


async def test_an_approval_opens_in_its_station(mayor, charny):
    """Asked at Charny, read by who is at Bras."""
    rule = {"level": "warning", "on": "on", "minutes": "60", "deputy_minutes": "30", "otherwise": "drop"}
    await go(mayor, charny)
    assert (await mayor.post("/accords", rule))[0] == 303
    path = await mayor.released(topic="road", level="warning", where="station")
    await go(mayor, mayor.station)
    status, page = await mayor.get(path.replace("alertes", "accords"))
    assert (status, "Vous êtes passé à Charny-sur-Meuse." in page) == (200, True)


async def test_a_schedule_and_its_approval_open_in_their_station(mayor, charny):
    """Asked at Charny, read by who is at Bras: a letter leads to both."""
    await go(mayor, charny)
    assert (await mayor.post("/accords", RULE))[0] == 303
    path = await saved(mayor)
    for page_path in (path, path.replace("/programmations", "/accords/programmations")):
        await go(mayor, mayor.station)
        status, page = await mayor.get(page_path)
        assert (status, "Vous êtes passé à Charny-sur-Meuse." in page) == (200, True), page_path


async def test_a_relay_opens_in_the_station_that_is_asked(mayor, desk):
    """Of the community and one of its communes: who asks stays, who is elsewhere comes to the commune."""
    cdc = await given(desk, "cdc", "Val de Meuse", kind="intercommunality")
    below = await given(desk, "vacherauville", "Vacherauville", parent="cdc")
    head = operators.actor_of("le-mayor", cdc.id, Role.MAYOR)
    end, text = desk.clock.now_ms() + HOUR, Text("Route coupée", instruction="Passez par Belleville.")
    said = Content(Level.WARNING, "road", Target(station=True), {"fr": text}, frozenset({Channel.SMS}), end)
    shown = await issue.preview(desk, head, cdc, said)
    wish = Wish(frozenset({below.id}), 60, "La Meuse monte.")
    relay = await relaying.ask(desk, head, cdc, shown.digest, wish)
    _, page = await mayor.get(f"/relais/{relay}")
    assert "Vous êtes passé à Vacherauville." in page
    await go(mayor, cdc)
    assert "Vous êtes passé" not in (await mayor.get(f"/relais/{relay}"))[1]
