"""What a mail gateway's table may say, and what is made of it."""

import ipaddress
import ssl
from pathlib import Path
from typing import Final, Literal, Protocol, Self

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from gateways.contract import OptionError
from gateways.options import Options, read_secret
from gateways.smtp.compose import mailbox
from gateways.smtp.dkim import Signer, read_key
from gateways.smtp.imap import Account, Poll
from gateways.smtp.inbox import Inbox
from gateways.smtp.line import Server
from gateways.smtp.lmtp import Listener, place

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


class SmtpOptions(Options):
    """Options of the table. `timeout_s` bounds each of: connecting, the envelope, the message itself.

    `tls`: `starttls` (port 587), `tls` from the first byte (465) or `none` (25). Certificates are always checked:
    against the system's authorities, or only those in `ca_file`. `pool` is the number of connections.
    `bounce_address` is where letters come back to, each by an address of its own; they are read from `lmtp_listen`, from
    the mailbox of `imap_host`, or both.
    """

    host: str = Field(min_length=1, max_length=253)
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    from_address: str
    from_name: str = ""
    list_id: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$")
    ehlo_name: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$")
    ca_file: Path | None = None
    pool: int = Field(default=4, ge=1, le=32)
    timeout_s: float = Field(default=10.0, gt=0, le=300)
    bounce_address: str = ""
    lmtp_listen: str = ""
    imap_host: str = Field(default="", max_length=253)
    imap_port: int | None = Field(default=None, ge=1, le=65535)
    imap_tls: Literal["tls", "none"] = "tls"
    imap_username: str = ""
    imap_password: SecretStr | None = None
    imap_password_file: Path | None = None
    imap_folder: str = Field(default="INBOX", pattern=r'^[^"\\\x00-\x1f\x7f-\U0010ffff]{1,200}$')
    imap_every_s: float = Field(default=60.0, ge=5, le=3600)
    dkim_selector: str = Field(default="", pattern=r"^[A-Za-z0-9.-]{0,63}$")
    dkim_key_file: Path | None = None

    @field_validator("from_address", "bounce_address")
    @classmethod
    def _is_a_mailbox(cls, value: str, info: ValidationInfo) -> str:
        try:
            return mailbox(value) if value or info.field_name == "from_address" else ""
        except ValueError:
            raise ValueError(
                "write one e-mail address without a name, such as alertes@mairie.example"
            ) from None

    @model_validator(mode="after")
    def _keeps_the_password_to_itself(self) -> Self:
        if self.tls == "none" and self.username and not _is_loopback(self.host):
            raise ValueError('tls: a password must not cross a network in clear; write "starttls" or "tls"')
        if self.username and self.password is None and self.password_file is None:
            raise ValueError("password: is missing beside username; write password_file (or password)")
        return self

    @field_validator("lmtp_listen")
    @classmethod
    def _is_on_this_machine(cls, value: str) -> str:
        try:
            return value and str(place(value) and value)
        except ValueError:
            raise ValueError(
                "listens on this machine alone; write 127.0.0.1:2424, or unix:/run/alertd/bounces.sock"
            ) from None

    @model_validator(mode="after")
    def _can_read_what_comes_back(self) -> Self:
        if (self.lmtp_listen or self.imap_host) and not self.bounce_address:
            raise ValueError(
                "bounce_address: is missing; write the address to which letters shall come back, "
                "such as retours@mairie.example"
            )
        if "+" in self.bounce_address or len(self.bounce_address.rpartition("@")[0]) > 35:
            raise ValueError(
                "bounce_address: alertd adds + and a key before the @; write at most 35 characters, none of them +"
            )
        if self.imap_host and not self.imap_username:
            raise ValueError("imap_username: is missing beside imap_host; write the mailbox's account")
        if self.imap_host and self.imap_password is None and self.imap_password_file is None:
            raise ValueError(
                "imap_password: is missing beside imap_host; write imap_password_file (or imap_password)"
            )
        if self.imap_tls == "none" and self.imap_host and not _is_loopback(self.imap_host):
            raise ValueError('imap_tls: a password must not cross a network in clear; write "tls"')
        return self

    @property
    def hello(self) -> str:
        """The name given to servers."""
        return self.ehlo_name or self.from_address.rpartition("@")[2]


class Arrival(Protocol):
    """A way by which what comes back arrives: runs until it is cancelled."""

    async def run(self) -> None: ...


def server(name: str, read: SmtpOptions) -> Server:
    """The relay. Raises `OptionError`."""
    password = read_secret(name, "password", read.password, read.password_file)
    return Server(
        host=read.host,
        port=read.port or _PORTS[read.tls],
        context=None if read.tls == "none" else _context(name, read.ca_file),
        implicit=read.tls == "tls",
        username=read.username,
        password=password.get_secret_value() if password else "",
        hello=read.hello,
        timeout_s=read.timeout_s,
    )


def signer(name: str, read: SmtpOptions) -> Signer | None:
    """Who signs, if anyone does. Raises `OptionError`."""
    if bool(read.dkim_selector) != bool(read.dkim_key_file):
        raise OptionError(
            f"[gateways.{name}] dkim_selector: stands beside dkim_key_file; write both, or neither"
        )
    if read.dkim_key_file is None:
        return None
    try:
        key = read_key(read.dkim_key_file)
    except (OSError, ValueError) as error:
        raise OptionError(
            f"[gateways.{name}] dkim_key_file: {read.dkim_key_file} cannot be used ({error})"
        ) from None
    return Signer(read.from_address.rpartition("@")[2], read.dkim_selector, key)


def arrivals(name: str, read: SmtpOptions, inbox: Inbox) -> tuple[Arrival, ...]:
    """The listener, the poll, both or none. Raises `OptionError`."""
    ways: list[Arrival] = []
    if read.lmtp_listen:
        ways.append(Listener(inbox, place(read.lmtp_listen), hostname=read.hello))
    if read.imap_host:
        ways.append(Poll(inbox, _account(name, read)))
    return tuple(ways)


def _account(name: str, read: SmtpOptions) -> Account:
    password = read_secret(name, "imap_password", read.imap_password, read.imap_password_file)
    return Account(
        host=read.imap_host,
        port=read.imap_port or (993 if read.imap_tls == "tls" else 143),
        context=None if read.imap_tls == "none" else _context(name, read.ca_file),
        username=read.imap_username,
        password=password.get_secret_value() if password else "",
        folder=read.imap_folder,
        every_s=read.imap_every_s,
        timeout_s=read.timeout_s,
    )


def _context(name: str, ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # SSLError is one
        raise OptionError(
            f"[gateways.{name}] ca_file: {ca_file} holds no certificates to read ({error})"
        ) from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
