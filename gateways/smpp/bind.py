"""One bind, and what becomes of what was said on it when it breaks.

What was written and not answered is `UNANSWERED`, what was not written `UNSENT`: the rest of a message follows from its
segments. SMPP 3.4, 2.2 (states) and 2.7 (time-outs).
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self, cast

from gateways.contract import Trouble
from gateways.smpp.pdu import ANSWER, Command, Pdu, Reader, Torn, bind_body, message_id, pdu
from gateways.smpp.verdict import OK, STATUSES, word
from gateways.smpp.way import Way
from gateways.smpp.window import Window
from gateways.smpp.wire import Fault, Terms, Wire

LINGER_S: Final = 2.0
"""How long an SMSC that unbinds may still answer what it was given, before we let go; goodbyes take half of it."""
_UNKNOWN_COMMAND: Final = 0x03
_SYSTEM_ERROR: Final = 0x08

Hear = Callable[["Bind", Pdu], None]
"""Told every deliver_sm; answers it with `Bind.answer`, in its own time."""


class Bind(asyncio.Protocol):
    """A transceiver. `news` is called whenever there is room again, and when it is over; `ended` says why it is."""

    def __init__(self, terms: Terms, hear: Hear, news: Callable[[], None]) -> None:
        self._terms, self._hear, self._news = terms, hear, news
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[str] = self._loop.create_future()
        self._reader, self._wire = Reader(), Wire()
        self._window = Window(self._wire, terms.window, terms.timeout_s, self._late)
        self._idle = asyncio.Event()
        self._why = "closed by the SMSC"
        self._heard = self._loop.time()
        self._bound = self._leaving = False
        self._goodbye: bytes | None = None

    @classmethod
    async def make(cls, terms: Terms, hear: Hear, news: Callable[[], None]) -> Self:
        """Connect, secure and log in, within the time-out. Raises `Fault`."""
        bind = cls(terms, hear, news)
        try:
            async with asyncio.timeout(terms.timeout_s):
                await bind._connect()
                await bind._log_in()
        except OSError as error:  # TimeoutError and SSLError are such
            raise _fault(error) from error
        finally:
            if not bind._bound:
                bind.lose("not bound")
        return bind

    @property
    def room(self) -> int:
        """How many PDUs may be written now."""
        return self._window.room if self.alive else 0

    @property
    def alive(self) -> bool:
        """Whether it takes messages, now or when there is room."""
        return self._bound and not self._leaving

    def speak(self, way: Way) -> None:
        """Write a message's segments, those beyond the window as soon as there is room."""
        self._window.speak(way)

    def answer(self, sequence: int, command: int, status: int = OK) -> None:
        """Answer what the SMSC asked."""
        body = b"\0" if command in {Command.DELIVER_SM_RESP, Command.DATA_SM_RESP} else b""
        self._wire.write(pdu(command, sequence, body, status))

    def pause(self, *, reading: bool) -> None:
        """Whether to read on."""
        self._wire.pause(reading=reading)

    async def enquire(self) -> None:
        """Ask for a sign of life. Raises `Fault`, and gives the connection up, where there is none."""
        try:
            async with asyncio.timeout(self._terms.timeout_s):
                await self._wire.call(Command.ENQUIRE_LINK)
        except (TimeoutError, ConnectionError) as error:
            self.lose("no answer to enquire_link")
            raise Fault(Trouble.CONNECTION, "no answer", "no answer to enquire_link") from error

    async def live(self) -> str:
        """Until it is over, asking for a sign of life after each silence; why it is over."""
        while not self.ended.done():
            quiet_s = self._loop.time() - self._heard
            if quiet_s < self._terms.enquire_s:
                await asyncio.wait([self.ended], timeout=self._terms.enquire_s - quiet_s)
                continue
            try:
                await self.enquire()
            except Fault:
                await self.ended
        return self.ended.result()

    async def leave(self) -> None:
        """Take nothing more, hear out what is on the wire, say goodbye, close. Bounded by the time-out and a little."""
        self._stop()
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(self._terms.timeout_s):
                while not (self._window.idle or self.ended.done()):
                    self._idle.clear()
                    await self._idle.wait()
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(LINGER_S / 2):
                await self._wire.call(Command.UNBIND)
        self.lose("closed by us")

    def lose(self, why: str) -> None:
        """Give the connection up, without a word; nothing more is said on it from now on."""
        self._why = why
        self._stop()
        self._wire.abort()

    # the connection, as asyncio tells of it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire.attach(cast("asyncio.Transport", transport))  # uvloop's is one by its methods only

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        try:
            for each in self._reader.feed(data):
                self._take(each)
        except Torn as error:
            self.lose(f"what it said cannot be read: {error}")
            return
        if self._goodbye is not None and self._window.idle:
            self._part()
        self._go_on()

    def pause_writing(self) -> None:
        self._window.full = True

    def resume_writing(self) -> None:
        self._window.full = False
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leaving = True
        self._window.end()
        self._wire.end(str(exc or self._why))
        if not self.ended.done():
            self.ended.set_result(str(exc or self._why))
        self._idle.set()
        self._news()

    def _go_on(self) -> None:
        self._window.drain()
        if self._window.idle:
            self._idle.set()
        self._news()

    def _late(self, newest: float) -> None:
        """Some were not answered in time; where nothing at all was heard since, the connection is half open."""
        if newest >= self._heard:
            self.lose("no answer")
        self._go_on()

    # what it says

    def _take(self, told: Pdu) -> None:
        if told.command == Command.SUBMIT_SM_RESP:
            identifier = message_id(told.body) if told.status == OK else ""
            self._window.settle(told.sequence, told.status, identifier)
        elif told.command in {Command.DELIVER_SM, Command.DATA_SM}:
            self._hear(self, told)
        elif told.command == Command.ENQUIRE_LINK:
            self.answer(told.sequence, Command.ENQUIRE_LINK_RESP)
        elif told.command == Command.UNBIND:
            self._let_go(told.sequence)
        elif told.command == Command.GENERIC_NACK:
            self._nack(told)
        elif told.command & ANSWER:
            self._wire.answered(told)
        else:
            self.answer(told.sequence, Command.GENERIC_NACK, _UNKNOWN_COMMAND)

    def _nack(self, told: Pdu) -> None:
        """It did not understand a PDU of ours; where it cannot say which, it understands none that follows either."""
        refused = self._window.settle(told.sequence, told.status or _SYSTEM_ERROR)
        if not (refused or self._wire.answered(told)):
            self.lose(f"generic_nack {word(told.status)}")

    def _let_go(self, sequence: int) -> None:
        """It unbinds: nothing more is written, but what it was given it may still answer."""
        self._goodbye = pdu(Command.UNBIND_RESP, sequence)
        self._why = "the SMSC unbound us"
        self._stop()
        self._loop.call_later(LINGER_S, self._part)

    def _part(self) -> None:
        goodbye, self._goodbye = self._goodbye, None
        if goodbye is not None:
            self._wire.close(goodbye)

    def _stop(self) -> None:
        self._leaving = True
        self._window.stop()

    # how it begins

    async def _connect(self) -> None:
        terms = self._terms
        name = terms.host if terms.context is not None else None
        await self._loop.create_connection(
            lambda: self, terms.host, terms.port, ssl=terms.context, server_hostname=name
        )

    async def _log_in(self) -> None:
        terms = self._terms
        body = bind_body(terms.system_id, terms.password, terms.system_type)
        try:
            told = await self._wire.call(Command.BIND_TRANSCEIVER, body)
        except ConnectionError as error:
            said = "the SMSC hung up instead of answering the bind"
            raise Fault(Trouble.CONNECTION, "closed", said) from error
        if told.status != OK or told.command != Command.BIND_TRANSCEIVER_RESP:
            known = STATUSES.get(told.status)
            trouble = (known[1][1] if known else None) or Trouble.PROVIDER
            raise Fault(trouble, word(told.status), "the SMSC refused to bind")
        self._bound = True


def _fault(error: OSError) -> Fault:
    """What hindered a connection, in the contract's words."""
    if isinstance(error, ssl.SSLError):
        return Fault(Trouble.TLS, "tls", str(error))
    if isinstance(error, TimeoutError):
        return Fault(Trouble.CONNECTION, "no answer", "the SMSC did not answer in time")
    return Fault(Trouble.CONNECTION, "connection", str(error))
