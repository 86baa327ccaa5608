"""Receipts that come later: kept raw and sealed first, applied in slices after, by rank and never by arrival.

A receipt finds its delivery by our own key, which the provider carries, or else by the provider's name for it. Foreign, late, repeated, reordered and
malformed ones change nothing: a word moves a delivery up or not at all (`alertd.deliver.lattice`), and only a
delivery that this gateway was handed. That a call was not answered moves it back to where it waits (`alertd.deliver.redial`).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import structlog

from alertd.clock import FOREVER, MINUTE, SECOND
from alertd.deliver import endpoints, inbound, provider_names, raws, redial, silence
from alertd.deliver.lattice import RANK, Word, rises
from alertd.deliver.legible import legible
from alertd.deliver.retry import FINAL
from alertd.deliver.tallies import Entries
from alertd.keys import Keyring, Unreadable, delivery_key
from alertd.model import Channel, State
from alertd.settings.sections import Sending
from alertd.store import Database, Row, Transaction
from alertd.story import Story
from gateways.contract import Outcome, Receipt

SLICE: Final = 200
"""Raw receipts read in one transaction; one holds at most 64 KiB of a provider's words."""
WORDS: Final = 5_000
"""Receipts applied in one transaction, or those of a single raw one."""

Heard: TypeAlias = tuple[str, int, str | None, int]
"""Of which gateway and message, whose story (see `alertd.story`), and how many deliveries."""

log = structlog.get_logger(__name__)

EARLIEST: Final = SECOND
PATIENCE: Final = 10 * MINUTE
"""How long a report waits that overtook the answer in which its name is given; it is looked at again after a second, then
when it is twice as old, at last every minute."""


@dataclass(frozen=True, slots=True)
class Receipts:
    """What one node makes of raw receipts."""

    db: Database
    keyring: Keyring
    node_id: int
    sending: Sending = field(default_factory=Sending)
    story: Story = field(default_factory=Story)

    async def step(self) -> bool:
        """Apply a slice; False when there was nothing. Looks without a lock before it takes one."""
        if not await self.db.fetch("receipts.any_open"):
            return False
        async with self.db.transaction() as tx:
            held = self._read(await tx.fetch("receipts.take", SLICE))
            words = [word for each in held for word in each.words]
            letters = [letter for each in held for letter in each.letters]
            ours, nameless = await provider_names.ours(tx, self.keyring, words)
            heard = await apply(tx, self.keyring, self.node_id, ours, self.sending)
            await inbound.append(tx, self.keyring, letters)
            settled = [each.id for each in held if not await self._wait(tx, each, nameless)]
            await tx.execute("receipts.settle", json.dumps(settled))
        for gateway, message_id, request, n in heard:
            self.story.tell("receipts_heard", request, message_id, gateway, gateway=gateway, receipts=n)
        self.db.ring("progress")
        if letters:
            self.db.ring("inbound")
        return True

    def _read(self, rows: Iterable[Row]) -> list["_Held"]:
        """Whole raw receipts until there are enough words."""
        read, words = list[_Held](), 0
        for row in rows:
            held = self._open(row)
            words += len(held.words) + len(held.letters)
            if read and words > WORDS:
                break
            read.append(held)
        return read

    async def _wait(self, tx: Transaction, held: "_Held", nameless: AbstractSet[Word]) -> bool:
        """What of a raw receipt nobody can place yet is looked at again later: the whole (True), or that part of it."""
        early = [word for word in held.words if word in nameless]
        if not early or held.age >= PATIENCE:
            if early:
                log.warning(
                    "receipts_nameless", action="pass_over", gateway=held.gateway, receipts=len(early)
                )
            return False
        delay = min(max(EARLIEST, held.age), MINUTE)
        if len(early) == len(held.words) and not held.letters:
            await tx.execute("receipts.wait", held.id, delay)
            return True
        due_at = int((await tx.fetch("nodes.clock"))[0]["now"]) + delay
        rest = raws.Raw.reported(held.gateway, held.received_at, [receipt for _, receipt in early])
        await raws.append(tx, self.keyring, [rest], due_at)
        return False

    def _open(self, row: Row) -> "_Held":
        """Nothing in one whose secret is gone: it is passed over, or it would stand before all others for ever."""
        try:
            plain = self.keyring.open(bytes(row["raw"]), row["key_id"], raws.context(row["gateway"]))
        except Unreadable:
            log.warning("receipt_unreadable", action="skip", gateway=row["gateway"], receipt=row["id"])
            return _Held.of(row, {})
        return _Held.of(row, json.loads(plain))


