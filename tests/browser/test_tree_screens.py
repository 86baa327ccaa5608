"""The tree of stations, from a small phone: asked and answered; each screen fits, kept in build/screens."""

import pytest
from browser.test_screens import WAYS, Camera, phone
from web.valley_house import valley

from alertd import issue
from alertd.clock import HOUR
from alertd.issue import relaying
from alertd.issue.relaying import Wish
from alertd.model import Actor, Channel, Content, Level, Role, Target, Text
from alertd.stations import sessions

__all__ = ["valley"]

pytestmark = pytest.mark.browser


async def sit(page, served, valley, slug):
    """That station's mayor is logged in, in this browser."""
    desk = valley.browser.desk
    async with desk.db.transaction() as tx:
        station, operator = valley.stations[slug], valley.operators[f"{slug}-mayor"]
        opened = await sessions.open_session(tx, desk.clock, operator, station.id)
    url = str(served.make_url("/"))
    await page.context.add_cookies([{"name": "alertd", "value": opened.token, "url": url}])


def mayor(valley, slug):
    return Actor(f"operator:{slug}-mayor", valley.stations[slug].id, Level.DANGER, Role.MAYOR)


async def asked(valley, desk):
    """What the community asked of its three communes."""
    text = Text("Route de Verdun coupée par la crue", instruction="Passez par Belleville.")
    channels, end = frozenset({Channel.SMS, Channel.EMAIL}), desk.clock.now_ms() + 5 * HOUR
    content = Content(Level.WARNING, "road", Target(station=True), {"fr": text}, channels, end)
    head, cdc = mayor(valley, "cdc"), valley.stations["cdc"]
    shown = await issue.preview(desk, head, cdc, content)
    communes = frozenset(valley.stations[slug].id for slug in ("bras", "vacherauville", "charny"))
    return shown.digest, await relaying.ask(
        desk, head, cdc, shown.digest, Wish(communes, 60, "La Meuse monte vite.")
    )


@pytest.mark.parametrize(("scheme", "script"), WAYS[:1])
async def test_a_relay_and_a_sharing_are_seen_to_from_a_phone(
    chromium, served, scheme, script, rooms, valley
):
    """The form, the three answers, what the asker reads of them; and two signatures."""
    desk = rooms.desk
    digest, relay = await asked(valley, desk)
    await relaying.decline(desk, mayor(valley, "charny"), valley.stations["charny"], relay, "Pas d'eau ici.")
    await valley.follow("bras", 100)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await sit(page, served, valley, "cdc")
        await page.goto(f"/alertes/apercu/{digest}")
        await page.click("text=Demander aux communes de relayer")
        await camera.keep("80-relay-form")
        await page.goto(f"/relais/{relay}")
        await camera.keep("81-relay-asked")
        await sit(page, served, valley, "bras")
        await page.goto("/relais")
        await camera.keep("82-relays")
        await page.click("a.alert")
        await camera.keep("83-relay")
        await page.click("button.main")
        await camera.keep("84-relay-preview")
        await page.goto("/voisins")
        await camera.keep("85-neighbours-none")
        await page.select_option("#station", label="Verdun")
        await page.click("text=Signer et proposer")
        await sit(page, served, valley, "verdun")
        await page.goto("/voisins")
        await camera.keep("86-neighbours-to-sign")
        await page.click("button.main")
        await page.wait_for_selector("text=Mettre fin au partage")
        await camera.keep("87-neighbours")
        assert camera.complaints == []


LIST = """Enfant;Classe;Ligne;Parent1;Telephone1;Email1;Parent2;Telephone2;Email2
Zoé Martin;6e A;Ligne 3;Anne Martin;06 39 98 10 01;anne@example.org;Paul Martin;06 39 98 10 02;
Hugo Bernard;6e A;;Luc Bernard;06 39 98 10 03;;;;
Tom Roy;3e A;;Eva Roy;06 39 98 10 04;;;;
"""


@pytest.mark.parametrize(("scheme", "script"), WAYS[:1])
async def test_a_school_keeps_its_list_and_calls_from_a_phone(
    chromium, served, scheme, script, rooms, valley
):
    """The list that is pasted, a class, a message and who has seen it, those to call, the new year; who pays, and the hand-over."""
    desk = rooms.desk
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await sit(page, served, valley, "ecole")
        await page.goto("/classes")
        await page.click("summary:has-text('Coller la liste')")
        await page.fill("#list", LIST)
        await page.fill("#consent", "Fiche de rentrée 2025")
        await page.fill("#agreed", "2025-09-01")
        await camera.keep("90-classes-form")
        await page.click("button.main")
        await camera.keep("91-classes")
        await page.click("a:has-text('6e A')")
        await page.click("summary:has-text('Zoé')")
        await camera.keep("92-class")
        school, head = valley.stations["ecole"], mayor(valley, "ecole")
        text, end = Text("Sortie annulée"), desk.clock.now_ms() + 5 * HOUR
        ways = frozenset({Channel.SMS, Channel.EMAIL})
        content = Content(Level.INFO, "school", Target(station=True), {"fr": text}, ways, end)
        shown = await issue.preview(desk, head, school, content)
        sent = await issue.release(desk, head, school, shown.digest)
        await page.goto(f"/alertes/{sent.alert_id}")
        await camera.keep("93-seen")
        await page.click("text=Ceux à appeler")
        await camera.keep("94-to-call")
        await page.goto("/classes/rentree")
        await page.click("text=Voir ce qui va se passer")
        await camera.keep("95-new-year")
        await page.goto("/equipe")
        await page.click("summary:has-text('Passer la main')")
        await camera.keep("96-hand-over")
        await sit(page, served, valley, "bras")
        await page.goto(f"/organisations/{valley.stations['club'].id}")
        await camera.keep("97-payer")
        assert camera.complaints == []
