"""SMS by an operator's own line: SMPP 3.4, one account at one SMSC.

Binds are kept while the gateway is open, since receipts come by them. A bind that ends gives back what was not written,
and what was written and not answered is unknown: SMPP has no key by which a repetition would be known.
"""

import asyncio
import random
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Final

from gateways.contract import (
    Callback,
    Capabilities,
    Message,
    OptionError,
    Outcome,
    Receipt,
    Surroundings,
    Trouble,
)
from gateways.options import read_options, read_secret
from gateways.smpp.bind import Bind
from gateways.smpp.binds import Binds
from gateways.smpp.ear import Ear
from gateways.smpp.options import SmppOptions
from gateways.smpp.pdu import Address, submit_body
from gateways.smpp.verdict import Judge, Reports
from gateways.smpp.way import Desk, Way
from gateways.smpp.wire import Fault, Terms
from gateways.smpp.wording import Wording

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_S: Final = 28 * 86_400  # a validity in months would be of no certain length
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Writer:
    """How a message becomes submit_sm. `now_ms` dates an absolute validity; None for a relative one."""

    service_type: str
    source: bytes
    ton: int
    npi: int
    plus: bool
    wording: Wording
    registered: int
    now_ms: Callable[[], int] | None

    def bodies(self, message: Message, reference: int, left_s: float) -> list[bytes]:
        """One for each segment. Raises `ValueError`: it cannot be written."""
        if not _NUMBER.fullmatch(message.address):
            raise ValueError("no international number")
        digits = message.address if self.plus else message.address[1:]
        to, until = Address(self.ton, self.npi, digits).written(), self._validity(left_s)
        return [
            submit_body(
                self.service_type,
                self.source,
                to,
                part.esm_class,
                until,
                self.registered,
                part.data_coding,
                part.text,
                part.tags,
            )
            for part in self.wording.parts(message.text, reference)
        ]

    def _validity(self, left_s: float) -> str:
        """YYMMDDhhmmsstnnp (7.1.1): what is left, or until when in UTC."""
        whole_s = min(max(1, int(left_s)), _LONGEST_S)
        if self.now_ms is None:
            return _relative(whole_s)
        until = datetime.fromtimestamp(self.now_ms() / 1000, UTC) + timedelta(seconds=whole_s)
        return f"{until:%y%m%d%H%M%S}000+"


@lru_cache(64)
def _relative(whole_s: int) -> str:
    minutes, seconds = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"0000{days:02}{hours:02}{minutes:02}{seconds:02}000R"


class SmppGateway:
    """One account at one SMSC."""

    def __init__(
        self, name: str, binds: Binds, ear: Ear, writer: Writer, judge: Judge, reports: Reports
    ) -> None:
        self.name = name
        self.capabilities = Capabilities(
            channels=frozenset({"sms"}),
            batch=_BATCH,
            parallel=_BATCH,
            validity=True,
            receipts=bool(writer.registered),
        )
        self._binds, self._ear, self._writer = binds, ear, writer
        self._judge, self._reports = judge, reports
        self._numbers = count(random.randrange(256))  # noqa: S311 - ties segments together, guards nothing

    async def open(self) -> None:
        """Begin to bind: receipts come whether or not anything is said."""
        self._binds.open()

    async def close(self) -> None:
        """Hear out what is on the wire, keep what was brought, unbind."""
        await self._ear.close()
        await self._binds.close()

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Speak as many at once as the windows hold, each drawn when there is room for it; see `gateways.contract`."""
        desk, since = Desk(), asyncio.get_running_loop().time()
        messages, fault = iter(batch), None
        for _ in range(len(batch)):
            while desk.receipts:
                yield desk.receipts.popleft()
            bind = None
            try:
                bind = None if fault else self._binds.free() or await self._binds.room()
            except Fault as hindrance:
                fault = hindrance  # the rest of the batch would wait for the same
            message = next(messages, None)
            if message is None:
                break
            if receipt := self._speak(message, desk, since, bind or fault):
                yield receipt
        while desk.open or desk.receipts:
            await desk.wait()
            while desk.receipts:
                yield desk.receipts.popleft()

    async def check(self) -> Receipt:
        """Ask for a sign of life on a bind."""
        try:
            bind = await self._binds.alive()
            await bind.enquire()
        except Fault as fault:
            return _hindered("", fault)
        return Receipt("", Outcome.ACCEPTED, "enquire_link")

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """An SMSC reports on the bind."""
        return ()

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """What has no answer has no name by which an SMSC could be asked (query_sm)."""
        return ()

    def _speak(self, message: Message, desk: Desk, since: float, bind: Bind | Fault | None) -> Receipt | None:
        """Write it on a bind that has room, or say why not."""
        if not isinstance(bind, Bind):
            return _hindered(message.reference, bind or Fault(Trouble.CONNECTION, "not bound"))
        left_s = since + message.expires_in_s - asyncio.get_running_loop().time()
        if left_s <= 0:
            return Receipt(message.reference, Outcome.RETRY, "too late")
        try:
            bodies = self._writer.bodies(message, next(self._numbers), left_s)
        except ValueError as error:
            return Receipt(message.reference, Outcome.FAILED, "not written", str(error)[:300])
        desk.open += 1
        bind.speak(Way(message.reference, bodies, self._judge, self._reports.name, desk))
        return None


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> SmppGateway:
    """Make the gateway; what comes back goes to `surroundings.report`. Raises `OptionError`."""
    read = read_options(name, SmppOptions, options)
    wording = Wording(read.alphabet, read.long_messages == "payload")
    reports = Reports(read.receipt_ids, read.dead_errors)
    ear = Ear(name, surroundings.report, reports, wording)
    if read.validity == "absolute" and surroundings.now_ms is None:
        raise TypeError("an absolute validity bears a date: pass Surroundings(now_ms=...)")
    writer = Writer(
        service_type=read.service_type,
        source=read.source.written(),
        ton=read.ton,
        npi=read.npi,
        plus=read.plus,
        wording=wording,
        registered=int(read.receipts and surroundings.report is not None),
        now_ms=surroundings.now_ms if read.validity == "absolute" else None,
    )
    judge = Judge(read.dead_statuses, read.credit_statuses)
    return SmppGateway(name, Binds(_terms(name, read), read.binds, ear.hear), ear, writer, judge, reports)


def _terms(name: str, read: SmppOptions) -> Terms:
    password = read_secret(name, "password", read.password, read.password_file)
    words = password.get_secret_value() if password else ""
    if not (words.isascii() and words.isprintable() and len(words) <= 8):
        raise OptionError(
            f"[gateways.{name}] password: SMPP takes at most 8 plain signs; ask the operator for one"
        )
    return Terms(
        host=read.host,
        port=read.port,
        context=_context(name, read),
        system_id=read.system_id,
        password=words,
        system_type=read.system_type,
        window=read.window,
        timeout_s=read.timeout_s,
        enquire_s=read.enquire_s,
    )


def _context(name: str, read: SmppOptions) -> ssl.SSLContext | None:
    if not read.tls:
        return None
    try:
        return ssl.create_default_context(cafile=read.ca_file)
    except OSError as error:  # SSLError is one
        raise OptionError(
            f"[gateways.{name}] ca_file: {read.ca_file} holds no certificates to read ({error})"
        ) from None


def _hindered(reference: str, fault: Fault) -> Receipt:
    return Receipt(reference, Outcome.RETRY, fault.code, fault.detail, trouble=fault.trouble)
