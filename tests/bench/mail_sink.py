"""A mail relay that takes everything: a raw protocol in a process of its own, so that what is measured is the caller.

`python -m bench.mail_sink` prints the port it listens on, and ends when its standard input does. It takes commands one
by one or many at once (PIPELINING, RFC 2920); COUNT, a word of its own, tells how many messages it has taken.
"""

import asyncio
import sys
from typing import Final, cast

from bench import loop

_ANSWERS: Final = {
    b"EHLO": b"250-sink.example\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n",
    b"MAIL": b"250 2.1.0 OK\r\n",
    b"RCPT": b"250 2.1.5 OK\r\n",
    b"RSET": b"250 2.0.0 OK\r\n",
    b"NOOP": b"250 2.0.0 OK\r\n",
    b"DATA": b"354 Go ahead\r\n",
    b"QUIT": b"221 2.0.0 Bye\r\n",
}
_TAKEN: Final = b"250 2.0.0 Ok: queued as 4WXYZ\r\n"
_END: Final = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """Answers every command, and every message whose end has come."""

    taken = 0

    def __init__(self) -> None:
        self._received = b""
        self._in_message = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by its methods only
        self._transport.write(b"220 sink.example ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._received += data
        answers = []
        while (found := self._received.find(end := _END if self._in_message else b"\r\n")) >= 0:
            said, self._received = self._received[:found], self._received[found + len(end) :]
            answers.append(self._take() if self._in_message else self._hear(said))
        if answers:
            self._transport.write(b"".join(answers))

    def _take(self) -> bytes:
        self._in_message = False
        Sink.taken += 1
        return _TAKEN

    def _hear(self, command: bytes) -> bytes:
        word = command[:4].upper()
        self._in_message = word == b"DATA"
        if word == b"COUN":
            return b"250 %d\r\n" % Sink.taken
        return _ANSWERS.get(word, b"502 5.5.1 What?\r\n")


async def main() -> None:
    """Listen until standard input ends."""
    running = asyncio.get_running_loop()
    server = await running.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await running.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    loop.run(main())
