"""One connection to a mail server, and how far a message had come when it broke.

Until the server has answered DATA with 354, nothing of the message was written: it certainly did not leave
(`LineError`). From then on nobody can tell (`Torn`). An answer, good or bad, is an `Answer`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from gateways.contract import Trouble
from gateways.smtp.verdict import Answer, Stage

_GOODBYE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, and how. `context` is None without TLS; `implicit` is TLS from the first byte."""

    host: str
    port: int
    context: ssl.SSLContext | None
    implicit: bool
    username: str
    password: str = field(repr=False)
    hello: str  # the name we give in EHLO
    timeout_s: float


class LineError(Exception):
    """The server could not be spoken to, and nothing of the message was written.

    `answer` is what the server said instead, if anything; `hung_up` is true where it closed a line that had
    served before, as servers do with idle ones.
    """

    def __init__(
        self, trouble: Trouble, detail: str, *, answer: Answer | None = None, hung_up: bool = False
    ) -> None:
        super().__init__(detail)
        self.trouble = trouble
        self.detail = detail[:300]
        self.answer = answer
        self.hung_up = hung_up


class Torn(Exception):
    """The line broke, or nothing was heard in time, after the message began to be written."""


class Line:
    """One connection: one conversation at a time. After an error it must be closed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit,
            start_tls=False,
            tls_context=server.context,
            local_hostname=server.hello,
            timeout=server.timeout_s,
        )
        self._open_envelope = False
        self.used = False

    @property
    def alive(self) -> bool:
        return self._smtp.is_connected

    async def connect(self) -> None:
        """Connect, secure and log in, within the time-out. Raises `LineError`."""
        async with self._nothing_written():
            await self._smtp.connect()
            if self._server.context is not None and not self._server.implicit:
                await self._secure()
            if self._server.username:
                await self._log_in()
            if self._smtp.is_ehlo_or_helo_needed:
                await self._smtp.ehlo()

    async def announce(self, sender: str, to: str) -> Answer | None:
        """Give the envelope: None once the server waits for the message, else its answer. Raises `LineError`."""
        async with self._nothing_written():
            if self._open_envelope:
                await self._expect_250(b"RSET")
            self._open_envelope = True
            return await self._envelope(sender, to)

    async def transmit(self, mail: bytes) -> Answer:
        """Write the message, whose lines end with CRLF, and hear the verdict. Raises `LineError`, `Torn`."""
        protocol = self._smtp.protocol
        if protocol is None or not protocol.is_connected:
            raise LineError(Trouble.CONNECTION, "closed before the message was written", hung_up=self.used)
        try:
            async with asyncio.timeout(self._server.timeout_s):
                protocol.write(mail.replace(b"\r\n.", b"\r\n..") + b".\r\n")
                response = await protocol.read_response()
        except (SMTPException, OSError) as error:
            raise Torn(str(error) or "no answer in time") from error
        if not (200 <= response.code < 300 or 400 <= response.code < 600):
            raise Torn(f"an answer that means nothing here: {response.code}")
        self._open_envelope = False
        return Answer(Stage.PAYLOAD, response.code, response.message)

    async def ready(self) -> None:
        """Ask whether the server is there (NOOP). Raises `LineError`."""
        async with self._nothing_written():
            await self._expect_250(b"NOOP")

    async def leave(self) -> None:
        """Say goodbye if the server listens, and close."""
        with suppress(SMTPException, OSError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._smtp.quit()
        self.close()

    def close(self) -> None:
        """Close without a word. May be called twice."""
        self._smtp.close()

    @asynccontextmanager
    async def _nothing_written(self) -> AsyncIterator[None]:
        """Bound what is done here, and tell every failure of it as a `LineError`."""
        try:
            async with asyncio.timeout(self._server.timeout_s):
                yield
        except (SMTPException, OSError) as error:  # TimeoutError is an OSError
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> LineError:
        if _about_tls(error):
            return LineError(Trouble.TLS, str(error.__cause__ or error))
        if isinstance(error, SMTPResponseException):
            answer = Answer(Stage.GREETING, error.code, error.message)
            return LineError(Trouble.PROVIDER, str(error.code), answer=answer)
        if isinstance(error, TimeoutError):
            return LineError(Trouble.CONNECTION, "no answer in time")
        hung_up = self.used and isinstance(error, ConnectionError)
        return LineError(Trouble.CONNECTION, str(error), hung_up=hung_up)

    async def _secure(self) -> None:
        try:
            await self._smtp.starttls()
        except (SMTPServerDisconnected, SMTPTimeoutError):
            raise
        except SMTPException as error:
            raise LineError(Trouble.TLS, f"STARTTLS is not to be had: {error}") from error

    async def _log_in(self) -> None:
        try:
            await self._smtp.login(self._server.username, self._server.password)
        except (SMTPServerDisconnected, SMTPTimeoutError):
            raise
        except SMTPAuthenticationError as error:
            if 400 <= error.code < 500:  # the server's own list of users is away: nothing is said of ours
                raise
            raise LineError(Trouble.CREDENTIALS, f"{error.code} {error.message}"[:200]) from error
        except SMTPException as error:
            raise LineError(Trouble.CREDENTIALS, f"this server lets nobody log in: {error}") from error

    async def _envelope(self, sender: str, to: str) -> Answer | None:
        steps = (
            (Stage.SENDER, (250,), (b"MAIL", f"FROM:<{sender}>".encode())),
            (Stage.RECIPIENT, (250, 251), (b"RCPT", f"TO:<{to}>".encode())),
            (Stage.START, (354,), (b"DATA",)),
        )
        for stage, wanted, command in steps:
            response = await self._smtp.execute_command(*command)
            if (
                response.code == 421 and self.used
            ):  # "I close this line": said of the line, not of the message
                raise LineError(Trouble.CONNECTION, f"421 {response.message}"[:200], hung_up=True)
            if response.code not in wanted:
                return Answer(stage, response.code, response.message)
        return None

    async def _expect_250(self, word: bytes) -> None:
        response = await self._smtp.execute_command(word)
        if response.code != 250:
            what = f"{response.code} {response.message}"[:200]
            raise LineError(Trouble.PROVIDER, what, hung_up=self.used)


def _about_tls(error: BaseException | None) -> bool:
    """Whether TLS is at the root of it; the library wraps what the handshake raised."""
    return error is not None and (isinstance(error, ssl.SSLError) or _about_tls(error.__cause__))
