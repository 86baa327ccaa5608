"""What comes back to a mail gateway: each mail is read, and what it reports is kept before the mail is let go."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from gateways.contract import Outcome, Receipt, Report
from gateways.smtp.bounce import MOST_BYTES, read
from gateways.smtp.bounce_words import Fate
from gateways.smtp.returns import Returns

_SOFT_BREAK: Final = b"=\r\n"
_VANISHED_MOST: Final = 20
_VANISHED_S: Final = 3600.0


class Inbox:
    """Where the listener and the poll of one gateway bring mails. `report` keeps receipts; it raises `NotKept`."""

    def __init__(
        self, gateway: str, returns: Returns, report: Report, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.returns = returns
        self._gateway = gateway
        self._report = report
        self._monotonic = monotonic
        self._vanished: deque[float] = deque(maxlen=_VANISHED_MOST)

    async def take(self, raw: bytes, recipients: Sequence[str] = ()) -> None:
        """Read a mail that came for `recipients`, where the envelope is known. Raises `NotKept`: bring it again.

        What is no report, or bears none of our keys, is passed over.
        """
        receipt = await asyncio.to_thread(self.receipt, raw, recipients)
        if receipt is not None:
            await self._report(self._gateway, [receipt])

    def receipt(self, raw: bytes, recipients: Sequence[str] = ()) -> Receipt | None:
        """What a mail reports of one of our deliveries."""
        report = read(raw)
        reference = self._reference(raw[:MOST_BYTES], recipients) if report else None
        if report is None or reference is None:
            return None
        outcome = report.outcome
        if report.fate is Fate.VANISHED and self._believed():
            outcome = Outcome.REFUSED
        return Receipt(reference, outcome, report.code, report.text)

    def _reference(self, raw: bytes, recipients: Sequence[str]) -> str | None:
        """By the address that it came to; else wherever it quotes one of our keys, broken lines mended."""
        to = "\n".join(recipients).encode(errors="replace")
        return (
            self.returns.find(to)
            or self.returns.find(raw)
            or self.returns.find(raw.replace(_SOFT_BREAK, b"").replace(b"=\n", b""))
        )

    def _believed(self) -> bool:
        """Domains do end, a few a year: a resolver that lies says it of everybody, and is believed of twenty an hour."""
        now = self._monotonic()
        if len(self._vanished) == _VANISHED_MOST and now - self._vanished[0] < _VANISHED_S:
            return False
        self._vanished.append(now)
        return True
