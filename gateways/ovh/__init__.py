"""SMS by OVHcloud's API: one job for each message, since each holds its own link and bears its own reference.

`noStopClause` keeps a warning from being held until Monday: with the clause OVHcloud takes it for advertising. Our
reference travels as the job's `tag`, by which what became of a message is found again.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, field_validator

from gateways.contract import (
    Callback,
    Capabilities,
    Credit,
    Message,
    OptionError,
    Outcome,
    Receipt,
    Surroundings,
    Trouble,
)
from gateways.http import Lost, Unsent, finite
from gateways.options import Options, read_options, read_secret
from gateways.ovh.api import Api, Keys
from gateways.ovh.incoming import Incoming
from gateways.ovh.verdict import Answer, judge, number, report
from gateways.parallel import Desk
from gateways.text import measure

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_MIN: Final = 2880  # 48 hours, what OVHcloud takes when nothing is said
_REMEMBERED: Final = 20_000  # references whose identifier need not be asked for, the newest
_SAME_TAG: Final = 3  # messages of one reference that are looked at: a danger is sent again once


class OvhOptions(Options):
    """Options of the table. `timeout_s` bounds each call; `credit_floor` is in credits (one segment in France is one)."""

    base_url: str = "https://eu.api.ovh.com/1.0"
    application_key: SecretStr
    application_secret: SecretStr | None = None
    application_secret_file: Path | None = None
    consumer_key: SecretStr | None = None
    consumer_key_file: Path | None = None
    service_name: str = Field(pattern=r"^[A-Za-z0-9_-]{3,64}$")
    sender: str = Field(
        default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._-]{1,9}[A-Za-z0-9]|\+[1-9][0-9]{6,14}|)$"
    )
    stop_clause_for_info: bool = False
    credit_floor: float = Field(default=50.0, ge=0)
    incoming_s: float = Field(default=30.0, ge=5, le=3600)
    parallel: int = Field(default=8, ge=1, le=32)
    timeout_s: float = Field(default=8.0, gt=0, le=120)

    @field_validator("base_url")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        parts = urlsplit(value)
        loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if (
            parts.scheme not in ({"http", "https"} if loopback else {"https"})
            or not parts.hostname
            or parts.query
        ):
            raise ValueError("write the address of the API with https, such as https://eu.api.ovh.com/1.0")
        return value.rstrip("/")


@dataclass(frozen=True, slots=True)
class Account:
    """An SMS account as its gateway needs it: the options without the keys."""

    service_name: str
    sender: str
    stop_clause_for_info: bool
    credit_floor: float
    incoming_s: float
    parallel: int
    timeout_s: float


class OvhGateway:
    """One SMS account at OVHcloud."""

    def __init__(self, name: str, account: Account, api: Api, incoming: Incoming | None = None) -> None:
        self.name = name
        self._incoming = incoming
        self.capabilities = Capabilities(
            channels=frozenset({"sms"}),
            batch=25 * account.parallel,
            parallel=account.parallel,
            validity=True,
            polled=True,
        )
        self._desk = Desk(self.capabilities.parallel)
        self._account = account
        self._api = api
        self._path = f"/sms/{account.service_name}"
        self._ids: dict[str, str] = {}

    async def open(self) -> None:
        """Connections are made when there is something to say; where people can answer, that is asked for from now on."""
        await self._api.open()
        if self._incoming:
            self._incoming.watch(self._account.incoming_s)

    async def close(self) -> None:
        """Close the connections."""
        if self._incoming:
            await self._incoming.close()
        await self._api.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Hand the batch over, several messages at once; see `gateways.contract`."""
        return self._desk.in_time(batch, self._send_one)

    async def check(self) -> Receipt:
        """Ask for the account: whether its keys are good, it is enabled, its credit is enough and its sender valid."""
        try:
            account = await self._api.get(self._path)
            if not account.good:
                return judge("", account)
            fault = self._account_fault(account) or await self._sender_fault()
            return (fault or Receipt("", Outcome.ACCEPTED, "account"))._replace(credit=_credit(account))
        except (Unsent, Lost) as error:
            return _unreached("", error, Outcome.RETRY)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """None: OVHcloud's calls are not signed, and bear no reference of ours. It is asked instead."""
        return ()

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:
        """Ask what became of messages, several at once, and give what was found when the time is over."""
        found: list[Receipt] = []
        rest = iter(references)

        async def ask() -> None:
            with suppress(Unsent, Lost):  # the rest would fare no better: it is asked for again
                for reference in rest:
                    found.extend(await self._found(reference))

        with suppress(TimeoutError):
            async with asyncio.timeout(self._account.timeout_s):
                await asyncio.gather(*(ask() for _ in range(self.capabilities.parallel)))
        return found

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock."""
        if not _NUMBER.fullmatch(message.address):
            return Receipt(
                message.reference, Outcome.FAILED, code="not written", detail="no international number"
            )
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            return Receipt(message.reference, Outcome.RETRY, code="too late")
        try:
            answer = await self._api.post(f"{self._path}/jobs", self._job(message, left), until)
        except (Unsent, Lost) as error:
            return _unreached(message.reference, error, Outcome.UNKNOWN)
        receipt = judge(message.reference, answer)
        if receipt.provider_ref:
            self._remember(message.reference, receipt.provider_ref)
        return receipt

    def _job(self, message: Message, left_s: float) -> dict[str, Any]:
        plain = measure(message.text).encoding == "gsm7"
        return {
            "charset": "UTF-8",
            "class": "phoneDisplay",
            "coding": "7bit" if plain else "8bit",
            "message": message.text,
            "noStopClause": not (message.level == "info" and self._account.stop_clause_for_info),
            "priority": "high" if message.level == "danger" else "medium",
            "receivers": [message.address],
            **({"sender": self._account.sender} if self._account.sender else {"senderForResponse": True}),
            "tag": message.reference,
            "validityPeriod": min(max(1, int(left_s // 60)), _LONGEST_MIN),
        }

    def _account_fault(self, account: Answer) -> Receipt | None:
        said = account.said if isinstance(account.said, dict) else {}
        credit, status = _credit(account), said.get("status")
        if credit is None:
            return Receipt("", Outcome.RETRY, "unreadable", trouble=Trouble.PROVIDER)
        if status == "disable":
            return Receipt("", Outcome.RETRY, "account disabled", trouble=Trouble.CREDENTIALS)
        if credit.left < self._account.credit_floor:
            detail = f"{credit.left:g} credits left, fewer than credit_floor ({self._account.credit_floor:g})"
            return Receipt("", Outcome.RETRY, "creditsLeft", detail, trouble=Trouble.CREDIT)
        return None

    async def _sender_fault(self) -> Receipt | None:
        """A sender that OVHcloud says is not (yet) valid; where it says nothing of it, none."""
        if not self._account.sender:
            return None
        answer = await self._api.get(f"{self._path}/senders/{quote(self._account.sender, safe='')}")
        status = answer.said.get("status") if answer.good and isinstance(answer.said, dict) else None
        if status in {"waitingValidation", "refused", "disable"}:
            return Receipt("", Outcome.RETRY, f"sender {status}", trouble=Trouble.SENDER)
        return None

    async def _found(self, reference: str) -> list[Receipt]:
        """The best word of the messages that bear this reference. Raises `Unsent`, `Lost`."""
        known = self._ids.get(reference)
        ids = [known] if known else await self._tagged(reference)
        answers = [await self._api.get(f"{self._path}/outgoing/{each}") for each in ids]
        words = [word for answer in answers if answer.good and (word := report(reference, answer.said))]
        return sorted(words, key=lambda word: _BETTER.index(word.outcome))[:1]

    async def _tagged(self, reference: str) -> list[str]:
        answer = await self._api.get(f"{self._path}/outgoing?tag={quote(reference, safe='')}")
        listed = answer.said if answer.good and isinstance(answer.said, list) else []
        return [each for each in map(number, listed[-_SAME_TAG:]) if each]

    def _remember(self, reference: str, identifier: str) -> None:
        self._ids[reference] = identifier
        if len(self._ids) > _REMEMBERED:
            del self._ids[next(iter(self._ids))]


_BETTER: Final = (Outcome.DELIVERED, Outcome.ACCEPTED, Outcome.FAILED, Outcome.REFUSED)


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> OvhGateway:
    """Make the gateway; `surroundings.now_ms` dates its signatures. Raises `OptionError`."""
    if surroundings.now_ms is None:
        raise TypeError("a signature bears a time: pass Surroundings(now_ms=...)")
    read = read_options(name, OvhOptions, options)
    keys = Keys(
        read.application_key.get_secret_value(),
        _key(name, "application_secret", read.application_secret, read.application_secret_file),
        _key(name, "consumer_key", read.consumer_key, read.consumer_key_file),
    )
    api = Api(
        read.base_url,
        keys,
        timeout_s=read.timeout_s,
        connections=read.parallel,
        now_ms=surroundings.now_ms,
        dates=surroundings.dates,
    )
    account = Account(**{each.name: getattr(read, each.name) for each in fields(Account)})
    return OvhGateway(name, account, api, _incoming(name, account, api, surroundings))


def _incoming(name: str, account: Account, api: Api, lent: Surroundings) -> Incoming | None:
    """None where nobody can answer (a name), nobody would keep what is said, or a node asks already."""
    a_name = account.sender and not _NUMBER.fullmatch(account.sender)
    if a_name or lent.alone or lent.report is None or lent.now_ms is None:
        return None
    return Incoming(name, api, f"/sms/{account.service_name}", account.sender, lent.report, lent.now_ms)


def _key(name: str, option: str, value: SecretStr | None, file: Path | None) -> str:
    secret = read_secret(name, option, value, file)
    if secret is None or not secret.get_secret_value():
        raise OptionError(f"[gateways.{name}] {option}: is missing; add it to the table, or {option}_file")
    return secret.get_secret_value()


def _credit(account: Answer) -> Credit | None:
    left = account.said.get("creditsLeft") if isinstance(account.said, dict) else None
    credits_left = finite(left)
    return None if credits_left is None else Credit(credits_left, "credits")


def _unreached(reference: str, error: Unsent | Lost, lost: Outcome) -> Receipt:
    """Where nothing was written it did not leave; else the outcome is `lost`."""
    if isinstance(error, Unsent):
        return Receipt(reference, Outcome.RETRY, error.code, error.detail, trouble=error.trouble)
    return Receipt(reference, lost, "lost", str(error), trouble=Trouble.CONNECTION)
