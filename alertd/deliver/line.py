"""A line: one sender as its workers share it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from alertd.deliver.claimed import Attempt
from alertd.deliver.lease import Lease
from alertd.deliver.pace import Bucket
from alertd.deliver.render import Rendered
from alertd.deliver.routes import Sender
from gateways.contract import Gateway, Outcome, Receipt


@dataclass(slots=True)
class Line:
    """One sender with the gateway behind it and its bucket: all that its workers share.

    `out` are the attempts in their hands. `adrift`: more may be `calling`, of a claim whose commit nobody heard of, or
    whose words could not be read. `bucket` is charged by claims, `wire` by what is handed over. `round_` counts slices, so
    that stations take turns at what cannot be parted.
    """

    sender: Sender
    gateway: Gateway
    bucket: Bucket
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    leaving: asyncio.Lock = field(default_factory=asyncio.Lock)
    out: set[Attempt] = field(default_factory=set)
    adrift: bool = False
    round_: int = 0
    lease: Lease = field(init=False)
    wire: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self.lease, self.wire = Lease(self.sender, self.bucket), replace(self.bucket)

    def units(self, messages: Iterable[Rendered]) -> int:
        """What they count against its rate."""
        return sum(each.segments if self.sender.unit == "segment" else 1 for each in messages)

    async def at_pace(self, messages: Iterable[Rendered]) -> None:
        """Wait until these may touch the wire, behind those who wait already. They were claimed at the sender's pace, but
        what is late in the store, or behind other work, would leave together with the next: more than the provider allows.
        """
        units = self.units(messages)
        async with self.leaving:
            if wait_s := self.wire.wait_s(units):
                await asyncio.sleep(wait_s)
            self.wire.charge(units)

    def slice(self, part: int) -> int:
        """How many at once: a worker's part of what may be out; of a sender with a pace at most a second of it."""
        rate, most = self.sender.rate, max(1, part)
        return most if rate is None else max(1, min(most, round(rate)))

    def heed(self, receipts: Iterable[Receipt]) -> None:
        """A provider that asks for less gets silence for as long as it says."""
        asked = [each.retry_after_s or 1.0 for each in receipts if each.outcome is Outcome.THROTTLED]
        if asked:
            self.bucket.hush(min(max(asked), 60.0))
