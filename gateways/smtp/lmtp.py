"""The listener to which this machine's mail server hands over what came back (LMTP, RFC 2033), played by aiosmtpd.

It listens on loopback or on a socket in the file system, never on a network: whoever may write to it may report.
250 is said once what a mail reports is kept; 451 asks for it again.
"""

import asyncio
import ipaddress
import logging
from pathlib import Path
from typing import Final

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateways.contract import NotKept
from gateways.smtp.inbox import Inbox

MOST_BYTES: Final = 32 * 1024 * 1024  # what we send may be returned whole
SESSIONS: Final = 20
_IDLE_S: Final = 60.0
_AGAIN_S: Final = 30.0

log = structlog.get_logger(__name__)
logging.getLogger("mail.log").setLevel(logging.ERROR)  # the library writes every command, and so every key


def place(text: str) -> tuple[str, int] | Path:
    """Where to listen: "127.0.0.1:2424", "[::1]:2424", or "unix:PATH". Raises `ValueError` for anything else."""
    if text.startswith("unix:/"):
        return Path(text.removeprefix("unix:"))
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    number = int(port)
    if not ipaddress.ip_address(host).is_loopback or not 0 <= number < 65_536:
        raise ValueError("not on this machine alone")
    return host, number


class Listener:
    """Listens until it is cancelled; a place that is taken is tried again, and letters leave meanwhile."""

    def __init__(self, inbox: Inbox, where: tuple[str, int] | Path, *, hostname: str) -> None:
        self._inbox = inbox
        self._where = where
        self._hostname = hostname
        self._sessions: set[_Session] = set()
        self.ready = asyncio.Event()
        self.address: tuple[str, int] | Path | None = None

    async def run(self) -> None:
        """Never returns."""
        server = await self._server()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for session in list(self._sessions):
                session.hang_up()
            await asyncio.gather(
                *(session.over() for session in list(self._sessions)), return_exceptions=True
            )
            if isinstance(self._where, Path):
                self._where.unlink(missing_ok=True)

    async def _server(self) -> asyncio.Server:
        while True:
            try:
                return await self._bind()
            except OSError as error:
                log.warning("bounces_unheard", action="retry", where=str(self._where), error=str(error))
            await asyncio.sleep(_AGAIN_S)

    async def _bind(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        if isinstance(self._where, Path):
            await _refuse_taken(self._where)
            server: asyncio.Server = await loop.create_unix_server(self._session, str(self._where))
            self._where.chmod(0o660)
            self.address = self._where
        else:
            server = await loop.create_server(self._session, *self._where)
            host, port, *_ = server.sockets[0].getsockname()
            self.address = (host, port)
        self.ready.set()
        return server

    def _session(self) -> "_Session":
        return _Session(_Desk(self._inbox), self._hostname, self._sessions)


async def _refuse_taken(path: Path) -> None:
    """A socket that nobody answers at is left over from a crash, and is replaced; another's is not. Raises `OSError`."""
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return
    writer.close()
    raise FileExistsError(f"another process listens at {path}")


class _Session(LMTP):
    """One connection. Lines may be long: reports quote what they return."""

    line_length_limit = 65_536

    def __init__(self, desk: "_Desk", hostname: str, crowd: "set[_Session]") -> None:
        super().__init__(
            desk,
            data_size_limit=MOST_BYTES,
            hostname=hostname,
            ident="alertd",
            timeout=_IDLE_S,
            loop=asyncio.get_running_loop(),
        )
        self._crowd = crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._crowd.add(self)
        if len(self._crowd) > SESSIONS:
            self.hang_up()

    def connection_lost(self, error: Exception | None) -> None:
        self._crowd.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """The mail server comes again."""
        if self.transport is not None:
            self.transport.close()

    async def over(self) -> None:
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
            await asyncio.wait([self._handler_coroutine], timeout=1.0)


class _Desk:
    """What aiosmtpd asks at each step; its names are the library's."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Any key under our address, a forged one too: refused, it would be returned to whoever's name it bears."""
        if not self._inbox.returns.owns(address):
            return "550 5.1.1 Only what comes back to letters of alertd is taken here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """One answer for each recipient (RFC 2033, section 4.2), all the same."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        try:
            await self._inbox.take(raw, envelope.rcpt_tos)
        except NotKept:
            answer = "451 4.3.0 It cannot be kept now, bring it again"
        else:
            answer = "250 2.0.0 Read"
        return "\r\n".join([answer] * len(envelope.rcpt_tos))

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours loses no report."""
        log.error("bounce_unread", action="ask_again", error=type(error).__name__)
        return "451 4.3.0 Something is wrong here, bring it again"
