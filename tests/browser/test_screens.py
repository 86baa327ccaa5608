"""What people see, on a small phone, by day and by night, with and without JavaScript; kept in build/screens."""

import json
import os
from contextlib import asynccontextmanager

import pytest
from browser.pictures import picture
from web.pages_house import PASSWORD

from alertd.deliver import sightings
from alertd.deliver.sightings import Sighting
from alertd.issue import countdown
from alertd.keys import delivery_number
from alertd.model import Channel, Role, State
from alertd.stations import audit, operators, stations
from alertd.stations.passwords import Passwords
from alertd.store.ids import take
from gateways.contract import Credit

pytestmark = pytest.mark.browser

NIGHT = (
    [pytest.param("dark", True, id="dark")]
    if os.environ.get("ALERTD_SCREENS") or os.environ.get("ALERTD_LONG")
    else []
)
"""The colours of every page by night are test_axe.py's; whole screens are gone through by night where they are to be looked at."""
WAYS = [
    pytest.param("light", True, id="light"),
    *NIGHT,
    pytest.param("light", False, id="light-without-script"),
]


@asynccontextmanager
async def phone(chromium, served, scheme, script):
    """A page of 360 by 640, in French, at the mairie's clock."""
    context = await chromium.new_context(
        viewport={"width": 360, "height": 640},
        device_scale_factor=2,
        color_scheme=scheme,
        java_script_enabled=script,
        has_touch=True,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        base_url=str(served.make_url("")),
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()


class Camera:
    """Keeps each screen whole, and what the browser complained about."""

    def __init__(self, page, way):
        self.page, self.way, self.complaints = page, way, []
        page.on(
            "console",
            lambda said: (
                self.complaints.append(f"{said.text} {said.location}") if said.type == "error" else None
            ),
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def keep(self, name):
        await picture(self.page, f"{name}-{self.way}")
        wide = (
            await self.page.evaluate("document.documentElement.scrollWidth")
            if self.way != "light-without-script"
            else 360
        )
        assert wide <= 360, f"{name} is {wide} pixels wide"


async def onward(page):
    """However long what is to be read, one tap from the first screen leads to the button; nothing was pressed on the way."""
    await page.evaluate("scrollTo(0, 0)")
    way, send = page.get_by_role("link", name="Aller à l'envoi"), page.locator("button.main")
    assert await inside(way)
    assert not await inside(send)
    await way.tap()
    assert await inside(send)


async def inside(element):
    box = await element.bounding_box()
    return box["y"] >= 0 and box["y"] + box["height"] <= 640


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_an_emergency_is_sent_from_a_phone(chromium, served, desk, scheme, script):
    """Log in, say what and where, look, confirm, watch, and correct: each screen fits a small phone, without complaint."""
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/")
        await camera.keep("01-log-in")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await camera.keep("02-nothing-yet")
        await page.click("text=Nouvelle alerte")
        await camera.keep("03-what")
        await page.click("a.tile:has-text('Incendie, fumées')")
        await camera.keep("04-form")
        await page.click("button.main")
        await camera.keep("05-form-to-mend")
        await fill(page)
        await camera.keep("06-form-filled")
        await page.click("button.main")
        await camera.keep("07-preview")
        await onward(page)
        await hold(page, script=script)
        await page.wait_for_selector("text=Arrêter l'envoi")
        await camera.keep("08-countdown")
        desk.clock.advance(countdown.LASTS_MS)
        await countdown.step(desk)
        await page.wait_for_selector("text=Où en est l'envoi")  # by itself
        await camera.keep("08-alert")
        await arrive(desk, page.url)
        await page.reload()
        await camera.keep("09-under-way")
        await page.click("text=Fausse alerte")
        await camera.keep("10-false-alert")
        await page.click("button.main")
        await camera.keep("11-corrected")
        await page.goto("/")
        await camera.keep("12-history")
        assert [said for said in camera.complaints if "422" not in said] == []


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_the_wall_shows_phones_and_mailboxes(chromium, served, desk, scheme, script):
    """Messages of every channel stand on the wall, the newest first."""
    for channel, address, said in SAID:
        await put(desk, channel, address, said)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/sandbox")
        await camera.keep("20-sandbox")
        await page.goto("/nulle-part")
        await camera.keep("21-nowhere")


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_a_resident_reads_and_may_leave(chromium, served, desk, mayor, link, scheme, script):
    """The page behind a message's link, before and after the end, and the page to leave by."""
    alert = await mayor.released(body="Les pompiers sont sur place.")
    personal = await link(alert)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto(personal)
        await camera.keep("30-resident")
        await mayor.post(f"{alert}/fin")
        await page.reload()
        await camera.keep("31-resident-over")
        await page.goto(f"/partir/{desk.keyring.code(delivery_number(0, 1 << 8))}")
        await camera.keep("32-leaving")
        await page.click("button")
        await camera.keep("33-left")
        assert camera.complaints == []


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_the_mayor_looks_at_the_way_out(chromium, served, desk, scheme, script):
    """Who speaks now, why, what was decided, and the form to overrule it, opened without a script."""
    await troubled_ways_out(desk)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/connexion?retour=/passerelles")
        await page.fill("#login", "maire-de-verdun")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await camera.keep("40-gateways")
        await page.click("summary:has-text('début de numéro') >> nth=0")
        assert "+33639" in await page.inner_text("main")
        await page.click("summary:has-text('Imposer') >> nth=0")
        await page.select_option("#gateway-sms", "sms_b")
        await page.fill("#reason-sms", "L'astreinte est chez l'autre opérateur.")
        await camera.keep("41-gateways-form")
        await page.click("button:has-text('Imposer') >> nth=0")
        await camera.keep("42-gateways-imposed")
        assert "imposée" in await page.inner_text("main")
        assert camera.complaints == []


async def troubled_ways_out(desk):
    """A live commune with two accounts for SMS, of which the first is empty, and one for e-mail, that works."""
    now = desk.clock.now_ms()
    seen = [
        Sighting("sms_a", False, now - 6 * 60_000, "credit", None, (), credit=Credit(0, "credits")),
        Sighting("sms_b", True, now, "", 0.05, ("sms",), credit=Credit(27.405, "EUR")),
        Sighting("relais", True, now, "", 0.0, ("email",)),
    ]
    async with desk.db.transaction() as tx:
        for gateway, prefix, n in (("sms_a", "", 1_240), ("sms_b", "", 96), ("sms_a", "+33639", 800)):
            await tx.execute("rates.keep", Channel.SMS, gateway, prefix, n, n, n - n // 20, n // 3)
        await tx.execute("rates.keep", Channel.SMS, "sms_a", "+262692", 3, 3, 2, 0)
        await tx.execute("rates.keep", Channel.EMAIL, "relais", "", 310, 310, 0, 0)
        verdun = await stations.add(tx, desk.clock, stations.NewStation("verdun", "Verdun", 49.16, 5.38))
        hashed = await operators.hash_password(Passwords(), "maire-de-verdun", PASSWORD)
        one = await operators.add(tx, desk.clock, login="maire-de-verdun", name="Maire", password_hash=hashed)
        await operators.set_role(tx, one.id, verdun.id, Role.MAYOR)
        node = (await tx.fetch("nodes.start", await take(tx, "node"), "mairie-1", "boot"))[0]["id"]
        await sightings.tell(tx, node, seen, anew=True)
        who, said = f"node:{node}", {"reason": "credit"}
        for action in ("gateway.down", "gateway.alarm"):
            await audit.append(tx, desk.clock, None, who, action, "gateway:sms_a", said)
        tried = {"channel": "sms", "outcome": "delivered", "reason": ""}
        await audit.append(tx, desk.clock, None, "cli", "gateway.checked", "gateway:sms_b", tried)
        await tx.execute("messages.add", 1, verdun.id, 0, None, None, "alert", 3, 1, None, now + 600_000, 0)
        await tx.execute("tallies.add", 1, node, 0, State.QUEUED, 214)


async def test_a_message_appears_on_the_wall_by_itself(chromium, served, desk):
    """With JavaScript, what arrives is shown without a reload."""
    async with phone(chromium, served, "light", True) as page:
        await page.goto("/sandbox")
        await put(desk, *SAID[0])
        desk.db.ring("sandbox")
        await page.wait_for_selector("article.phone")
        assert "Incendie" in await page.inner_text("article.phone")


async def fill(page):
    """Around the hamlet, a kilometre; the words of a fire."""
    await page.check("[name=where][value=hamlet]")
    await page.select_option("#hamlet", label="La Gare")
    await page.check("[name=words][value=free]")
    await page.fill("#headline", "Incendie à la scierie, près de la gare")
    await page.fill(
        "#instruction",
        "Restez à l'abri, fermez portes et fenêtres. Libérez la route. Urgence : 18, 112, SMS 114.",
    )
    await page.fill("#body", "Les pompiers sont sur place. La fumée va vers le village.")


async def hold(page, *, script):
    """A second on the button that sends an emergency; two taps where there is no script."""
    if script:
        await page.click("[data-hold]", delay=2_000)
    else:
        await page.click("button.main")
        await page.click("button[name=confirmed]")


async def arrive(desk, url):
    """Books as a fan-out and a dispatch would write them: most arrived, some not."""
    alert = int(url.partition("?")[0].rstrip("/").rpartition("/")[2])
    row = (await desk.db.fetch("messages.of_alert", alert))[0]
    message = row["id"]
    async with desk.db.transaction() as tx:
        for channel, state, n in (
            (0, 5, 6),
            (0, 4, 3),
            (0, 1, 2),
            (0, 7, 1),
            (2, 5, 9),
            (2, 3, 1),
            (2, 6, 2),
        ):
            await tx.execute("tallies.add", message, 0, channel, state, n)
        await tx.execute("messages.plan", message)
        since = row["created_at"]
        await tx.execute("messages.mark", message, since + 1_200, since + 74_000)


async def put(desk, channel, address, said):
    async with desk.db.transaction() as tx:
        number = await take(tx, "sandbox")
        content = json.dumps({"sender": "Bras-sur-Meuse", **said})
        await tx.execute("sandbox.add", number, "sandbox", channel, address, content)


FIRE = "Bras-sur-Meuse : Incendie à la scierie, près de la gare. Restez à l'abri, fermez portes et fenêtres. https://alerte.example/a/0aBcDeFgHiJ"
SAID = [
    ("sms", "+33 6 39 98 00 01", {"text": FIRE, "level": "danger"}),
    (
        "email",
        "habitant-1@example.org",
        {
            "subject": "Bras-sur-Meuse : Coupure d'eau mardi",
            "text": "De 9 h à 12 h.\n\nFaites une réserve ; au retour, laissez couler.",
            "level": "warning",
        },
    ),
    (
        "push",
        "téléphone de Jeanne",
        {"text": "Conseil municipal jeudi à 20 h 30, salle des fêtes.", "level": "info"},
    ),
    (
        "voice",
        "+33 3 29 00 00 01",
        {"text": "Alerte de votre mairie : crue attendue vers 18 heures.", "level": "warning"},
    ),
    ("display", "place de la Mairie", {"text": "ROUTE COUPEE\nD 964 > DEVIATION", "level": "warning"}),
]
