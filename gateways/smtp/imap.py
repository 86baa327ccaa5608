"""The poll of a mailbox in which letters come back (IMAP, RFC 9051), by the standard library in a thread.

Unseen mails are read and then marked seen, never deleted; what cannot be kept stays unseen and is met again. At most
the beginning of each is fetched: reports stand before what they return.
"""

import asyncio
import imaplib
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from gateways.contract import NotKept
from gateways.smtp.bounce import MOST_BYTES
from gateways.smtp.inbox import Inbox

_TOGETHER: Final = 50
_FAULTS: Final = (OSError, imaplib.IMAP4.error, ValueError)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Where the mailbox is. `context` is None without TLS, on this machine only; `every_s` seconds between two looks."""

    host: str
    port: int
    context: ssl.SSLContext | None
    username: str
    password: str = field(repr=False)
    folder: str
    every_s: float
    timeout_s: float


class Poll:
    """Looks until it is cancelled; a mailbox that cannot be opened is said once, and tried again."""

    def __init__(self, inbox: Inbox, account: Account) -> None:
        self._inbox = inbox
        self._account = account
        self._said = ""

    async def run(self) -> None:
        """Never returns."""
        while True:
            try:
                more = await self._look()
                self._said = ""
            except (*_FAULTS, NotKept) as error:
                more = False
                self._say(error)
            except Exception as error:  # a bug of ours, which one mail brings out: the others are read again
                more = False
                log.exception("bounce_unread", action="retry", error=type(error).__name__)
            if not more:
                await asyncio.sleep(self._account.every_s)

    async def _look(self) -> bool:
        """Take what is unseen; whether there is more than that."""
        visit = _Visit(self._account)
        try:
            mails, more = await asyncio.to_thread(visit.unseen)
            for number, raw in mails:
                await self._inbox.take(raw)
                await asyncio.to_thread(visit.settle, number)
        finally:
            await asyncio.to_thread(visit.leave)
        return more

    def _say(self, error: Exception) -> None:
        """A password's fault or a dead server's: once, until it is another or over."""
        said = f"{type(error).__name__}: {error}"[:200]
        if said != self._said:
            log.warning("bounces_unread", action="retry", host=self._account.host, error=said)
        self._said = said


class _Visit:
    """One connection. Every method blocks, within the account's time-out: a look that was cancelled is left after it."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._turn = threading.Lock()
        self._over = False
        self._imap: imaplib.IMAP4 | None = None

    def unseen(self) -> tuple[list[tuple[bytes, bytes]], bool]:
        """The oldest mails that nobody has seen, with their numbers; and whether there are more."""
        with self._turn:
            if self._over:
                return [], False
            imap = self._imap = self._connect()
            imap.login(self._account.username, self._account.password)
            self._done(imap.select(f'"{self._account.folder}"'))
            [listed] = self._done(imap.uid("SEARCH", "UNSEEN"))
            numbers: list[bytes] = (listed or b"").split()
            mails = [(number, self._beginning(imap, number)) for number in numbers[:_TOGETHER]]
            return mails, len(numbers) > _TOGETHER

    def settle(self, number: bytes) -> None:
        """It has been read."""
        if self._imap is not None:
            self._done(self._imap.uid("STORE", number.decode("ascii"), "+FLAGS.SILENT", r"(\Seen)"))

    def leave(self) -> None:
        """Politely, and if that fails all the same: `logout` keeps its socket open when it is not answered."""
        self._over = True
        with self._turn:
            if self._imap is not None:
                with suppress(*_FAULTS):
                    self._imap.logout()
                with suppress(*_FAULTS):
                    self._imap.shutdown()

    def _connect(self) -> imaplib.IMAP4:
        where, context = self._account, self._account.context
        if context is None:
            return imaplib.IMAP4(where.host, where.port, timeout=where.timeout_s)
        return imaplib.IMAP4_SSL(where.host, where.port, ssl_context=context, timeout=where.timeout_s)

    def _beginning(self, imap: imaplib.IMAP4, number: bytes) -> bytes:
        """Nothing of one that another has taken away meanwhile."""
        found = self._done(imap.uid("FETCH", number.decode("ascii"), f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
        return next((bytes(part[1]) for part in found if isinstance(part, tuple)), b"")

    @staticmethod
    def _done(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
        kind, data = answer
        if kind != "OK":
            raise imaplib.IMAP4.error(f"{kind}: {data[0] if data else b''!r}")
        return data
