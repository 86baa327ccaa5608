"""An SMSC played on loopback, with a codec of its own: each number has in its end what happens to it."""

import asyncio
import ssl
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

from peers import Case

ENDS = {case: f"{n:02d}" for n, case in enumerate(Case)}
STATUSES = {Case.REFUSE: 0x0B, Case.REJECT: 0x01, Case.THROTTLE: 0x58, Case.ERROR: 0x08}
SUBMIT, DELIVER, UNBIND, BIND, ENQUIRE = 0x04, 0x05, 0x06, 0x09, 0x15
ANSWER = 0x8000_0000


@dataclass(frozen=True)
class Submitted:
    """A submit_sm as it was read. `source` and `to` are (ton, npi, address)."""

    source: tuple[int, int, str]
    to: tuple[int, int, str]
    esm_class: int
    validity: str
    registered: int
    coding: int
    text: bytes
    tags: dict[int, bytes]

    @classmethod
    def read(cls, body: bytes) -> Self:
        _, rest = _word(body)
        source, rest = _address(rest)
        to, rest = _address(rest)
        esm_class, rest = rest[0], rest[3:]
        _, rest = _word(rest)
        validity, rest = _word(rest)
        registered, _, coding, _, length = rest[:5]
        text, rest = rest[5 : 5 + length], rest[5 + length :]
        tags = {}
        while rest:
            name, size = struct.unpack_from(">HH", rest)
            tags[name], rest = rest[4 : 4 + size], rest[4 + size :]
        return cls(source, to, esm_class, validity, registered, coding, text, tags)


class Session:
    """One bind, as the SMSC sees it."""

    def __init__(self, peer: "SmppPeer", writer: asyncio.StreamWriter) -> None:
        self.peer, self.writer = peer, writer
        self.bound = False
        self.answers: dict[int, asyncio.Future[tuple[int, int]]] = {}  # sequence -> (command, status)
        self._numbers = count(1)

    def say(self, command: int, sequence: int, body: bytes = b"", status: int = 0) -> None:
        self.writer.write(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)

    async def ask(self, command: int, body: bytes = b"") -> tuple[int, int]:
        """Ask the ESME something: the command and the status of its answer."""
        sequence = next(self._numbers)
        answer = self.answers[sequence] = asyncio.get_running_loop().create_future()
        self.say(command, sequence, body)
        async with asyncio.timeout(60):
            return await answer

    def hang_up(self) -> None:
        self.bound = False
        self.writer.transport.abort()


