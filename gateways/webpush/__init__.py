"""Notifications to browsers, through the push services of their makers (RFC 8030, 8291, 8292).

A message is encrypted for one browser: the service in between learns that something was sent, and how urgent it is.
`accepted` means that the service has it. The service worker reports `delivered` and `seen`; see `receipts`.
"""

import asyncio
import hmac
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from gateways.contract import (
    Callback,
    Capabilities,
    Message,
    OptionError,
    Outcome,
    Receipt,
    Surroundings,
)
from gateways.http import UNFOUND, Dates
from gateways.options import Options, read_options, read_secret
from gateways.parallel import Desk
from gateways.subscription import Subscription, decoded, encoded
from gateways.webpush.hosts import Allowed, is_loopback, may_be_silent
from gateways.webpush.payload import payload, size_of
from gateways.webpush.receipts import Acknowledgements
from gateways.webpush.vapid import Vapid
from gateways.webpush.verdict import judge
from gateways.webpush.wire import Answer, Wire
from gateways.webpush.workshop import Workshop

ADDRESSES: Final = frozenset({"browser"})
_LONGEST_S: Final = 2_419_200  # four weeks: what services keep a message at most
_URGENCY: Final = {"danger": "high", "warning": "high", "info": "normal"}
"""`high` wakes a sleeping phone. A warning is read now or not at all; an information may wait until the phone is used."""
_WAITS: Final = "low"  # wakes no phone: it comes with the next thing that does
_TOPIC: Final = 24  # bytes: 32 characters, the most that RFC 8030 allows
_MET: Final = 8  # origins that are probed in turn


def _origin(text: str) -> str:
    if not re.fullmatch(r"https?://[a-z0-9.\[\]:-]+", text) or not is_loopback(text):
        raise ValueError("write addresses of this machine, such as http://127.0.0.1:9000")
    return text


_Name = Annotated[
    str,
    StringConstraints(
        pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?$", max_length=253
    ),
]


