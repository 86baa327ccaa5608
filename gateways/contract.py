"""What every gateway is: it takes messages and gives receipts.

A *receipt* is a value. Whatever a provider answers, and also that it answered nothing, is a `Receipt`;
only a bug raises. The question that decides between `retry` and `unknown` is: **was a byte of the message
written to the wire?** If none was, the message certainly did not leave, and it is safe to try again.
If some were and no answer was read, nobody can tell, and the outcome is `unknown`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


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


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address, ready to be spoken.

    `reference` is the delivery's own public key (11 characters): put it wherever the provider carries one back.
    `expires_in_s` is the validity to hand to the provider, in seconds from the call of `send`, always positive; what has
    not begun by then must not leave (`retry`): the process may have been frozen in between.
    `text` is what SMS, voice and the plain part of an e-mail say; `subject` and `html` are an e-mail's.
    `thread` is one key for all messages of one alert (collapse key, In-Reply-To).
    """

    reference: str
    address: str
    text: str
    level: str  # "danger", "warning", "info"
    locale: str
    expires_in_s: int
    channel: str = ""  # "sms", "push", "email", "voice", "display"; a driver of one channel need not look
    subject: str = ""
    html: str = ""
    sender_name: str = ""  # who speaks, as people read it: the station
    thread: str = ""
    url: str = ""
    first: bool = True  # the first message of its thread
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One provider's word about one message.

    `code` is the provider's own word or number, kept for people; `trouble` is set when the fault is the account's
    or the connection's rather than the message's.
    """

    reference: str
    outcome: Outcome
    code: str = ""
    detail: str = ""
    provider_ref: str = ""
    retry_after_s: float | None = None
    trouble: Trouble | None = None


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
    parallel: int = 1  # messages on the wire at once within one call of `send`
    idempotent: bool = False  # the provider drops a repetition of the same reference
    validity: bool = False  # the provider honours `expires_in_s`
    receipts: bool = False  # the provider reports later what became of it
    polled: bool = False  # it tells later what became of it, but only when asked: `look_up` is called for the accepted too
    # It speaks to many hosts (web push): which one an address belongs to. Each is then judged, and left alone, apart;
    # `check` asks what they share, or any of them.
    host_of: Callable[[str], str] | None = None
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
        """Ask the provider whether it would take a message now, without sending one (a probe)."""

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:
        """Verify the signature and read the receipts in it. A forged call gives none.

        One that is well signed and has nothing to tell gives `Receipt("", Outcome.UNKNOWN)`: a forged call is answered
        with an error, and a provider that is answered so calls again and again.
        """

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        """Ask what became of messages whose answer was lost; none where the provider cannot tell.

        Where `capabilities.polled`, also of those that it accepted and has reported nothing of.
        """


Record = Callable[[str, Sequence[Message]], Awaitable[None]]
"""Keeps what the sandbox was given: (gateway's name, messages)."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the composition root lends to a driver beside its own options.

    `record` is the sandbox's; `now_ms` gives UTC milliseconds, for whatever a provider wants dated or signed.
    `lasting_key` gives 48 secret bytes for a purpose, the same as long as the instance lives, on each of its nodes.
    `public_url` is where residents find the instance; a gateway is called back below it, at `callbacks` and its name.
    """

    record: Record | None = None
    now_ms: Callable[[], int] | None = None
    lasting_key: Callable[[str], bytes] | None = None
    public_url: str = ""
    callbacks: str = ""


class OptionError(ValueError):
    """A gateway's table in alertd.toml cannot be used; the message names the option and says what to write."""
