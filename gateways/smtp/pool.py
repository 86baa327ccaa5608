"""The few lines that a gateway keeps to its mail server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from gateways.smtp.line import Line, LineError, Server

_IDLE_S: Final = 60.0  # firewalls forget a silent connection without a word, servers hang up after minutes
_OUTAGE_S: Final = 1.0  # a batch meets an unreachable server once, not message by message


class Pool:
    """At most `size` lines, made when needed, kept between messages, closed after an error."""

    def __init__(self, server: Server, size: int) -> None:
        self._server = server
        self._free = asyncio.Semaphore(size)
        self._idle: list[
            tuple[float, Line]
        ] = []  # (since when, on the loop's clock); the last is the freshest
        self._outage: tuple[float, LineError] | None = None
        self._closed = False

    @asynccontextmanager
    async def line(self, *, fresh: bool) -> AsyncIterator[Line]:
        """Lend a line, an idle one unless `fresh`; one that leaves by an exception is closed. Raises `LineError`."""
        async with self._free:
            line = None if fresh else self._reuse()
            line = line or Line(self._server)
            try:
                if not line.used:
                    await self._connect(line)
                yield line
            except BaseException:
                line.close()
                raise
            await self._keep(line)

    def forget_outage(self) -> None:
        """Let the next one try, however lately the server was unreachable."""
        self._outage = None

    def open(self) -> None:
        """Keep lines again, after `close`."""
        self._closed = False

    async def close(self) -> None:
        """Say goodbye on every idle line; one in use is closed when it comes back."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(line.leave() for _, line in idle))

    def _reuse(self) -> Line | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            since, line = self._idle.pop()
            if line.alive and now - since < _IDLE_S:
                return line
            line.close()
        return None

    async def _connect(self, line: Line) -> None:
        now = asyncio.get_running_loop().time
        if self._outage and now() < self._outage[0]:
            raise self._outage[1].with_traceback(None)
        try:
            await line.connect()
        except LineError as error:
            self._outage = (now() + _OUTAGE_S, error)
            raise
        self._outage = None

    async def _keep(self, line: Line) -> None:
        line.used = True
        if self._closed:
            await line.leave()
        elif line.alive:
            self._idle.append((asyncio.get_running_loop().time(), line))
