"""E-mail through a relay, by SMTP (RFC 5321), STARTTLS (RFC 3207) and AUTH (RFC 4954).

A few connections are kept and reused. `accepted` means that the relay has the message; it reports later, by
e-mail, what became of it: that is not read here. The envelope's sender is `from_address`.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from gateways.contract import (
    Callback,
    Capabilities,
    Message,
    OptionError,
    Outcome,
    Receipt,
    Surroundings,
    Trouble,
)
from gateways.options import Options, read_options, read_secret
from gateways.parallel import in_parallel
from gateways.smtp.compose import Letterhead, compose, mailbox
from gateways.smtp.line import Line, LineError, Server, Torn
from gateways.smtp.pool import Pool
from gateways.smtp.verdict import judge

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class SmtpOptions(Options):
    """Options of the table. `timeout_s` bounds each of: connecting, the envelope, the message itself.

    `tls`: `starttls` (port 587), `tls` from the first byte (465) or `none` (25). Certificates are always checked:
    against the system's authorities, or only those in `ca_file`. `pool` is the number of connections.
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

    @field_validator("from_address")
    @classmethod
    def _is_a_mailbox(cls, value: str) -> str:
        try:
            return mailbox(value)
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


class SmtpGateway:
    """One account at one mail relay."""

    def __init__(
        self, name: str, server: Server, letterhead: Letterhead, *, pool: int, now_ms: Callable[[], int]
    ) -> None:
        self.name = name
        self.capabilities = Capabilities(channels=frozenset({"email"}), batch=25 * pool, parallel=pool)
        self._letterhead = letterhead
        self._now_ms = now_ms
        self._pool = Pool(server, pool)

    async def open(self) -> None:
        """Connections are made when there is something to say."""
        self._pool.open()

    async def close(self) -> None:
        """Close the idle connections; those in use follow when their message is done."""
        await self._pool.close()

    def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """Hand the batch over on all connections at once; see `gateways.contract`."""
        now = asyncio.get_running_loop().time()
        return in_parallel(
            batch,
            self.capabilities.parallel,
            lambda message: self._send_one(message, now + message.expires_in_s),
        )

    async def check(self) -> Receipt:
        """Ask the server for a sign of life (NOOP), on a connection that is secured and logged in."""

        async def ask(line: Line) -> Receipt:
            await line.ready()
            return Receipt("", Outcome.ACCEPTED, code="250")

        self._pool.forget_outage()
        return await self._on_a_line("", ask)

    def read_callback(self, callback: Callback) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """A mail server does not call back."""
        return ()

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """A mail server cannot be asked."""
        return ()

    async def _send_one(self, message: Message, until: float) -> Receipt:
        """`until` is when it is over, on the loop's clock: a process that froze must not go on with what is too late."""
        now = asyncio.get_running_loop().time
        try:
            to = mailbox(message.address)
            mail = compose(message, to, self._letterhead, self._now_ms())
        except ValueError as error:
            return Receipt(message.reference, Outcome.FAILED, code="not written", detail=str(error)[:300])

        async def hand_over(line: Line) -> Receipt:
            if now() > until:
                return Receipt(message.reference, Outcome.RETRY, code="too late")
            answer = await line.announce(self._letterhead.address, to)
            if answer is None and now() > until:
                raise LineError(Trouble.CONNECTION, "too late")  # all that ends an envelope is to hang up
            return judge(message.reference, answer or await line.transmit(mail))

        return await self._on_a_line(message.reference, hand_over)

    async def _on_a_line(self, reference: str, action: Callable[[Line], Awaitable[Receipt]]) -> Receipt:
        """Act on a kept line; where the server had closed it meanwhile, once more and at once on a new one."""
        try:
            try:
                return await self._try(action, fresh=False)
            except LineError as error:
                if not error.hung_up:
                    raise
            return await self._try(action, fresh=True)
        except LineError as error:
            return _unsent(reference, error)
        except Torn as error:
            return Receipt(reference, Outcome.UNKNOWN, "torn", str(error)[:300], trouble=Trouble.CONNECTION)

    async def _try(self, action: Callable[[Line], Awaitable[Receipt]], *, fresh: bool) -> Receipt:
        async with self._pool.line(fresh=fresh) as line:
            return await action(line)


def gateway(name: str, options: Mapping[str, object], surroundings: Surroundings) -> SmtpGateway:
    """Make the gateway; `surroundings.now_ms` dates its letters. Raises `OptionError`."""
    if surroundings.now_ms is None:
        raise TypeError("a letter bears a date: pass Surroundings(now_ms=...)")
    read = read_options(name, SmtpOptions, options)
    letterhead = Letterhead(read.from_address, read.from_name, read.list_id)
    server = _server(name, read, letterhead)
    return SmtpGateway(name, server, letterhead, pool=read.pool, now_ms=surroundings.now_ms)


def _server(name: str, read: SmtpOptions, letterhead: Letterhead) -> Server:
    password = read_secret(name, "password", read.password, read.password_file)
    return Server(
        host=read.host,
        port=read.port or _PORTS[read.tls],
        context=None if read.tls == "none" else _context(name, read.ca_file),
        implicit=read.tls == "tls",
        username=read.username,
        password=password.get_secret_value() if password else "",
        hello=read.ehlo_name or letterhead.domain,
        timeout_s=read.timeout_s,
    )


def _context(name: str, ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # SSLError is one
        raise OptionError(
            f"[gateways.{name}] ca_file: {ca_file} holds no certificates to read ({error})"
        ) from None


def _unsent(reference: str, error: LineError) -> Receipt:
    if error.answer is not None:
        return judge(reference, error.answer)
    return Receipt(reference, Outcome.RETRY, code=error.trouble, detail=error.detail, trouble=error.trouble)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
