"""What is said on a connection once it is secured and logged in: several commands at once, where the server takes them.

The library that connects (aiosmtplib) waits for each answer before the next command. Five waits a message are what a
mass mailing is slow by: the envelope goes in one (PIPELINING, RFC 2920), the message in another.
"""

import asyncio
from collections import deque
from typing import Final, NamedTuple, cast

_LONGEST: Final = 16_384  # bytes of one answer, all its lines; RFC 5321 allows 512 a line


class Reply(NamedTuple):
    """A server's answer: its code, and its text with a line for each line."""

    code: int
    text: str


class Garbled(OSError):
    """What came is no answer of SMTP's."""


class Talk(asyncio.Protocol):
    """The protocol of a transport that was taken over. Answers are given in the order of the commands."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._buffer = b""
        self._lines: list[bytes] = []  # of an answer whose last line has not come
        self._replies: deque[Reply] = deque()
        self._end: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    @property
    def open(self) -> bool:
        return self._end is None and not self._transport.is_closing()

    @property
    def silent(self) -> bool:
        """Whether the server has said nothing that it was not asked."""
        return not self._replies and not self._buffer

    def write(self, data: bytes) -> None:
        """Send. Raises `ConnectionError` where the line is closed."""
        if not self.open:
            raise ConnectionResetError("the server closed the connection")
        self._transport.write(data)

    async def reply(self) -> Reply:
        """The next answer. Raises `ConnectionError`, `Garbled`."""
        while not self._replies:
            if self._end is not None:
                raise self._end
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._replies.popleft()

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._read(line)
        if len(self._buffer) + sum(map(len, self._lines)) > _LONGEST:
            self._stop(Garbled("an answer without an end"))
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop(ConnectionResetError(str(exc or "the server closed the connection")))
        self._wake()

    def _read(self, line: bytes) -> None:
        if not line[:3].isdigit() or len(line) > _LONGEST:
            self._stop(Garbled(f"not an answer: {line[:80]!r}"))
            return
        self._lines.append(line[4:].strip())
        if line[3:4] != b"-":
            self._replies.append(Reply(int(line[:3]), b"\n".join(self._lines).decode(errors="replace")))
            self._lines.clear()

    def _stop(self, why: Exception) -> None:
        self._end = self._end or why
        self._transport.close()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def take_over(transport: asyncio.BaseTransport) -> Talk:
    """Speak on a transport from now on; whoever made it no longer hears what comes."""
    talk = Talk(cast("asyncio.Transport", transport))
    talk._transport.set_protocol(talk)  # noqa: SLF001 - its own, in its own module
    return talk
