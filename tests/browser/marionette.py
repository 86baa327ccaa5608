"""Debian's Firefox, driven over its own protocol (Marionette); nothing is downloaded, and no driver stands in between.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

WITHIN_S = 30.0
PUT_AWAY = """
for (const window of Services.wm.getEnumerator("alert:alert")) window.close();
const tabs = Services.wm.getMostRecentWindow("navigator:browser").gBrowser;
tabs.removeAllTabsBut(tabs.addTrustedTab("about:blank"));
"""
QUIET = {
    "alerts.useSystemBackend": False,  # Firefox's own windows: there is no desktop here
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.safebrowsing.malware.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": True,
    "dom.push.testing.allowInsecureServerURL": True,
    "dom.webnotifications.requireuserinteraction": False,
    "extensions.update.enabled": False,
    "intl.accept_languages": "fr-FR, fr",
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "permissions.default.desktop-notification": 1,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}


class Firefox:
    """One window of one profile. Scripts run in the page, or with `chrome` in the browser itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self._chrome = False

    async def call(self, command: str, **parameters: Any) -> Any:
        """A command's answer. :raises RuntimeError: what Firefox says went wrong."""
        self._number += 1
        text = json.dumps([0, self._number, command, parameters]).encode()
        self._writer.write(b"%d:%b" % (len(text), text))
        async with asyncio.timeout(WITHIN_S):
            while True:
                kind, number, error, result = json.loads(await self._message())
                if (kind, number) == (1, self._number):
                    break
        if error:
            raise RuntimeError(f"{command}: {error['error']}: {error['message']}")
        return result

    async def _message(self) -> bytes:
        length = (await self._reader.readuntil(b":"))[:-1]
        return await self._reader.readexactly(int(length))

    async def go(self, url: str) -> None:
        await self._in(False)
        await self.call("WebDriver:Navigate", url=url)

    async def click(self, selector: str) -> None:
        """As a hand would: what is hidden or covered cannot be clicked."""
        await self._in(False)
        found = await self.call("WebDriver:FindElement", using="css selector", value=selector)
        [element] = found["value"].values()
        await self.call("WebDriver:ElementClick", id=element)

    async def script(self, text: str, *arguments: Any, chrome: bool = False) -> Any:
        """The value that an asynchronous function of that body returns."""
        await self._in(chrome)
        body = f"const given = [...arguments], settle = given.pop(); (async () => {{ {text} }})().then(value => settle({{value}}), error => settle({{error: String(error)}}))"
        answer = await self.call(
            "WebDriver:ExecuteAsyncScript", script=body, args=list(arguments), scriptTimeout=20_000
        )
        told = answer["value"] or {}  # nothing when the page went away meanwhile
        if "error" in told:
            raise RuntimeError(told["error"])
        return told.get("value")

    async def until(self, text: str, *arguments: Any, chrome: bool = False) -> Any:
        """The first true value of that script, asked again and again."""
        async with asyncio.timeout(WITHIN_S):
            while not (value := await self.script(text, *arguments, chrome=chrome)):  # noqa: ASYNC110 - it has no bell
                await asyncio.sleep(0.05)
            return value

    async def _in(self, chrome: bool) -> None:
        if chrome != self._chrome:
            await self.call("Marionette:SetContext", value="chrome" if chrome else "content")
            self._chrome = chrome


def path() -> str | None:
    """Where Firefox is on this machine."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@contextmanager
def started(program: str, profile: Path) -> Iterator[Path]:
    """A Firefox without a screen, in a profile of its own, until the block ends: for several tests, since it starts slowly."""
    profile.mkdir()
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in QUIET.items())
    (profile / "user.js").write_text("".join(lines))
    flags = ("--headless", "--no-remote", "--marionette", "--remote-allow-system-access")
    with (profile / "said").open("wb") as said:
        process = subprocess.Popen((program, *flags, "--profile", str(profile)), stdout=said, stderr=said)  # noqa: S603
    try:
        yield profile
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def connected(profile: Path, push: str) -> AsyncIterator[Firefox]:
    """That Firefox in one hand, its push service at this address; what it showed is put away after."""
    reader, writer = await asyncio.open_connection("127.0.0.1", await _port(profile))
    browser = Firefox(reader, writer)
    await browser._message()  # it says first who it is
    await browser.call("WebDriver:NewSession", capabilities={})
    await browser.script("Services.prefs.setStringPref('dom.push.serverURL', given[0])", push, chrome=True)
    yield browser
    await browser.script(PUT_AWAY, chrome=True)
    await browser.call("WebDriver:DeleteSession")
    writer.close()


async def _port(profile: Path) -> int:
    told = profile / "MarionetteActivePort"
    async with asyncio.timeout(WITHIN_S):
        while not (told.exists() and told.read_text().strip()):  # noqa: ASYNC110 - it has no bell
            await asyncio.sleep(0.05)
    return int(told.read_text())