class SmppPeer:
    """Takes what it is given and remembers it."""

    driver = "smpp"
    not_applicable: Mapping[Case, str] = {}

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self.encrypted: set[bool] = set()  # whether binds were
        self.port = 0
        self.taken: list[str] = []
        self.submitted: list[Submitted] = []
        self.sessions: list[Session] = []
        self.logins: list[tuple[str, str, str]] = []
        self.statuses: dict[str, int] = {}  # address -> what every submit_sm to it is answered
        self.turns: dict[str, list[int]] = {}  # address -> what its next submit_sm are answered before that
        self.held: list[tuple[Session, int, bytes]] = []  # answers kept back while `holds`
        self.holds = False
        self.refusal = 0  # what a bind is answered
        self.mute: set[int] = set()  # commands that are not answered
        self.forgets: set[str] = set()  # addresses whose submit_sm is not answered
        self.word = "m%d"  # how it calls messages
        self.got = asyncio.Event()  # a submit_sm came
        self.came = asyncio.Event()  # a bind was asked for
        self.most = 0  # the most that was ever unanswered on one bind
        self._before = ""
        self._released = asyncio.Event()
        self._numbers, self._addresses = count(1), count(1)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0, ssl=self._context)
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
            "tls": False,
            "system_id": "mairie",
            "password": "horse-71",
            "sender": "MAIRIE",
            "timeout_s": timeout_s,
        }

    async def play(self, case: Case) -> str:
        self.refusal = 0x0E if case is Case.CREDENTIALS else 0
        self._before = case if case in {Case.HANG_BEFORE, Case.TEAR_BEFORE} else ""
        if case is Case.AWAY:
            self._server.close()
        if case is Case.AWAY or self._before:
            await self._begin_again()
        return f"+3363998{next(self._addresses) % 100:02d}{ENDS[case]}"

    def hang_up(self) -> None:
        """Break every connection."""
        for session in list(self.sessions):
            session.hang_up()

    async def bound(self, sessions: int = 1) -> list[Session]:
        """The binds, when there are so many."""
        async with asyncio.timeout(60):
            while len(found := [each for each in self.sessions if each.bound]) < sessions:
                self.came.clear()
                await self.came.wait()
        return found

    async def holding(self, most: int) -> None:
        """Wait until so many answers are kept back."""
        async with asyncio.timeout(60):
            while len(self.held) < most:
                self.got.clear()
                await self.got.wait()

    def let_go(self, *, hold: bool = False) -> None:
        """Answer what was kept back; `hold`: what comes from now on is kept back again."""
        self.holds = hold
        held, self.held = self.held, []
        for session, sequence, body in held:
            session.say(ANSWER | SUBMIT, sequence, body)

    async def _begin_again(self) -> None:
        """Whoever is bound is not any more, and has noticed: it has asked again, or would be refused."""
        if [each for each in self.sessions if each.bound]:
            self.came.clear()
            self.hang_up()
            if self._before:
                await self.came.wait()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(self, writer)
        self.sessions.append(session)
        try:
            while True:
                head = await reader.readexactly(16)
                length, command, status, sequence = struct.unpack(">IIII", head)
                body = await reader.readexactly(min(max(length - 16, 0), 100_000))
                await self._heed(session, command, status, sequence, body)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.sessions.remove(session)
            writer.close()

    async def _heed(self, session: Session, command: int, status: int, sequence: int, body: bytes) -> None:
        if command & ANSWER:
            session.bound = session.bound and command != ANSWER | UNBIND
            if answer := session.answers.pop(sequence, None):
                answer.set_result((command, status))
        elif command == BIND:
            await self._bind(session, sequence, body)
        elif command == SUBMIT:
            await self._submit(session, sequence, body)
        elif command in self.mute:
            return
        elif command == ENQUIRE:
            session.say(ANSWER | ENQUIRE, sequence)
        elif command == UNBIND:
            session.bound = False
            session.say(ANSWER | UNBIND, sequence)
            session.writer.close()

    async def _bind(self, session: Session, sequence: int, body: bytes) -> None:
        name, rest = _word(body)
        password, rest = _word(rest)
        system_type, _ = _word(rest)
        self.logins.append((name, password, system_type))
        self.encrypted.add(session.writer.get_extra_info("ssl_object") is not None)
        self.came.set()
        if self._before == Case.HANG_BEFORE:
            await self._released.wait()
        if self._before == Case.TEAR_BEFORE:
            session.hang_up()
        if self.refusal or (name, password) != ("mairie", "horse-71"):
            session.say(ANSWER | BIND, sequence, status=self.refusal or 0x0E)
            return
        session.bound = True
        session.say(ANSWER | BIND, sequence, b"SMSC\0")

    async def _submit(self, session: Session, sequence: int, body: bytes) -> None:
        told = Submitted.read(body)
        address = f"+{told.to[2]}"
        case = next((case for case, end in ENDS.items() if end == address[-2:]), Case.ACCEPT)
        self.submitted.append(told)
        self.got.set()
        turns = self.turns.get(address)
        status = turns.pop(0) if turns else self.statuses.get(address, STATUSES.get(case, 0))
        if status:
            session.say(ANSWER | SUBMIT, sequence, status=status)
            return
        self.taken.append(address)
        if case is Case.HANG_AFTER:
            await self._released.wait()
        elif case is Case.TEAR_AFTER:
            session.hang_up()
        elif address in self.forgets:
            return
        elif case is Case.RUBBISH_AFTER:
            session.writer.write(b"<html>mumble mumble")
        else:
            self._accept(session, sequence)

    def _accept(self, session: Session, sequence: int) -> None:
        body = (self.word % next(self._numbers)).encode() + b"\0"
        if self.holds:
            self.held.append((session, sequence, body))
            self.most = max(self.most, sum(each is session for each, _, _ in self.held))
        else:
            session.say(ANSWER | SUBMIT, sequence, body)


def receipt(name: str, state: str = "DELIVRD", error: str = "000", *, tags: bytes = b"") -> bytes:
    """The body of a deliver_sm that reports, as appendix B writes it."""
    text = f"id:{name} sub:001 dlvrd:001 submit date:2603020900 done date:2603020901 stat:{state} err:{error} text:x"
    return brought(text.encode(), esm_class=0x04, tags=tags)


def brought(
    text: bytes,
    *,
    sender: str = "33639980001",
    to: str = "36111",
    esm_class: int = 0,
    coding: int = 0,
    ton: int = 1,
    tags: bytes = b"",
) -> bytes:
    """The body of a deliver_sm; `ton` is the sender's."""
    addresses = bytes((ton, 1)) + sender.encode() + b"\0" + b"\x03\x00" + to.encode() + b"\0"
    tail = bytes((esm_class, 0, 0, 0, 0, 0, 0, coding, 0, len(text)))
    return b"\0" + addresses + tail + text + tags


def tag(name: int, value: bytes) -> bytes:
    """An optional parameter."""
    return struct.pack(">HH", name, len(value)) + value


def _word(body: bytes) -> tuple[str, bytes]:
    word, _, rest = body.partition(b"\0")
    return word.decode("ascii"), rest


def _address(body: bytes) -> tuple[tuple[int, int, str], bytes]:
    digits, rest = _word(body[2:])
    return (body[0], body[1], digits), rest
