"""« Ma position » on the form: the places nearest first with their distances, reckoned on the telephone and kept nowhere."""

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.mayor_map import mayors_phone
from browser.pictures import picture
from playwright.async_api import expect

from alertd.stations import drawings

pytestmark = pytest.mark.browser

FORM = "/alertes/nouvelle?modele=fire"
HERE = {"latitude": 49.2112, "longitude": 5.3781}
PLACES = {"Vaux": (49.30, 5.40), "Zincourt": (49.2112, 5.3785), "Le Moulin": (49.2202, 5.3781)}


@pytest.fixture
async def hamlets(rooms, station):
    """Three more, by name: the nearest is the last of them."""
    async with rooms.db.transaction() as tx:
        for n in range(8):
            await drawings.add_hamlet(tx, station, f"Ferme {n}", 49.25 + n / 100, 5.38)
        for name, at in PLACES.items():
            await drawings.add_hamlet(tx, station, name, *at)


@pytest.mark.usefixtures("hamlets")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_places_stand_nearest_first(chromium, served, scheme):
    """One tap: chips and list in the order of their distance, what was chosen still chosen; no request bears the position."""
    told = []
    more = {"geolocation": HERE, "permissions": ["geolocation"], "color_scheme": scheme}
    async with mayors_phone(chromium, served, **more) as page:
        await page.goto(FORM)
        first = page.locator("[data-near] label").first
        await expect(first).to_have_text("Ferme 0")
        await first.click()
        page.on("request", lambda request: told.append(request.url + (request.post_data or "")))
        await page.click("[data-nearest]")
        await expect(first).to_have_text("Zincourt · moins de 50 m")
        labels = await page.locator("[data-near] label").all_inner_texts()
        assert labels[:3] == ["Zincourt · moins de 50 m", "La Gare · 50 m", "Le Moulin · 1 km"]
        assert (len(labels), labels[3]) == (8, "Ferme 0 · 4,3 km")
        assert await page.locator("[data-near] :checked").get_attribute("value") == "hamlet:2"
        options = await page.locator("#hamlet > option").all_inner_texts()
        assert (options[0], options[1]) == ("Choisir…", "Zincourt · moins de 50 m")
        await page.locator("[data-near]").scroll_into_view_if_needed()
        await picture(page, f"04-nearest-{scheme}", whole=False)
        await first.click()
        await expect(page.locator("[data-counted]")).to_contain_text("personnes")
        assert not [one for one in told if "5.3781" in one]
        kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert "49.2112" not in kept
        assert (await Axe().run(page)).response["violations"] == []
        assert page.complaints == []


@pytest.mark.usefixtures("hamlets")
async def test_what_was_chosen_far_off_stays_in_sight(chromium, served):
    """The chip that was tapped is not taken away by the nearer ones."""
    async with mayors_phone(chromium, served, geolocation=HERE, permissions=["geolocation"]) as page:
        await page.goto(FORM)
        await page.click("[data-near] label:has-text('Ferme 7')")
        await page.click("[data-nearest]")
        await expect(page.locator("[data-near] label")).to_have_count(9)
        assert await page.is_checked("[data-near] label:has-text('Ferme 7') input")


async def test_a_telephone_that_says_nothing_leaves_the_list(chromium, served):
    """A sentence beside the button; the places stand as they did."""
    async with mayors_phone(chromium, served) as page:
        await page.goto(FORM)
        await page.click("[data-nearest]")
        await expect(page.locator("[data-nearest-said]")).to_contain_text("choisissez dans la liste")
        await expect(page.locator("[data-near] label")).to_have_text(["La Gare"])
