"""Screens kept for eyes: `ALERTD_SCREENS=1 make test` leaves them in build/screens. What a test holds it asks of the page itself."""

import os
from pathlib import Path

from playwright.async_api import Page

SCREENS = Path(__file__).parents[2] / "build" / "screens"
WANTED = bool(os.environ.get("ALERTD_SCREENS"))


async def picture(page: Page, name: str, *, whole: bool = True) -> None:
    """Keep the page (or only what is in view), where somebody asked to look: drawing costs a busy machine a second each."""
    if WANTED:
        SCREENS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SCREENS / f"{name}.png", full_page=whole)
