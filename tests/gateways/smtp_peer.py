"""A mail relay played on loopback: each address has in its name what happens to it."""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any, Self

from peers import Case

ANSWERS = {
    Case.REFUSE: b"550 5.1.1 No such mailbox here",
    Case.REJECT: b"554 5.7.1 Rejected by policy",
    Case.THROTTLE: b"450 4.7.1 Rate of messages is too high",
    Case.ERROR: b"451 4.3.0 Try again later",
}


class SmtpPeer:
    """Speaks as much SMTP as a relay must, many commands at once too; AUTH PLAIN on request, no TLS."""

    driver = "smtp"
    not_applicable: Mapping[Case, str] = {}

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.mails: list[bytes] = []
        self.answers: dict[str, bytes] = {}  # address -> what RCPT answers
        self.verdicts: dict[str, bytes] = {}  # address -> what follows the message
        self.greeting = b"220 peer.example ESMTP"
        self.pipelining = True
        self.goes_on = False  # answers DATA with 354 even after a refused recipient, as RFC 2920 allows
        self.commands: list[bytes] = []
        self.connections = 0
        self.got_data = asyncio.Event()
        self._released = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._knows_us = True
        self._numbers = count(1)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._released.set()
        self._server.close()
        self.hang_up()

    def options(self, timeout_s: float) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "tls": "none",
            "username": "mairie",
            "password": "correct-horse",
            "from_address": "alertes@foret.example",
            "timeout_s": timeout_s,
        }

    async def play(self, case: Case) -> str:
        self._knows_us = case is not Case.CREDENTIALS
        if case is Case.AWAY:
            self._server.close()
            self.hang_up()
        return f"{case}.{next(self._numbers)}@peer.example"

    def hang_up(self) -> None:
        """Close every connection, as a server does with idle ones."""
        for writer in self._open:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            writer.write(self.greeting + b"\r\n")
            await self._dialogue(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to, greeted, refused = "", False, False
        while line := await reader.readline():
            self.commands.append(line.strip())
            word = line[:4].upper().strip()
            greeted = greeted or word == b"EHLO"
            if not greeted:
                answer = b"503 5.5.1 Say EHLO first"
            elif word == b"RCPT":
                to = line.decode().partition("<")[2].partition(">")[0]
                answer = await self._recipient(to, writer)
                refused = not answer.startswith(b"2")
            elif word == b"DATA" and refused and not self.goes_on:
                answer = b"503 5.5.1 Nobody to give it to"
            elif word == b"DATA":
                writer.write(b"354 Go ahead\r\n")
                self.got_data.set()
                mail = await reader.readuntil(b"\r\n.\r\n")
                answer = await self._message(to, mail[:-3], writer)
            else:
                answer = self._simple(word)
            writer.write(answer + b"\r\n")
            if word == b"QUIT":
                return

    def _simple(self, word: bytes) -> bytes:
        if word == b"EHLO":
            more = b"250-PIPELINING\r\n" if self.pipelining else b""
            return b"250-peer.example\r\n250-ENHANCEDSTATUSCODES\r\n" + more + b"250 AUTH PLAIN"
        if word == b"AUTH":
            return b"235 2.7.0 Welcome" if self._knows_us else b"535 5.7.8 Who are you?"
        return b"221 2.0.0 Bye" if word == b"QUIT" else b"250 2.0.0 OK"

    async def _recipient(self, to: str, writer: asyncio.StreamWriter) -> bytes:
        case = to.partition(".")[0]
        if case == Case.HANG_BEFORE:
            await self._released.wait()
        if case == Case.TEAR_BEFORE:
            writer.transport.abort()
        return self.answers.get(to) or ANSWERS.get(case, b"250 2.1.5 OK")

    async def _message(self, to: str, mail: bytes, writer: asyncio.StreamWriter) -> bytes:
        case = to.partition(".")[0]
        if case == Case.HANG_AFTER:
            await self._released.wait()
        if case == Case.TEAR_AFTER:
            writer.transport.abort()
        self.mails.append(mail)
        self.taken.append(to)
        if case == Case.RUBBISH_AFTER:
            return b"mumble"
        return self.verdicts.get(to) or b"250 2.0.0 Ok: queued as 4WXYZ"
