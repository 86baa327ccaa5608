"""The page by which a phone joins, as Chromium shows it: at phone size, by day and night, twice as large, without a script.

Chromium cannot subscribe without its maker's service: what the daemon encrypts for it is brought to its worker by hand.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import http_ece
import pytest
from axe_playwright_python.async_playwright import Axe
from browser.phone_house import House, chosen, free_port, opened
from browser.pictures import picture
from browser.push_service import KEPT, PushService
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alertd.model import State
from gateways.subscription import Subscription

pytestmark = pytest.mark.browser

WAYS = [
    pytest.param("light", True, 1, id="light"),
    pytest.param("dark", True, 1, id="dark"),
    pytest.param("light", True, 2, id="light-twice-as-large"),
    pytest.param("light", False, 1, id="light-without-script"),
]
AUTH = b"sixteen bytes !!"
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll("*")]
  .filter(each => each.getBoundingClientRect().right > innerWidth).map(each => each.outerHTML.slice(0, 120))"""
NOTES = """async () => (await self.registration.getNotifications({tag: "verification"}))
  .map(({title, body, silent, requireInteraction}) => ({title, body, silent, requireInteraction}))"""
SMALL = """() => [...document.querySelectorAll("button, a.button, .pick, select, input:not([type=hidden], .pick input), summary")]
  .filter(each => each.offsetParent && each.getBoundingClientRect().height < 47.5).map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture
async def push() -> AsyncIterator[PushService]:
    async with PushService() as service:
        yield service


@pytest.fixture
async def house(tmp_path, push) -> AsyncIterator[House]:
    async with opened(chosen(tmp_path, free_port(), push)) as house:
        yield house


@pytest.fixture
async def page(request, chromium, house):
    """A phone's, of 360 by 640, or half that where everything is twice as large; what it complains about is collected."""
    scheme, script, zoom = getattr(request, "param", ("light", True, 1))
    context = await chromium.new_context(
        viewport={"width": 360 // zoom, "height": 640 // zoom},
        device_scale_factor=2,
        color_scheme=scheme,
        java_script_enabled=script,
        has_touch=True,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        base_url=house.url,
        permissions=["notifications"],
    )
    page = await context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.asked = []
    page.on("request", lambda asked: page.asked.append(asked.url))
    yield page
    await context.close()


async def keep(page, name, way, *, script=True):
    """The screen whole; where it can be asked, that nothing sticks out, is too small for a thumb, or shuts anyone out."""
    await picture(page, f"{name}-{way}")
    if not script:
        return
    wide = await page.evaluate(WIDE)
    assert wide == [], f"{name}: {wide}"
    assert await page.evaluate(SMALL) == [], f"{name} has targets under 48 pixels"
    if "large" in way:
        return
    found = (await Axe().run(page)).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize(("page", "way"), [(way.values, way.id) for way in WAYS], indirect=["page"], ids=lambda it: it if isinstance(it, str) else "")  # fmt: skip
async def test_the_page_is_for_everyone(page, way, house, push):
    """Nothing sticks out, axe finds nothing, thumbs find every target, and nobody else is asked for anything."""
    script = "script" not in way
    await page.goto("/s/foret")
    await keep(page, "60-join", way, script=script)
    if not script:
        assert "ont besoin de JavaScript" in await page.inner_text("main")
        assert not await page.is_visible("form[data-join]")
        return
    await page.click("summary")
    for name, value in (("where", "places"), ("what", "chosen"), ("until", "stay")):
        await page.check(f"[name={name}][value={value}]")
    await keep(page, "61-join-opened", way)
    await page.evaluate("document.querySelector('form[data-join]').submit()")
    await page.wait_for_selector("[data-errors]")
    await keep(page, "62-join-to-mend", way)
    assert await page.is_checked("[name=what][value=chosen]"), "what was chosen stays"
    await join(page, push)
    await keep(page, "63-phone-pending", way)
    await page.context.clear_permissions()
    await page.goto("/s/foret")
    await page.evaluate("document.querySelector('[data-when=iphone]').hidden = false")
    await keep(page, "64-join-iphone", way)
    assert {url.partition("/s")[0] for url in page.asked if not url.startswith("data:")} == {house.url}
    assert [said for said in page.complaints if "422" not in said] == []


@pytest.mark.parametrize("page", [WAYS[2].values], indirect=True)
async def test_how_the_service_is_doing_is_read_twice_as_large(page):
    """Whoever needs large letters needs no second dimension to read that nothing leaves."""
    await page.goto("/etat")
    assert "Envoi" in await page.inner_text("dl.facts")
    await keep(page, "67-status", "twice-as-large")


async def joined(page, push):
    """A telephone that has joined and proven itself; what wakes its worker, and the key to what it is sent."""
    await page.goto("/s/foret")
    await page.evaluate(
        "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)"
    )
    key = await join(page, push)
    wake = await worker(page)
    await wake(opened_by(key, await push.taken(1)))
    await page.wait_for_selector("[data-state=active]")
    return wake, key


async def test_chromium_shows_reports_and_answers_by_a_button(page, house, push):
    """Vibration and buttons are Chromium's to show: a danger stays, an update is felt again; "J'ai lu" opens nothing."""
    wake, key = await joined(page, push)
    await keep(page, "65-phone-active", "light")
    alert = await house.alert()
    await wake(opened_by(key, await push.taken(2)))
    await house.stands(alert, State.DELIVERED)
    shown = "navigator.serviceWorker.ready.then(it => it.getNotifications({tag: 'alert-%d'})).then(all => all.map(({title, lang, renotify, requireInteraction, vibrate, actions}) => ({title, lang, renotify, requireInteraction, vibrate, actions})))"
    [danger] = await page.evaluate(shown % alert)
    assert "Incendie à la scierie" in danger["title"]
    assert (danger["lang"], danger["renotify"], danger["requireInteraction"]) == ("fr", True, True)
    assert [(each["action"], each["title"]) for each in danger["actions"]] == [("read", "J'ai lu")]
    assert danger["vibrate"]
    tap = "async tag => { const [it] = await self.registration.getNotifications({tag}); self.dispatchEvent(new NotificationEvent('notificationclick', {notification: it, action: 'read'})); }"
    [scripts] = page.context.service_workers
    await scripts.evaluate(tap, f"alert-{alert}")
    await house.stands(alert, State.SEEN)
    await wake('{"title": "Abîmé", "url": 7, "ack": [], "locale": {}, "tag": 3, "level": null, "body": []}')
    # Shown all the same, and a tap leads home.
    await page.wait_for_function(
        "() => navigator.serviceWorker.ready.then(it => it.getNotifications()).then(all => all.some(each => each.title === 'Abîmé' && each.data.path === '/'))"
    )
    assert len(page.context.pages) == 1
    assert page.complaints == []


async def test_a_silent_message_shows_nothing_or_a_moment_s_note(page, house, push):
    """With our page before somebody's eyes nothing; else a note without a sound, closed once Chromium has looked for one."""
    wake, key = await joined(page, push)
    asked = asyncio.ensure_future(house.probe())
    told = opened_by(key, await push.taken(2))
    assert json.loads(told)["silent"] is True
    await wake(told)
    await asked
    [scripts] = page.context.service_workers
    assert await scripts.evaluate(NOTES) == []
    await page.goto("about:blank")
    await comes_true(scripts, "async () => !(await self.clients.matchAll({type: 'window'})).length")
    await wake(told)
    await comes_true(scripts, f"async () => (await ({NOTES})()).length > 0")
    [note] = await scripts.evaluate(NOTES)
    assert note == {
        "title": "Forêt",
        "body": "Vérification du mois : les alertes arrivent sur ce téléphone. Rien à faire.",
        "silent": True,
        "requireInteraction": False,
    }
    await comes_true(scripts, f"async () => !(await ({NOTES})()).length")


async def comes_true(worker, question):
    """Asked again and again: a page that was left is the browser's to forget, and a worker that it stopped answers nothing."""
    async with asyncio.timeout(60):
        while not await worker.evaluate(question):  # noqa: ASYNC110 - no event of ours to wait for
            await asyncio.sleep(0.05)  # the browser tells nobody when it has forgotten a page


async def test_a_browser_that_cannot_is_told_why(page):
    """No push, no form; an iPhone is shown the way to its home screen; who refused learns how to permit."""
    await page.add_init_script("delete window.PushManager")
    await page.goto("/s/foret")
    assert "ne sait pas recevoir" in await page.inner_text("main")
    assert not await page.is_visible("form[data-join]")
    await page.add_init_script(
        "Object.defineProperty(navigator, 'userAgent', {value: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)'})"
    )
    await page.reload()
    assert "Sur l'écran d'accueil" in await page.inner_text("main")
    assert not await page.is_visible("form[data-join]")


async def join(page, push):
    """Through the form, with a subscription whose keys the test has; the private one."""
    key = generate_private_key(SECP256R1())
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    text = Subscription(push.origin, f"/wpush/v2/{KEPT}", public, AUTH).canonical()
    await page.evaluate("text => { const form = document.querySelector('form[data-join]'); form.elements.subscription.value = text; form.elements.until.value = 'always'; form.elements.where.value = 'everywhere'; form.submit(); }", text)  # fmt: skip
    await page.wait_for_url("**/telephone/*")
    return key


def opened_by(key, body):
    """What was sent, decrypted by another implementation than ours."""
    plain: bytes = http_ece.decrypt(body, private_key=key, auth_secret=AUTH, version="aes128gcm")
    return plain.decode()


async def worker(page):
    """Brings a push to the page's worker, by the developer tools."""
    session, found = await page.context.new_cdp_session(page), asyncio.Event()
    registrations = []

    def hear(told):
        registrations.extend(told["registrations"])
        found.set()

    session.on("ServiceWorker.workerRegistrationUpdated", hear)
    await session.send("ServiceWorker.enable")
    async with asyncio.timeout(60):
        await found.wait()
    origin = re.sub(r"(https?://[^/]+).*", r"\1", page.url)

    async def wake(data):
        assert json.loads(data)["title"]
        to = {"origin": origin, "registrationId": registrations[0]["registrationId"]}
        await session.send("ServiceWorker.deliverPushMessage", to | {"data": data})

    return wake
