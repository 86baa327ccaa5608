"""One message on its way through a bind: a PDU for each segment, and one receipt when all were answered."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateways.contract import Outcome, Receipt, Trouble
from gateways.smpp.verdict import OK, Judge

UNSENT: Final = -1
UNANSWERED: Final = -2
"""Statuses of ours beside the SMSC's: not a byte of it was written; it was, and no answer was read."""


class Desk:
    """Where the receipts of one batch are laid, and taken from."""

    def __init__(self) -> None:
        self.receipts: deque[Receipt] = deque()
        self.open = 0
        self._some = asyncio.Event()

    def lay(self, receipt: Receipt) -> None:
        self.open -= 1
        self.receipts.append(receipt)
        self._some.set()

    async def wait(self) -> None:
        """Until there is a receipt."""
        self._some.clear()
        if not self.receipts:
            await self._some.wait()


@dataclass(slots=True)
class Way:
    """`bodies` are the submit_sm of a message. It is accepted when each is; where one certainly did not pass, it did not:
    a telephone shows nothing of a message that is not whole.
    """

    reference: str
    bodies: Sequence[bytes]
    judge: Judge
    name: Callable[[str], str]
    desk: Desk
    _names: dict[int, str] = field(default_factory=dict)
    _answered: int = 0
    _worst: int = OK

    def answered(self, part: int, status: int, identifier: str = "") -> None:
        """One segment's status, in the SMSC's words or in ours."""
        self._answered += 1
        if status == OK and identifier:
            self._names[part] = self.name(identifier)
        if status != OK and self._worst in {OK, UNANSWERED}:
            self._worst = status
        if self._answered == len(self.bodies):
            self.desk.lay(self._receipt())

    def _receipt(self) -> Receipt:
        if self._worst == UNANSWERED:
            return Receipt(self.reference, Outcome.UNKNOWN, "no answer", trouble=Trouble.CONNECTION)
        if self._worst == UNSENT:
            return Receipt(self.reference, Outcome.RETRY, "not written", trouble=Trouble.CONNECTION)
        names = tuple(self._names[part] for part in sorted(self._names))
        return self.judge.judge(self.reference, self._worst, names)
