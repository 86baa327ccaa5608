"""Every page that there is, found by the table of routes: nothing that axe can find keeps anyone out, by day or by night."""

import re

import pytest
from aiohttp import ClientSession
from axe_playwright_python.async_playwright import Axe
from browser.test_screens import phone
from web.pages_house import PASSWORD
from web.test_pages_schedules import saved
from web.test_pages_schedules_agreed import RULE

from alertd.web.app import PAGES

pytestmark = pytest.mark.browser

HOLE = re.compile(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}")
MUST = {
    "/", "/accessibilite", "/guide", "/s/bras-sur-meuse/donnees", "/connexion", "/connexion/lien", "/compte", "/compte/confirmer", "/stations", "/verify",
    "/alertes/nouvelle", "/alertes/nouvelle?sujet=fire", "/alertes/1", "/alertes/1/corriger", "/alertes/1/fin",
    "/programmations", "/programmations/1", "/accords", "/accords/programmations/1", "/modeles", "/modeles/fire", "/modeles/nouveau", "/sandbox", "/s/bras-sur-meuse", "/bras-sur-meuse", "/bras-sur-meuse/ecran",
    "/bras-sur-meuse/archives", "/bras-sur-meuse/cadre", "/partir/0aBcDeFgHiJ",
}  # fmt: skip
"""Pages that must be among those looked at, whatever else is: a walk that finds nothing proves nothing."""


@pytest.fixture
async def filled(mayor, link):
    """What routes leave open, filled with what there is: an alert, its preview, a reader's link, a schedule that waits for the mayor."""
    alert = await mayor.released()
    _, fields = await mayor.previewed(headline="Une autre fois")
    assert (await mayor.post("/accords", RULE))[0] == 303
    await mayor.log_in("le-deputy")
    await saved(mayor)
    await mayor.log_in("le-mayor")
    code = (await link(alert)).rpartition("/")[2]
    holes = {"id": "1", "slug": mayor.station.slug, "act": "fin", "digest": fields["digest"], "code": code}
    return holes | {
        "token": "x" * 43,
        "channel": "sms",
        "mark": "0" * 16,
        "key": "x",
        "link": "x",
        "ready": "fire",
    }


def paths(holes):
    """Every route that is read, as an address; and the form, which a question opens."""
    for route in PAGES:
        if route.method == "GET" and not route.path.startswith(("/metrics", "/healthz", "/readyz")):
            yield HOLE.sub(lambda hole: holes.get(hole[1], "x"), route.path)
    yield from ("/alertes/nouvelle?sujet=fire", f"/a/{holes['code']}", "/partir/0aBcDeFgHiJ")


async def shown(served, cookies, path):
    """Whether there is a page at the address: by its head alone, for a stream has no end."""
    async with (
        ClientSession(cookies=cookies) as browser,
        browser.get(served.make_url("/").join(served.make_url(path)), allow_redirects=False) as head,
    ):
        return head.content_type == "text/html" and head.status < 300


async def test_axe_finds_nothing_on_any_page(chromium, served, filled):
    """Each page whole at phone size, then its colours by night: no rule of WCAG 2.2 A or AA that a machine can check is broken."""
    wrong, seen = [], set()
    async with phone(chromium, served, "light", True) as page:
        for path in ("/connexion", "/connexion/lien"):
            seen.add(path)
            wrong += await judged(page, path)
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        cookies = {one["name"]: one["value"] for one in await page.context.cookies()}
        for path in dict.fromkeys(paths(filled)):
            if path not in seen and await shown(served, cookies, path):
                seen.add(path)
                wrong += await judged(page, path)
    assert not wrong, "\n".join(map(str, wrong))
    assert sorted(MUST - seen) == []


async def judged(page, path):
    """What axe finds on a page by day, and of its colours by night."""
    await page.emulate_media(color_scheme="light")
    await page.goto(path, wait_until="domcontentloaded")
    by_day = (await Axe().run(page)).response["violations"]
    await page.emulate_media(color_scheme="dark")
    colours = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    by_night = (await Axe().run(page, options=colours)).response["violations"]
    return [(path, each["id"], node["html"][:200]) for each in by_day + by_night for node in each["nodes"]]
