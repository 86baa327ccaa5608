"""Joining as Chromium shows it: at phone size, by day and night, twice as large, without a script."""

import re
from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.pictures import picture
from browser.test_phone_screens import SMALL, WAYS, WIDE
from heart.far_end import report
from heart.town import mailbox, phone
from playwright.async_api import expect
from web.joining_house import NUMBER, PATH, Door, opened
from web.test_pages_addresses import LIST

from alertd.stations.streets import keep as keep_list
from gateways.contract import Outcome

pytestmark = pytest.mark.browser


@pytest.fixture
async def door(sqlite, clock) -> AsyncIterator[Door]:
    async with opened(sqlite, clock) as door:
        yield door


@pytest.fixture
async def page(request, chromium, door):
    """A phone's, of 360 by 640, or half that where everything is twice as large."""
    scheme, script, zoom = request.param
    context = await chromium.new_context(
        viewport={"width": 360 // zoom, "height": 640 // zoom},
        device_scale_factor=2,
        color_scheme=scheme,
        java_script_enabled=script,
        locale="fr-FR",
        base_url=str(door.client.make_url("")),
    )
    yield await context.new_page()
    await context.close()


async def keep(page, name, way):
    """The screen whole; where it can be asked, that nothing sticks out, is too small for a thumb, or shuts anyone out."""
    await picture(page, f"{name}-{way}")
    if "without" in way:
        return
    assert await page.evaluate(WIDE) == [], name
    assert await page.evaluate(SMALL) == [], f"{name} has targets under 48 pixels"
    if "large" not in way:
        found = (await Axe().run(page)).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize(("page", "way"), [(way.values, way.id) for way in WAYS], indirect=["page"], ids=lambda it: it if isinstance(it, str) else "")  # fmt: skip
async def test_a_resident_joins_by_sms_and_e_mail(page, way, door):
    """Two boxes, a number, a mailbox, a code, a button: no script is needed, and what is to be mended keeps what was typed."""
    await page.goto(PATH)
    await keep(page, "70-join-ways", way)
    await page.check("[value=sms]")
    await page.check("[value=email]")
    await page.fill("#mobile", "douze")
    await page.fill("#mailbox", "ana@example.org")
    await page.click("button.main")
    await keep(page, "71-join-ways-to-mend", way)
    assert await page.input_value("#mailbox") == "ana@example.org"
    await page.fill("#mobile", "06 39 98 12 34")
    await page.click("button.main")
    await keep(page, "72-next", way)
    await page.fill("#code", await door.code(NUMBER))
    link = await door.link()
    await page.click("button.main")
    await keep(page, "73-next-proven", way)
    await page.goto(link)
    await keep(page, "74-confirm", way)
    await page.click("button.main")
    await keep(page, "75-confirmed", way)
    assert len(await door.reached()) == 2


@pytest.mark.parametrize(("page", "way"), [(way.values, way.id) for way in WAYS[:3]], indirect=["page"], ids=lambda it: it if isinstance(it, str) else "")  # fmt: skip
async def test_a_resident_sees_what_is_kept(page, way, door):
    """Asked for by a number, opened by the link, changed with a thumb."""
    await door.town.person(email=1)
    await page.goto(f"{PATH}/mes-choix")
    await keep(page, "76-my-choices-ask", way)
    await page.fill("#address", phone(1))
    await page.click("button.main")
    await keep(page, "76-my-choices-asked", way)
    mine = await door.link(phone(1))
    await page.goto(mine)
    await keep(page, "77-my-choices", way)
    await page.click("button:has-text('Essayer')")
    await door.town.run()
    await report(door.town, (door.town.provider.to(mailbox(1))[-1].reference, Outcome.REFUSED))
    await page.reload()
    await keep(page, "77-my-trial", way)
    [got] = re.findall(r"(/s/\S+/essai/\S+)", await door.told(phone(1)))
    await page.goto(got)
    await keep(page, "77-my-trial-got", way)
    await page.click("button.main")
    await page.goto(mine)
    for summary in await page.query_selector_all("summary"):
        await summary.click()
    await keep(page, "78-my-choices-opened", way)
    await page.check("[name=agree]")
    await page.click("form[action$=suivre] button")
    await keep(page, "78-followed", way)
    await page.click("[value=stop]")
    await page.goto(mine)
    await page.click("button:has-text('Tout effacer')")
    await keep(page, "79-my-choices-unsure", way)


@pytest.mark.parametrize(("page", "way"), [(way.values, way.id) for way in WAYS[:2]], indirect=["page"], ids=lambda it: it if isinstance(it, str) else "")  # fmt: skip
async def test_a_place_is_found_by_words_and_on_the_map(page, way, door):
    """A door while one types, a point where a finger taps, topics of its own; all of it within reach of a thumb."""
    await keep_list.replace(door.town.db, door.town.clock, door.town.station, LIST.encode(), actor="cli")
    await page.goto(PATH)
    await page.click("summary")
    await page.check("[name=where][value=places]")
    await page.fill("#home-words", "4 rue de l'eg")
    await page.check("[data-place=home] [data-found] input >> nth=0")
    await page.check("[name=school_own]")
    await keep(page, "80-join-places", way)
    await page.click("[data-place=work] [data-show-map]")
    await expect(page.locator(".chart .mairie span")).to_be_visible()
    await page.locator("[data-chart]").click(position={"x": 100, "y": 100})
    assert (await page.input_value("[data-place=work] [data-found] input")).startswith("@49.")
    await keep(page, "81-join-map", way)
    await page.check("[value=sms]")
    await page.fill("#mobile", "06 39 98 12 34")
    await page.click("button.main")
    await page.fill("#code", await door.code(NUMBER))
    await page.click("button.main")
    assert {row["kind"] for row in await door.town.db.fetch("people.all_places")} == {"home", "work"}
