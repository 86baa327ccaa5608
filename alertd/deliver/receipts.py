"""Receipts that come later: kept raw and sealed first, applied in slices after, by rank and never by arrival.

A receipt finds its delivery by our own key, which the provider carries. Foreign, late, repeated, reordered and
malformed ones change nothing: a word moves a delivery up or not at all (`alertd.deliver.lattice`), and only a
delivery that this gateway was handed.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from alertd.clock import DAY, FOREVER
from alertd.deliver import endpoints, silence
from alertd.deliver.lattice import RANK, rises
from alertd.deliver.retry import FINAL
from alertd.deliver.tallies import Entries
from alertd.keys import Keyring, Unreadable, delivery_key
from alertd.model import Channel, State
from alertd.store import Database, Row, Transaction, ids
from gateways.contract import Callback, Outcome, Receipt

SLICE: Final = 200
"""Raw receipts read in one transaction; one holds at most 64 KiB of a provider's words."""
WORDS: Final = 5_000
"""Receipts applied in one transaction, or those of a single raw one."""
KEPT: Final = 30 * DAY
PURGES: Final = 100
"""Slices of a thousand that one purge drops at most; what is over waits for the next."""

log = structlog.get_logger(__name__)

Word = tuple[str, Receipt]
"""A receipt, and the name of the gateway whose word it is."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What a provider brought: its call as it came and the receipts that its driver read in it, as JSON.

    `received_at` is in UTC ms. Headers are not kept: they may hold the provider's credentials.
    """

    gateway: str
    received_at: int
    content: bytes

    @classmethod
    def of(cls, gateway: str, received_at: int, callback: Callback, receipts: Sequence[Receipt]) -> "Raw":
        """From a callback whose signature the driver has verified."""
        content = {
            "method": callback.method,
            "url": callback.url,
            "body": base64.b64encode(callback.body).decode(),
            "receipts": [[each.reference, each.outcome, each.code, each.provider_ref] for each in receipts],
        }
        return cls(gateway, received_at, json.dumps(content).encode())


async def append(tx: Transaction, keyring: Keyring, raws: Sequence[Raw]) -> None:
    """Keep what came, sealed, before anything is made of it."""
    first = await ids.take(tx, "receipt", len(raws))
    rows = [
        (first + n, raw.gateway, raw.received_at, *keyring.seal(raw.content, _context(raw.gateway)))
        for n, raw in enumerate(raws)
    ]
    await tx.execute_many("receipts.add", rows)


async def purge(db: Database, now_ms: int) -> None:
    """Drop applied raw receipts that came more than 30 days ago."""
    for _ in range(PURGES):
        async with db.transaction() as tx:
            if not await tx.fetch("chores.lead", "purge") or not await tx.execute(
                "receipts.purge", now_ms - KEPT
            ):
                return


@dataclass(frozen=True, slots=True)
class Receipts:
    """What one node makes of raw receipts."""

    db: Database
    keyring: Keyring
    node_id: int

    async def step(self) -> bool:
        """Apply a slice; False when there was nothing. Looks without a lock before it takes one."""
        if not await self.db.fetch("receipts.any_open"):
            return False
        async with self.db.transaction() as tx:
            taken, words = self._read(await tx.fetch("receipts.take", SLICE))
            await apply(tx, self.keyring, self.node_id, words)
            await tx.execute("receipts.settle", json.dumps(taken))
        self.db.ring("progress")
        return True

    def _read(self, rows: Iterable[Row]) -> tuple[list[int], list[Word]]:
        """Whole raw receipts until there are enough words; their ids, and the words."""
        taken, words = [], list[Word]()
        for row in rows:
            receipts = self._open(row)
            if words and len(words) + len(receipts) > WORDS:
                break
            taken.append(int(row["id"]))
            words += [(row["gateway"], each) for each in receipts]
        return taken, words

    def _open(self, row: Row) -> list[Receipt]:
        """None in one whose secret is gone: it is passed over, or it would stand before all others for ever."""
        try:
            plain = self.keyring.open(bytes(row["raw"]), row["key_id"], _context(row["gateway"]))
        except Unreadable:
            log.warning("receipt_unreadable", action="skip", gateway=row["gateway"], receipt=row["id"])
            return []
        return [
            Receipt(reference, Outcome(outcome), code=code, provider_ref=provider_ref)
            for reference, outcome, code, provider_ref in json.loads(plain)["receipts"]
        ]


