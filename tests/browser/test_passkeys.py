"""Empreinte ou visage in a real browser, whose virtual device answers as a phone's does."""

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestServer
from browser.phone_house import free_port
from browser.test_screens import Camera, phone
from web.pages_house import PASSWORD

from alertd.settings import Settings
from alertd.web.app import build

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
async def named(rooms, desk):
    """The application under a name, as browsers ask for before they make a passkey."""
    port = free_port()
    settings = Settings.model_validate({"http": {"public_url": f"http://localhost:{port}"}})
    server = TestServer(
        build(replace(rooms, desk=replace(desk, settings=settings))), port=port, host="127.0.0.1"
    )
    async with server:
        server.make_url = lambda path: f"http://localhost:{port}{path}"
        yield server


async def test_a_finger_opens_the_account(chromium, named):
    """Password once, the device added; out; in by one tap; and a finger that is not known is told in words."""
    async with phone(chromium, named, "light", True) as page:
        camera = Camera(page, "light")
        line = await page.context.new_cdp_session(page)
        await line.send("WebAuthn.enable")
        device = await line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        await page.goto("/connexion?retour=/compte")
        await camera.keep("66-log-in-by-finger")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button:has-text('Se connecter')")
        await page.fill("#device-name", "Téléphone de Jeanne")
        await page.click("text=Ajouter cet appareil")
        await page.click("text=C'est rangé")
        assert await page.is_visible("text=Téléphone de Jeanne")
        await camera.keep("67-account-with-finger")
        await page.click("text=Quitter partout")
        await page.goto("/connexion?retour=/compte")
        await page.click("text=Empreinte ou visage")
        await page.wait_for_selector("text=par empreinte ou visage")
        await page.goto("/compte/confirmer?retour=/compte")
        await page.click("text=Empreinte ou visage")
        await page.wait_for_selector("h1:has-text('Mon compte')")
        assert camera.complaints == []
        known = {"authenticatorId": device["authenticatorId"], "isUserVerified": False}
        await line.send("WebAuthn.setUserVerified", known)
        await page.goto("/compte/confirmer?retour=/compte")
        await page.click("text=Empreinte ou visage")
        assert "Cela n'a pas marché" in await page.inner_text("[data-wrong]:visible")
        await camera.keep("68-finger-unknown")
