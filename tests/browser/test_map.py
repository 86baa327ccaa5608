"""A zone drawn by a finger, a mouse or a keyboard on a small phone; kept in build/screens."""

import json
import re

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.mayor_map import FORM, centred, mayors_phone, opened, zone
from browser.pictures import picture
from playwright.async_api import expect

SMALL = """[...document.querySelectorAll('.drawing button, .chart a, .chart .handle')].filter(e => e.offsetParent)
  .filter(e => e.getBoundingClientRect().width < 48 || e.getBoundingClientRect().height < 48).map(e => e.outerHTML)"""


async def drag(page, start, end):
    """One finger, down, along and up."""
    touch = await page.context.new_cdp_session(page)
    points = [
        (start[0] + (end[0] - start[0]) * step / 8, start[1] + (end[1] - start[1]) * step / 8)
        for step in range(9)
    ]
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def middle_of(page, selector):
    box = await page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def keep(page, name, way):
    """The screen whole: nothing sticks out, thumbs find every target, and axe finds nothing."""
    await picture(page, f"{name}-{way}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await page.evaluate(SMALL) == []
    found = (await Axe().run(page)).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


async def test_a_number_of_people_is_not_hidden_by_the_mairie_s_name(chromium, served):
    """Seen from afar the name lies over the number of its own neighbourhood: it goes while the numbers are shown."""
    async with mayors_phone(chromium, served) as page:
        await opened(page)
        name = page.locator(".chart .mairie span")
        await expect(page.locator(".chart .many span").first).to_be_visible()
        await expect(name).to_be_hidden()
        await page.uncheck("[data-people]")
        await expect(name).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_circle_is_drawn_counted_moved_and_previewed(chromium, served, scheme):
    """A tap is the centre, the count follows the finger in fives, and the preview shows the stored zone and counts exactly."""
    async with mayors_phone(chromium, served, color_scheme=scheme) as page:
        await opened(page)
        await keep(page, "70-map", scheme)
        box = await centred(page)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await page.touchscreen.tap(x, y)
        counted = page.locator("[data-counted]")
        await expect(counted).to_contain_text("Environ 10 personnes")
        drawn = await zone(page)
        assert drawn["type"] == "Circle"
        assert drawn["radius_m"] == 1000
        await keep(page, "71-circle", scheme)
        await centred(page)
        x, y = await middle_of(page, ".chart .handle")
        await drag(page, (x, y), (x - 120, y - 140))
        await expect(counted).to_have_text(re.compile("^0.personne"))
        assert (await zone(page))["center"] != drawn["center"]
        await page.click("[data-tool=undo]")
        await expect(counted).to_contain_text("Environ 10 personnes")
        assert await zone(page) == drawn
        await page.locator("#map-radius").fill("2500")
        await expect(page.locator("[data-radius]")).to_have_text("2,5 km")
        await page.check("[name=words][value=free]")
        await page.fill("#headline", "Incendie à la scierie")
        await page.click("button.main")
        await page.wait_for_url("**/alertes/apercu/*")
        said = await page.inner_text("main")
        assert "12 personnes" in said
        assert "2,5\N{NO-BREAK SPACE}km" in said
        await expect(page.locator("svg.map path.zone")).to_be_visible()
        await keep(page, "72-circle-preview", scheme)
        await page.click("text=Modifier")
        await expect(page.locator(".chart .handle")).to_be_visible()
        assert await zone(page) == drawn | {"radius_m": 2500}
        assert page.complaints == []
        home = str(served.make_url("/"))
        assert [url for url in page.asked if not url.startswith((home, "data:"))] == []


async def test_an_area_is_drawn_by_its_corners(chromium, served):
    """Taps are corners, each can be moved, taken back or removed, and what is left is what the form posts."""
    async with mayors_phone(chromium, served) as page:
        await opened(page)
        await page.click("[data-shape=area]")
        box = await centred(page)
        corners = [(0.3, 0.3), (0.7, 0.3), (0.75, 0.7), (0.3, 0.75), (0.5, 0.9)]
        for right, down in corners:
            await page.touchscreen.tap(box["x"] + box["width"] * right, box["y"] + box["height"] * down)
        assert len((await zone(page))["coordinates"][0]) == 6
        await page.click("[data-tool=undo]")
        before = await zone(page)
        assert len(before["coordinates"][0]) == 5
        await centred(page)
        x, y = await middle_of(page, ".handle >> nth=2")
        await drag(page, (x, y), (x - 40, y - 10))
        after = await zone(page)
        assert [a == b for a, b in zip(after["coordinates"][0], before["coordinates"][0], strict=True)].count(
            False
        ) == 1
        await expect(page.locator("[data-counted]")).to_contain_text("Environ 10 personnes")
        await keep(page, "73-area", "light")
        await page.click("[data-tool=remove]")
        assert len((await zone(page))["coordinates"][0]) == 4
        await page.click("[data-tool=clear]")
        assert await zone(page) is None
        await expect(page.locator("[data-counted]")).to_contain_text("Dessinez la zone")
        assert page.complaints == []


async def test_a_finger_on_the_map_scrolls_the_page(chromium, served):
    """One finger goes on down the form: the map is no trap, and draws nothing meanwhile."""
    async with mayors_phone(chromium, served) as page:
        box = await opened(page)
        before = await page.evaluate("scrollY")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        await drag(page, (x, y + 100), (x, y - 100))
        await page.wait_for_function("before => scrollY > before + 50", arg=before)
        assert await zone(page) is None


async def test_two_fingers_move_the_map(chromium, served):
    """Fingers that part make the map larger; nothing is drawn by it, and the page stays where it is."""
    async with mayors_phone(chromium, served) as page:
        box = await opened(page)
        outline, before = page.locator(".chart .outline"), await page.evaluate("scrollY")
        small = (await outline.bounding_box())["width"]
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touch = await page.context.new_cdp_session(page)
        for step in range(9):
            points = [{"x": x + side * (30 + 10 * step), "y": y, "id": side + 1} for side in (-1, 1)]
            kind = "touchMove" if step else "touchStart"
            await touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await page.wait_for_function(
            "small => document.querySelector('.chart .outline').getBoundingClientRect().width > small * 1.5",
            arg=small,
        )
        assert await zone(page) is None
        assert await page.evaluate("scrollY") == before


async def test_what_the_map_cannot_change_is_kept_until_it_is_effaced(chromium, served):
    """Two parts, as an import brings them, are shown and posted as they are; a tap begins anew."""
    parts = [
        [[[lon, 49.205], [lon + 0.005, 49.205], [lon + 0.005, 49.21], [lon, 49.205]]] for lon in (5.36, 5.38)
    ]
    kept = {"type": "MultiPolygon", "coordinates": parts}
    async with mayors_phone(chromium, served) as page:
        await page.goto(FORM)
        await page.evaluate(
            "text => { document.querySelector('[name=zone]').value = text }", json.dumps(kept)
        )
        await page.check("[name=where][value=zone]")
        await expect(page.locator(".chart path.zone")).to_have_count(1)
        assert await zone(page) == kept
        await page.click("[data-tool=clear]")
        assert await zone(page) is None
        await page.click("[data-tool=undo]")
        assert await zone(page) == kept
        assert page.complaints == []