async def apply(tx: Transaction, keyring: Keyring, node_id: int, words: Sequence[Word]) -> None:
    """Move deliveries up by what was said of them, close their attempts and endpoints, keep the books.

    Rows are locked in the order in which `record` takes them: attempts, deliveries, endpoints, books.
    """
    entries, of_endpoints = Entries(node_id), list[tuple[int, Outcome]]()
    by_message, waiting = await _known(tx, _by_message(keyring, words))
    for (gateway, message_id), said in sorted(by_message.items()):
        best = {endpoint_id: max(receipts, key=_rank) for endpoint_id, receipts in said.items()}
        await _close_attempts(tx, gateway, message_id, best)
        known = await tx.fetch("receipts.standing", message_id, json.dumps(sorted(best)), gateway)
        await _raise(tx, entries, message_id, known, best)
        if message_id in waiting:
            await silence.hear(tx, entries, _heard(message_id, known, best))
        of_endpoints += [
            (row["endpoint_id"], each.outcome) for row in known for each in said[row["endpoint_id"]]
        ]
    await endpoints.mark(tx, of_endpoints)
    await entries.write(tx)
    _tell_foreign(words, len(of_endpoints))


Said = Mapping[int, Sequence[Receipt]]
"""What was said of a message's deliveries, by endpoint."""


def _by_message(keyring: Keyring, words: Iterable[Word]) -> dict[tuple[str, int], Said]:
    """By gateway and message. During a rotation a reference reads as one number for each secret; one of them is."""
    found: dict[tuple[str, int], dict[int, list[Receipt]]] = defaultdict(lambda: defaultdict(list))
    for gateway, receipt in words:
        for number in keyring.numbers(receipt.reference) if receipt.outcome in FINAL else ():
            message_id, endpoint_id = delivery_key(number)
            found[gateway, message_id][endpoint_id].append(receipt)
    return dict(found)


async def _known(
    tx: Transaction, by_message: dict[tuple[str, int], Said]
) -> tuple[dict[tuple[str, int], Said], set[int]]:
    """What was said of messages that there are; and those of them of which something waits for a silence."""
    listed = json.dumps(sorted({message_id for _, message_id in by_message}))
    there = {row["id"]: row["silence"] for row in await tx.fetch("receipts.messages", listed)}
    waiting = {message_id for message_id, waits in there.items() if waits}
    return {key: said for key, said in by_message.items() if key[1] in there}, waiting


def _heard(
    message_id: int, known: Iterable[Row], best: Mapping[int, Receipt]
) -> Iterator[tuple[int, int, Channel, Outcome]]:
    for row in known:
        yield message_id, row["endpoint_id"], Channel(row["channel"]), best[row["endpoint_id"]].outcome


async def _close_attempts(
    tx: Transaction, gateway: str, message_id: int, best: Mapping[int, Receipt]
) -> None:
    groups: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for endpoint_id, receipt in best.items():
        groups[receipt.outcome.value, receipt.code[:60]][endpoint_id] = receipt.provider_ref[:200]
    for (outcome, code), references in groups.items():
        listed = json.dumps(dict(sorted(references.items())))
        await tx.execute("receipts.close_attempts", message_id, listed, gateway, outcome, code)


async def _raise(
    tx: Transaction, entries: Entries, message_id: int, known: Sequence[Row], best: Mapping[int, Receipt]
) -> None:
    moves: dict[tuple[Channel, State, State, str | None], list[int]] = defaultdict(list)
    for row in known:
        receipt, before = best[row["endpoint_id"]], State(row["state"])
        after = rises(before, receipt.outcome)
        if after is not None:
            reason = None if receipt.outcome in endpoints.GREETED else receipt.code[:60]
            moves[Channel(row["channel"]), before, after, reason].append(row["endpoint_id"])
    for (channel, before, after, reason), moving in moves.items():
        n = await tx.execute(
            "deliveries.move", message_id, json.dumps(moving), before, after, FOREVER, reason
        )
        entries.move(message_id, channel, before, after, n)


def _tell_foreign(words: Sequence[Word], known: int) -> None:
    """Counted, never quoted: a reference is somebody's personal link."""
    settling = sum(receipt.outcome in FINAL for _, receipt in words)
    if settling > known:
        gateways = sorted({gateway for gateway, _ in words})
        log.warning("receipts_foreign", action="pass_over", gateways=gateways, receipts=settling - known)


def _rank(receipt: Receipt) -> int:
    return RANK[FINAL[receipt.outcome]]


def _context(gateway: str) -> bytes:
    return f"receipt:{gateway}".encode()
