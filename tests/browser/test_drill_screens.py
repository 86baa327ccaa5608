"""An exercise, on a phone: another colour and a hatched edge on every screen, by day and by night."""

import pytest
from browser.test_guard_screens import log_in
from browser.test_offline_screens import until
from browser.test_screens import Camera, phone

from alertd.issue import countdown

pytestmark = pytest.mark.browser

VIOLET = {"light": "rgb(91, 33, 182)", "dark": "rgb(95, 47, 176)"}
"""`--exercise-fill` of the style sheet."""
WORDS = {"headline": "Essai de la digue", "exercise": "on"}


async def colour(page):
    """What the banner is painted with."""
    return await page.locator(".banner").evaluate("one => getComputedStyle(one).backgroundColor")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_exercise_is_violet_on_every_screen(chromium, served, desk, mayor, link, scheme):
    """The confirmation, the countdown, its page, what residents read and what a display shows."""
    _, fields = await mayor.previewed(**WORDS)
    async with phone(chromium, served, scheme, True) as page:
        camera = Camera(page, scheme)
        await log_in(page, "le-mayor")
        await page.goto(f"/alertes/apercu/{fields['digest']}")
        assert await colour(page) == VIOLET[scheme]
        await camera.keep("drill-2-preview")
        _, _, path = await mayor.post("/alertes/envoyer", fields | {"confirmed": "on"})
        await page.goto(path)
        await page.wait_for_selector("text=L'exercice part dans")
        assert await colour(page) == VIOLET[scheme]
        await camera.keep("drill-3-countdown")
        await page.goto("/")
        await camera.keep("drill-4-list")
        desk.clock.advance(countdown.LASTS_MS)
        await countdown.step(desk)
        for number, where in enumerate((path, await link(path), f"/bras-sur-meuse{path}"), 5):
            await page.goto(where)
            assert await colour(page) == VIOLET[scheme]
            await camera.keep(f"drill-{number}")
        await page.goto("/bras-sur-meuse/ecran")
        await camera.keep("drill-8-display")
        await page.goto("/bras-sur-meuse/ecran?forme=noir")
        await camera.keep("drill-9-display-noir")
        assert camera.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_exercise_is_written_on_its_own_page(chromium, served, scheme):
    """From the list to the form; what was typed comes back there, and never in the form of a real alert."""
    async with phone(chromium, served, scheme, True) as page:
        camera = Camera(page, scheme)
        await log_in(page, "le-mayor")
        await page.goto("/exercices")
        await camera.keep("drill-0-list")
        await page.click("text=Préparer un exercice")
        assert await colour(page) == VIOLET[scheme]
        await camera.keep("drill-0-topics")
        await page.click("a.tile:has-text('Incendie, fumées')")
        await page.wait_for_selector("[data-compose]")
        assert await colour(page) == VIOLET[scheme]
        await page.check("[name=words][value=free]")
        await page.type("#headline", "Essai de la digue")
        await camera.keep("drill-1-form")
        await page.goto("/alertes/nouvelle?sujet=fire")
        await page.wait_for_function("document.querySelector('[data-coach]').textContent.trim()")
        assert await page.locator("text=Essai de la digue").count() == 0
        await page.goto("/exercices/nouveau")
        await page.wait_for_selector("text=« Essai de la digue »")
        await page.click("text=Le reprendre")
        await page.wait_for_selector("text=Votre brouillon est revenu")
        assert await page.input_value("#headline") == "Essai de la digue"
        assert page.url.endswith("/exercices/nouveau?sujet=fire")
        await camera.keep("drill-1-draft")
        assert camera.complaints == []


async def test_no_exercise_is_written_without_a_network(chromium, served):
    """The form that the telephone keeps is of a real alert, and says so where an exercise was asked for."""
    async with phone(chromium, served, "light", True) as page:
        camera = Camera(page, "light")
        await log_in(page, "le-mayor")
        await until(page, "alertd-office", "kept", lambda keys: "shell" in keys)
        await page.context.set_offline(True)
        await page.goto("/exercices/nouveau")
        await page.wait_for_selector("text=Ce qui s'écrit ici est une vraie alerte.")
        await camera.keep("drill-10-offline")
        await page.goto("/alertes/nouvelle")
        await page.wait_for_selector("text=Pas de réseau.")
        assert not await page.is_visible("[data-drill]")
