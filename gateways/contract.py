"""What every gateway is: it takes messages and gives receipts.

A *receipt* is a value. Whatever a provider answers, and also that it answered nothing, is a `Receipt`;
only a bug raises. The question that decides between `retry` and `unknown` is: **was a byte of the message
written to the wire?** If none was, the message certainly did not leave, and it is safe to try again.
If some were and no answer was read, nobody can tell, and the outcome is `unknown`.
"""

import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol, runtime_checkable
from urllib.parse import urlsplit


class Outcome(StrEnum):
    """What became of one message, in the provider's last word."""

    ACCEPTED = "accepted"  # the provider has it
    DELIVERED = "delivered"  # the phone or the mailbox has it
    SEEN = "seen"  # a person acknowledged it
    REFUSED = "refused"  # this address is dead: only a word in a provider's table may say so
    STOPPED = "stopped"  # this person left (STOP at the carrier, complaint)
    FAILED = "failed"  # this message will never pass, the address may be good (too long, malformed)
    RETRY = "retry"  # it certainly did not leave; try again later
    THROTTLED = "throttled"  # it did not leave: the provider asks for less; `retry_after_s` says when
    UNKNOWN = "unknown"  # bytes were written and no answer was read


class Trouble(StrEnum):
    """Why a gateway as a whole does not work: told apart, since each wants another hand."""

    CREDENTIALS = "credentials"
    CONNECTION = "connection"
    TLS = "tls"
    CREDIT = "credit"
    SENDER = "sender"
    QUOTA = "quota"
    PROVIDER = "provider"


class Message(NamedTuple):
    """One message to one address, ready to be spoken.

    `reference` is the delivery's own public key (11 characters): put it wherever the provider carries one back.
    `expires_in_s` is the validity to hand to the provider, in seconds from the call of `send`, as exact as it is known; what
    has not begun by then must not leave (`retry`): the process may have been frozen in between.
    `text` is what SMS, voice and the plain part of an e-mail say; `subject` and `html` are an e-mail's.
    Words of a call in another language than `locale` are marked as such: see `gateways.tongues`.
    `thread` is one key for all messages of one alert (collapse key, In-Reply-To).
    `personal` are the words of `text` and `html` that are this reader's own (the codes in links, letters and digits):
    but for them a mass mailing is one text, which a driver may build once.
    """

    reference: str
    address: str
    text: str
    level: str  # "danger", "warning", "info"
    locale: str
    expires_in_s: float
    channel: str = ""  # "sms", "push", "email", "voice", "display"; a driver of one channel need not look
    subject: str = ""
    html: str = ""
    sender_name: str = ""  # who speaks, as people read it: the station
    thread: str = ""
    url: str = ""
    first: bool = True  # the first message of its thread
    headers: Mapping[str, str] = MappingProxyType({})
    personal: tuple[str, ...] = ()
    prompt: str = ""  # of a call: which keys may be pressed, said after the text where a person listens
    silent: bool = False  # push: next to nothing is to be shown; see `Capabilities.silent`


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of a prepaid account, in `unit`: "credits", or a currency's three letters ("EUR")."""

    left: float
    unit: str


class Receipt(NamedTuple):
    """One provider's word about one message.

    `code` is the provider's own word or number, kept for people; `trouble` is set when the fault is the account's
    or the connection's rather than the message's.
    `names` are the provider's own names for what it accepted, one for each segment, where it will report by them alone
    (SMPP). Such a report has an empty `reference`, and the name as `provider_ref`; it may come before the answer.
    `credit` is in the answer to a probe alone, where the provider tells it.
    """

    reference: str
    outcome: Outcome
    code: str = ""
    detail: str = ""
    provider_ref: str = ""
    retry_after_s: float | None = None
    trouble: Trouble | None = None
    names: tuple[str, ...] = ()
    credit: Credit | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One SMS that somebody wrote to us.

    `sender` is the writer's number in E.164 ("+33612345678"), or whatever else the provider names where the writer has
    none (a short code, a name); `to` is the number or the name that was written to. `provider_ref` is the provider's own
    key for it, by which a repeated callback counts once: empty where it gives none. `handled`: the provider has acted on
    it itself and answered (a STOP that it keeps from now on): nobody else need answer.
    """

    sender: str
    to: str
    text: str
    provider_ref: str = ""
    handled: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A telephone call that asks what is to be said next.

    `reference` is our own delivery's key in a call that we made. In one that was made to us it is empty, and `caller` is
    the number that the network shows, in E.164, empty where it shows none: anybody can have another's shown.
    `key` is what was pressed, empty where nothing was. `place` and `locale` are what the last words were given (`Speech`),
    the place empty at a call's beginning. `machine`: an answering machine took it and is to be told anew, without keys.
    `provider_ref` is the provider's own key of the call.
    """

    reference: str = ""
    caller: str = ""
    key: str = ""
    place: str = ""
    locale: str = ""
    machine: bool = False
    provider_ref: str = ""


