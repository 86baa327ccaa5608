"""A provider that says yes: a raw protocol in a process of its own, so that what is measured is the caller.

`python -m bench.sink [DELAY_MS]` prints the port it listens on, and ends when its standard input does. It keeps the
time of each arrival (time.perf_counter, which the processes of one machine share) and whether it was a danger:
GET /count says how many there were, GET /log/N gives [[seconds, danger], ...] from the Nth on.
"""

import asyncio
import json
import re
import sys
from array import array
from time import perf_counter
from typing import cast

from bench import loop

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_DANGER = b'"danger"'
_MOST_LOGGED = 5_000_000


def _answer(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


_YES = _answer(b'{"id":"accepted","name":"projects/banc/messages/1","access_token":"word","expires_in":3599}')
"""In the words of every provider that is played here."""


class Log:
    """Arrivals in their order."""

    def __init__(self) -> None:
        self.times = array("d")
        self.dangers = bytearray()

    def told(self, path: bytes) -> bytes:
        """The answer to a question about it."""
        word, _, since = path.strip(b"/").partition(b"/")
        if word == b"count":
            return str(len(self.times)).encode()
        first = int(since or 0)
        return json.dumps(list(zip(self.times[first:], self.dangers[first:], strict=True))).encode()


class Sink(asyncio.Protocol):
    """Answers every request whose body is whole, after `delay_s`."""

    def __init__(self, log: Log, delay_s: float) -> None:
        self._log = log
        self._delay_s = delay_s
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by its methods only

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < whole:
                return
            request, self._received = self._received[:whole], self._received[whole:]
            self._take(request)

    def _take(self, request: bytes) -> None:
        if request.startswith(b"GET "):
            self._transport.write(_answer(self._log.told(request.split(b" ", 2)[1])))
            return
        if len(self._log.times) < _MOST_LOGGED:
            self._log.times.append(perf_counter())
            self._log.dangers.append(_DANGER in request)
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._transport.write, _YES)
        else:
            self._transport.write(_YES)


async def main(delay_ms: float) -> None:
    """Listen until standard input ends."""
    running, log = asyncio.get_running_loop(), Log()
    server = await running.create_server(lambda: Sink(log, delay_ms / 1000), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await running.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    loop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))
