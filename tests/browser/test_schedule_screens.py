"""A message that repeats, set from a small phone: each screen fits, with and without JavaScript; kept in build/screens."""

import pytest
from browser.pictures import picture
from browser.test_screens import WAYS, Camera, phone
from web.pages_house import PASSWORD
from web.test_pages_schedules import saved
from web.test_pages_schedules_agreed import RULE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_a_message_is_repeated_from_a_phone(chromium, served, scheme, script):
    """Preview, "plus tard", the dates, saved; then a text for one date, and the list."""
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/alertes/nouvelle?sujet=waste")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.fill("#headline", "Collecte des ordures demain matin")
        await page.check("[name=where][value=station]")
        await page.click("form button.main")
        await page.click("text=Plus tard, ou régulièrement")
        await page.select_option("#repeat", "weekly")
        await page.check("[name=days][value=MO]")
        await page.check("[name=public]")
        await page.select_option("#school", "B")
        await camera.keep("40-schedule-form")
        await page.click("text=Voir les dates")
        box = await page.locator("#dates").bounding_box()
        assert 0 <= box["y"] < 100, "the answer opens on the dates that were asked for"
        await picture(page, f"41-schedule-dates-seen-{camera.way}", whole=False)
        await camera.keep("41-schedule-dates")
        await page.click("text=Enregistrer ces dates")
        await page.wait_for_url("**/programmations/*")
        await page.click("summary:has-text('Un texte pour chaque date')")
        await page.fill("#texts", "09/03/2026 ; Bacs jaunes\n16/03/2026 ; Bacs gris")
        await page.click("text=Enregistrer les textes")
        await camera.keep("42-schedule")
        assert await page.is_visible("text=Bacs jaunes")
        await page.click("summary:has-text('Changer l')")
        await camera.keep("44-schedule-change")
        await page.fill("#words", "Bacs jaunes et verres")
        await page.check("[name=days][value=TU]")
        await page.check("[name=days][value=FR]")
        await page.click("button:text-is('Changer')")
        await page.click("text=Corriger")
        assert await page.is_visible("#wrong-days")
        await camera.keep("49-schedule-change-to-mend")
        assert await page.input_value("#words") == "Bacs jaunes et verres"
        await page.check("[name=scope][value=all]")
        await page.uncheck("[name=days][value=TU]")
        await page.uncheck("[name=days][value=FR]")
        await page.fill("#at", "18:00")
        await page.click("button:text-is('Changer')")
        await page.wait_for_selector("text=18 h 00")
        await page.goto("/programmations")
        await camera.keep("43-schedules")
        assert [said for said in camera.complaints if "422" not in said] == []


@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_a_second_person_reads_a_schedule_on_a_phone(chromium, served, mayor, scheme, script):
    """From the first page to « Accords », what is asked, a refusal without its reason and with it; then its author's page."""
    path = await saved(mayor)
    assert (await mayor.post(f"{path}/textes", {"texts": "16/03/2026 ; Bacs jaunes"}))[0] == 303
    assert (await mayor.post("/accords", RULE))[0] == 303
    for act in ("pause", "resume"):
        assert (await mayor.post(f"{path}/etat", {"act": act}))[0] == 303
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await page.goto("/")
        await page.fill("#login", "le-deputy")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.click("text=attend le vôtre")
        await camera.keep("45-approvals")
        await page.click("text=Collecte demain matin")
        await camera.keep("46-schedule-approval")
        await page.fill("#reason", "   ")
        await page.click("button:text-is('Refuser')")
        await camera.keep("47-schedule-approval-without-reason")
        await page.fill("#reason", "Les bacs jaunes sortent le mardi")
        await page.click("button:text-is('Refuser')")
        await page.wait_for_url("**/programmations/*")
        await camera.keep("48-schedule-refused")
        assert await page.is_visible("text=Redemander l'accord")
        assert [said for said in camera.complaints if "422" not in said] == []
