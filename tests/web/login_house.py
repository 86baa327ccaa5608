"""What tests of the door share: an app that shows codes, and an account that asks for them."""

import html
import re

import pyotp

CODE = re.compile(r"<code>([A-Z2-9 ]{4,})</code>")
SHEET = re.compile(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>")


def field(page: str, name: str) -> str:
    """The value of a form's hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def shown(secret: str, clock, steps: int = 0) -> str:
    """What the app shows at the tests' time, or so many steps later."""
    return pyotp.TOTP(secret).at(clock.now_ms() // 1000 + 30 * steps)


async def with_app(browser, clock) -> tuple[str, list[str]]:
    """Set up the app of whoever is logged in, as a person would; its secret, and the recovery codes."""
    status, page, _ = await browser.post("/compte/code")
    assert status == 200, page
    secret = CODE.search(page)[1].replace(" ", "")
    fields = {"token": field(page, "token"), "code": shown(secret, clock)}
    _, sheet, _ = await browser.post("/compte/code/garder", fields)
    return secret, SHEET.findall(sheet)


async def anew(browser) -> None:
    """The same browser, without its cookies."""
    browser.client.session.cookie_jar.clear()


async def audited(db) -> list[str]:
    """What the audit says of log-ins, in order."""
    rows = await db.fetch("login.audit")
    return [row["action"] for row in rows]
