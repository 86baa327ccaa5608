"""The guard, with a thumb: an emergency is held, counted down, and stopped from a colleague's phone."""

import asyncio

import pytest
from browser.test_screens import Camera, arrive, fill, phone
from web.pages_house import PASSWORD

from alertd.clock import HOUR, MINUTE
from alertd.issue import countdown
from alertd.issue.countdown import LASTS_MS

pytestmark = pytest.mark.browser

WAYS = [pytest.param("light", id="light"), pytest.param("dark", id="dark")]


@pytest.mark.parametrize("scheme", WAYS)
async def test_a_held_emergency_is_stopped_from_another_phone(chromium, served, scheme):
    """A short touch sends nothing; a long one starts the seconds; a colleague's list shows it by itself and stops it."""
    async with phone(chromium, served, scheme, True) as mine, phone(chromium, served, scheme, True) as other:
        camera, across = Camera(mine, scheme), Camera(other, scheme)
        await log_in(other, "le-publisher")
        await preview(mine)
        lift = await touch(mine)
        await lift()
        await mine.wait_for_selector("text=Gardez le doigt sur le bouton jusqu'à ce qu'il soit plein.")
        await camera.keep("60-held-too-short")
        assert "apercu" in mine.url
        lift = await touch(mine)
        await mine.wait_for_selector("text=Arrêter l'envoi")
        await lift()
        assert "10\u00a0secondes" in await mine.inner_text("[data-part=countdown]")
        await camera.keep("61-countdown")
        await other.wait_for_selector("text=Une urgence de le-mayor part dans")
        await across.keep("62-countdown-of-a-colleague")
        await other.click("text=Voir, ou l'arrêter")
        button = await other.locator("button.thumb").bounding_box()
        assert button["height"] >= 96
        assert button["width"] >= 300
        assert button["y"] + button["height"] <= 640, "one would have to scroll to stop it"
        await other.tap("button.thumb")
        await other.wait_for_selector("text=Rien n'est parti")
        await mine.wait_for_selector("text=Envoi arrêté par le-publisher")
        await camera.keep("63-stopped")
        assert camera.complaints + across.complaints == []


async def test_an_emergency_is_sent_by_keyboard_alone(chromium, served, desk):
    """Space held down on the button; when the seconds are over, the page goes on by itself to the alert under way."""
    async with phone(chromium, served, "light", True) as page:
        await preview(page)
        await page.focus("[data-hold]")
        await page.keyboard.down(" ")
        await page.wait_for_selector("text=Arrêter l'envoi")
        desk.clock.advance(LASTS_MS)
        await countdown.step(desk)
        await page.wait_for_selector("text=Où en est l'envoi")
        assert await page.locator("text=En cours").count()


async def log_in(page, login):
    await page.goto("/")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    async with page.expect_navigation():
        await page.click("button.main")


async def preview(page):
    """As far as the button that sends."""
    await log_in(page, "le-mayor")
    await page.click("text=Nouvelle alerte")
    await page.click("a.tile:has-text('Incendie, fumées')")
    await fill(page)
    await page.click("button.main")
    await page.wait_for_selector("[data-hold]")


async def touch(page):
    """A finger is put on the button; what lifts it again."""
    await page.locator("[data-hold]").scroll_into_view_if_needed()
    box = await page.locator("[data-hold]").bounding_box()
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    line = await page.context.new_cdp_session(page)
    await line.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    return lambda: line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def test_the_live_page_prolongs_and_copies(chromium, served, desk, mayor):
    """Near its end it asks; the text and the link are copied with one tap; each screen fits a small phone."""
    path = await mayor.released()
    await arrive(desk, path)
    desk.clock.advance(3 * HOUR - 20 * MINUTE)
    async with phone(chromium, served, "light", True) as page:
        camera = Camera(page, "light")
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await log_in(page, "le-mayor")
        await page.goto(path)
        await page.click("text=Copier le texte et le lien")
        await page.wait_for_selector("text=Copié")
        assert (await page.evaluate("navigator.clipboard.readText()")).endswith("/bras-sur-meuse" + path)
        await camera.keep("64-near-its-end")
        await page.click("a.button:has-text('Prolonger') >> nth=0")
        await page.wait_for_selector("text=Relire la mise à jour")
        await camera.keep("65-prolong")
        await page.goto((await undoing(mayor))[0])
        await camera.keep("66-may-be-undone")
        assert camera.complaints == []


async def test_a_live_page_comes_back_after_a_restart(chromium, served, desk, mayor):
    """A proxy answers for a service that is away: the page asks again by itself, and shows what happened meanwhile."""
    path = await mayor.released()
    await arrive(desk, path)
    async with phone(chromium, served, "light", True) as page:
        await log_in(page, "le-mayor")
        away = asyncio.Event()

        async def bad_gateway(route):
            away.set()
            await route.fulfill(status=502, body="Bad Gateway")

        await page.route("**/flux**", bad_gateway)
        await page.goto(path)
        await away.wait()
        assert await page.locator("text=En cours").count()
        assert (await mayor.post(f"{path}/fin"))[0] == 303
        await page.unroute("**/flux**")
        await page.wait_for_selector("text=Terminée", timeout=60_000)


async def undoing(mayor):
    """A warning that nobody was told of yet."""
    _, fields = await mayor.previewed(level="warning", topic="road", headline="Route coupée")
    _, _, path = await mayor.post("/alertes/envoyer", fields)
    return path, fields
