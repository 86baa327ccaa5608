"""The map where something is missing: a position, Leaflet, JavaScript, a zone that can be read; and by keyboard alone."""

import pytest
from browser.mayor_map import FORM, mayors_phone, opened, zone
from browser.pictures import picture
from playwright.async_api import expect


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '{"type":"Circle","center":[5.3,"x"],"radius_m":1}', '{"type":"Polygon"}']
)
async def test_what_cannot_be_read_begins_empty(chromium, served, text):
    """A field that the server refused leads to an empty map on which one can draw, not to none."""
    async with mayors_phone(chromium, served) as page:
        await page.goto(FORM)
        await page.evaluate("text => { document.querySelector('[name=zone]').value = text }", text)
        await page.check("[name=where][value=zone]")
        await expect(page.locator(".chart .outline")).to_be_visible()
        await page.click("[data-tool=middle]")
        assert (await zone(page))["type"] == "Circle"
        assert page.complaints == []


async def test_the_keyboard_draws_as_well(chromium, served):
    """Arrows move the map and the chosen point; a button puts the point; Delete removes a corner."""
    async with mayors_phone(chromium, served) as page:
        await opened(page)
        await page.focus("[data-tool=middle]")
        await page.keyboard.press("Enter")
        first = await zone(page)
        await page.focus(".chart .handle")
        await page.keyboard.press("ArrowRight")
        moved = await zone(page)
        assert moved["center"][0] > first["center"][0]
        assert moved["center"][1] == pytest.approx(first["center"][1], abs=1e-4)
        await page.focus("[data-shape=area]")
        await page.keyboard.press("Enter")
        for way in ("ArrowUp", "ArrowRight", "ArrowDown", "ArrowDown"):
            await page.focus("[data-tool=middle]")
            await page.keyboard.press("Enter")
            before = await page.evaluate("document.querySelector('.leaflet-map-pane').style.transform")
            await page.focus("[data-chart]")
            await page.keyboard.press(way)
            await page.wait_for_function(
                "was => document.querySelector('.leaflet-map-pane').style.transform !== was && !document.querySelector('.leaflet-pan-anim')",
                arg=before,
            )
        assert len((await zone(page))["coordinates"][0]) == 5
        await page.focus(".chart .handle >> nth=0")
        await page.keyboard.press("Delete")
        assert len((await zone(page))["coordinates"][0]) == 4
        assert page.complaints == []


async def test_my_position_is_the_centre(chromium, served):
    """ "Ma position" asks the phone, which asks its owner; the circle is drawn there."""
    here = {"latitude": 49.2112, "longitude": 5.3781}
    async with mayors_phone(chromium, served, geolocation=here, permissions=["geolocation"]) as page:
        await opened(page)
        await page.click("[data-tool=here]")
        await expect(page.locator(".chart .handle")).to_be_visible()
        assert (await zone(page))["center"] == [5.3781, 49.2112]


async def test_without_a_position_the_map_says_so(chromium, served):
    """A phone that does not say where it is is no dead end."""
    async with mayors_phone(chromium, served) as page:
        await opened(page)
        await page.click("[data-tool=here]")
        await expect(page.locator("[data-map-wrong]")).to_contain_text("touchez la carte")


async def test_without_leaflet_the_form_says_so_and_works(chromium, served):
    """Where the script does not come through, nor was kept by the worker, a place and a radius are counted and previewed as ever."""
    async with mayors_phone(chromium, served, service_workers="block") as page:
        await page.route("**/leaflet.js", lambda route: route.abort())
        await page.goto(FORM)
        await page.check("[name=where][value=zone]")
        await expect(page.locator("[data-map-wrong]")).to_contain_text("n'a pas pu se charger")
        await page.check("[name=where][value=hamlet]")
        await page.select_option("#hamlet", label="La Gare")
        await expect(page.locator("[data-counted]")).to_contain_text("Environ 10 personnes")
        await page.check("[name=words][value=free]")
        await page.fill("#headline", "Incendie")
        await page.click("button.main")
        await page.wait_for_url("**/alertes/apercu/*")


async def test_a_form_to_mend_keeps_what_was_drawn(chromium, served):
    """Refused for its missing headline, the form comes back with the circle on the map, and goes on from there."""
    async with mayors_phone(chromium, served) as page:
        await opened(page)
        await page.click("[data-tool=middle]")
        drawn = await zone(page)
        await page.check("[name=words][value=free]")
        await page.fill("#headline", "")
        await page.click("button.main")
        await page.wait_for_selector("[data-errors]")
        await expect(page.locator(".chart .handle")).to_be_visible()
        assert await zone(page) == drawn
        await expect(page.locator("[data-counted]")).to_contain_text("Environ 10 personnes")


async def test_without_javascript_there_is_no_dead_map(chromium, served):
    """No choice leads to a map that cannot be drawn on, and the page says what does the same."""
    async with mayors_phone(chromium, served, java_script_enabled=False) as page:
        await page.goto(FORM)
        assert not await page.is_visible("[data-map-choice]")
        assert not await page.is_visible("[data-map]")
        assert "La carte demande JavaScript" in await page.inner_text("main")
        await picture(page, "74-without-script")
