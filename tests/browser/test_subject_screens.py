"""The page of a station's topics, and what a club's followers read, on a small phone; kept in build/screens."""

import pytest
from browser.test_screens import WAYS, Camera, phone
from web.pages_house import MAIRIE, PASSWORD

from alertd.model import Mode
from alertd.stations import stations
from alertd.stations.stations import NewStation

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("mayor")]


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_topics_are_hidden_and_renamed_with_the_thumb(chromium, served, scheme, script):
    """A tick, a name, one button; a name that two share is told beside both; one of its own is added below."""
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/sujets")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await camera.keep("99-subjects")
        await page.uncheck("input[value=hunting]")
        await page.click("details:has(#label-event) summary")
        await page.fill("#label-event", "Associations")
        await page.click("button.main")
        await page.wait_for_selector("#wrong-event")
        await camera.keep("99-subjects-twice")
        await page.fill("#label-event", "Fêtes du village")
        await page.click("button.main")
        await page.wait_for_selector(".note.over")
        await page.goto("/alertes/nouvelle")
        assert await page.locator("text=Fêtes du village").count() == 1
        assert await page.locator("text=Battues").count() == 0
        await page.goto("/sujets")
        await page.fill("#own-label", "Navette de la plage")
        await page.select_option("#own-like", "bus")
        await page.click("text=Ajouter ce sujet")
        await page.wait_for_selector("details:has-text('Retirer')")
        await page.locator("#own").scroll_into_view_if_needed()
        await camera.keep("99-subjects-own")
        await page.goto("/alertes/nouvelle")
        assert await page.locator("text=Navette de la plage").count() == 1
        assert [one for one in camera.complaints if "422" not in one] == []


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_a_club_s_page_promises_what_a_club_sends(chromium, served, desk, station, scheme, script):
    """No fire, no flood, not the whole commune."""
    new = NewStation(
        "tennis", "Tennis club", *MAIRIE, kind="association", mode=Mode.TRAINING, parent=station.slug
    )
    async with desk.db.transaction() as tx:
        await stations.add(tx, desk.clock, new)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/s/tennis")
        if await page.locator("details.card").count():
            await page.click("details.card > summary")
        await camera.keep("99-joining-a-club")
        assert "incendie" not in (await page.inner_text("main")).lower()
        assert camera.complaints == []
