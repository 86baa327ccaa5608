"""Telephone calls by Vonage's Voice API: https://developer.vonage.com/en/api/voice.

Each call is ordered once, with its words in the order: whoever picks up hears them even while nobody here can answer. Vonage
then comes for what a pressed key brings, and reports, at addresses that hold the delivery's own key. It finds out while it
speaks whether a machine took the call, and at the beep asks what that is to be told.
"""

import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, SecretStr, field_validator

from gateways.contract import (
    Callback,
    Capabilities,
    Message,
    OptionError,
    Outcome,
    Question,
    Receipt,
    Reply,
    Speech,
    Surroundings,
    Trouble,
)
from gateways.http import Dates, Http, Lost, Unsent
from gateways.options import Options, read_options, read_secret
from gateways.orders import Orders, unsent
from gateways.parallel import Desk
from gateways.telephone import asking
from gateways.vonage import ncco
from gateways.vonage.callback import Signatures
from gateways.vonage.verdict import judge

MOST_BYTES: Final = 65_536
_IDLE_S: Final = 10.0  # a kept connection that the far end is about to close would leave a call in doubt
_WORD_S: Final = 300  # how long a signed word of ours is valid
_BEEP_S: Final = 45  # how long a machine's greeting may be
_MOST_KEY: Final = 16_384


