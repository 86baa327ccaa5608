"""A far end that answers HTTP to the byte as it is told, and the client that is tried against it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

from gateways.http import Answer, Http

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class FarEnd:
    """Keeps the head of each request, then does as `play` says. `heard` is set once a head was read."""

    def __init__(self, play: Play, context: ssl.SSLContext | None = None) -> None:
        self.heads: list[str] = []
        self.bytes_read = 0
        self.heard = asyncio.Event()
        self.connections = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._play, self._context = play, context

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/x"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        for writer in self._writers:
            with suppress(OSError):
                await writer.wait_closed()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.bytes_read += len(head)
                self.heads.append(head.decode())
                self.heard.set()
                await self._play(reader, writer)
        writer.close()


def says(answer: bytes, *, close: bool = False) -> Play:
    async def play(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        if close:
            writer.close()

    return play


@asynccontextmanager
async def opened(**changes: Any) -> AsyncIterator[Http]:
    http = Http(**({"timeout_s": 10.0, "connections": 4, "idle_s": 10.0, "most_bytes": 100} | changes))
    await http.open()
    try:
        yield http
    finally:
        await http.close()


async def ask(http: Http, url: str, **words: Any) -> Answer:
    return await http.call("POST", url, {"X-Key": "k"}, b"", **words)
