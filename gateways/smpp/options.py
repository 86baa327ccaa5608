"""The table of an SMPP account in alertd.toml."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from gateways.options import Options
from gateways.smpp.pdu import INTERNATIONAL, Address
from gateways.smpp.verdict import INVALID_DESTINATION, Ids
from gateways.smpp.wording import Alphabet

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT: Final = re.compile(r"(?!0[0-9]{9}$)[0-9]{1,20}")  # a national number (0612345678) is nobody's abroad
_NAME: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 &._-]{1,9}[A-Za-z0-9]")
_ALPHANUMERIC, _NETWORK = 5, 3  # type of number
_ISDN: Final = 1  # numbering plan: E.164

Status = Annotated[int, Field(gt=0, le=0xFFFF_FFFF)]
Ascii = r"^[\x21-\x7e]*$"


class SmppOptions(Options):
    """Options of the table. `timeout_s` bounds each of: binding, an answer, a sign of life; `enquire_s` is the silence after
    which one is asked for. `window` counts PDUs that may be unanswered on one bind; each node makes all `binds`.
    """

    host: str = Field(min_length=1, max_length=253)
    port: int = Field(ge=1, le=65535)
    tls: bool = True
    clear: bool = False
    ca_file: Path | None = None
    system_id: str = Field(min_length=1, max_length=15, pattern=Ascii)
    password: SecretStr | None = None
    password_file: Path | None = None
    system_type: str = Field(default="", max_length=12, pattern=Ascii)
    service_type: str = Field(default="", max_length=5, pattern=Ascii)
    binds: int = Field(default=1, ge=1, le=16)
    window: int = Field(default=10, ge=1, le=1_000)
    sender: str = ""
    sender_ton: int | None = Field(default=None, ge=0, le=6)
    sender_npi: int | None = Field(default=None, ge=0, le=18)
    ton: int = Field(default=INTERNATIONAL, ge=0, le=6)
    npi: int = Field(default=_ISDN, ge=0, le=18)
    plus: bool = False
    alphabet: Alphabet = "gsm7"
    long_messages: Literal["segments", "payload"] = "segments"
    validity: Literal["relative", "absolute"] = "relative"
    receipts: bool = True
    receipt_ids: Ids = "same"
    dead_statuses: list[Status] = Field(default=[INVALID_DESTINATION])
    dead_errors: list[str] = Field(default=[])
    credit_statuses: list[Status] = Field(default=[])
    timeout_s: float = Field(default=10.0, gt=0, le=120)
    enquire_s: float = Field(default=30.0, gt=0, le=3600)

    @field_validator("sender")
    @classmethod
    def _can_be_one(cls, value: str) -> str:
        if value and not any(form.fullmatch(value) for form in (_NUMBER, _SHORT, _NAME)):
            raise ValueError(
                "write a number (+33612345678), a short one (36111), or a name of 3 to 11 letters or digits"
                " without accents, at least one of them a letter"
            )
        return value

    @model_validator(mode="after")
    def _keeps_the_password_to_itself(self) -> Self:
        if not (self.tls or self.clear or _is_loopback(self.host)):
            raise ValueError(
                "tls: a password must not cross a network in clear; write tls = true,"
                " or clear = true where a private line or a VPN carries it"
            )
        if self.tls and self.clear:
            raise ValueError(
                "clear: contradicts tls; write tls = false beside it where a private line or a VPN carries the"
                " password, else remove it"
            )
        return self

    @property
    def source(self) -> Address:
        """Who speaks: the type of number follows from how it is written, unless the table says it."""
        ton, npi, digits = 0, 0, self.sender
        if _NUMBER.fullmatch(digits):
            ton, npi, digits = INTERNATIONAL, _ISDN, digits[1:]
        elif _SHORT.fullmatch(digits):
            ton = _NETWORK
        elif digits:
            ton = _ALPHANUMERIC
        return Address(
            ton if self.sender_ton is None else self.sender_ton,
            npi if self.sender_npi is None else self.sender_npi,
            digits,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
