"""The mayor's telephone without a network: the form opens, what was typed survives, and what was confirmed leaves once."""

import asyncio

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.test_guard_screens import log_in
from browser.test_screens import Camera, fill, phone
from web.pages_house import PASSWORD

from alertd.clock import SetClock, SystemClock
from alertd.issue import countdown

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
LOOK = """([name, store]) => indexedDB.databases().then(known => known.some(one => one.name === name) && new Promise(done => {
  const opening = indexedDB.open(name);
  opening.onsuccess = () => {
    const base = opening.result;
    if (!base.objectStoreNames.contains(store)) return base.close(), done([]);
    const asked = base.transaction(store).objectStore(store).getAllKeys();
    asked.onsuccess = () => { base.close(); done(asked.result); };
  };
}))"""

HELD = """() => new Promise(held => {
  const opening = indexedDB.open("alertd-drafts", 1);
  opening.onsuccess = () => {
    const drafts = opening.result.transaction("drafts", "readwrite").objectStore("drafts");
    const spin = () => { drafts.get("none").onsuccess = spin; };
    spin();
    held();
  };
})"""
"""Nobody writes a draft any more for as long as this page is open: a slow telephone, made slow for good."""


@pytest.fixture
def clock() -> SetClock:
    """The hour of the telephone, by which Chromium's worker counts."""
    return SetClock(SystemClock().now_ms())


async def test_an_alert_is_written_and_sent_around_a_lost_network(chromium, served, desk, station):
    """The form opens with its places, an empty battery loses no word, the preview comes with the network, and a send waits for it."""
    async with phone(chromium, served, "light", True) as page:
        camera, network = Camera(page, "light"), page.context
        page.set_default_timeout(WAIT_MS)
        await log_in(page, "le-mayor")
        await until(page, "alertd-office", "kept", lambda keys: "shell" in keys)
        line = await network.new_cdp_session(page)
        assert (await line.send("Page.getAppManifest"))["errors"] == []
        wrong = (await line.send("Page.getInstallabilityErrors"))["installabilityErrors"]
        assert [one["errorId"] for one in wrong if one["errorId"] != "in-incognito"] == []
        await network.set_offline(True)
        await page.goto("/alertes/nouvelle")
        await camera.keep("90-no-network")
        await page.click("button.tile:has-text('Incendie, fumées')")
        await page.check("[name=where][value=hamlet]")
        await page.select_option("#hamlet", label="La Gare")
        await page.check("[name=words][value=free]")
        await page.fill("#headline", "Feu de grange")
        await until(page, "alertd-drafts", "drafts", bool)
        await look(camera, "91-no-network-form")
        await page.reload()  # as after an empty battery
        await page.wait_for_selector("text=Votre brouillon est revenu")
        assert await page.input_value("#headline") == "Feu de grange"
        assert await page.is_checked("[name=where][value=hamlet]")
        await page.click("button.main")
        await page.wait_for_selector("text=Pas encore envoyée")
        await page.reload()
        await page.wait_for_selector("text=Pas encore envoyée")
        await page.wait_for_selector("text=Votre brouillon est revenu", state="detached")
        await look(camera, "92-not-sent-yet")
        await network.set_offline(False)
        await page.wait_for_url("**/alertes/apercu/*")
        await page.wait_for_selector("text=Rien n'est encore parti")
        await camera.keep("93-back-look-again")
        await network.set_offline(True)
        await page.click("[data-hold]", delay=2_000)
        await page.wait_for_selector("text=dès que le réseau revient, jusqu'à")
        assert await countdown.running(desk.db, station.id) == ()
        await network.set_offline(False)
        await page.wait_for_selector("text=Arrêter l'envoi")
        assert len(await countdown.running(desk.db, station.id)) == 1
        await until(page, "alertd-drafts", "drafts", lambda keys: not keys)
        assert [said for said in camera.complaints if "ERR_INTERNET_DISCONNECTED" not in said] == []


