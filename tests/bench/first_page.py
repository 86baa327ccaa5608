"""What a telephone fetches for its first page, over a network of the second generation: Chromium, as its own tools slow it down."""

import shutil
import time
from collections.abc import Mapping
from typing import Any, Final

from bench.house import STATION

from alertd.issue import Desk
from alertd.model import Role
from alertd.stations import operators
from alertd.stations.passwords import Passwords

NETWORK: Final = {"offline": False, "latency": 300, "downloadThroughput": 31_250, "uploadThroughput": 6_250}
"""250 kbit/s down, 50 up, 300 ms: what Chromium's tools call regular 2G."""
PAGES: Final = {
    "operators' first page": "/",
    "form of an alert": "/alertes/nouvelle?sujet=fire",
    "public page": "/bench",
    "joining": "/s/bench",
}
AT_ONCE: Final = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
MAP: Final = "/static/leaflet-"
"""Where the map's library is, which the page does without."""
LOGIN, PASSWORD = "banc", "quatre mots qui se mesurent"


class NoChromium(Exception):
    """Why it was not measured."""


async def enlist(desk: Desk) -> None:
    """Whoever logs in."""
    kept = await operators.hash_password(Passwords(), LOGIN, PASSWORD)
    async with desk.db.transaction() as tx:
        one = await operators.add(tx, desk.clock, login=LOGIN, name="Banc", password_hash=kept)
        await operators.set_role(tx, one.id, STATION, Role.MAYOR)


async def measure(url: str, network: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Bytes on the wire and seconds to the end of loading, page by page, each with an empty cache.

    :raises NoChromium: neither browser nor driver is there.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.async_api import async_playwright
    except ModuleNotFoundError:
        raise NoChromium("playwright is not installed") from None
    if path is None:
        raise NoChromium("Chromium is not installed (Debian: chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            context = await browser.new_context(
                viewport={"width": 360, "height": 640}, service_workers="block", base_url=url
            )
            return await _walk(context, network)
        finally:
            await browser.close()


async def _walk(context: Any, network: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    page = await context.new_page()
    told = {"log-in": await _open(context, page, "/connexion", network)}
    await page.fill("#login", LOGIN)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_url("**/")
    return told | {name: await _open(context, page, path, network) for name, path in PAGES.items()}


async def _open(context: Any, page: Any, path: str, network: Mapping[str, Any]) -> dict[str, float]:
    tools = await context.new_cdp_session(page)
    asked, got = dict[str, str](), dict[str, float]()
    tools.on(
        "Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]})
    )
    tools.on(
        "Network.loadingFinished", lambda event: got.update({event["requestId"]: event["encodedDataLength"]})
    )
    await tools.send("Network.enable")
    await tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await tools.send("Network.emulateNetworkConditions", dict(network))
    began = time.perf_counter()
    await page.goto(path, wait_until="load", timeout=120_000)
    took = time.perf_counter() - began
    await tools.send("Network.emulateNetworkConditions", dict(AT_ONCE))
    await tools.detach()
    of_map = sum(size for key, size in got.items() if MAP in asked.get(key, ""))
    return {
        "kB before the map": (sum(got.values()) - of_map) / 1000,
        "of the map": of_map / 1000,
        "requests": len(got),
        "seconds": took,
    }
