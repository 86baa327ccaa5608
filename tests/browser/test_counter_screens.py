"""The counter as Chromium shows it: a signed paper copied on a phone."""

import pytest
from browser.mayor_map import mayors_phone
from browser.test_joining_screens import keep

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_paper_is_copied_at_the_counter(chromium, served, scheme):
    """All of it within reach of a thumb; what is to be mended stays as it was typed, and the end says what to do with the paper."""
    async with mayors_phone(chromium, served, color_scheme=scheme) as page:
        await page.goto("/guichet")
        await keep(page, "83-counter", scheme)
        await page.check("[value=email]")
        await page.fill("#mailbox", "rene@example.org")
        await page.check("[name=where][value=places]")
        await page.select_option("#home-list", label="La Gare")
        await page.check("[value=absent]")
        await page.click("button.main")
        await keep(page, "84-counter-to-mend", scheme)
        assert await page.input_value("#mailbox") == "rene@example.org"
        await page.fill("#paper", "2026-17")
        await page.click("button.main")
        await keep(page, "85-counter-done", scheme)
        assert "Classez le papier" in await page.inner_text("main")
