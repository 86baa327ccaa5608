"""Those around a commune, from a small phone: each screen fits; kept in build/screens."""

import pytest
from browser.test_screens import WAYS, Camera, phone
from web.pages_house import PASSWORD

from alertd import issue
from alertd.clock import HOUR
from alertd.model import Actor, Channel, Content, Level, Role, Target, Text
from alertd.stations import approval_rules, elections, operators, team

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "script"), WAYS[:1])
async def test_an_organisation_is_opened_and_entrusted_from_a_phone(chromium, served, scheme, script):
    """Opened, granted a danger, capped, and what the commune reads of it."""
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/organisations")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.click("summary:has-text('Ouvrir une organisation')")
        await page.fill("#name", "École Jean Zay")
        await page.check("[name=kind][value=school]")
        await camera.keep("60-organisation-form")
        await page.click("form button.main")
        await page.check("[name=templates][value=confinement]")
        await page.click("text=Enregistrer >> nth=0")
        await page.wait_for_url("**/organisations/*")
        await camera.keep("61-organisation")
        await page.goto("/organisations")
        await camera.keep("62-organisations")
        assert camera.complaints == []


@pytest.mark.parametrize(("scheme", "script"), WAYS[:1])
async def test_a_second_person_agrees_from_a_phone(chromium, served, scheme, script, rooms, station):
    """The rules, and what waits: all that is needed to say yes or no."""
    desk, agent = rooms.desk, Actor("operator:le-agent", station.id, Level.WARNING, Role.AGENT)
    async with desk.db.transaction() as tx:
        await approval_rules.decide(tx, station, Level.WARNING, approval_rules.Rule(15, 15, "send"))
    text = Text("Route de Verdun coupée jusque vers 18 h", instruction="Déviation par la D964.")
    channels, end = frozenset({Channel.SMS, Channel.EMAIL}), desk.clock.now_ms() + 5 * HOUR
    content = Content(Level.WARNING, "road", Target(station=True), {"fr": text}, channels, end)
    shown = await issue.preview(desk, agent, station, content)
    asked = await issue.release(desk, agent, station, shown.digest)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/accords")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await camera.keep("65-approvals")
        await page.goto(f"/alertes/{asked.alert_id}")
        await camera.keep("66-approval")
        await page.click("form button.main")
        await camera.keep("67-approved")
        assert camera.complaints == []


@pytest.mark.parametrize(("scheme", "script"), WAYS[:1])
async def test_the_team_is_seen_to_from_a_phone(chromium, served, scheme, script, rooms, station):
    """Members, a proposal that waits, keys; and what a letter's link opens."""
    desk = rooms.desk
    async with desk.db.transaction() as tx:
        people = {one.login: one.id for one in await team.members(tx, station.id)}
        await operators.set_role(tx, people["le-deputy"], station.id, Role.MAYOR)
        wanted = {"operator": people["le-agent"], "role": int(Role.DEPUTY)}
        await team.decide(tx, desk.clock, station, "operator:le-deputy", team.ROLE, wanted)
        new = await operators.add(tx, desk.clock, login="claire@mairie.example", name="Claire")
        token, known = team.new_invitation()
        now = desk.clock.now_ms()
        terms = (int(Role.AGENT), known, "operator:le-mayor", now, now + team.LASTS)
        await tx.execute("team.invite", 1, station.id, new.id, *terms, None)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto(f"/invitation/{token}")
        await camera.keep("70-invitation")
        await page.goto("/equipe")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("text=Se connecter >> nth=-1")
        await page.wait_for_url("**/equipe")
        await camera.keep("71-team")
        assert camera.complaints == []


@pytest.mark.parametrize(("scheme", "script"), WAYS[:1])
async def test_an_exercise_is_read_and_an_election_is_near_on_a_phone(
    chromium, served, scheme, script, rooms, station
):
    """The report of an exercise, and the box that is ticked while an election is near."""
    desk, mayor = rooms.desk, Actor("operator:le-mayor", station.id, Level.DANGER, Role.MAYOR)
    async with desk.db.transaction() as tx:
        await elections.decide(tx, station, "2026-03-01", "2026-03-22")
    text, channels = Text("Exercice d'évacuation de la salle"), frozenset({Channel.SMS, Channel.EMAIL})
    end = desk.clock.now_ms() + 5 * HOUR
    content = Content(Level.INFO, "works", Target(station=True), {"fr": text}, channels, end, exercise=True)
    shown = await issue.preview(desk, mayor, station, content)
    drill = await issue.release(desk, mayor, station, shown.digest)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto(f"/exercices/{drill.alert_id}")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("text=Se connecter >> nth=-1")
        await page.wait_for_url("**/exercices/*")
        await camera.keep("75-exercise")
        await page.goto("/alertes/nouvelle?sujet=council")
        await camera.keep("76-election")
        assert camera.complaints == []
