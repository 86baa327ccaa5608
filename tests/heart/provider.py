"""The far end: a provider that does what its script says, and keeps a ledger of all it was handed."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence

from gateways.contract import Callback, Capabilities, Message, Outcome, Receipt

SILENT = "silent"  # takes the message and gives no receipt
HANG = "hang"  # takes it, and answers only once `let_go` is set
BREAK = "break"  # takes it and breaks off with a bug
STRANGE = "strange"  # answers for a message that it was never handed, then for this one, twice

Turn = Outcome | Receipt | str


class Provider:
    """`ledger` is what was handed over, in order. Each address plays its turns in order, then accepts.

    `holding` is set whenever a message hangs; those that hang answer `late` once `let_go` is set.
    """

    def __init__(self, name: str = "operator", batch: int = 100) -> None:
        self.name = name
        self.capabilities = Capabilities(channels=frozenset({"sms", "email", "voice"}), batch=batch)
        self.ledger: list[Message] = []
        self.usual: Turn = Outcome.ACCEPTED
        self.late = Outcome.ACCEPTED
        self.holding = asyncio.Event()
        self.let_go = asyncio.Event()
        self._turns: dict[str, list[Turn]] = defaultdict(list)

    def plays(self, address: str, *turns: Turn) -> None:
        """What becomes of the next messages to this address."""
        self._turns[address] += turns

    def to(self, address: str) -> list[Message]:
        """What this address was sent, in order."""
        return [message for message in self.ledger if message.address == address]

    @property
    def addresses(self) -> list[str]:
        """To whom, in the order of handing over."""
        return [message.address for message in self.ledger]

    async def open(self) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing is kept."""

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Play each message's turn."""
        assert len(batch) <= self.capabilities.batch, "more than a batch"
        for message in batch:
            self.ledger.append(message)
            turns = self._turns[message.address]
            for receipt in await self._answer(message, turns.pop(0) if turns else self.usual):
                yield receipt

    async def _answer(self, message: Message, turn: Turn) -> Iterable[Receipt]:
        if turn == HANG:
            self.holding.set()
            await self.let_go.wait()
            return [Receipt(message.reference, self.late)]
        if turn == BREAK:
            raise RuntimeError("the driver has a bug")
        if turn == STRANGE:
            right = Receipt(message.reference, Outcome.ACCEPTED)
            return [Receipt("nobody", Outcome.REFUSED), right, Receipt(message.reference, Outcome.REFUSED)]
        if turn == SILENT:
            return []
        if isinstance(turn, Receipt):
            return [turn._replace(reference=message.reference)]
        return [Receipt(message.reference, Outcome(turn), code=f"code_{turn}")]

    async def check(self) -> Receipt:
        """It would take a message."""
        return Receipt("", Outcome.ACCEPTED)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:  # noqa: ARG002
        """It calls nobody."""
        return []

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002
        """It cannot tell."""
        return []
