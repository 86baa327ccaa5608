"""Telephone calls by Twilio's Calls resource: https://www.twilio.com/docs/voice/api/call-resource.

Each call is ordered once, with its words in the order: whoever picks up hears them even while nobody here can answer. Then
Twilio comes for what a pressed key brings, and reports, at addresses that hold the delivery's own key. It finds out in the
background whether a machine picked up: that is told its message anew from the beep on, twice and without any key to press.
Where Twilio cannot come, the message is said twice, to whomever.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Final
from urllib.parse import quote, urlencode

from pydantic import Field, StringConstraints, field_validator

from gateways.contract import (
    Callback,
    Capabilities,
    Message,
    Outcome,
    Question,
    Receipt,
    Reply,
    Speech,
    Surroundings,
)
from gateways.http import Lost, Unsent
from gateways.options import read_options
from gateways.orders import Orders
from gateways.parallel import Desk
from gateways.telephone import asking
from gateways.twilio.callback import Signatures
from gateways.twilio.options import Account, TwilioOptions, account_of
from gateways.twilio.probe import probe
from gateways.twilio.wire import Wire
from gateways.twilio_voice.callback import detecting, read_call
from gateways.twilio_voice.twiml import MOST_INLINE, Script
from gateways.twilio_voice.verdict import judge_call

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_STATUSES: Final = ("initiated", "answered", "completed")
_NOW: Final = float("inf")
TWIML: Final = "application/xml"


class TwilioVoiceOptions(TwilioOptions):
    """Options of the table, those of `twilio` and: `ring_s`, how long it rings; `machines`, whether answering machines are
    found out; `talk_s`, the longest call; `voices`, another voice by language, by Twilio's name: { fr = "Polly.Mathieu" }.
    """

    ring_s: int = Field(default=30, ge=5, le=120)
    talk_s: int = Field(default=300, ge=30, le=3600)
    machines: bool = True
    voices: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")],
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,60}$")],
    ] = Field(default={}, max_length=40)

    @field_validator("sender")
    @classmethod
    def _is_a_number(cls, value: str) -> str:
        if not _NUMBER.fullmatch(value):
            raise ValueError(
                "write a telephone number of the account, with its + (+33...): a name cannot call"
            )
        return value


class TwilioVoice:
    """One account at Twilio, calling from one number."""

    def __init__(
        self, name: str, account: Account, wire: Wire, options: TwilioVoiceOptions, callbacks: str
    ) -> None:
        """`callbacks` is the address, with a slash at its end, behind which Twilio puts a delivery's key; or nothing."""
        self.name = name
        self.capabilities = Capabilities(
            channels=frozenset({"voice"}),
            batch=10 * options.parallel,
            parallel=options.parallel,
            receipts=bool(callbacks),
        )
        self._desk = Desk(self.capabilities.parallel)
        self._account = account
        self._wire = wire
        self._callbacks = callbacks
        self._signatures = Signatures(account.sid, account.tokens, callbacks)
        self._script = Script(options.voices)
        self._terms = _terms(account, options, callbacks)
        self._machines = options.machines
        self._orders = Orders()

    async def open(self) -> None:
        """Connections are made when there is something to say."""
        await self._wire.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._wire.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Order the calls, `parallel` at once; see `gateways.contract`."""
        return self._desk.in_time(batch, self._send_one)

    async def check(self) -> Receipt:
        """Ask for the account's status, as for SMS."""
        self._orders.forget_outage()
        return await probe(self._account, self._wire)

    def read_callback(self, callback: Callback) -> Sequence[Receipt | Question]:
        """Verify Twilio's signature and read the status, or the question; see `gateways.contract`."""
        return read_call(self._signatures, callback)

    async def reply(self, question: Question, speech: Speech) -> Reply:
        """What the call goes on with. One that a machine took is told by an order of its own: Twilio asked for nothing."""
        if question.machine:
            await self._interrupt(question, self._script.left(speech.text, speech.locale))
            return Reply("text/plain", b"")
        return Reply(TWIML, self._next(question, speech).encode())

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """Nothing: a list of calls shows neither our key nor the words. A call that is made reports within a second."""
        return ()

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock."""
        words = self._words(message)
        if not words:
            return Receipt(
                message.reference, Outcome.FAILED, "too_long", "more than Twilio takes with a call"
            )
        form = urlencode([("To", message.address), *words, *self._reporting(message), *self._terms]).encode()
        answer = await self._orders.place(
            message.reference, until, lambda: self._wire.post(self._account.calls, form, until)
        )
        return answer if isinstance(answer, Receipt) else judge_call(message.reference, answer)

    def _words(self, message: Message) -> list[tuple[str, str]]:
        """Inline as far as they fit. A text that is too long even once is fetched by the call, where Twilio can come."""
        for twiml in self._documents(message):
            if len(twiml) <= MOST_INLINE:
                return [("Twiml", twiml)]
        return (
            [("Url", asking(self._callbacks, message.reference, "", message.locale))]
            if self._callbacks
            else []
        )

    def _documents(self, message: Message) -> Sequence[str]:
        text, locale = message.text, message.locale
        if not self._callbacks or not message.prompt:
            return self._script.left(text, locale), self._script.said(text, locale, 1)
        action = asking(self._callbacks, message.reference, "", message.locale)
        return [
            self._script.asked(text, message.prompt, locale, action, again=again) for again in (True, False)
        ]

    def _reporting(self, message: Message) -> list[tuple[str, str]]:
        if not self._callbacks:
            return []
        where = self._callbacks + quote(message.reference, safe="")
        reports = [("StatusCallback", where), *(("StatusCallbackEvent", each) for each in _STATUSES)]
        if self._machines:
            reports.append(
                ("AsyncAmdStatusCallback", detecting(self._callbacks, message.reference, message.locale))
            )
        return reports

    def _next(self, question: Question, speech: Speech) -> str:
        if not speech.keys:
            return self._script.said(speech.text, speech.locale, speech.times)
        action = asking(self._callbacks, question.reference, speech.place, speech.locale)
        return self._script.asked(speech.text, speech.prompt, speech.locale, action, again=False)

    async def _interrupt(self, question: Question, twiml: str) -> None:
        """Nothing is lost where it fails: the machine goes on with the words it was first told."""
        if len(twiml) > MOST_INLINE or not re.fullmatch(r"CA[0-9a-f]{32}", question.provider_ref):
            return
        form = urlencode({"Twiml": twiml}).encode()
        try:
            await self._wire.post(f"{self._account.url}/Calls/{question.provider_ref}.json", form, _NOW)
        except (Unsent, Lost):
            return


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> TwilioVoice:
    """Make the gateway; `surroundings` says where it is called back. Raises `OptionError`."""
    read = read_options(name, TwilioVoiceOptions, options)
    account = account_of(name, read)
    wire = Wire(
        account.credentials, timeout_s=read.timeout_s, connections=read.parallel, dates=surroundings.dates
    )
    return TwilioVoice(name, account, wire, read, surroundings.home(name) if account.tokens else "")


def _terms(account: Account, options: TwilioVoiceOptions, callbacks: str) -> list[tuple[str, str]]:
    """What every call of this gateway has. Machines are found out in the background, so that no person meets a silence;
    where Twilio cannot tell us, before the first word.
    """
    terms = [("From", account.sender), ("Timeout", str(options.ring_s)), ("TimeLimit", str(options.talk_s))]
    if options.machines:
        terms.append(("MachineDetection", "DetectMessageEnd"))
        if callbacks:
            terms.append(("AsyncAmd", "true"))
    return terms
