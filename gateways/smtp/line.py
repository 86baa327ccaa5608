"""One connection to a mail server, and how far a message had come when it broke.

Until the server has answered DATA with 354, nothing of the message was written: it certainly did not leave
(`LineError`). From then on nobody can tell (`Torn`). An answer, good or bad, is an `Answer`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
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
from gateways.smtp.talk import Garbled, Reply, Talk, take_over
from gateways.smtp.verdict import Answer, Stage

_GOODBYE_S: Final = 1.0
_DONE: Final = frozenset({250})
_TAKEN: Final = frozenset({250, 251})
_GO: Final = frozenset({354})

_Step = tuple[Stage, frozenset[int], bytes]
"""What is being said, which answers are wanted, and the command."""


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
        self._talk: Talk | None = None
        self._pipelining = False
        self._open_envelope = False
        self.used = False

    @property
    def alive(self) -> bool:
        return self._talk is not None and self._talk.open

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
            if self._smtp.transport is None:
                raise ConnectionResetError("closed while connecting")
            self._pipelining = self._smtp.supports_extension("pipelining")
            self._talk = take_over(self._smtp.transport)

    async def announce(self, sender: str, to: str) -> Answer | None:
        """Give the envelope: None once the server waits for the message, else its answer. Raises `LineError`."""
        talk = self._ours()
        if not talk.silent:  # a farewell to an idle line, or answers that belong to nothing we asked
            raise LineError(Trouble.CONNECTION, "spoke unasked", hung_up=self.used)
        try:
            async with asyncio.timeout(self._server.timeout_s):
                return await self._envelope(talk, sender, to)
        except OSError as error:
            raise self._fault(error) from error

    async def transmit(self, mail: bytes) -> Answer:
        """Write the message, whose lines end with CRLF, and hear the verdict. Raises `LineError`, `Torn`."""
        if self._talk is None or not self._talk.open:
            raise LineError(Trouble.CONNECTION, "closed before the message was written", hung_up=self.used)
        try:
            async with asyncio.timeout(self._server.timeout_s):
                self._talk.write(mail.replace(b"\r\n.", b"\r\n..") + b".\r\n")
                reply = await self._talk.reply()
        except OSError as error:
            raise Torn(str(error) or "no answer in time") from error
        if not (200 <= reply.code < 300 or 400 <= reply.code < 600):
            raise Torn(f"an answer that means nothing here: {reply.code}")
        self._open_envelope = False
        return Answer(Stage.PAYLOAD, reply.code, reply.text)

    async def ready(self) -> None:
        """Ask whether the server is there (NOOP). Raises `LineError`."""
        async with self._nothing_written():
            reply = await self._ask(self._ours(), b"NOOP")
            if reply.code != 250:
                what = f"{reply.code} {reply.text}"[:200]
                raise LineError(Trouble.PROVIDER, what, hung_up=self.used)

    async def leave(self) -> None:
        """Say goodbye if the server listens, and close."""
        with suppress(OSError, LineError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._ask(self._ours(), b"QUIT")
        self.close()

    def close(self) -> None:
        """Close without a word. May be called twice."""
        if self._talk is not None:
            self._talk.close()
        self._smtp.close()

    def _ours(self) -> Talk:
        if self._talk is None:
            raise LineError(Trouble.CONNECTION, "not connected")
        return self._talk

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
        if isinstance(error, Garbled):
            return LineError(Trouble.PROVIDER, str(error))
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

    async def _envelope(self, talk: Talk, sender: str, to: str) -> Answer | None:
        """All of it at once where the server takes that, word by word elsewhere."""
        steps = _steps(sender, to, reset=self._open_envelope)
        self._open_envelope = True
        if not self._pipelining:
            return await self._step_by_step(talk, steps)
        talk.write(b"".join(command for _, _, command in steps))
        return await self._all_heard(talk, steps)

    async def _step_by_step(self, talk: Talk, steps: Sequence[_Step]) -> Answer | None:
        for stage, wanted, command in steps:
            talk.write(command)
            if refused := self._weigh(stage, wanted, await talk.reply()):
                return refused
        return None

    async def _all_heard(self, talk: Talk, steps: Sequence[_Step]) -> Answer | None:
        """The first refusal, once every command has its answer: the next envelope's answers must not be shifted."""
        refused: Answer | None = None
        for stage, wanted, _ in steps:
            try:
                reply = await talk.reply()
            except ConnectionError:
                if refused is None:
                    raise
                return refused
            if refused is None:
                refused = self._weigh(stage, wanted, reply)
            elif reply.code == 354:  # it would take a message for nobody: all that ends this is to hang up
                self.close()
        return refused

    def _weigh(self, stage: Stage, wanted: frozenset[int], reply: Reply) -> Answer | None:
        """None when it is what was wanted."""
        if reply.code == 421 and self.used:  # "I close this line": said of the line, not of the message
            raise LineError(Trouble.CONNECTION, f"421 {reply.text}"[:200], hung_up=True)
        if reply.code in wanted:
            return None
        if stage is Stage.RESET:
            raise LineError(Trouble.PROVIDER, f"{reply.code} {reply.text}"[:200], hung_up=self.used)
        return Answer(stage, reply.code, reply.text)

    async def _ask(self, talk: Talk, word: bytes) -> Reply:
        talk.write(word + b"\r\n")
        return await talk.reply()


def _steps(sender: str, to: str, *, reset: bool) -> list[_Step]:
    """An envelope that led nowhere is forgotten first."""
    steps = [
        (Stage.SENDER, _DONE, f"MAIL FROM:<{sender}>\r\n".encode("ascii")),
        (Stage.RECIPIENT, _TAKEN, f"RCPT TO:<{to}>\r\n".encode("ascii")),
        (Stage.START, _GO, b"DATA\r\n"),
    ]
    return [(Stage.RESET, _DONE, b"RSET\r\n"), *steps] if reset else steps


def _about_tls(error: BaseException | None) -> bool:
    """Whether TLS is at the root of it; the library wraps what the handshake raised."""
    return error is not None and (isinstance(error, ssl.SSLError) or _about_tls(error.__cause__))
