"""An address typed on a small phone, with and without JavaScript; kept in build/screens."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.test_screens import WAYS, Camera, fill, phone
from playwright.async_api import expect
from web.pages_house import PASSWORD
from web.test_pages_addresses import LIST

from alertd.stations.streets import keep

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_an_address_is_typed_picked_and_seen_again(chromium, served, desk, station, scheme, script):
    """Proposed while one types, or after a tap on the button; picked with the thumb; named on the confirmation."""
    await keep.replace(desk.db, desk.clock, station, LIST.encode(), actor="cli")
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        page.set_default_timeout(60_000)
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.goto("/alertes/nouvelle?sujet=fire")
        await fill(page)
        await page.check("[name=where][value=address]")
        await page.type("#address_words", "3 r eglize")
        if not script:
            await page.click("button[name=search]")
            assert page.url.endswith("#adresse")
        first = page.locator("[name=address]").first
        await expect(page.locator("[data-found] .pick").first).to_have_text(
            re.compile("3 Rue de l'Église"), timeout=60_000
        )
        await first.check()
        if script:
            await expect(page.locator("[data-counted]")).to_contain_text(
                "autour de «\N{NO-BREAK SPACE}3 Rue de l'Église\N{NO-BREAK SPACE}»", timeout=60_000
            )
        await camera.keep("75-address-found")
        if script:
            assert (await Axe().run(page)).response["violations"] == []
        await page.click("button.main")
        await page.wait_for_url(re.compile("/alertes/apercu/"))
        await camera.keep("76-address-previewed")
        if script:
            assert (await Axe().run(page)).response["violations"] == []
        assert "autour de «\N{NO-BREAK SPACE}3 Rue de l'Église\N{NO-BREAK SPACE}»" in await page.inner_text(
            "main"
        )
        assert camera.complaints == []
