"""The public pages as Chromium shows them: on a phone by day and night, without a script; panels; inside another site."""

import re
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from axe_playwright_python.async_playwright import Axe
from browser.pictures import picture
from browser.test_phone_screens import SMALL, WIDE
from web.feeds_house import reader, town

from alertd.clock import HOUR
from alertd.model import Level, Target, Text

__all__ = ["reader", "town"]

pytestmark = pytest.mark.browser

WAYS = [("light", True), ("dark", True), ("light", False)]
INFO = {"level": Level.INFO, "topic": "mairie", "target": Target(station=True)}
LONG = Text(
    "Incendie de la scierie, rue du Général-de-Gaulle : fumées toxiques vers le bourg",
    "Les pompiers sont sur place. La départementale 964 est coupée entre Bras et Charny.",
    "Restez chez vous, fenêtres et portes fermées. N'allez pas chercher vos enfants à l'école.",
)


@pytest.fixture
async def lived(town, clock):
    """A station with a danger, an information to come, an end, and something past; what was sent has its code."""
    await town.person(station=town.station)
    past = await town.release(**INFO, texts={"fr": Text("Bureau de vote déplacé à la salle des fêtes")})
    await town.end(past)
    clock.advance(25 * HOUR)
    await town.end(await town.release(texts={"fr": Text("Eau non potable au bourg")}))
    await town.release(**INFO, onset=clock.now_ms() + HOUR, texts={"fr": Text("Coupure d'eau rue Haute")})
    fire = await town.release(texts={"fr": LONG, "de": Text("Brand im Sägewerk", "", "Fenster schließen.")})
    await town.run()
    return fire


@asynccontextmanager
async def opened(chromium, reader, scheme="light", script=True, size=(360, 640)):
    context = await chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        java_script_enabled=script,
        base_url=str(reader.client.make_url("/")),
        locale="fr-FR",
    )
    page = await context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    assert page.complaints == []
    await context.close()


async def keep(page, name, *, script=True, whole=True):
    """The screen as a picture; nothing sticks out, is too small for a thumb, or shuts anyone out."""
    await picture(page, name, whole=whole)
    if not script:
        return
    assert await page.evaluate(WIDE) == [], name
    assert await page.evaluate(SMALL) == [], name
    found = (await Axe().run(page)).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], name


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_everyone_can_use_the_public_pages(chromium, town, reader, lived, scheme, script):
    """Board, thread, archive, the poster's page, and the proof of a message, at 360 pixels."""
    way = scheme if script else f"{scheme}-without-script"
    code = re.search(r"/a/([0-9A-Za-z]{11})", town.provider.ledger[-1].text)[1]
    async with opened(chromium, reader, scheme, script) as page:
        await page.goto("/belleville")
        await keep(page, f"board-{way}", script=script)
        await page.goto(f"/belleville/alertes/{lived.alert_id}")
        await keep(page, f"notice-{way}", script=script)
        await page.goto("/belleville/archives")
        await keep(page, f"archive-{way}", script=script)
        await page.goto("/s/belleville/affiche")
        await keep(page, f"poster-{way}", script=script)
        await page.goto("/verify")
        await page.fill("#code", code)
        await page.click("button.main")
        await keep(page, f"verified-{way}", script=script)
        await page.fill("#code", "abcdefghijk")
        await page.click("button.main")
        await keep(page, f"not-verified-{way}", script=script)


@pytest.mark.parametrize(("form", "size"), [("", (1920, 1080)), ("", (1080, 1920)), ("noir", (800, 480)), ("lignes", (960, 160))])  # fmt: skip
async def test_a_panel_is_read_from_the_street(chromium, reader, lived, form, size):
    """Everything fits without scrolling, in each form."""
    assert lived
    async with opened(chromium, reader, size=size) as page:
        await page.goto(f"/belleville/ecran?forme={form}")
        await keep(page, f"screen-{form or 'colours'}-{size[0]}", whole=False)
        high = await page.evaluate("document.documentElement.scrollHeight")
        assert high <= size[1]


async def test_a_panel_outlives_the_network(chromium, town, reader, lived):
    """Cut off it says how old it is, and that an end foreseen has passed; connected again it shows what is true."""
    async with opened(chromium, reader, size=(1280, 720)) as page:
        await page.clock.install()
        await page.goto("/belleville/ecran")
        await page.context.set_offline(True)
        await page.clock.run_for(5 * 60_000)
        assert "il y a" in await page.inner_text("[data-age]")
        assert "Réseau coupé" in await page.inner_text("[data-cut]")
        assert "Incendie de la scierie" in await page.inner_text("h1")
        await page.clock.fast_forward(4 * 3_600_000)
        await page.clock.run_for(10_000)
        assert "FIN PRÉVUE DÉPASSÉE" in (await page.inner_text(".post .level")).upper()
        await keep(page, "screen-cut", whole=False)
        await town.end(lived)
        await reader.rooms.front.look(town.db)
        await page.context.set_offline(False)
        await page.clock.run_for(25_000)
        await page.wait_for_selector(".post.over")
        assert await page.inner_text("[data-cut]") == ""
        page.complaints.clear()  # the browser's own, of the network that was cut


async def test_another_site_shows_the_frame_and_no_other_page(chromium, reader, lived):
    """The commune's own site, on an origin of its own: no cookie is kept, and the board itself refuses."""
    assert lived
    ours = str(reader.client.make_url("/belleville"))

    async def site(_):
        body = f"""<!doctype html><html lang=fr><title>Commune</title><h1>Ma commune</h1>
            <img src="{ours}/banniere.svg" alt="Alertes" width=728 style="max-width:100%">
            <iframe title="Alertes" src="{ours}/cadre" width=340 height=300></iframe>
            <iframe title="Board" src="{ours}" width=340 height=100></iframe>"""
        return web.Response(text=body, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", site)
    async with TestServer(app) as server, opened(chromium, reader) as page:
        await page.goto(f"http://localhost:{server.port}/")
        framed = page.frame(url=re.compile("/cadre$"))
        await framed.wait_for_selector("a.alert")
        assert "Incendie de la scierie" in await framed.inner_text("main")
        assert await page.evaluate("document.querySelector('img').naturalWidth") == 728
        await picture(page, "embedded")
        assert await page.context.cookies() == []
        assert [said for said in page.complaints if "frame-ancestors" in said]
        page.complaints.clear()
