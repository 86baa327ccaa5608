"""Notifications to a mairie's own app on Android and iPhone, by Firebase Cloud Messaging's HTTP v1 API.

One request for each message: v1 has no other way. `accepted` means that FCM has it, and for how long at most; FCM tells
nothing later. A phone that is asleep is woken for a danger and a warning.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, StringConstraints, field_validator
from yarl import URL

from gateways.contract import Callback, Capabilities, Message, Outcome, Receipt, Surroundings, Trouble
from gateways.fcm.account import ServiceAccount, Word, is_safe, read_account
from gateways.fcm.payload import Manner, Writer, unsent
from gateways.fcm.verdict import judge, stale
from gateways.http import Answer, Dates, Http, Lost, Unsent
from gateways.options import Options, read_options
from gateways.parallel import Desk
from gateways.registration import Registration

ADDRESSES: Final = frozenset({"app"})
_MOST_BYTES: Final = 16_384  # of an answer; an error with all its details is under 2,000
_IDLE_S: Final = 15.0  # Google keeps a silent connection for minutes

_Channel = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


class FcmOptions(Options):
    """Options of the table. `timeout_s` bounds each call, from waiting for a connection to the answer.

    `android_channel_*` are the notification channels that the app made, by level: their sounds are the person's to choose.
    """

    service_account_file: Path
    project_id: str = Field(default="", pattern=r"^([a-z][a-z0-9-]{4,28}[a-z0-9]|)$")
    android_channel_danger: _Channel = "danger"
    android_channel_warning: _Channel = "warning"
    android_channel_info: _Channel = "info"
    critical_alerts: bool = False
    show_text: bool = True
    base_url: str = "https://fcm.googleapis.com"
    token_uri: str = ""
    parallel: int = Field(default=64, ge=1, le=200)
    timeout_s: float = Field(default=10.0, gt=0, le=300)

    @field_validator("base_url", "token_uri")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if value and not is_safe(value):
            raise ValueError("write an address with https, such as https://fcm.googleapis.com")
        return value.rstrip("/")


class FcmGateway:
    """One Firebase project, and the phones that have its app."""

    def __init__(
        self, name: str, options: FcmOptions, account: ServiceAccount, manner: Manner, now_ms: Callable[[], int],
        dates: Dates | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.capabilities = Capabilities(
            channels=frozenset({"push"}),
            batch=8 * options.parallel,
            parallel=options.parallel,
            validity=True,
            silent=lambda _: True,  # checked by FCM alone: see `payload.unsent`
        )
        self._desk = Desk(self.capabilities.parallel)
        self._now_ms = now_ms
        self._url = URL(f"{options.base_url}/v1/projects/{account.project_id}/messages:send", encoded=True)
        self._http = Http(
            timeout_s=options.timeout_s,
            connections=options.parallel,
            idle_s=_IDLE_S,
            most_bytes=_MOST_BYTES,
            dates=dates,
        )
        self._word = Word(account, self._http, now_ms)
        self._writer = Writer(account.credentials, account.project_id, manner)

    async def open(self) -> None:
        """Connections are made, and a token fetched, when there is something to say."""
        await self._http.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._word.close()
        await self._http.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Post the batch, `parallel` messages at once; see `gateways.contract`."""
        return self._desk.in_time(batch, self._send_one)

    async def check(self) -> Receipt:
        """Have a message to nobody checked: whether the account's word is good, and may send for this project."""
        try:
            answer = await self._post(self._writer.probe())
        except (Unsent, Lost) as error:
            return _unheard("", error, Outcome.RETRY)
        receipt = judge("", answer, self._now_ms())
        if receipt.outcome is Outcome.ACCEPTED:
            return Receipt("", Outcome.ACCEPTED, code="dry run")
        trouble = receipt.trouble or Trouble.PROVIDER
        return Receipt("", Outcome.RETRY, receipt.code, receipt.detail, trouble=trouble)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """FCM does not call back."""
        return ()

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """FCM cannot be asked."""
        return ()

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock."""
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            return Receipt(message.reference, Outcome.RETRY, code="too late")
        try:
            to = Registration.read(message.address)
            body = self._writer.write(message, to, left, self._now_ms())
            if message.silent:
                body = unsent(body)
        except ValueError as error:
            return Receipt(message.reference, Outcome.FAILED, code="not written", detail=str(error)[:300])
        try:
            answer = await self._post(body, until)
        except (Unsent, Lost) as error:
            return _unheard(message.reference, error, Outcome.UNKNOWN)
        return judge(message.reference, answer, self._now_ms())

    async def _post(self, body: bytes, until: float = float("inf")) -> Answer:
        """Once; and once more with a new word where the old one was refused, since nothing was taken then."""
        headers = await self._word.headers()
        answer = await self._http.call("POST", self._url, headers, body, until=until)
        if stale(answer) and self._word.doubt(headers):
            answer = await self._http.call("POST", self._url, await self._word.headers(), body, until=until)
        return answer


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> FcmGateway:
    """Make the gateway; `surroundings` lends the clock, and a key that hides threads. Raises `OptionError`."""
    lasting_key, now_ms = surroundings.lasting_key, surroundings.now_ms
    if lasting_key is None or now_ms is None:
        raise TypeError("a token is dated, a thread is keyed: pass Surroundings(now_ms=, lasting_key=)")
    read = read_options(name, FcmOptions, options)
    account = read_account(
        name, read.service_account_file, project_id=read.project_id, token_uri=read.token_uri
    )
    channels = {level: getattr(read, f"android_channel_{level}") for level in ("danger", "warning", "info")}
    manner = Manner(channels, read.critical_alerts, read.show_text, lasting_key("fcm threads"))
    return FcmGateway(name, read, account, manner, now_ms, surroundings.dates)


def _unheard(reference: str, error: Unsent | Lost, lost: Outcome) -> Receipt:
    """Where nothing was written it did not leave; else the outcome is `lost`."""
    if isinstance(error, Unsent):
        return Receipt(reference, Outcome.RETRY, error.code, error.detail, trouble=error.trouble)
    code = "no answer in time" if error.late else "torn"
    return Receipt(reference, lost, code, str(error), trouble=Trouble.CONNECTION)
