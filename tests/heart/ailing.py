"""A far end that is dead, slow or mute, when a test says so."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from heart.provider import Provider

from gateways.contract import Credit, Message, Outcome, Receipt, Trouble

SILENT = Receipt("", Outcome.UNKNOWN, "timed_out")
DEAD = Receipt("", Outcome.RETRY, "refused", trouble=Trouble.CONNECTION)


class Ailing(Provider):
    """A provider that can be unreachable: then no byte leaves, and probes say so."""

    down = False
    trouble = Trouble.CONNECTION  # what is told while it is down
    blind = False  # its probes are good all the same
    credit: Credit | None = None
    asked = 0  # messages that came while it was down
    slowness_ms = 0  # how much later it is when it has answered
    mute = False  # takes everything, probes too, and nothing is heard of it in time
    clock: Any = None

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """As the other, or that there is nobody."""
        if self.slowness_ms:
            self.clock.advance(self.slowness_ms)
        if self.down or self.mute:
            told = SILENT if self.mute else DEAD._replace(trouble=self.trouble)
            for message in batch:
                self.asked += 1
                yield Receipt(message.reference, told.outcome, told.code, trouble=told.trouble)
            return
        async for receipt in super().send(batch):
            yield receipt

    async def check(self) -> Receipt:
        """Whether there is anybody."""
        if self.mute:
            return SILENT
        if self.down and not self.blind:
            return DEAD._replace(trouble=self.trouble)
        return Receipt("", Outcome.ACCEPTED, credit=self.credit)
