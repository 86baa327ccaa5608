"""The pictures of the mairie's guide and of the README, taken anew: `make pictures`.

The demonstration is started in a folder of its own, and a small phone walks through it: what the pictures show is what the program
shows today, and nothing of it is anyone's.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

IMAGES = Path(__file__).parents[2] / "docs" / "images"
PHONE = {
    "viewport": {"width": 360, "height": 640}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "locale": "fr-FR", "timezone_id": "Europe/Paris", "color_scheme": "light",
}  # fmt: skip
COLOURS = 96
"""Enough for flat screens, in a third of the bytes."""
SMALLER, GAP, BETWEEN = (432, 768), 14, "#dfe2e8"
"""The README's: two telephones beside each other."""


async def main() -> None:
    """All of them, in the order in which an alert is lived."""
    async with village() as (url, known), phone(url) as page:
        await entering(page, known)
        await warning(page)
        await following(page)
        await joining(page)
        await planning(page)
    async with village("https://alertes.bras.example") as (url, _), phone(url) as page:
        poster = await page.request.get("/s/bras-sur-meuse/affiche.pdf?format=a4")
        save(on_a_wall(await poster.body()), "affiche")


@asynccontextmanager
async def village(public_url: str = "") -> AsyncIterator[tuple[str, dict[str, str]]]:
    """The demonstration: where it is, and who may log in. On `localhost` browsers show fingers and faces; on a poster stands the
    address that a commune would have.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    environment = os.environ | {"ALERTD_HTTP__PORT": str(port), "ALERTD_HTTP__PUBLIC_URL": public_url or url}
    command, quiet = [sys.executable, "-m", "alertd", "demo"], subprocess.DEVNULL
    with tempfile.TemporaryDirectory() as folder:
        demo = subprocess.Popen(command, cwd=folder, env=environment, stdout=quiet, stderr=quiet)  # noqa: ASYNC220, S603
        try:
            yield url, await settled(Path(folder), port)
        finally:
            demo.terminate()
            demo.wait(30)


async def settled(folder: Path, port: int) -> dict[str, str]:
    """What the demonstration noted, once it answers."""
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return noted(folder)
            except (OSError, ValueError):
                await asyncio.sleep(0.2)


def noted(folder: Path) -> dict[str, str]:
    return dict(json.loads((folder / "var" / "demo.json").read_text()))


@asynccontextmanager
async def phone(url: str) -> AsyncIterator[Page]:
    """A small one, in French."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        context = await browser.new_context(**PHONE, base_url=url)
        yield await context.new_page()
        await browser.close()


async def entering(page: Page, known: dict[str, str]) -> None:
    """The log-in, and what opens behind it."""
    await page.goto("/connexion")
    await page.fill("#login", known["login"])
    await page.fill("#password", known["password"])
    await page.evaluate("document.activeElement.blur()")
    await keep(page, "connexion")
    await page.get_by_role("button", name="Se connecter").click()
    await page.wait_for_url("**/")
    await keep(page, "accueil")
    await page.goto("/compte")
    await top(page, "h2:has-text('Empreinte ou visage')")
    await keep(page, "compte")


async def warning(page: Page) -> None:
    """A fire: what, where, in which words, to how many; and it leaves in ten seconds."""
    await page.goto("/alertes/nouvelle")
    await keep(page, "sujets")
    await page.click("a.tile:has-text('Incendie, fumées')")
    await draw(page)
    zone = await keep(page, "zone")
    await page.check("[name=words][value=book]")
    await page.get_by_label("Incendie", exact=True).check()
    await page.click('summary:has-text("Le lieu, l\'heure, la source")')
    await page.get_by_label("Un autre nom").check()
    await page.fill("#place_name", "Scierie")
    await top(page, "legend:has-text('Ce qui se passe')")
    await keep(page, "message")
    await page.click("button.main")
    await page.wait_for_url("**/apercu/*")
    both("before", zone, await keep(page, "confirmation"))
    await page.get_by_role("link", name="Aller à l'envoi").click()
    await page.wait_for_timeout(500)
    await keep(page, "tenir")
    await hold(page)
    await page.wait_for_selector("text=Arrêter l'envoi")
    leaving = await keep(page, "arreter")
    await expect(page.locator("main")).to_contain_text("Où en est l'envoi", timeout=30_000)
    await expect(page.locator("[data-part=progress]")).to_contain_text("Messages arrivés", timeout=60_000)
    await page.wait_for_timeout(5_000)
    await page.reload()
    await page.evaluate("scrollTo(0, 0)")
    both("after", leaving, await keep(page, "agir"))
    await top(page, "#progress", above=20)
    await keep(page, "suivre")


