"""The words of an alert as a thumb writes them: phrases tapped, read in six languages, and the coach, kept in build/screens."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.test_screens import WAYS, Camera, phone
from web.pages_house import PASSWORD

pytestmark = pytest.mark.browser

SIDEWAYS = """() => document.documentElement.scrollWidth <= screen.width ? [] : [...document.querySelectorAll('main *')]
  .filter((one) => one.getBoundingClientRect().right > screen.width).map((one) => `${one.tagName}.${one.className}`)"""
"""What makes the page scroll sideways; nothing, where it does not."""


@pytest.mark.parametrize(("scheme", "script"), WAYS[1:])
async def test_an_emergency_is_worded_by_tapping(chromium, served, scheme, script):
    """Four taps and no typing from the topics to the preview; live where there is a script, by a button where there is none."""
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.goto("/alertes/nouvelle")
        await page.click("a.tile:has-text('Incendie, fumées')")
        await page.check("[name=where][value=station]")
        await page.click("label:has-text('Fumées épaisses')")
        if not script:
            await page.click("text=Relire le message")
        told = page.locator("[data-coach] .bubble").first
        await told.filter(has_text="Fumées épaisses, toute la commune, depuis").wait_for(timeout=60_000)
        await page.click("summary:has-text('Dans 5 autres langues')")
        await page.locator("[lang=de].bubble", has_text="Dichter Rauch, die ganze Gemeinde").wait_for()
        await camera.keep("80-phrases")
        if script:
            found = (await Axe().run(page)).response["violations"]
            assert [each["id"] for each in found] == []
        await page.click("[data-mend=hand]")
        await page.locator("#headline").wait_for()
        assert re.match("Fumées épaisses, toute la commune", await page.input_value("#headline"))
        await page.fill("#headline", "Incendie près de la forêt, demain")
        await page.fill("#instruction", "Fermez vos fenêtres. " * 3)
        if not script:
            await page.click("text=Relire le message")
        await page.locator("[data-mend=safe]").wait_for(timeout=60_000)
        await camera.keep("81-own-words")
        await page.click("[data-mend=safe]")
        await page.locator("[data-mend=safe]").wait_for(state="detached", timeout=60_000)
        assert await page.input_value("#headline") == "Incendie près de la foret, demain"
        await page.click("[data-mend=days]")
        await page.locator("[data-mend=days]").wait_for(state="detached", timeout=60_000)
        assert re.fullmatch(r"Incendie près de la foret, \w+ \d+ \w+", await page.input_value("#headline"))
        await page.click("button.main")
        await camera.keep("82-preview-of-words")
        assert camera.complaints == []


async def test_a_word_without_end_widens_no_page(chromium, served):
    """A pasted address and a title of one long word wrap: in the fields, in what people will read, and beside what is refused."""
    async with phone(chromium, served, "light", True) as page:
        page.set_default_timeout(60_000)
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.goto("/alertes/nouvelle?sujet=flood")
        await page.check("[name=words][value=free]")
        address = f"https://example.org/{'a' * 85}"
        await page.fill("#headline", "Crue")
        await page.fill("#instruction", address)
        await page.locator("[data-coach] .bubble", has_text=address).first.wait_for()
        assert await page.evaluate(SIDEWAYS) == []
        await page.fill("#headline", "É" * 600)
        await page.locator("[data-coach] .bubble", has_text="É" * 600).first.wait_for()
        assert await page.evaluate(SIDEWAYS) == []
        await page.click("form[data-compose] button.main")
        await page.wait_for_selector("[data-errors]")
        for details in await page.locator("[data-coach] summary").all():
            await details.click()
        assert await page.evaluate(SIDEWAYS) == []
