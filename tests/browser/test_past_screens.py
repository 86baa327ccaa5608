"""The history and its figures on a small phone, in both schemes and without JavaScript; kept in build/screens."""

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.test_phone_screens import WIDE
from browser.test_screens import WAYS, Camera, phone
from web.pages_house import PASSWORD
from web.test_pages_past import delivered

from alertd.clock import DAY
from alertd.model import Channel, State

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_history_and_figures_are_read_on_a_phone(chromium, served, mayor, desk, clock, scheme, script):
    """Found by a word, with figures; the year drawn, its table one tap away; axe finds nothing."""
    for number, headline in enumerate(
        ("Coupure d'eau route de Verdun", "Incendie à la gare", "Route barrée")
    ):
        path = await mayor.released(headline=headline)
        await delivered(desk, path, Channel.SMS, State.DELIVERED, 5 + 3 * number)
        await delivered(desk, path, Channel.EMAIL, State.ACCEPTED, 4)
        clock.advance(20 * DAY)
        await mayor.log_in()
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        for path, name in (("/historique", "77-history"), ("/historique/chiffres", "78-figures")):
            await page.goto(path)
            await page.locator("summary").first.click() if name == "78-figures" else None
            await camera.keep(name)
            if script:
                found = (await Axe().run(page)).response["violations"]
                assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
        await page.goto("/historique")
        await page.fill("#mots", "gare")
        await page.click("main form button")
        assert await page.locator(".entry").count() == 1
        assert camera.complaints == []


async def test_whoever_needs_letters_twice_as_large_reads_without_a_second_dimension(
    chromium, served, mayor, desk
):
    """An alert with its times, the history, ready texts and schedules stand within 180 pixels, half of a small phone."""
    path = await mayor.released(headline="Incendie à la gare")
    await delivered(desk, path, Channel.SMS, State.DELIVERED, 5)
    async with phone(chromium, served, "light", script=True) as page:
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.set_viewport_size({"width": 180, "height": 320})
        for where in (
            "/",
            path,
            "/historique",
            "/historique/chiffres",
            "/modeles",
            "/programmations",
            "/alertes/nouvelle",
        ):
            await page.goto(where)
            assert await page.evaluate(WIDE) == [], where
        await page.goto(path)
        assert await page.locator("table.times").count() == 1
