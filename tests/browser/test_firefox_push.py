"""A real Firefox joins, decrypts, shows, reports and leaves: the daemon sends through a push service on loopback."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from browser import marionette
from browser.marionette import Firefox
from browser.phone_house import House, chosen, free_port, opened
from browser.push_service import PushService

from alertd.keys import endpoint_context
from alertd.model import Level, State
from gateways.subscription import Subscription
from gateways.webpush.payload import size_of
from gateways.webpush.seal import seal

pytestmark = pytest.mark.browser

SHOWN = """
const registration = await navigator.serviceWorker.ready;
return (await registration.getNotifications()).map(({title, body, tag, requireInteraction, data}) =>
  ({title, body, tag, requireInteraction, ...data}));
"""
ALERTED = """
return [...Services.wm.getEnumerator("alert:alert")]
  .some(window => window.document.getElementById("alertTitleLabel").value.includes(given[0]));
"""
TAP = """
const [title, action] = given;
for (const window of Services.wm.getEnumerator("alert:alert")) {
  const box = window.document.getElementById("alertBox");
  if (!window.document.getElementById("alertTitleLabel").value.includes(title)) continue;
  (action ? window.document.querySelector(action) : box).click();
  return true;
}
return false;
"""


@pytest.fixture(scope="module")
def profile(tmp_path_factory) -> Iterator[Path]:
    """Of a Firefox that runs as long as these tests do."""
    program = marionette.path()
    if program is None:
        pytest.skip("Firefox (apt-get install firefox-esr)")
    with marionette.started(program, tmp_path_factory.mktemp("firefox") / "profile") as profile:
        yield profile


@pytest.fixture
async def push() -> AsyncIterator[PushService]:
    async with PushService() as service:
        yield service


@pytest.fixture
async def browser(profile, push) -> AsyncIterator[Firefox]:
    async with marionette.connected(profile, push.socket) as firefox:
        yield firefox


@pytest.fixture
def settings(tmp_path, push):
    return chosen(tmp_path, free_port(), push)


async def joined(house: House, browser: Firefox) -> None:
    """The button, the permission, the test, and its confirmation."""
    await browser.go(f"{house.url}/s/foret")
    await browser.click("button.main")
    await browser.until("return document.querySelector('[data-state]')?.dataset.state === 'active'")


async def shown(browser: Firefox, title: str) -> dict:
    """The one notification of that title, once it is there."""
    found = f"return (await (async () => {{ {SHOWN} }})()).find(each => each.title.includes(given[0]))"
    return await browser.until(found, title)


async def test_a_resident_joins_is_warned_reads_and_leaves(settings, browser):
    """Twenty seconds: one button. Delivered when it is shown, seen when it is tapped; who left is told nothing more."""
    async with opened(settings) as house:
        await joined(house, browser)
        alert = await house.alert()
        await house.stands(alert, State.DELIVERED)
        danger = await shown(browser, "Incendie à la scierie")
        assert "Fermez vos fenêtres." in danger["body"]
        assert (danger["tag"], danger["requireInteraction"]) == (f"alert-{alert}", True)
        assert re.fullmatch(r"/a/[0-9A-Za-z]{11}", danger["path"])
        await browser.until(TAP, "Incendie à la scierie", chrome=True)
        await house.stands(alert, State.SEEN)
        await browser.until(
            "return [...Services.wm.getMostRecentWindow('navigator:browser').gBrowser.browsers]"
            ".some(each => each.currentURI.spec.endsWith(given[0]))",
            danger["path"],
            chrome=True,
        )
        leaving = await browser.script("return document.querySelector('a[href^=\"/partir/\"]').href")
        await browser.go(leaving)
        await browser.click("form button")
        assert await house.daemon.desk.db.fetch("subscribers.list_page", house.station.id, 0, 10) == []


async def test_the_later_message_of_an_alert_takes_the_place_of_the_first(settings, browser):
    """An information does not stay on the screen by force; the alert's end replaces it, and is felt again."""
    async with opened(settings) as house:
        await joined(house, browser)
        alert = await house.alert("Réunion publique", Level.INFO)
        await house.stands(alert, State.DELIVERED)
        info = await shown(browser, "Réunion publique")
        assert info["requireInteraction"] is False
        await house.end(alert)
        await browser.until(
            f"const all = (await (async () => {{ {SHOWN} }})()).filter(each => each.tag === given[0]);"
            "return all.length === 1 && all[0].title.includes(given[1])",
            f"alert-{alert}",
            "Fin d'alerte",
        )