class VonageOptions(Options):
    """Options of the table: an application of Vonage's, its private key, and the secret by which Vonage signs its calls."""

    application_id: str = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    private_key_file: Path
    signature_secret: SecretStr | None = None
    signature_secret_file: Path | None = None
    sender: str = Field(pattern=r"^\+[1-9][0-9]{6,14}$")
    base_url: str = "https://api.nexmo.com"
    ring_s: int = Field(default=30, ge=5, le=120)
    talk_s: int = Field(default=300, ge=30, le=3600)
    machines: bool = True
    parallel: int = Field(default=16, ge=1, le=200)
    timeout_s: float = Field(default=9.0, gt=0, le=300)

    @field_validator("base_url")
    @classmethod
    def _keeps_the_word_to_itself(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.query or parts.fragment or not parts.hostname or "@" in parts.netloc:
            raise ValueError("write an address such as https://api.nexmo.com")
        if parts.scheme != "https" and not (
            parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
        ):
            raise ValueError("credentials must not cross a network in clear; write https://...")
        return value.rstrip("/")


class Application:
    """One application at Vonage: its id, and the key that signs our word."""

    def __init__(self, id_: str, key: RSAPrivateKey, now_ms: Callable[[], int]) -> None:
        self.id = id_
        self._key = key
        self._now_ms = now_ms

    @property
    def headers(self) -> dict[str, str]:
        """Our signed word, anew for each call: https://developer.vonage.com/en/getting-started/concepts/authentication."""
        now = self._now_ms() // 1000
        claims = {"application_id": self.id, "iat": now, "exp": now + _WORD_S, "jti": str(uuid.uuid4())}
        word = jwt.encode(claims, self._key, algorithm="RS256")
        return {"Authorization": f"Bearer {word}", "Content-Type": "application/json"}


class Vonage:
    """One application at Vonage, calling from one number."""

    def __init__(
        self,
        name: str,
        application: Application,
        options: VonageOptions,
        signatures: Signatures,
        dates: Dates | None = None,
    ) -> None:
        """`signatures` also says where Vonage comes: nowhere, without an address or a secret."""
        self.name = name
        self._callbacks = signatures.prefix if signatures.secret else ""
        self.capabilities = Capabilities(
            channels=frozenset({"voice"}),
            batch=10 * options.parallel,
            parallel=options.parallel,
            receipts=bool(self._callbacks),
        )
        self._desk = Desk(self.capabilities.parallel)
        self._application = application
        self._terms = _terms(options, reporting=bool(self._callbacks))
        self._signatures = signatures
        self._url = f"{options.base_url}/v1/calls"
        self._http = Http(
            timeout_s=options.timeout_s,
            connections=options.parallel,
            idle_s=_IDLE_S,
            most_bytes=MOST_BYTES,
            dates=dates,
        )
        self._orders = Orders()

    async def open(self) -> None:
        """Connections are made when there is something to say."""
        await self._http.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Order the calls, `parallel` at once; see `gateways.contract`."""
        return self._desk.in_time(batch, self._send_one)

    async def check(self) -> Receipt:
        """Ask for the newest call: Vonage then knows our word."""
        self._orders.forget_outage()
        try:
            answer = await self._http.call(
                "GET", f"{self._url}?{urlencode({'page_size': 1})}", self._application.headers
            )
        except Unsent as error:
            return unsent("", error)
        except Lost as error:
            return Receipt("", Outcome.RETRY, "torn", str(error)[:300], trouble=Trouble.CONNECTION)
        if answer.status == 200:
            return Receipt("", Outcome.ACCEPTED, code="200")
        told = judge("", answer)
        return Receipt("", Outcome.RETRY, told.code, told.detail, trouble=told.trouble or Trouble.PROVIDER)

    def read_callback(self, callback: Callback) -> Sequence[Receipt | Question]:
        """Verify Vonage's signature and read the event, or the question; see `gateways.contract`."""
        return self._signatures.read(callback)

    async def reply(self, question: Question, speech: Speech) -> Reply:
        """What the call goes on with."""
        if speech.keys and not question.machine:
            action = asking(self._callbacks, question.reference, speech.place, speech.locale)
            words = ncco.asked(speech.text, speech.prompt, speech.locale, action, again=False)
        else:
            words = ncco.said(speech.text, speech.locale, speech.times)
        return Reply("application/json", json.dumps(words).encode())

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """Nothing: a list of calls shows neither our key nor the words. A call that is made reports within a second."""
        return ()

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock."""
        order, headers = json.dumps(self._order(message)).encode(), self._application.headers
        answer = await self._orders.place(
            message.reference,
            until,
            lambda: self._http.call("POST", self._url, headers, order, until=until),
        )
        return answer if isinstance(answer, Receipt) else judge(message.reference, answer)

    def _order(self, message: Message) -> dict[str, object]:
        order = {
            **self._terms,
            "to": [{"type": "phone", "number": message.address.lstrip("+")}],
            "ncco": self._words(message),
        }
        if self._callbacks:
            where = self._callbacks + quote(message.reference, safe="")
            order["event_url"] = [f"{where}?{urlencode({'locale': message.locale})}"]
        return order

    def _words(self, message: Message) -> ncco.Ncco:
        if not self._callbacks or not message.prompt:
            return ncco.said(message.text, message.locale, 2)
        action = asking(self._callbacks, message.reference, "", message.locale)
        return ncco.asked(message.text, message.prompt, message.locale, action, again=True)


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> Vonage:
    """Make the gateway; `surroundings` lends the clock and says where it is called back. Raises `OptionError`."""
    if surroundings.now_ms is None:
        raise TypeError("our word is dated: pass Surroundings(now_ms=...)")
    read = read_options(name, VonageOptions, options)
    secret = read_secret(name, "signature_secret", read.signature_secret, read.signature_secret_file)
    application = Application(read.application_id, _key(name, read.private_key_file), surroundings.now_ms)
    home = surroundings.home(name)
    signatures = Signatures(read.application_id, secret, home, surroundings.now_ms)
    return Vonage(name, application, read, signatures, surroundings.dates)


def _key(name: str, file: Path) -> RSAPrivateKey:
    """The application's key, as Vonage gives it: PEM. What is wrong with it never shows it."""
    try:
        with file.open("rb") as lines:
            key = load_pem_private_key(lines.read(_MOST_KEY), None)
    except OSError as error:
        raise OptionError(f"[gateways.{name}] private_key_file: {file} cannot be read ({error})") from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise OptionError(
            f"[gateways.{name}] private_key_file: {file} holds no RSA key; save again the one that Vonage made"
        )
    return key


def _terms(options: VonageOptions, *, reporting: bool) -> dict[str, object]:
    """What every call of this gateway has. Machines are found out while it speaks, where Vonage can ask what to tell them."""
    terms: dict[str, object] = {
        "from": {"type": "phone", "number": options.sender.lstrip("+")},
        "ringing_timer": options.ring_s,
        "length_timer": options.talk_s,
    }
    if reporting:
        terms["event_method"] = "POST"
    if reporting and options.machines:
        beep = {"behavior": "continue", "mode": "detect_beep", "beep_timeout": _BEEP_S}
        terms["advanced_machine_detection"] = beep
    return terms
