"""The gateway that reaches nobody: for training stations, demonstrations and rehearsals.

What it is given is kept by `surroundings.record`, and read on the page `/sandbox`. Each message then gets one
receipt at once: `delivered`, or `accepted` for those beyond `delivered_share`. To rehearse mischief, write to an
address whose last four characters (before the @ of an e-mail) are:

======  ====================================================================
0001    refused: the address is dead
0002    retry at the first try of a message, delivered at the next
0003    unknown: the answer was lost; a look-up finds it delivered
0004    throttled at the first try of a message (5 s), delivered at the next
0005    failed: this message will never pass, the address is good
0006    stopped: this person left
0007    accepted, and never delivered
======  ====================================================================
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final
from zlib import crc32

from pydantic import Field

from gateways.contract import Callback, Capabilities, Message, Outcome, Receipt, Record, Surroundings
from gateways.options import Options, read_options

_ALWAYS: Final = {
    "0001": Outcome.REFUSED,
    "0003": Outcome.UNKNOWN,
    "0005": Outcome.FAILED,
    "0006": Outcome.STOPPED,
    "0007": Outcome.ACCEPTED,
}
_AT_FIRST: Final = {"0002": Outcome.RETRY, "0004": Outcome.THROTTLED}
_REMEMBERED: Final = 10_000  # references, the newest; a rehearsal does not hold more at once


class SandboxOptions(Options):
    """Options of the table: `delay_ms` before the first receipt of a batch, `delivered_share` from 0 to 1."""

    delay_ms: int = Field(default=0, ge=0, le=60_000)
    delivered_share: float = Field(default=1.0, ge=0.0, le=1.0)


class Sandbox:
    """A gateway for every channel that keeps what it is given."""

    def __init__(self, name: str, options: SandboxOptions, record: Record) -> None:
        self.name = name
        self.capabilities = Capabilities(
            channels=frozenset({"sms", "push", "email", "voice", "display"}),
            batch=500,
            idempotent=True,
            receipts=True,
        )
        self._options = options
        self._record = record
        self._tried: dict[str, None] = {}
        self._lost: dict[str, None] = {}

    async def open(self) -> None:
        """Nothing is kept open."""

    async def close(self) -> None:
        """Nothing is kept open."""

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Keep the batch, then answer for each message by its address."""
        messages = list(batch)
        await self._record(self.name, messages)
        await asyncio.sleep(self._options.delay_ms / 1000)
        for message in messages:
            yield self._answer(message)

    async def check(self) -> Receipt:
        """The sandbox is always there."""
        return Receipt("", Outcome.ACCEPTED, code="sandbox")

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """Nobody calls back: every call is a forged one."""
        return ()

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        """Find delivered what an address ending in 0003 left unknown; nothing is known of others."""
        return [Receipt(ref, Outcome.DELIVERED, code="found") for ref in references if ref in self._lost]

    def _answer(self, message: Message) -> Receipt:
        outcome = self._outcome(message)
        wait = 5.0 if outcome is Outcome.THROTTLED else None
        if outcome is Outcome.UNKNOWN:
            _remember(self._lost, message.reference)
        return Receipt(message.reference, outcome, code=f"sandbox {outcome}", retry_after_s=wait)

    def _outcome(self, message: Message) -> Outcome:
        tail = message.address.partition("@")[0][-4:]
        if tail in _AT_FIRST and message.reference not in self._tried:
            _remember(self._tried, message.reference)
            return _AT_FIRST[tail]
        if tail in _ALWAYS:
            return _ALWAYS[tail]
        share = crc32(message.reference.encode()) / 2**32  # the same message always gets the same answer
        return Outcome.DELIVERED if share < self._options.delivered_share else Outcome.ACCEPTED


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> Sandbox:
    """Make a sandbox; `surroundings.record` keeps what it is given. Raises `OptionError`."""
    if surroundings.record is None:
        raise TypeError("the sandbox keeps what it is given: pass Surroundings(record=...)")
    return Sandbox(name, read_options(name, SandboxOptions, options), surroundings.record)


def _remember(memory: dict[str, None], reference: str) -> None:
    memory[reference] = None
    if len(memory) > _REMEMBERED:
        del memory[next(iter(memory))]