class WebPushOptions(Options):
    """Options of the table. `timeout_s` bounds a message, from waiting for a connection to the answer."""

    contact: str = Field(pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://\S+)$", max_length=200)
    hosts: list[_Name] = Field(
        default=[
            "fcm.googleapis.com",
            "*.push.services.mozilla.com",
            "*.push.apple.com",
            "*.notify.windows.com",
        ],
        max_length=50,
    )
    extra_hosts: list[Annotated[str, AfterValidator(_origin)]] = Field(default=[], max_length=10)
    private_key_file: Path | None = None
    pool: int = Field(default=64, ge=1, le=256)
    processes: int = Field(default=2, ge=0, le=16)
    timeout_s: float = Field(default=10.0, gt=0, le=300)


class WebPushGateway:
    """One key, and all the push services that are allowed."""

    def __init__(
        self, name: str, options: WebPushOptions, vapid: Vapid, acknowledgements: Acknowledgements,
        *, topic_key: bytes, now_ms: Callable[[], int], dates: Dates | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self._allowed = Allowed(tuple(options.hosts), tuple(options.extra_hosts))
        self.capabilities = Capabilities(
            channels=frozenset({"push"}),
            batch=8 * options.pool,
            parallel=options.pool,
            validity=True,
            receipts=True,
            host_of=self._allowed.service_of,
            silent=may_be_silent,
            application_server_key=vapid.public_key,
        )
        self._desk = Desk(self.capabilities.parallel)
        self._vapid = vapid
        self._acknowledgements = acknowledgements
        self._topic_key = topic_key
        self._now_ms = now_ms
        self._workshop = Workshop(options.processes)
        self._wire = Wire(options.pool, options.timeout_s, _names(options.extra_hosts), dates)
        self._met: dict[
            str, None
        ] = {}  # origins that took a message lately; the one to probe next is the last

    async def open(self) -> None:
        """Connections, and processes for encryption, are made when there is something to say."""
        await self._wire.open()

    async def close(self) -> None:
        """What is still on the wire is cut off: `parallel` has ended it before."""
        await self._wire.close()
        await self._workshop.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Encrypt and hand over, as many at once as there are connections; see `gateways.contract`."""
        return self._desk.in_time(batch, self._send_one)

    async def check(self) -> Receipt:
        """Ask a service for any answer at all: the one that took a message last, then in turn those before it."""
        origin = next(reversed(self._met), self._allowed.first())
        if not origin:
            return Receipt("", Outcome.ACCEPTED, code="no service met yet")
        answer = await self._wire.ask("GET", origin + "/", {"Authorization": self._vapid.header(origin)})
        if isinstance(answer, Answer) and answer.status < 500 and answer.status != 401:
            return Receipt("", Outcome.ACCEPTED, code=str(answer.status))
        if origin in self._met:
            del self._met[origin]
            self._met = {origin: None} | self._met
        return answer if isinstance(answer, Receipt) else judge("", answer.status, answer.body)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:
        """What a service worker reports; see `receipts`."""
        return self._acknowledgements.read(callback)

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """A push service cannot be asked."""
        return ()

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock: a process that froze must not go on with what is too late."""
        try:
            subscription = self._recognised(message.address)
            plain = payload(message, self._acknowledgements.path(message.reference))
            work = (plain, subscription.p256dh, subscription.auth, size_of(plain))
            body = await self._workshop.seal(work)
        except ValueError as error:
            return Receipt(message.reference, Outcome.FAILED, code="not written", detail=str(error)[:300])
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            return Receipt(message.reference, Outcome.RETRY, code="too late")
        headers = self._headers(message, subscription.origin, left)
        answer = await self._wire.ask("POST", subscription.endpoint, headers, body, until=until)
        return self._receipt(message.reference, subscription.origin, answer)

    def _recognised(self, address: str) -> Subscription:
        subscription = Subscription.read(address)
        if not self._allowed.service(subscription):
            raise ValueError(f"{subscription.origin} is no push service of the option hosts")
        return subscription

    def _headers(self, message: Message, origin: str, left_s: float) -> dict[str, str]:
        headers = {
            "Authorization": self._vapid.header(origin),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(min(int(left_s), _LONGEST_S)),
            "Urgency": _WAITS if message.silent else _URGENCY.get(message.level, "normal"),
        }
        if message.thread:
            headers["Topic"] = self._topic(message.thread)
        return headers

    def _topic(self, thread: str) -> str:
        """One for all messages of an alert: a service replaces what still waits. Keyed, so that it says nothing."""
        return encoded(hmac.digest(self._topic_key, thread.encode(), "sha256")[:_TOPIC])

    def _receipt(self, reference: str, origin: str, answer: Answer | Receipt) -> Receipt:
        if isinstance(answer, Receipt):
            # Below a pattern of `hosts` strangers invent names: one that is not there says nothing of its service while we
            # reach others.
            invented = answer.code == UNFOUND and self._met and origin not in self._met
            return answer._replace(reference=reference, trouble=None if invented else answer.trouble)
        receipt = judge(
            reference,
            answer.status,
            answer.body,
            location=answer.location,
            retry_after=answer.retry_after,
            now_ms=self._now_ms(),
            believed=origin in self._met,
        )
        if receipt.outcome is Outcome.ACCEPTED:
            self._remember(origin)
        return receipt

    def _remember(self, origin: str) -> None:
        self._met.pop(origin, None)
        self._met[origin] = None
        if len(self._met) > _MET:
            del self._met[next(iter(self._met))]


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> WebPushGateway:
    """Make the gateway from what the composition root lends. Raises `OptionError`."""
    lasting_key, now_ms = surroundings.lasting_key, surroundings.now_ms
    if lasting_key is None or now_ms is None or not surroundings.callbacks:
        raise TypeError(
            "web push signs and is called back: pass Surroundings(lasting_key=, now_ms=, callbacks=)"
        )
    read = read_options(name, WebPushOptions, options)
    if read.extra_hosts and not is_loopback(surroundings.public_url):
        raise OptionError(
            f"[gateways.{name}] extra_hosts: is for trials on this machine; where others come, remove it"
        )
    vapid = _vapid(name, read, lasting_key, now_ms)
    acknowledgements = Acknowledgements(name, lasting_key("webpush receipts"), surroundings.callbacks)
    topic_key = lasting_key("webpush topics")
    return WebPushGateway(
        name, read, vapid, acknowledgements, topic_key=topic_key, now_ms=now_ms, dates=surroundings.dates
    )


def _vapid(
    name: str, read: WebPushOptions, lasting_key: Callable[[str], bytes], now_ms: Callable[[], int]
) -> Vapid:
    """From the instance's own secret: nothing more to keep, to copy to other nodes, to lose."""
    if read.private_key_file is None:
        return Vapid.from_seed(lasting_key("webpush vapid"), read.contact, now_ms)
    secret = read_secret(name, "private_key", None, read.private_key_file)
    try:
        return Vapid.from_scalar(decoded(secret.get_secret_value() if secret else ""), read.contact, now_ms)
    except ValueError:
        raise OptionError(
            f"[gateways.{name}] private_key_file: {read.private_key_file} holds no VAPID private key; "
            "write its 32 bytes as base64url"
        ) from None


def _names(origins: Sequence[str]) -> frozenset[str]:
    return frozenset(urlsplit(origin).hostname or "" for origin in origins)
