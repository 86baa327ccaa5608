"""The mayor's phone with the form's map open, and how its zone is read and moved."""

import json
from contextlib import asynccontextmanager

from playwright.async_api import expect
from web.pages_house import PASSWORD

FORM = "/alertes/nouvelle?sujet=fire"


@asynccontextmanager
async def mayors_phone(chromium, served, **options):
    """A page of 360 by 640 that one touches, with the mayor logged in; what it complained about, in `complaints`."""
    phone = {"viewport": {"width": 360, "height": 640}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True,
             "locale": "fr-FR", "timezone_id": "Europe/Paris", "base_url": str(served.make_url(""))}  # fmt: skip
    context = await chromium.new_context(**phone | options)
    page = await context.new_page()
    page.complaints, page.asked = [], []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda asked: page.asked.append(asked.url))
    try:
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        yield page
    finally:
        await context.close()


async def opened(page):
    """The form of a fire with its map open, in the middle of the screen."""
    await page.goto(FORM)
    await page.check("[name=where][value=zone]")
    await expect(page.locator(".chart .outline")).to_be_visible()
    return await centred(page)


async def centred(page):
    """The map's place on the screen, once it is in the middle of it and has stopped moving."""
    chart = page.locator("[data-chart]")
    await chart.evaluate("it => it.scrollIntoView({block: 'center', behavior: 'instant'})")
    await chart.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    return await chart.bounding_box()


async def zone(page):
    """What the form would post."""
    text = await page.locator("[name=zone]").input_value()
    return json.loads(text) if text else None
