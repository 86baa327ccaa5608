"""Recovery codes: a sheet of ten for the day when the phone is lost. Shown once, kept as hashes, each used once."""

import hashlib
import re
import secrets
from typing import Final

from alertd.clock import Clock
from alertd.store.database import Transaction

SHEET: Final = 10
FEW: Final = 3
"""From here on a new sheet is advised."""
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is mistaken for another: 0 and O, 1, I and L."""
_LENGTH: Final = 16


async def renew(tx: Transaction, operator_id: int) -> tuple[str, ...]:
    """A new sheet, to be shown once; the one before is worth nothing any more."""
    codes = tuple(_new() for _ in range(SHEET))
    await tx.execute("factors.drop_recovery", operator_id)
    rows = [(operator_id, _hash(operator_id, code)) for code in codes]
    await tx.execute_many("factors.keep_recovery", rows)
    return codes


async def spend(tx: Transaction, clock: Clock, operator_id: int, code: str) -> bool:
    """Whether it is one of the sheet that was not used; then it is used."""
    known = _hash(operator_id, code)
    return bool(await tx.execute("factors.spend_recovery", operator_id, known, clock.now_ms()))


async def drop(tx: Transaction, operator_id: int) -> None:
    """None any more: there is nothing left that they would stand in for."""
    await tx.execute("factors.drop_recovery", operator_id)


def _new() -> str:
    """79 bits: what a hash alone keeps from whoever reads the store."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(text[start : start + 4] for start in range(0, _LENGTH, 4))


def _hash(operator_id: int, code: str) -> bytes:
    """However it was typed: small letters, blanks, no hyphens."""
    bare = re.sub(r"[^0-9A-Z]", "", code[:100].upper())
    return hashlib.sha256(f"recovery:{operator_id}:{bare}".encode()).digest()
