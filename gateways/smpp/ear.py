"""What an SMSC brings (deliver_sm, data_sm): kept first, and only then answered. What cannot be kept is asked for again."""

import asyncio
from collections import deque
from typing import Final

from gateways.contract import Inbound, NotKept, Receipt, Report
from gateways.smpp.bind import Bind
from gateways.smpp.pdu import ANSWER, Command, Malformed, Pdu, data, delivered
from gateways.smpp.verdict import OK, Reports
from gateways.smpp.wording import Wording

TOGETHER: Final = 200
"""Brought words that are kept at once."""
MOST: Final = 1_000
"""Unanswered ones, of all binds, before nothing more is read."""
GOODBYE_S: Final = 8.0
"""The spool gives the store five seconds, and then takes what it brings itself."""
_LATER: Final = 0x64  # ESME_RX_T_APPN: bring it again
_NEVER: Final = 0x65  # ESME_RX_P_APPN: it would be as unreadable again

_Brought = tuple[Bind, Pdu, Receipt | Inbound | None]
"""By which bind, in which command, and what it says; None where that is nothing to us."""


class Ear:
    """Listens for all binds of a gateway; `report` is the daemon's, None where nobody would keep anything."""

    def __init__(self, gateway: str, report: Report | None, reports: Reports, wording: Wording) -> None:
        self._gateway, self._report = gateway, report
        self._reports, self._wording = reports, wording
        self._brought: deque[_Brought] = deque()
        self._paused: set[Bind] = set()
        self._task: asyncio.Task[None] | None = None

    def hear(self, bind: Bind, told: Pdu) -> None:
        """Take a deliver_sm or a data_sm; it is answered when it is kept."""
        try:
            said = self._read(told)
        except Malformed:
            bind.answer(told.sequence, ANSWER | told.command, _NEVER)
            return
        self._brought.append((bind, told, said))
        if len(self._brought) >= MOST:
            bind.pause(reading=False)
            self._paused.add(bind)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_all())

    async def close(self) -> None:
        """What was brought is kept and answered before the binds go; what takes too long is brought again."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=GOODBYE_S)

    def _read(self, told: Pdu) -> Receipt | Inbound | None:
        message = data(told.body) if told.command == Command.DATA_SM else delivered(told.body)
        if message.is_receipt:
            return self._reports.read(message)
        if not message.is_message:
            return None
        return Inbound(message.source, message.destination, self._wording.read(message))

    async def _keep_all(self) -> None:
        try:
            while self._brought:
                batch = [self._brought.popleft() for _ in range(min(TOGETHER, len(self._brought)))]
                await self._keep(batch)
                if len(self._brought) < MOST // 2:
                    self._read_on()
        finally:  # a keeper that breaks is found broken by what comes next, and not by a silence
            self._read_on()

    def _read_on(self) -> None:
        for bind in self._paused:
            bind.pause(reading=True)
        self._paused.clear()

    async def _keep(self, batch: list[_Brought]) -> None:
        status, words = _LATER, [said for _, _, said in batch if said is not None]
        try:
            if words and self._report is None:
                return
            if words and self._report is not None:
                await self._report(self._gateway, words)
            status = OK
        except NotKept:
            pass
        finally:
            for bind, told, _ in batch:
                bind.answer(told.sequence, ANSWER | told.command, status)