async def test_a_wish_outlives_its_session_and_not_the_log_out(chromium, served, desk, station):
    """With the session over it asks to log in, then leaves; who leaves the telephone leaves nothing on it."""
    async with phone(chromium, served, "light", True) as page:
        camera, network = Camera(page, "light"), page.context
        page.set_default_timeout(WAIT_MS)
        await log_in(page, "le-mayor")
        await until(page, "alertd-office", "kept", lambda keys: "shell" in keys)
        await page.goto("/alertes/nouvelle?sujet=fire")
        await fill(page)
        await page.click("button.main")
        await page.wait_for_selector("[data-hold]")
        await network.set_offline(True)
        await page.click("[data-hold]", delay=2_000)
        await page.wait_for_selector("text=Pas encore envoyée")
        await close_all(desk)
        await network.set_offline(False)
        await page.wait_for_selector("text=votre session est terminée")
        await look(camera, "94-session-over")
        await page.click("text=Se connecter")
        await page.fill("#login", "le-mayor")
        await page.fill("#password", PASSWORD)
        await page.click("button.main")
        await page.wait_for_selector("text=Arrêter l'envoi")
        assert len(await countdown.running(desk.db, station.id)) == 1
        await page.goto("/alertes/nouvelle?sujet=road")
        await page.check("[name=words][value=free]")
        await page.fill("#headline", "Un mot du maire")
        await until(page, "alertd-drafts", "drafts", bool)
        await page.goto("/")
        await page.wait_for_selector("text=Un brouillon attend")
        await look(camera, "95-draft-waits")
        await close_all(desk)
        await page.goto("/")
        await log_in(page, "le-publisher")
        await until(page, "alertd-drafts", "drafts", lambda keys: not keys)  # of somebody else
        await page.goto("/alertes/nouvelle?sujet=canteen")
        await page.fill("#headline", "Un mot de la secrétaire")
        await until(page, "alertd-drafts", "drafts", bool)
        await page.click("text=Quitter")
        await page.wait_for_url("**/connexion")
        for name, store in (
            ("alertd-drafts", "drafts"),
            ("alertd-office", "kept"),
            ("alertd-office", "wishes"),
        ):
            await until(page, name, store, lambda keys: not keys)
        assert await page.evaluate("caches.keys()") == []


async def close_all(desk):
    """Every session is over, as by time."""
    async with desk.db.transaction() as tx:
        for operator in range(1, 10):
            await tx.execute("sessions.close_of_operator", operator)


async def until(page, name, store, holds):
    """What the telephone keeps, once it is as it should be."""
    async with asyncio.timeout(WAIT_MS / 1000):
        while not holds(await page.evaluate(LOOK, [name, store]) or []):  # noqa: ASYNC110 - it has no bell
            await asyncio.sleep(0.05)


async def look(camera, name):
    """The screen by day and by night, at which axe finds nothing."""
    page = camera.page
    for camera.way in ("dark", "light"):
        await page.emulate_media(color_scheme=camera.way)
        await camera.keep(name)
    found = (await Axe().run(page)).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


async def test_picked_phrases_come_back_without_a_network(chromium, served):
    """Their words are there in French and can be sent; what waits is named, and nothing is offered twice beside it."""
    async with phone(chromium, served, "light", True) as page:
        camera, network = Camera(page, "light"), page.context
        page.set_default_timeout(WAIT_MS)
        await log_in(page, "le-mayor")
        await until(page, "alertd-office", "kept", lambda keys: "shell" in keys)
        await pick(page)
        await network.set_offline(True)
        await page.goto("/")
        await page.wait_for_selector("text=Votre brouillon est revenu")
        said = await page.inner_text("[data-says]")
        assert said.startswith("Crue rapide")
        assert "La Gare" in said
        assert "étage" in said
        title = said.partition(". ")[0]
        assert await page.is_checked("label:has-text('Crue rapide') input")
        await look(camera, "96-no-network-phrases")
        await page.click("button.main")
        await page.wait_for_selector(f"text=« {title} » : dès que")
        await network.set_offline(False)
        await page.wait_for_url("**/alertes/apercu/*")
        sent = page.locator("form[action='/alertes/envoyer'] [name=words]")
        assert await sent.input_value() == "book"