@dataclass(frozen=True, slots=True)
class _Held:
    """What stands in a raw receipt: words about deliveries, what people wrote. `age` in milliseconds."""

    id: int
    gateway: str
    received_at: int
    age: int
    words: Sequence[Word]
    letters: Sequence[inbound.Letter]

    @classmethod
    def of(cls, row: Row, content: Mapping[str, Any]) -> "_Held":
        gateway, came = row["gateway"], int(row["received_at"])
        words = [
            (gateway, legible(Receipt(reference, Outcome(outcome), code=code, provider_ref=provider_ref)))
            for reference, outcome, code, provider_ref in content.get("receipts", ())
        ]
        letters = [
            inbound.Letter(gateway, came, inbound.from_json(one)) for one in content.get("inbound", ())
        ]
        return cls(int(row["id"]), gateway, came, max(0, int(row["age_ms"])), words, letters)


async def apply(
    tx: Transaction, keyring: Keyring, node_id: int, words: Sequence[Word], sending: Sending
) -> list[Heard]:
    """Move deliveries up by what was said of them, close their attempts and endpoints, keep the books. Calls that nobody
    answered wait to be made again. Of which messages anything was said.

    Rows are locked in the order in which `record` takes them: attempts, deliveries, endpoints, books.
    """
    entries, of_endpoints, known_words = Entries(node_id), list[tuple[int, Outcome]](), 0
    by_message, there = await _known(tx, _by_message(keyring, words))
    for (gateway, message_id), said in sorted(by_message.items()):
        best = {endpoint_id: max(receipts, key=_rank) for endpoint_id, receipts in said.items()}
        await _close_attempts(tx, gateway, message_id, best)
        known = await tx.fetch("receipts.standing", message_id, json.dumps(sorted(best)), gateway)
        await _raise(tx, entries, message_id, known, best)
        if there[message_id]["silence"]:
            await silence.hear(tx, entries, _heard(message_id, known, best))
        known_words += sum(len(said[row["endpoint_id"]]) for row in known)
        of_endpoints += _of_endpoints(known, said)
    await redial.again(tx, entries, keyring, words, sending)
    await endpoints.mark(tx, of_endpoints)
    await entries.write(tx)
    _tell_foreign(words, known_words)
    return [
        (gateway, message_id, there[message_id]["request"], len(said))
        for (gateway, message_id), said in by_message.items()
    ]


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
) -> tuple[dict[tuple[str, int], Said], Mapping[int, Row]]:
    """What was said of messages that there are; and their rows: whether something waits for a silence, whose story it is."""
    listed = json.dumps(sorted({message_id for _, message_id in by_message}))
    there = {row["id"]: row for row in await tx.fetch("receipts.messages", listed)}
    return {key: said for key, said in by_message.items() if key[1] in there}, there


def _of_endpoints(known: Iterable[Row], said: Said) -> Iterator[tuple[int, Outcome]]:
    """A refusal or a departure that is said again is no news: who came back since must not be put out by an old word."""
    for row in known:
        for each in said[row["endpoint_id"]]:
            if (
                FINAL[each.outcome] not in {State.REFUSED, State.STOPPED}
                or row["state"] != FINAL[each.outcome]
            ):
                yield row["endpoint_id"], each.outcome


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