async def draw(page: Page) -> None:
    """A circle on the map, counted."""
    await page.check("[name=where][value=zone]")
    await expect(page.locator(".chart .outline")).to_be_visible()
    await top(page, ".shapes", above=60)
    box = await page.locator("[data-chart]").bounding_box()
    assert box
    await page.touchscreen.tap(box["x"] + box["width"] * 0.41, box["y"] + box["height"] * 0.52)
    await expect(page.locator("[data-counted]")).to_contain_text("Environ")
    await expect(page.locator(".chart .many span").first).to_be_visible()
    await top(page, ".shapes", above=60)


async def hold(page: Page) -> None:
    """As a thumb does."""
    await page.locator("button.hold").hover()
    await page.mouse.down()
    await page.wait_for_timeout(1_600)
    await page.mouse.up()


async def following(page: Page) -> None:
    """What an alert's end says."""
    await page.get_by_role("link", name="Fin d'alerte").first.click()
    await keep(page, "fin")


async def joining(page: Page) -> None:
    """How residents join, by themselves and at the counter."""
    await page.goto("/s/bras-sur-meuse")
    await keep(page, "inscription")
    await page.goto("/guichet")
    await keep(page, "guichet")


async def planning(page: Page) -> None:
    """Menus, each Monday: the dates before anything is kept, and a text for each."""
    await page.goto("/alertes/nouvelle?sujet=canteen")
    await page.check("[name=where][value=station]")
    await page.check("[name=words][value=free]")
    await page.fill("#headline", "Les menus de la cantine")
    await page.fill("#instruction", "Ils sont aussi affichés à l'école.")
    await page.click("button.main")
    await page.get_by_role("link", name="Plus tard, ou régulièrement").click()
    await page.select_option("#repeat", "weekly")
    await page.get_by_label("lundi", exact=True).check()
    await page.select_option("#school", label="Zone B")
    await page.get_by_role("button", name="Voir les dates").click()
    await top(page, "section[aria-labelledby=dates]")
    await keep(page, "dates")
    await page.get_by_role("button", name="Enregistrer ces dates").click()
    await page.click("summary:has-text('Un texte pour chaque date')")
    await page.fill("#texts", menus())
    await top(page, "details:has(#texts)")
    await keep(page, "menus")


def menus() -> str:
    """The next two Mondays', as a spreadsheet gives them."""
    today = date.today()  # noqa: DTZ011 - on the demonstration's own day
    monday = today + timedelta(days=7 - today.weekday())
    dishes = ("Poulet rôti, haricots verts, compote", "Lentilles, carottes, yaourt")
    return "\n".join(
        f"{monday + timedelta(days=7 * week):%d/%m/%Y} ; {dish}" for week, dish in enumerate(dishes)
    )


async def top(page: Page, selector: str, above: int = 12) -> None:
    """Brings it to the head of the screen, so many pixels below its edge."""
    script = "(it, above) => scrollTo({top: it.getBoundingClientRect().top + scrollY - above, behavior: 'instant'})"
    await page.locator(selector).first.evaluate(script, above)


async def keep(page: Page, name: str) -> Image.Image:
    """The screen as it is in view, kept for the guide."""
    screen = await seen(page)
    save(screen, name)
    return screen


async def seen(page: Page) -> Image.Image:
    return Image.open(BytesIO(await page.screenshot(animations="disabled"))).convert("RGB")


def save(picture: Image.Image, name: str) -> None:
    """In few colours."""
    few(picture).save(IMAGES / "mairie" / f"{name}.png", optimize=True)


def on_a_wall(pdf: bytes) -> Image.Image:
    """A page of paper, in the size of the other pictures."""
    paper = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil().convert("RGB")
    wall = Image.new("RGB", (720, 1280), BETWEEN)
    width, height = 640, round(paper.height * 640 / paper.width)
    wall.paste(
        paper.resize((width, height), Image.Resampling.LANCZOS), ((720 - width) // 2, (1280 - height) // 2)
    )
    return wall


def both(name: str, left: Image.Image, right: Image.Image) -> None:
    """Two screens beside each other, for the README."""
    width, height = SMALLER
    made = Image.new("RGB", (2 * width + GAP, height), BETWEEN)
    for number, screen in enumerate((left, right)):
        made.paste(screen.resize(SMALLER, Image.Resampling.LANCZOS), (number * (width + GAP), 0))
    few(made).save(IMAGES / f"{name}.png", optimize=True)


def few(picture: Image.Image) -> Image.Image:
    return picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)


if __name__ == "__main__":
    asyncio.run(main())
