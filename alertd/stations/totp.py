"""Codes that an app shows (RFC 6238): six digits, a new one every thirty seconds, each taken once."""

import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import pyotp

from alertd.clock import SECOND, Clock
from alertd.keys import Keyring, Unreadable
from alertd.store.database import Transaction

STEP_MS: Final = 30 * SECOND
DRIFT: Final = 1
"""Steps by which a phone's clock may be wrong (RFC 6238, 5.2)."""


@dataclass(frozen=True, slots=True)
class App:
    """What the app is told: by a picture, or typed by hand."""

    secret: str
    uri: str


def new_secret() -> str:
    """160 bits, as RFC 4226 recommends, in base32."""
    return pyotp.random_base32(32)


def app(secret: str, login: str, public_url: str) -> App:
    """How the app shall call it: by the instance's host, and the login."""
    host = urlsplit(public_url).hostname or "alertd"
    return App(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=host))


def step_of(secret: str, code: str, now_ms: int, after: int = 0) -> int | None:
    """The step of which this is the code, if it is a later one than `after`; None for a wrong or a spent code."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    now, shown = now_ms // STEP_MS, pyotp.TOTP(secret)
    steps = range(max(0, now - DRIFT), now + DRIFT + 1)
    right = [step for step in steps if hmac.compare_digest(shown.generate_otp(step), digits)]
    return next((step for step in right if step > after), None)


async def keep(
    tx: Transaction, clock: Clock, keyring: Keyring, operator_id: int, secret: str, step: int
) -> None:
    """This app from now on, in the place of the one before; the code that confirmed it (`step`) is spent."""
    sealed, key_id = keyring.seal(secret, sealed_for(operator_id))
    await tx.execute("factors.keep_totp", operator_id, sealed, key_id, step, clock.now_ms())


async def spend(tx: Transaction, clock: Clock, keyring: Keyring, operator_id: int, code: str) -> bool:
    """Whether the app shows this code now and it was not taken before; then it is taken."""
    rows = await tx.fetch("factors.totp", operator_id)
    if not rows:
        return False
    try:
        secret = keyring.open(bytes(rows[0]["secret"]), rows[0]["key_id"], sealed_for(operator_id)).decode()
    except Unreadable:
        return False
    step = step_of(secret, code, clock.now_ms(), rows[0]["last_step"])
    return step is not None and bool(await tx.execute("factors.spend_totp", operator_id, step))


async def turn_off(tx: Transaction, operator_id: int) -> bool:
    """Whether there was one."""
    return bool(await tx.execute("factors.drop_totp", operator_id))


def sealed_for(operator_id: int) -> bytes:
    """To which operator an app's secret belongs."""
    return f"totp:{operator_id}".encode()
