"""An SMSC that says yes: a raw protocol in a process of its own, so that what is measured is the caller.

`python -m bench.smsc` prints the port it listens on, and ends when its standard input does.
"""

import asyncio
import struct
import sys
from itertools import count
from typing import cast

from bench import loop

_HEAD = struct.Struct(">IIII")
_ANSWER = 0x8000_0000
_SUBMIT = 0x04


class Smsc(asyncio.Protocol):
    """Answers every PDU with its status 0, a submit_sm with a name of its own."""

    def __init__(self) -> None:
        self._received = b""
        self._names = count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by its methods only

    def data_received(self, data: bytes) -> None:
        data, at, answers = self._received + data, 0, list[bytes]()
        while len(data) - at >= 16:
            length, command, _, sequence = _HEAD.unpack_from(data, at)
            if len(data) - at < length:
                break
            body = b"%x\0" % next(self._names) if command == _SUBMIT else b"\0"
            answers.append(_HEAD.pack(16 + len(body), command | _ANSWER, 0, sequence) + body)
            at += length
        self._received = data[at:]
        self._transport.write(b"".join(answers))


async def main() -> None:
    """Listen until standard input ends."""
    running = asyncio.get_running_loop()
    server = await running.create_server(Smsc, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await running.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    loop.run(main())
