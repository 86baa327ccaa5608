"""What an operator's account asks for at the door, and what was shown there."""

from dataclasses import dataclass
from enum import StrEnum

from alertd.clock import Clock
from alertd.keys import Keyring
from alertd.stations import ceremonies, passkeys, recovery, totp
from alertd.stations.operators import Operator
from alertd.store.database import Database, Transaction


class Proof(StrEnum):
    """One thing shown at the door."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Factors:
    """How an account is kept. `recovery` counts the codes left."""

    operator: Operator
    totp: bool
    passkeys: int
    recovery: int

    @property
    def second(self) -> bool:
        """Whether a password alone does not open it."""
        return self.totp or self.passkeys > 0


async def of(store: Database | Transaction, operator_id: int) -> Factors | None:
    """An operator's; None of nobody, or of one who is out."""
    rows = await store.fetch("factors.of", operator_id)
    if not rows:
        return None
    row = rows[0]
    operator = Operator(row["id"], row["login"], row["name"])
    return Factors(operator, bool(row["totp"]), row["passkeys"], row["recovery"])


async def drop_all(tx: Transaction, operator_id: int) -> None:
    """A password alone opens the account again; what was begun before leads nowhere."""
    await totp.turn_off(tx, operator_id)
    await passkeys.drop(tx, operator_id)
    await recovery.drop(tx, operator_id)
    await ceremonies.drop(tx, operator_id)


async def spend(tx: Transaction, clock: Clock, keyring: Keyring, operator_id: int, code: str) -> Proof | None:
    """What a code that was typed proves, once: the app's six digits, or one of the sheet; None when it is neither."""
    if await totp.spend(tx, clock, keyring, operator_id, code):
        return Proof.TOTP
    if await recovery.spend(tx, clock, operator_id, code):
        return Proof.RECOVERY
    return None
