"""The driver's table of alertd.toml, and the account that it names."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from gateways.contract import OptionError
from gateways.options import Options, read_secret
from gateways.twilio.wire import Credentials

_BASE: Final = "https://api.twilio.com"
_SERVICE: Final = re.compile(r"MG[0-9a-f]{32}")
_SENDER: Final = re.compile(r"MG[0-9a-f]{32}|\+[1-9][0-9]{6,14}|[0-9]{3,6}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_PART: Final = r"^[a-z0-9-]{0,30}$"


class TwilioOptions(Options):
    """Options of the table. Either the auth token or an API key opens the account; only the token, or the
    SharedKey with which Twilio signs instead, proves its calls.
    """

    account_sid: str = Field(pattern=r"^AC[0-9a-f]{32}$")
    auth_token: SecretStr | None = None
    auth_token_file: Path | None = None
    other_auth_token: SecretStr | None = None
    other_auth_token_file: Path | None = None
    shared_key: SecretStr | None = None
    shared_key_file: Path | None = None
    api_key_sid: str | None = Field(default=None, pattern=r"^SK[0-9a-f]{32}$")
    api_key_secret: SecretStr | None = None
    api_key_secret_file: Path | None = None
    sender: str
    base_url: str = _BASE
    region: str = Field(default="", pattern=_PART)
    edge: str = Field(default="", pattern=_PART)
    parallel: int = Field(default=32, ge=1, le=200)
    timeout_s: float = Field(default=9.0, gt=0, le=300)

    @field_validator("sender")
    @classmethod
    def _is_a_sender(cls, value: str) -> str:
        if not _SENDER.fullmatch(value):
            raise ValueError(
                "write a number (+33...), a name of at most 11 letters or digits, or a Messaging Service's SID (MG...)"
            )
        return value

    @field_validator("base_url")
    @classmethod
    def _keeps_the_token_to_itself(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.query or parts.fragment or not parts.hostname or "@" in parts.netloc:
            raise ValueError("write an address such as https://api.twilio.com")
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
            raise ValueError("credentials must not cross a network in clear; write https://...")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _is_one_place(self) -> Self:
        if (self.region or self.edge) and self.base_url != _BASE:
            raise ValueError("base_url: keep either base_url or region and edge, not both")
        return self


@dataclass(frozen=True, slots=True)
class Account:
    """One account and who it speaks as. `tokens` are those that may have signed Twilio's calls, none where unknown."""

    sid: str
    url: str  # of the account, without `.json`
    sender: str
    credentials: Credentials
    tokens: tuple[SecretStr, ...]
    by_key: bool

    @property
    def messages(self) -> str:
        """Where messages are posted and listed."""
        return f"{self.url}/Messages.json"

    @property
    def calls(self) -> str:
        """Where calls are ordered."""
        return f"{self.url}/Calls.json"

    @property
    def status(self) -> str:
        """Where the account says whether it is active."""
        return f"{self.url}.json"

    @property
    def balance(self) -> str:
        """Where it says what money is left: https://www.twilio.com/docs/usage/api/balance."""
        return f"{self.url}/Balance.json"

    @property
    def sender_key(self) -> str:
        """A Messaging Service chooses among its own senders; a number or name stands for itself."""
        return "MessagingServiceSid" if _SERVICE.fullmatch(self.sender) else "From"


def account_of(name: str, read: TwilioOptions) -> Account:
    """The account that a table names, its secrets read. Raises `OptionError`."""
    token = read_secret(name, "auth_token", read.auth_token, read.auth_token_file)
    other = read_secret(name, "other_auth_token", read.other_auth_token, read.other_auth_token_file)
    shared = read_secret(name, "shared_key", read.shared_key, read.shared_key_file)
    secret = read_secret(name, "api_key_secret", read.api_key_secret, read.api_key_secret_file)
    return Account(
        sid=read.account_sid,
        url=f"{_home(read)}/2010-04-01/Accounts/{read.account_sid}",
        sender=read.sender,
        credentials=_credentials(name, read, token, secret),
        tokens=tuple(each for each in (token, other, shared) if each is not None),
        by_key=read.api_key_sid is not None,
    )


def _credentials(
    name: str, read: TwilioOptions, token: SecretStr | None, secret: SecretStr | None
) -> Credentials:
    if (read.api_key_sid is None) != (secret is None):
        raise OptionError(
            f"[gateways.{name}] api_key_sid: an API key is its SID and its secret; write both, or neither"
        )
    if read.api_key_sid is not None and secret is not None:
        return Credentials(read.api_key_sid, secret.get_secret_value())
    if token is None:
        raise OptionError(
            f"[gateways.{name}] auth_token: is missing; write auth_token_file (or auth_token), or an API key"
        )
    return Credentials(read.account_sid, token.get_secret_value())


def _home(read: TwilioOptions) -> str:
    """Twilio's own host for a region is api.EDGE.REGION.twilio.com; an edge alone is one of the United States'."""
    if not read.region and not read.edge:
        return read.base_url
    parts = ("api", read.edge, read.region or "us1", "twilio.com")
    return "https://" + ".".join(part for part in parts if part)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