async def test_phrases_and_a_zone_are_picked_without_a_network(chromium, served):
    """The book and the map are on the telephone: what is tapped and drawn there waits, and comes back as a preview in six languages."""
    async with phone(chromium, served, "light", True) as page:
        camera, network = Camera(page, "light"), page.context
        page.set_default_timeout(WAIT_MS)
        await log_in(page, "le-mayor")
        await until(page, "alertd-office", "kept", lambda keys: "shell" in keys)
        assert await page.evaluate(KEPT_BYTES) < 900_000
        await network.set_offline(True)
        await page.goto("/alertes/nouvelle")
        await page.click("button.tile:has-text('Crue, inondation')")
        assert await page.is_checked("[name=words][value=book]")
        await page.check("label:has-text('Crue rapide') input")
        assert (await page.inner_text("[data-says]")).startswith("Crue rapide")
        await page.check("[name=where][value=zone]")
        await page.wait_for_selector(".chart .outline", state="attached")
        await page.click("[data-tool=middle]")
        assert "Circle" in await page.input_value("[name=zone]")
        await look(camera, "98-no-network-map")
        await page.click("button.main")
        await page.wait_for_selector("text=/« Crue rapide » : dès que/")
        await network.set_offline(False)
        await page.wait_for_url("**/alertes/apercu/*")
        assert await page.locator("form[action='/alertes/envoyer'] [name=words]").input_value() == "book"
        await page.wait_for_selector("text=Dans 5 autres langues")


KEPT_BYTES = """async () => {
  const cache = await caches.open("alertd-office");
  const sizes = await Promise.all((await cache.matchAll()).map(async (one) => (await one.blob()).size));
  return sizes.reduce((all, size) => all + size, 0);
}"""


async def test_a_preview_asked_for_without_a_network_is_named_and_the_page_finds_the_network_again(
    chromium, served
):
    """The message that waits stands there alone; a page that could not be had opens as soon as the service answers."""
    async with phone(chromium, served, "light", True) as page:
        camera, network = Camera(page, "light"), page.context
        page.set_default_timeout(WAIT_MS)
        await log_in(page, "le-mayor")
        await until(page, "alertd-office", "kept", lambda keys: "shell" in keys)
        await network.set_offline(True)
        await page.goto("/historique")
        await page.wait_for_selector("text=Pas de réseau.")
        await network.set_offline(False)
        await page.wait_for_selector("form[data-shell]", state="detached")
        await pick(page)
        await network.set_offline(True)
        await page.click("form[data-compose] button.main")
        await page.wait_for_selector("text=/« Crue rapide.*La Gare.* » : dès que/")
        await page.wait_for_selector("[data-draft]", state="detached")
        assert not await page.is_visible("[data-form]")
        await look(camera, "97-named")


async def pick(page):
    """A message of phrases about a place, as far as the coach has read it."""
    await page.goto("/alertes/nouvelle?sujet=flood")
    await page.check("text=Crue rapide")
    await page.check("text=Montez à l'étage")
    await page.check("[name=where][value=hamlet]")
    await page.select_option("#hamlet", label="La Gare")
    await page.wait_for_selector("[data-compose][data-french*='La Gare']")
    await until(page, "alertd-drafts", "drafts", bool)


async def test_a_page_that_is_left_takes_along_what_it_had_not_written_yet(chromium, served):
    """The last letters are typed, and the page is left before the telephone has written them: they are there when one comes back."""
    async with phone(chromium, served, "light", True) as page:
        await log_in(page, "le-mayor")
        await page.goto("/alertes/nouvelle?sujet=fire")
        await page.check("[name=words][value=free]")
        await page.fill("#headline", "Feu")
        await until(page, "alertd-drafts", "drafts", bool)
        await page.evaluate(HELD)
        await page.fill("#headline", "Feu de grange")
        await page.goto("/")
        await page.wait_for_selector("text=« Feu de grange »")
