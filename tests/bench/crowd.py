"""A crowd before a station's public page, in a process of its own: `python -m bench.crowd KIND URL NUMBER SECONDS`.

`pages`: NUMBER connections ask again and again for SECONDS. `surge`: NUMBER readers come within SECONDS, evenly, each by a connection
of its own. `town`: NUMBER readers look once a second, and ten people a second sign up from networks of their own, until its input
ends. It prints "begun", and at the end one line of JSON: `asked`, `lost` (no whole answer, or another than 200; of sign-ups 303),
`seconds`, and the answers' 50th and 99th percentile in `ms`.
"""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from bench import loop
from bench.measure import percentile

PATH: Final = "/bench"
JOINS_PER_S: Final = 10
WITHIN_S: Final = 30.0
HOMES: Final = 100
"""Addresses of loopback from which a rush comes."""
_FORM: Final = "ways=sms&mobile=06+39+98+{:02}+{:02}&locale=fr&where=everywhere&what=all&until=always"


@dataclass(slots=True)
class Told:
    """What came back."""

    took: list[float] = field(default_factory=list)
    lost: int = 0
    joined: int = 0

    async def ask(self, work: Callable[[], Awaitable[bool]]) -> bool:
        """One request: whether it was answered as it should be."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(WITHIN_S):
                fine = await work()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            fine = False
        self.took.append(time.perf_counter() - began)
        self.lost += not fine
        return fine

    def summary(self, seconds: float) -> dict[str, float]:
        ms = [1000 * each for each in self.took] or [0.0]
        return {
            "asked": len(self.took),
            "lost": self.lost,
            "joined": self.joined,
            "seconds": seconds,
            "p50 ms": percentile(ms, 50),
            "p99 ms": percentile(ms, 99),
        }


class Reader:
    """One connection, kept."""

    def __init__(self, url: str, whence: str = "127.0.0.1") -> None:
        self._host, self._port, self._whence = urlsplit(url).hostname, urlsplit(url).port, whence
        self._reader: asyncio.StreamReader | None = None

    async def get(self, path: str = PATH) -> bool:
        """Whether the whole page came."""
        return await self._said(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n") == 200

    async def join(self, number: int) -> bool:
        """Whether somebody was let sign up: from a network of their own, with a number that is nobody's."""
        body = _FORM.format(number // 100 % 100, number % 100)
        network = f"{11 + number // 65_536 % 200}.{number // 256 % 256}.{number % 256}.1"
        head = f"POST /s{PATH} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {network}\r\nContent-Length: {len(body)}\r\n"
        return await self._said(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}") == 303

    async def _said(self, request: str) -> int:
        if self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(
                self._host, self._port, local_addr=(self._whence, 0)
            )
        self._writer.write(request.encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await self._reader.readexactly(int(length))
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        if self._reader is not None:
            self._writer.close()


async def pages(url: str, number: int, seconds: float, told: Told) -> None:
    until = time.perf_counter() + seconds

    async def ask() -> None:
        reader = Reader(url)
        while time.perf_counter() < until:
            if not await told.ask(reader.get):
                reader = Reader(url)
        reader.close()

    await asyncio.gather(*(ask() for _ in range(number)))


async def surge(url: str, number: int, seconds: float, told: Told) -> None:
    began = time.perf_counter()

    async def come(which: int) -> None:
        await asyncio.sleep(max(0.0, began + which * seconds / number - time.perf_counter()))
        # A closed connection keeps its port for a minute, and an address has 28,000 of them: https://man7.org/linux/man-pages/man7/ip.7.html, ip_local_port_range
        reader = Reader(url, f"127.0.0.{2 + which % HOMES}")
        await told.ask(reader.get)
        reader.close()

    await asyncio.gather(*(come(which) for which in range(number)))


async def town(url: str, number: int, _: float, told: Told) -> None:
    async def look(which: int) -> None:
        reader = Reader(url)
        await asyncio.sleep(which / number)
        while True:
            if not await told.ask(reader.get):
                reader = Reader(url)
            await asyncio.sleep(1.0)

    async def sign_up() -> None:
        while True:
            reader = Reader(url)
            told.joined += await told.ask(lambda: reader.join(told.joined))  # noqa: B023 - awaited before the next
            reader.close()
            await asyncio.sleep(1 / JOINS_PER_S)

    crowd = asyncio.gather(sign_up(), *(look(which) for which in range(number)))
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    crowd.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await crowd


KINDS: Final = {"pages": pages, "surge": surge, "town": town}


async def main(kind: str, url: str, number: int, seconds: float) -> None:
    """Come, and tell."""
    print("begun", flush=True)
    told, began = Told(), time.perf_counter()
    await KINDS[kind](url, number, seconds, told)
    print(json.dumps(told.summary(time.perf_counter() - began)), flush=True)


if __name__ == "__main__":
    loop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
