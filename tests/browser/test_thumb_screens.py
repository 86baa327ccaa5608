"""The thirty seconds of one thumb: what is needed while a place burns stands on the first screen of a small phone."""

import pypdfium2
import pytest
from browser.pictures import SCREENS, WANTED
from browser.test_guard_screens import log_in
from browser.test_phone_screens import WIDE
from browser.test_screens import Camera, arrive, fill, inside, phone

from alertd.clock import HOUR, MINUTE
from alertd.issue import countdown

pytestmark = pytest.mark.browser

ACTS = ("Corriger", "Prolonger", "Fin d'alerte", "Fausse alerte")
LONGEST = "Incendie à la scierie de la rue de Verdun, près de la gare : la fumée va vers le village et vers l'école communale."


@pytest.mark.parametrize("headline", ["Incendie à la gare", LONGEST], ids=["short", "long"])
async def test_what_mends_an_alert_stands_on_its_first_screen(chromium, served, desk, mayor, headline):
    """Under way, and when its end is near: all four are one tap away, whole, also with letters twice as large in one column."""
    path = await mayor.released(headline=headline)
    await arrive(desk, path)
    async with phone(chromium, served, "light", script=True) as page:
        camera = Camera(page, "light")
        await log_in(page, "le-mayor")
        for name in ("67-acts", "67-acts-near-the-end"):
            await page.goto(path)
            await camera.keep(f"{name}-{len(headline)}")
            for act in ACTS:
                box = await page.get_by_role("link", name=act, exact=True).bounding_box()
                assert box["y"] + box["height"] <= 640, (name, act, box)
            desk.clock.advance(3 * HOUR - 20 * MINUTE)
        await page.set_viewport_size({"width": 180, "height": 320})
        assert await page.evaluate(WIDE) == []
        assert camera.complaints == []


async def test_without_a_script_the_second_tap_is_on_the_first_screen(chromium, served, desk):
    """Whoever cannot hold the button reads at once that one more is needed, and finds it there; what went out lately is said too."""
    async with phone(chromium, served, "light", script=False) as page:
        camera = Camera(page, "light-without-script")
        await log_in(page, "le-mayor")
        for name in ("68-second-tap", "68-second-tap-after-one-like-it"):
            await page.goto("/alertes/nouvelle?sujet=fire")
            await fill(page)
            await page.click("button.main")
            await page.click("button.main")
            await camera.keep(name)
            assert await inside(page.locator("text=Encore un geste"))
            assert await inside(page.locator("button[name=confirmed]"))
            await page.click("button[name=confirmed]")
            if name == "68-second-tap":
                assert await page.locator("text=Arrêter l'envoi").count() == 1
                desk.clock.advance(countdown.LASTS_MS)
                await countdown.step(desk)
        await camera.keep("68-sent-lately")
        assert await inside(page.locator("button[name=confirmed]"))
        assert await inside(page.locator("text=Voir l'alerte déjà envoyée"))


class Thumb:
    """Counts what it taps; it has no keyboard."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    async def tap(self, selector):
        self.taps += 1
        await self.page.locator(selector).first.tap()


@pytest.mark.parametrize("script", [True, False], ids=["script", "without-script"])
async def test_a_danger_in_a_hamlet_takes_four_taps_and_no_typing(chromium, served, script):
    """From the first page to the countdown: the ready text, the hamlet, Voir, hold; one more where nothing can be held."""
    async with phone(chromium, served, "light", script=script) as page:
        way = "light" if script else "light-without-script"
        camera, thumb = Camera(page, way), Thumb(page)
        await log_in(page, "le-mayor")
        await camera.keep("69-home-with-emergencies")
        assert await inside(page.get_by_role("link", name="Incendie", exact=True))
        await thumb.tap("a.tile.danger:has-text('Incendie')")
        await page.wait_for_selector(".chips label")
        await camera.keep("69-places-to-tap")
        await thumb.tap(".chips label:has-text('La Gare')")
        await camera.keep("69-place-tapped")
        await thumb.tap("form[data-compose] button.main:visible")
        await page.wait_for_selector("#envoi")
        if script:
            thumb.taps += 1
            await page.click("[data-hold]", delay=2_000)
        else:
            await thumb.tap("form#envoi button.main")
            await thumb.tap("button[name=confirmed]")
        await page.wait_for_selector("text=Arrêter l'envoi")
        assert "INCENDIE La Gare" in await page.inner_text("main")
        assert thumb.taps == (4 if script else 5)
        assert camera.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_alert_s_page_is_printed_white_and_whole(chromium, served, desk, mayor, scheme):
    """Two pages of A4 at most, whatever the scheme and with backgrounds: the station, the words, the books; nothing to press."""
    path = await mayor.released(headline="Incendie à la gare", body="Les pompiers sont sur place. " * 8)
    await arrive(desk, path)
    async with phone(chromium, served, scheme, script=True) as page:
        await log_in(page, "le-mayor")
        await page.goto(path)
        printed = pypdfium2.PdfDocument(await page.pdf(print_background=True, prefer_css_page_size=True))
        assert len(printed) <= 2
        words = " ".join(each.get_textpage().get_text_range() for each in printed)
        for said in (
            "Bras-sur-Meuse",
            "Incendie à la gare",
            "Où en est l'envoi",
            "Temps depuis l'envoi",
            "Dernier",
            "Ce qui a été fait",
        ):
            assert said in words
        for pressed in ("Facebook", "Quitter", "Corriger", "Imprimer", "Accessibilité"):
            assert pressed not in words
        drawn = [each.render(scale=1).to_pil().convert("L") for each in printed]
        assert [round(25.4 / 72 * side) for side in printed[0].get_size()] == [210, 297]
        for number, sheet in enumerate(drawn):
            assert sum(sheet.histogram()[200:]) > 0.85 * sheet.width * sheet.height, "dark cards"
            if WANTED:
                printed[number].render(scale=2).to_pil().save(SCREENS / f"70-printed-{scheme}-{number}.png")
        printed.close()
