"""Pictures and PDFs as people bring and see them: chosen on a phone, with and without JavaScript, kept in build/screens."""

import pytest
from browser.test_screens import WAYS, Camera, fill, hold, phone
from files import document, picture
from web.pages_house import PASSWORD

from alertd.issue import countdown

pytestmark = pytest.mark.browser

ALT = "Le pont de la Meuse fermé par des barrières, vu de la rive gauche"


async def loaded(page):
    """The real width of each picture of the page; 0 where the browser could not show it."""
    await page.wait_for_load_state("load")
    return [
        await image.evaluate("image => image.naturalWidth")
        for image in await page.query_selector_all("img.shown")
    ]


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_a_picture_and_a_pdf_are_sent_from_a_phone(chromium, served, desk, link, scheme, script):
    """Chosen, told that words are missing, described, looked at, sent; then seen by the operator and by a resident."""
    photo = {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(1600, 1200))}
    order = {"name": "arrete.pdf", "mimeType": "application/pdf", "buffer": document()}
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/connexion")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.goto("/alertes/nouvelle?sujet=fire")
        await fill(page)
        await page.set_input_files("#file1", photo)
        await page.set_input_files("#file2", order)
        await page.click("[data-files] > summary")
        await page.fill("#alt2", "Arrêté de fermeture du pont")
        await page.click("button.main")
        await camera.keep("70-file-without-words")
        if script:
            assert await loaded(page) == [1600]
        await page.fill("#alt1", ALT)
        await page.click("button.main")
        await camera.keep("71-preview-with-files")
        await hold(page, script=script)
        await page.wait_for_selector("text=Arrêter l'envoi")
        desk.clock.advance(countdown.LASTS_MS)
        await countdown.step(desk)
        await page.wait_for_selector("text=Où en est l'envoi")  # by itself
        await camera.keep("72-alert-with-files")
        alert = "/alertes/" + page.url.partition("?")[0].rpartition("/")[2]
        assert [said for said in camera.complaints if "422" not in said] == []
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto(await link(alert))
        await camera.keep("73-resident-with-files")
        assert await page.get_attribute("img.shown", "alt") == ALT
        if script:
            assert await loaded(page) == [1600]
        assert camera.complaints == []
