"""What people write to us: kept sealed in the `inbound` table, each SMS once, and read by whoever decides.

Deliver calls nobody: it puts them there. A provider that repeats itself is known by its own key for the SMS; of one
that gives none, the same words from the same number within a minute count once: it repeats what we did not thank for
within seconds, and a person who says STOP again has read our answer first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from alertd.clock import DAY, MINUTE
from alertd.deliver.legible import plain
from alertd.keys import Keyring, Unreadable
from alertd.store import Database, Row, Transaction, ids
from gateways.contract import Inbound

KEPT: Final = 30 * DAY
PURGES: Final = 100
"""Slices of a thousand that one purge drops at most; what is over waits for the next."""
MOST_NUMBER: Final = 40
MOST_TEXT: Final = 1_600
"""Characters of a text that are kept: ten segments, more than any phone sends by itself."""
MOST_REF: Final = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """An SMS that came by a gateway. `received_at` in UTC ms; `id` is 0 before it is kept."""

    gateway: str
    received_at: int
    inbound: Inbound
    id: int = 0


def as_json(inbound: Inbound) -> list[Any]:
    """Its values, no longer than is kept; for `from_json`."""
    sender, to = inbound.sender[:MOST_NUMBER], inbound.to[:MOST_NUMBER]
    return [sender, to, inbound.text[:MOST_TEXT], inbound.provider_ref[:MOST_REF], inbound.handled]


def from_json(values: Sequence[Any]) -> Inbound:
    """What `as_json` made of it, in words that can be kept."""
    words: list[Any] = [plain(each) if isinstance(each, str) else each for each in values]
    return Inbound(*words)


async def append(tx: Transaction, keyring: Keyring, letters: Sequence[Letter]) -> None:
    """Keep what was written, sealed; what is there already is passed over."""
    if not letters:
        return
    first = await ids.take(tx, "inbound", len(letters))
    for n, each in enumerate(letters):
        key, before = (_key(keyring, each, minute) for minute in _minutes(each))
        if not await tx.fetch("inbound.known", each.gateway, before):
            sealed = _seal(keyring, each)
            await tx.execute("inbound.add", first + n, each.gateway, key, each.received_at, *sealed)


async def waits(db: Database) -> bool:
    """Whether anything is to be heeded: asked without a lock before a slice is taken."""
    return bool(await db.fetch("inbound.any_open"))


async def take(tx: Transaction, keyring: Keyring, most: int) -> list[Letter]:
    """The oldest that nobody has heeded yet, now heeded: in the transaction that acts on them."""
    rows = await tx.fetch("inbound.take", most)
    await tx.execute("inbound.heed", json.dumps([row["id"] for row in rows]))
    return [letter for row in rows if (letter := _open(keyring, row))]


async def purge(db: Database, now_ms: int) -> None:
    """Drop what was heeded and came more than 30 days ago."""
    for _ in range(PURGES):
        async with db.transaction() as tx:
            if not await tx.fetch("chores.lead", "purge") or not await tx.execute(
                "inbound.purge", now_ms - KEPT
            ):
                return


def _open(keyring: Keyring, row: Row) -> Letter | None:
    """None in one whose secret is gone: it is passed over, or it would stand before all others for ever."""
    gateway = row["gateway"]
    try:
        plain = keyring.open(bytes(row["content"]), row["key_id"], sealed_for(gateway))
    except Unreadable:
        log.warning("inbound_unreadable", action="skip", gateway=gateway, inbound=row["id"])
        return None
    return Letter(gateway, row["received_at"], from_json(json.loads(plain)), row["id"])


def _seal(keyring: Keyring, letter: Letter) -> tuple[bytes, int]:
    return keyring.seal(json.dumps(as_json(letter.inbound)), sealed_for(letter.gateway))


def _minutes(letter: Letter) -> tuple[int, int]:
    """In which it came, and the one before: a repetition may come in the next."""
    return letter.received_at // MINUTE, letter.received_at // MINUTE - 1


def _key(keyring: Keyring, letter: Letter, minute: int) -> str:
    """By which a repetition is known; words are hashed with our key, since a number is soon guessed."""
    inbound = letter.inbound
    if inbound.provider_ref:
        return inbound.provider_ref[:MOST_REF]
    said = json.dumps([inbound.sender, inbound.to, inbound.text, minute])
    return keyring.address_hash("inbound", said).hex()


def sealed_for(gateway: str) -> bytes:
    """To which gateway a sealed SMS belongs."""
    return f"inbound:{gateway}".encode()
