"""Where to bind, what can hinder it, and the connection as it is written to."""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Final

from gateways.contract import Trouble
from gateways.smpp.pdu import Command, Pdu, pdu

_LAST: Final = 0x7FFF_FFFF


class Fault(Exception):
    """A bind could not be had, or was lost: whose fault it is, in a word and in a sentence."""

    def __init__(self, trouble: Trouble, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.trouble = trouble
        self.code = code
        self.detail = detail[:300]


@dataclass(frozen=True, slots=True)
class Terms:
    """Where to bind, as whom, and how much may be unanswered. `context` is None without TLS."""

    host: str
    port: int
    context: ssl.SSLContext | None
    system_id: str
    password: str = field(repr=False)
    system_type: str
    window: int
    timeout_s: float
    enquire_s: float


class Wire:
    """A connection's way out: numbers, what is written, and the questions that wait for an answer."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._sequence = 0
        self._out: list[bytes] = []
        self._calls: dict[int, asyncio.Future[Pdu]] = {}
        self._ended = False

    def attach(self, transport: asyncio.Transport) -> None:
        """From now on it can be written to."""
        self._transport = transport

    def next(self) -> int:
        """The number of the next PDU of ours."""
        self._sequence = self._sequence % _LAST + 1
        return self._sequence

    def write(self, whole: bytes) -> None:
        """With what else is said in this turn of the loop: a system call for each PDU costs more than the PDU."""
        if not self._out:
            self._loop.call_soon(self.flush)
        self._out.append(whole)

    def flush(self) -> None:
        """Write what waits for the end of this turn."""
        out, self._out = self._out, []
        if out and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(out))

    async def call(self, command: Command, body: bytes = b"") -> Pdu:
        """Ask, and wait for the answer. Raises `ConnectionError` where the connection ends first."""
        if self._ended:
            raise ConnectionResetError("it has ended")
        sequence = self.next()
        answer: asyncio.Future[Pdu] = self._loop.create_future()
        self._calls[sequence] = answer
        self.write(pdu(command, sequence, body))
        try:
            return await answer
        finally:
            self._calls.pop(sequence, None)

    def answered(self, told: Pdu) -> bool:
        """Whether somebody had asked for this."""
        call = self._calls.pop(told.sequence, None)
        if call is not None and not call.done():
            call.set_result(told)
        return call is not None

    def end(self, why: str) -> None:
        """The connection is lost: nobody is answered any more."""
        self._ended = True
        for call in self._calls.values():
            if not call.done():
                call.set_exception(ConnectionResetError(why))
                call.exception()  # whoever asked may have stopped waiting

    def pause(self, *, reading: bool) -> None:
        """Whether to read on; what is kept slower than it comes must wait where it comes from."""
        if self._transport is None or self._transport.is_closing():
            return
        if reading:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def close(self, goodbye: bytes) -> None:
        """Write a last word and close."""
        if self._transport is not None and not self._transport.is_closing():
            self.write(goodbye)
            self.flush()
            self._transport.close()

    def abort(self) -> None:
        """Close without a word."""
        if self._transport is not None:
            self._transport.abort()
