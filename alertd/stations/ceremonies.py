"""Ceremonies: what a log-in, or a setting up, waits for between two requests; kept here, short-lived and used once.

The browser holds a token and nothing else. What it stands for is sealed in the store: a challenge, a secret not yet
confirmed, what was proven so far.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alertd.clock import MINUTE, Clock
from alertd.keys import Keyring, Unreadable, token_hash
from alertd.keys import token as new_token
from alertd.store.database import Database, Transaction

LONGEST: Final = 100
"""Characters of a token that are looked at: one of ours has 43."""


class Kind(StrEnum):
    """What it is about; a token of one kind is none of another."""

    SECOND = "second"  # the first proof was right, the second is awaited
    TOTP = "totp"  # an app is being set up
    LINK = "link"  # its token was sent by e-mail
    PASSKEY = "passkey"  # a device is asked to show its key
    REGISTER = "register"  # a device is asked to make one


WITHIN: Final = {
    Kind.SECOND: 10 * MINUTE,
    Kind.TOTP: 15 * MINUTE,
    Kind.LINK: 15 * MINUTE,
    Kind.PASSKEY: 5 * MINUTE,
    Kind.REGISTER: 5 * MINUTE,
}


@dataclass(frozen=True, slots=True)
class Ceremony:
    """One that answers still. `operator_id` is 0 where nobody is known yet."""

    kind: Kind
    operator_id: int
    body: bytes


async def begin(
    tx: Transaction, clock: Clock, keyring: Keyring, kind: Kind, operator_id: int | None, body: bytes
) -> str:
    """The token under which it is found again, for as long as `WITHIN` says."""
    token = new_token()
    sealed, key_id = keyring.seal(body, sealed_for(kind.value, token_hash(token)))
    until = clock.now_ms() + WITHIN[kind]
    await tx.execute("ceremonies.begin", token_hash(token), kind.value, operator_id, sealed, key_id, until)
    return token


async def look(
    store: Database | Transaction, clock: Clock, keyring: Keyring, kind: Kind, token: str
) -> Ceremony | None:
    """What the token stands for, without using it up; None when it is of no ceremony, over, or used."""
    token = token[:LONGEST]
    rows = await store.fetch("ceremonies.look", _hash(token), kind.value, clock.now_ms())
    if not rows:
        return None
    row = rows[0]
    try:
        body = keyring.open(bytes(row["body"]), row["key_id"], sealed_for(kind.value, token_hash(token)))
    except Unreadable:
        return None
    return Ceremony(kind, row["operator_id"] or 0, body)


async def take(tx: Transaction, clock: Clock, kind: Kind, token: str) -> bool:
    """Use it up, in the transaction of what it leads to; False when another request was quicker."""
    return bool(await tx.execute("ceremonies.take", _hash(token[:LONGEST]), kind.value, clock.now_ms()))


async def drop(tx: Transaction, operator_id: int) -> None:
    """What was begun before the account changed leads nowhere any more."""
    await tx.execute("ceremonies.drop_of_operator", operator_id)


async def forget(tx: Transaction, clock: Clock) -> int:
    """Drop those that answer no more; how many."""
    return await tx.execute("ceremonies.forget", clock.now_ms())


def _hash(token: str) -> bytes:
    """Of stray characters, which no token of ours has, the hash of nothing."""
    return token_hash(token if token.isascii() else "")


def sealed_for(kind: str, hashed: bytes) -> bytes:
    """To which ceremony, by its kind and its token's hash, a sealed body belongs."""
    return b"ceremony:" + kind.encode() + b":" + hashed
