"""A station's colour on a small phone, by day and by night; kept in build/screens."""

import pytest
from browser.test_screens import WAYS, Camera, phone
from web.pages_house import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_a_colour_is_chosen_with_the_thumb(chromium, served, mayor, scheme, script):
    """Eight of them; the head of the page takes the one that was tapped, and every screen after it."""
    digest = (await mayor.previewed())[1]["digest"]
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/couleur")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.click("label:has-text('Prune')")
        await camera.keep("98-colour")
        await page.click("button.main")
        await page.wait_for_selector("body[data-accent=plum]")
        painted = await page.eval_on_selector(".top", "one => getComputedStyle(one).backgroundColor")
        assert painted == "rgb(117, 38, 95)"
        for path, name in (
            ("/", "98-colour-home"),
            (f"/alertes/apercu/{digest}", "98-colour-confirmation"),
            ("/s/bras-sur-meuse", "98-colour-joining"),
            ("/bras-sur-meuse", "98-colour-board"),
        ):
            await page.goto(path)
            await camera.keep(name)
        assert camera.complaints == []