async def test_a_silent_message_is_answered_and_is_gone_after_a_moment(settings, browser):
    """Elsewhere on the web its owner sees it come and go; the browser keeps the subscription, and the next alert arrives."""
    async with opened(settings) as house:
        await joined(house, browser)
        await browser.go("about:blank")
        await house.probe()
        await browser.until(ALERTED, "Forêt", chrome=True)
        await browser.until(f"return !(() => {{ {ALERTED} }})()", "Forêt", chrome=True)
        alert = await house.alert()
        await house.stands(alert, State.DELIVERED)


async def test_a_damaged_push_is_never_silence(settings, push, browser):
    """What cannot be decrypted never reaches the worker; what cannot be read, or is empty, is shown for what it is."""
    async with opened(settings) as house:
        await joined(house, browser)
        subscription = await address(house)
        before = len(push.answers)
        push.garble = True
        alert = await house.alert()
        assert (await push.answered(before + 1))["code"] == 101, (
            "Firefox tells the service that it could not decrypt"
        )
        await house.stands(alert, State.ACCEPTED)
        for plain in (b"\xff\xfe no JSON", b'{"title": 5}', b"[]", b"null", b""):
            await clear(browser)
            await send(subscription, plain)
            notice = await shown(browser, "Message reçu")
            assert "n'a pas pu être lu" in notice["body"]
            assert notice["path"] == "/s/foret"
        whole = await house.alert("Crue annoncée")
        await house.stands(whole, State.DELIVERED)


async def test_what_a_phone_could_not_report_is_reported_later(settings, push, browser):
    """The daemon was away when the phone had it: the next message brings both words."""
    async with opened(settings) as house:
        await joined(house, browser)
        push.hold()
        first = await house.alert("Incendie à la scierie")
        await house.stands(first, State.ACCEPTED)
    await push.let_go()
    await shown(browser, "Incendie à la scierie")
    await browser.until(
        "const base = await new Promise((resolve, reject) => { const it = indexedDB.open('alertd', 1);"
        " it.onsuccess = () => resolve(it.result); it.onerror = () => reject(it.error); });"
        "const count = await new Promise(resolve => { const it = base.transaction('calls').objectStore('calls').count();"
        " it.onsuccess = () => resolve(it.result); }); base.close(); return count === 1"
    )
    async with opened(settings) as house:
        second = await house.alert("Crue annoncée")
        await house.stands(second, State.DELIVERED)
        await house.stands(first, State.DELIVERED)


async def test_a_browser_s_new_address_takes_the_place_of_the_old_one(settings, browser):
    """The browser lost its subscription: the worker makes another, and the same endpoint is reached by it."""
    async with opened(settings) as house:
        await joined(house, browser)
        before = await address(house)
        await browser.script(
            "const registration = await navigator.serviceWorker.ready;"
            "await (await registration.pushManager.getSubscription()).unsubscribe();"
        )
        await browser.script(
            "const principal = Services.scriptSecurityManager.createContentPrincipalFromOrigin(given[0]);"
            "Cc['@mozilla.org/push/Notifier;1'].getService(Ci.nsIPushNotifier)"
            ".notifySubscriptionChange(given[0] + '/', principal);",
            house.url,
            chrome=True,
        )

        async def changed():
            return (await address(house)).endpoint != before.endpoint

        await house.until(changed)
        alert = await house.alert()
        await house.stands(alert, State.DELIVERED)


async def address(house: House) -> Subscription:
    """The only endpoint's, opened."""
    desk = house.daemon.desk
    [person] = await desk.db.fetch("subscribers.list_page", house.station.id, 0, 10)
    [row] = await desk.db.fetch("subscribers.export_endpoints", json.dumps([person["subscriber_id"]]))
    text = desk.keyring.open(
        bytes(row["address"]), row["key_id"], endpoint_context(row["id"], row["channel"])
    )
    return Subscription.read(text.decode())


async def clear(browser: Firefox) -> None:
    await browser.script(
        "const registration = await navigator.serviceWorker.ready;"
        "for (const each of await registration.getNotifications()) each.close();"
    )


async def send(to: Subscription, plain: bytes) -> None:
    """A push that the daemon would never make, well encrypted; an empty one has no body at all."""
    body = seal((plain, to.p256dh, to.auth, size_of(plain))) if plain else b""
    headers = {"TTL": "60"} | ({"Content-Encoding": "aes128gcm"} if plain else {})
    async with ClientSession() as session, session.post(to.endpoint, data=body, headers=headers) as answer:
        assert answer.status == 201
