"""The door and the account on a small phone: each screen fits, with and without JavaScript; kept in build/screens."""

import pytest
from browser.test_screens import WAYS, Camera, phone
from web.login_house import shown
from web.pages_house import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_a_code_is_set_up_and_asked_for(chromium, served, clock, scheme, script):
    """The picture, the code, the sheet; out, and in again by password and code."""
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/connexion?retour=/compte")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await camera.keep("60-account")
        await page.click("text=Ajouter un code du téléphone")
        await page.click("summary")
        await camera.keep("61-code")
        secret = (await page.inner_text(".key")).replace(" ", "")
        await page.fill("#code", shown(secret, clock))
        await page.click("button.main")
        await camera.keep("62-sheet")
        await page.click("text=C'est rangé")
        await camera.keep("63-account-with-code")
        await page.click("text=Quitter partout")
        await page.click("text=Recevoir un lien")
        await camera.keep("69-link")
        await page.fill("#login", "le-mayor")
        await page.click("button.main")
        await camera.keep("70-link-asked")
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await camera.keep("64-second")
        await page.fill("#code", shown(secret, clock, 1))
        await page.click("text=Continuer")
        await page.wait_for_url("**/")
        await page.goto("/compte/confirmer")
        await camera.keep("65-confirm")
        assert camera.complaints == []
