"""Who serves several stations, on a small phone with two tabs; kept in build/screens."""

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.test_offline_screens import until
from browser.test_screens import WAYS, Camera, phone
from web.pages_house import PASSWORD
from web.test_pages_led_to_their_station import armed, there
from web.test_pages_several_stations import charny, given

from alertd.model import Accent

__all__ = ["charny"]

pytestmark = pytest.mark.browser


async def enter(page, station="Bras-sur-Meuse"):
    await page.goto("/")
    await page.fill("#login", "le-mayor")
    await page.fill("#password", PASSWORD)
    await page.click("button.main")
    await page.click(f"main button:has-text('{station}')")


@pytest.mark.usefixtures("charny")
@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_two_tabs_never_mix_two_stations(chromium, served, scheme, script):
    """A form of one, the tap in the other: the words stay, the zone does not, and any other form says where one is."""
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await enter(page)
        await page.goto("/alertes/nouvelle?sujet=fire")
        await page.click("label:has-text('Mes mots, en français seulement')")
        await page.fill("#headline", "Incendie près de la gare")
        await page.click("label:has(input[value=station])")
        other = await page.context.new_page()
        await other.goto("/couleur")
        third = await page.context.new_page()
        await third.goto("/stations")
        await third.click("main button:has-text('Charny-sur-Meuse')")
        if script:
            await page.click("label:has(input[value=hamlet])")
            await page.wait_for_selector("text=Vous êtes maintenant à Charny-sur-Meuse : rouvrez cette page.")
            await page.locator("[data-count]").scroll_into_view_if_needed()
            await camera.keep("99-stations-count")
        await page.click("button.main")
        await page.wait_for_selector("text=vos mots sont gardés")
        assert await page.input_value("#headline") == "Incendie près de la gare"
        assert await page.locator("[name=where]:checked").count() == 0
        await camera.keep("99-stations-words-kept")
        await other.click("button.main")
        await other.wait_for_selector("h1:has-text('Vous êtes maintenant à Charny-sur-Meuse')")
        await Camera(other, camera.way).keep("99-stations-moved")
        await other.click("text=Revenir à Bras-sur-Meuse")
        await other.wait_for_url("**/couleur")
        assert await other.inner_text(".who") == "Bras-sur-Meuse"
        assert [said for said in camera.complaints if "409" not in said] == []


OWNERS = """() => new Promise(done => {
  const opening = indexedDB.open("alertd-office");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("wishes").objectStore("wishes").getAll();
    asked.onsuccess = () => { opening.result.close(); done(asked.result.map(one => one.owner)); };
  };
})"""


async def test_what_a_telephone_keeps_is_the_station_s_whose_form_it_was(chromium, served, charny):
    """Written for Bras without a network, while the other tab looks at Charny: the wish is Bras's, and nothing of it leaves there."""
    async with phone(chromium, served, "light", True) as page:
        page.set_default_timeout(60_000)
        await enter(page)
        await page.evaluate("navigator.serviceWorker.ready")
        await page.goto("/alertes/nouvelle?sujet=fire")
        bras = await page.get_attribute("body", "data-owner")
        await page.click("label:has(input[value=station])")
        other = await page.context.new_page()
        await other.goto("/stations")
        await other.click("main button:has-text('Charny-sur-Meuse')")
        assert (await other.get_attribute("body", "data-owner")).endswith(f".{charny.id}")
        await until(other, "alertd-office", "kept", lambda keys: "shell" in keys)
        await page.context.set_offline(True)
        await page.click("button.main")
        await page.wait_for_selector("text=Écrire sans réseau")
        assert await page.evaluate(OWNERS) == [bras]
        await page.context.set_offline(False)
        await other.goto("/")
        await other.wait_for_selector(
            "text=c'est le message d'une autre station ; il attend que vous y reveniez"
        )
        await Camera(other, "light").keep("99-stations-waiting")
        await other.goto("/stations")
        await other.click("main button:has-text('Bras-sur-Meuse')")
        await other.wait_for_selector("text=Relire et envoyer")


@pytest.mark.usefixtures("charny")
@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_another_station_is_one_tap_away(chromium, served, desk, scheme, script):
    """Its button stands at the head of the page in its colour, as large as a thumb; with three stations the page still fits."""
    await given(desk, "cc-verdun", "Communauté d'agglomération du Grand Verdun", accent=Accent.PLUM)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await enter(page)
        await camera.keep("99-stations-head")
        for button in await page.locator(".top .others button").all():
            box = await button.bounding_box()
            assert box["height"] >= 48, box
            assert box["width"] >= 48, box
        assert (await page.locator(".top").bounding_box())["height"] < 200
        await page.tap(".top .others button:has-text('Grand Verdun')")
        await page.wait_for_selector("body[data-accent=plum]")
        await camera.keep("99-stations-head-other")
        await page.goto("/alertes/nouvelle?sujet=fire")
        await camera.keep("99-stations-head-form")
        if script:
            found = await Axe().run(page)
            assert [one["id"] for one in found.response["violations"]] == []
        assert camera.complaints == []


@pytest.mark.parametrize(("scheme", "script"), WAYS[1:])
async def test_an_emergency_of_another_station_is_stopped_from_home(
    chromium, served, desk, scheme, script, charny
):
    """Home says which station's it is; one tap leads there and says so, the next one stops it."""
    colleague = await there(desk, charny)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await enter(page)
        alert = await armed(desk, colleague, charny)
        if not script:
            await page.goto("/")
        await page.wait_for_selector("text=Charny-sur-Meuse : une urgence de collegue part dans")
        await camera.keep("99-stations-leaving")
        await page.tap("text=Voir, ou l'arrêter")
        await page.wait_for_selector("text=Vous êtes passé à Charny-sur-Meuse.")
        await camera.keep("99-stations-arrived")
        await page.tap("text=Arrêter l'envoi")
        await page.wait_for_selector("text=Envoi arrêté")
        assert f"/alertes/{alert}" in page.url
        assert camera.complaints == []


@pytest.mark.usefixtures("charny")
@pytest.mark.parametrize(("scheme", "script"), WAYS)
async def test_twenty_stations_are_one_row_that_a_finger_pushes(chromium, served, desk, scheme, script):
    """The head stays as low as with two; the last is brought into sight by the keyboard, too, and is one tap; axe has nothing to say."""
    for number in range(12):
        await given(desk, f"village-{number:02}", f"Saint-Rémy-la-Calonne {number:02}", accent=Accent.PLUM)
    async with phone(chromium, served, scheme, script) as page:
        camera = Camera(page, scheme if script else f"{scheme}-without-script")
        await enter(page)
        await camera.keep("99-stations-row")
        head = await page.locator(".top").bounding_box()
        assert head["height"] < 160, head
        last = page.locator(".top .others button").last
        assert (await last.bounding_box())["x"] > 360
        await last.focus()
        box = await last.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 360, box
        assert box["height"] >= 48, box
        if script:
            assert (await Axe().run(page)).response["violations"] == []
        await last.press("Enter")
        await page.wait_for_url("**/")
        assert await page.inner_text(".who") == "Saint-Rémy-la-Calonne 11"
