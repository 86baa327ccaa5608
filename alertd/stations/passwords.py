"""Operators' passwords: what is accepted, and how it is kept (Argon2id)."""

import asyncio
import secrets
import unicodedata
from functools import cached_property
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from alertd.errors import Refused

LEAST: Final = 12
MOST: Final = 200
DIFFERENT: Final = 5
AT_ONCE: Final = 2


class Passwords:
    """Hashes and verifies, two at once at most: each takes 19 MiB and 30 ms of a core.

    Parameters of OWASP's first choice below 46 MiB:
    https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """The hash to keep, which carries its salt and its parameters."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def verify(self, known: str | None, password: str) -> bool:
        """Whether the password is the one hashed as `known`; None, nobody's, takes the same time and is false."""
        if len(password) > MOST:
            return False
        async with self._turns:
            return await asyncio.to_thread(self._verify, known, _normal(password))

    def _verify(self, known: str | None, password: str) -> bool:
        try:
            self._hasher.verify(known or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return known is not None

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))


def check(password: str, login: str) -> None:
    """Refuse a password that could be guessed.

    Length and no known word, rather than digits and signs that everyone puts last: NIST SP 800-63B, 5.1.1.2. Four
    words of a sentence pass; so a mayor can keep it in the head.

    :raises Refused: `password_weak`, with what to do.
    """
    text = _normal(password)
    if not LEAST <= len(text) <= MOST:
        raise Refused(
            "password_weak", f"A password has {LEAST} to {MOST} characters: four words do very well."
        )
    if len(set(text)) < DIFFERENT or text.isdigit():
        raise Refused("password_weak", "This password is too easy to guess: four words do very well.")
    if login.casefold() in text.casefold():
        raise Refused(
            "password_weak", "The password must not contain the login: four other words do very well."
        )


def _normal(password: str) -> str:
    """One form of each accent: keyboards differ (NFKC, as NIST SP 800-63B asks)."""
    return unicodedata.normalize("NFKC", password)