@dataclass(frozen=True, slots=True)
class Speech:
    """What is said next in a call: `text` in the language of `locale`, `times` over, then `prompt`.

    One of `keys` is then awaited for a few seconds, and the next question is given `place` back. Without keys, or where none
    is pressed, the call ends.
    """

    text: str
    locale: str
    prompt: str = ""
    keys: str = ""
    place: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider's call to us is answered: the same in its own language."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Callback:
    """A provider's HTTP call to us, as bytes: `url` is the public one, headers have lower-case names."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do. `batch` is the most messages it takes in one call of `send`."""

    channels: frozenset[str]
    batch: int = 1
    parallel: int = 1  # messages on the wire at once, of all calls of `send` together
    idempotent: bool = False  # the provider drops a repetition of the same reference
    validity: bool = False  # the provider honours `expires_in_s`
    receipts: bool = False  # the provider reports later what became of it
    polled: bool = False  # it tells later what became of it, but only when asked: `look_up` is called for the accepted too
    thanks: Reply | None = None  # what a provider who brings an SMS wants to read in our 200
    # It speaks to many hosts (web push): which one an address belongs to. Each is then judged, and left alone, apart;
    # `check` asks what they share, or any of them.
    host_of: Callable[[str], str] | None = None
    silent: Callable[[str], bool] | None = None  # push: to whom `Message.silent` may be said; None: to nobody
    # Web push: the public key that a page gives to `subscribe()`, as base64url. Subscriptions are bound to it for ever.
    application_server_key: str = ""


class Gateway(Protocol):
    """One account at one provider for one channel or more. Six methods and two names."""

    name: str
    capabilities: Capabilities

    async def open(self) -> None:
        """Make what is kept (pools, sessions). Must not fail because the provider is away."""

    async def close(self) -> None:
        """Let go of what is kept. May be called twice."""

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Give exactly one receipt for each message, each as it comes, in any order.

        Draw each message from the batch when it is about to be spoken, once: a node that is asked to stop lets the batch
        end early, and what was not drawn has not left.
        """

    async def check(self) -> Receipt:
        """Ask the provider whether it would take a message now, without sending one (a probe), and what credit is left.

        Asked every quarter of an hour, and every five seconds while the gateway is down.
        """

    def read_callback(self, callback: Callback) -> Sequence[Receipt | Inbound | Question]:
        """Verify the signature and read what is in it: receipts, what people wrote to us, and a call's question. A forged call
        gives none.

        One that is well signed and has nothing to tell gives `Receipt("", Outcome.UNKNOWN)`: a forged call is answered
        with an error, and a provider that is answered so calls again and again.
        """

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        """Ask what became of messages whose answer was lost; none where the provider cannot tell.

        Where `capabilities.polled`, also of those that it accepted and has reported nothing of.
        """


@runtime_checkable
class Telephone(Gateway, Protocol):
    """A gateway whose calls ask what is to be said next: `read_callback` may give a `Question`, at most one."""

    async def reply(self, question: Question, speech: Speech) -> Reply:
        """What the call that brought this question is answered, so that these words are said."""


Record = Callable[[str, Sequence[Message]], Awaitable[None]]
"""Keeps what the sandbox was given: (gateway's name, messages)."""

Report = Callable[[str, Sequence[Receipt | Inbound]], Awaitable[None]]
"""Keeps what a provider reports on a connection of the driver's own: (gateway's name, receipts and people's SMS), any number
of them.

They are on a disk when it returns, and are applied later; what nobody knows is passed over then. Acknowledge nothing to
the provider before. Raises `NotKept`: it is to be brought again.
"""


class NotKept(Exception):
    """Neither the store nor the spool takes what was reported; the text says why."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the composition root lends to a driver beside its own options.

    `record` is the sandbox's; `now_ms` gives UTC milliseconds, for whatever a provider wants dated or signed.
    `lasting_key` gives 48 secret bytes for a purpose, the same as long as the instance lives, on each of its nodes.
    `report` keeps what a provider says later on a connection that the driver holds itself (SMPP, LMTP, IMAP).
    `public_url` is where residents find the instance; a gateway is called back below it, at `callbacks` and its name.
    `dates` is told the Date of an answer now and then: whose, seconds since its request was begun, and what it says.
    `alone`: a command tries this gateway, beside a node that listens, looks into mailboxes and waits for answers.
    """

    record: Record | None = None
    now_ms: Callable[[], int] | None = None
    lasting_key: Callable[[str], bytes] | None = None
    report: Report | None = None
    dates: Callable[[str, float, str], None] | None = None
    public_url: str = ""
    callbacks: str = ""
    alone: bool = False

    def home(self, name: str) -> str:
        """Where the gateway of this name is called back, with a slash at its end. Nothing where no provider can come: most
        refuse a message whose callback is this machine's own.
        """
        host = urlsplit(self.public_url).hostname or "localhost"
        if host == "localhost" or not self.callbacks or _is_private(host):
            return ""
        return f"{self.public_url}{self.callbacks}{name}/"


class OptionError(ValueError):
    """A gateway's table in alertd.toml cannot be used; the message names the option and says what to write."""


def _is_private(host: str) -> bool:
    """Whether it is an address that others have too; a name is none."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
