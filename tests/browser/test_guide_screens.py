"""The guide of the mairie on a small phone without JavaScript, and on paper."""

import re

import pypdfium2
import pytest
from browser.pictures import picture
from browser.test_screens import phone

pytestmark = pytest.mark.browser

A4 = (595, 842)
LOADED = "() => [...document.images].every(one => one.complete && one.naturalWidth === 720)"


@pytest.mark.parametrize(("scheme", "script"), [("light", True), ("dark", False)])
async def test_it_fits_a_small_phone_with_all_its_pictures(chromium, served, scheme, script):
    """Nothing sticks out, every picture is seen, nothing is asked of anyone else; the printer's button is there where it works."""
    async with phone(chromium, served, scheme, script) as page:
        asked = []
        page.on("request", lambda one: asked.append(one.url))
        await page.goto("/guide")
        assert await page.get_by_role("button", name="Imprimer ce guide").is_visible() is script
        await picture(page, f"95-guide-{scheme}")
        if script:
            await page.wait_for_function(LOADED)
            assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        assert len([url for url in asked if url.endswith(".png")]) >= 10
        assert [url for url in asked if not url.startswith(str(served.make_url("/")))] == []


async def test_it_prints_on_a4(chromium, served):
    """Some fifteen sheets, pictures whole and three across, no heading left alone at a foot, nothing to press."""
    async with phone(chromium, served, "light", True) as page:
        await page.goto("/guide")
        await page.wait_for_function(LOADED)
        headings = await page.locator("main h2, main h3").all_inner_texts()
        shown = await page.locator("main img").count()
        paper = pypdfium2.PdfDocument(await page.pdf(prefer_css_page_size=True))
    assert {tuple(map(round, sheet.get_size())) for sheet in paper} == {A4}
    assert len(paper) < 20
    pictures = [boxes(sheet) for sheet in paper]
    assert sum(map(len, pictures)) == shown
    assert all(0 < left < right < A4[0] / 2.9 + left for sheet in pictures for left, _, right, _ in sheet)
    assert all(0 < low < high < A4[1] for sheet in pictures for _, low, _, high in sheet)
    assert max(len({round(left) for left, *_ in sheet}) for sheet in pictures) == 3
    words = [re.sub(r"\s+", " ", sheet.get_textpage().get_text_bounded()).strip() for sheet in paper]
    plain = [re.sub(r"\s+", " ", one) for one in headings]
    assert [(number, one) for number, text in enumerate(words) for one in plain if text.endswith(one)] == []
    assert "Imprimer ce guide" not in " ".join(words)


def boxes(sheet):
    """Where pictures are on a sheet: left, bottom, right, top, in points."""
    found = [one for one in sheet.get_objects(max_depth=8) if one.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]
    return [one.get_bounds() if hasattr(one, "get_bounds") else one.get_pos() for one in found]
