"""What a provider reports later: callbacks as its driver read them, and answers to look-ups."""

import json
from collections.abc import Iterable, Sequence

from heart.provider import HANG, Provider, Turn

from alertd.deliver.raws import Raw, append
from alertd.deliver.receipts import Receipts
from gateways.contract import Callback, Message, Outcome, Receipt


class Telling(Provider):
    """A provider that can be asked: `knows` is what became of messages, `asked` every question it was put.

    What hangs is answered `late`, once it is let go.
    """

    def __init__(self, late: Outcome = Outcome.ACCEPTED) -> None:
        super().__init__()
        self.late = late
        self.knows: dict[str, Outcome] = {}
        self.asked: list[list[str]] = []

    async def _answer(self, message: Message, turn: Turn) -> Iterable[Receipt]:
        answered = await super()._answer(message, turn)
        return [Receipt(each.reference, self.late) for each in answered] if turn == HANG else answered

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        """What it knows of these, and a word about one that nobody asked for."""
        self.asked.append(list(references))
        told = [Receipt(each, self.knows[each], code="found") for each in references if each in self.knows]
        return [*told, Receipt("0000000000A", Outcome.REFUSED)]


def raw(town, *words: tuple[str, Outcome], gateway: str = "operator") -> Raw:
    """A callback about (reference, outcome)."""
    receipts = [Receipt(reference, outcome, f"code_{outcome}") for reference, outcome in words]
    callback = Callback("POST", "https://example.org/rappels/x", {}, json.dumps(words).encode())
    return Raw.of(gateway, town.clock.now_ms(), callback, receipts)


async def bring(town, *raws: Raw, keyring=None) -> None:
    """The provider calls back, once for each, and is thanked."""
    async with town.db.transaction() as tx:
        await append(tx, keyring or town.desk.keyring, raws)


async def heed(town, keyring=None) -> int:
    """Apply all that came; how many slices it took."""
    step = Receipts(town.db, keyring or town.desk.keyring, town.node.id).step
    for slices in range(1_000):
        if not await step():
            return slices
    raise AssertionError("it never comes to rest")


async def report(town, *words: tuple[str, Outcome], gateway: str = "operator") -> None:
    """One callback for each word, brought and applied."""
    for word in words:
        await bring(town, raw(town, word, gateway=gateway))
    await heed(town)
