"""An operator's telephone turns its notifications on, and is told at once that a colleague sent an alert."""

import asyncio
import json

import pytest
from browser.phone_house import chosen, free_port, opened
from browser.push_service import KEPT, PushService
from browser.test_offline_screens import look
from browser.test_phone_screens import AUTH, opened_by, worker
from browser.test_screens import Camera, phone
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from web.pages_house import PASSWORD

from alertd.model import Level, Role
from alertd.stations import operators
from alertd.stations.passwords import Passwords
from gateways.subscription import Subscription

pytestmark = pytest.mark.browser

SUBSCRIBED = """PushManager.prototype.subscribe = async () => ({ toJSON: () => (%s) });
PushManager.prototype.getSubscription = async () => ({});"""


async def test_a_colleague_hears_at_once_that_an_alert_went_out(chromium, tmp_path):
    """One button on "Mon compte": a trial comes, then who sent what; a tap opens the alert."""
    key = generate_private_key(SECP256R1())
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    async with PushService() as push, opened(chosen(tmp_path, free_port(), push)) as house:
        await enrol(house)
        given = Subscription(push.origin, f"/wpush/v2/{KEPT}", public, AUTH).canonical()
        async with phone(chromium, _At(house.url), "light", True) as page:
            camera = Camera(page, "light")
            await page.context.grant_permissions(["notifications"])
            await page.add_init_script(SUBSCRIBED % given)
            await page.goto("/compte")
            await page.fill("#login", "adjoint")
            await page.fill("#password", PASSWORD)
            await page.click("button:has-text('Se connecter')")
            await page.click("text=Recevoir les notifications sur ce téléphone")
            await page.wait_for_selector("text=une notification d'essai part")
            await look(camera, "96-notifications")
            assert "arrivent sur ce téléphone" in json.loads(opened_by(key, await push.taken(1)))["body"]
            alert = await house.alert("Route coupée", Level.WARNING)
            said = json.loads(opened_by(key, await push.taken(2)))
            assert "Route coupée" in said["body"]
            assert "Madame le Maire" in said["body"]
            assert said["url"].endswith(f"/alertes/{alert}")
            await (await worker(page))(json.dumps(said))
            shown = "navigator.serviceWorker.ready.then(it => it.getNotifications()).then(all => all.some(one => one.data.path === '/alertes/%d'))"
            async with asyncio.timeout(60):
                while not await page.evaluate(shown % alert):  # noqa: ASYNC110 - it has no bell
                    await asyncio.sleep(0.05)
            assert camera.complaints == []


class _At:
    """Where the running house is, as a test's server says it."""

    def __init__(self, url):
        self.url = url

    def make_url(self, path):
        return self.url + path


async def enrol(house):
    """A mayor who sends, and a deputy who logs in."""
    desk = house.daemon.desk
    known = await operators.hash_password(Passwords(), "adjoint", PASSWORD)
    async with desk.db.transaction() as tx:
        for login, name, role in (
            ("mairie", "Madame le Maire", Role.MAYOR),
            ("adjoint", "Adjoint", Role.DEPUTY),
        ):
            one = await operators.add(tx, desk.clock, login=login, name=name, password_hash=known)
            await operators.set_role(tx, one.id, house.station.id, role)
