"""The tile server: asked by alertd and never by a browser, once for each tile in many days, and told nothing else.

The address is the administrator's own, filled with three numbers; no redirect is followed, no cookie kept, no proxy of the
environment used, an answer is bounded and must begin as a picture does. While it does not answer, what is kept is shown.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import aiohttp
import structlog

from alertd.clock import DAY, SECOND, Clock
from alertd.settings.map import MapSettings
from alertd.stations.tiles.near import Tile
from alertd.stations.tiles.shelf import Shelf

MOST_BYTES: Final = 262_144
MEGABYTE: Final = 1_000_000
AT_ONCE: Final = 6
WAITING: Final = 64
"""Tiles that wait for the server at a time; more are not shown, and asked for again by whoever still looks there."""
A_SECOND: Final = 10.0
BURST: Final = 300.0
"""A node asks no faster, whoever looks at however many maps: tile servers ask not to be emptied."""
PAUSE: Final = 30 * SECOND
_KINDS: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Picture:
    """A tile's bytes, and their media type."""

    content: bytes
    kind: str


class Tiles:
    """One server, and what is kept of it."""

    def __init__(self, settings: MapSettings, folder: Path, clock: Clock) -> None:
        self.attribution, self.public = settings.attribution.strip(), settings.public
        self._template, self._clock = settings.tiles, clock
        self._fresh_ms = settings.keep_days * DAY
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_s)
        self._shelf = Shelf(folder, settings.tiles, settings.keep_megabytes * MEGABYTE)
        self._disk, self._turns = asyncio.Lock(), asyncio.Semaphore(AT_ONCE)
        self._asked: dict[Tile, asyncio.Task[bytes | None]] = {}
        self._tokens, self._filled_at, self._quiet_until = BURST, clock.monotonic(), 0

    @classmethod
    def of(cls, settings: MapSettings, folder: Path, clock: Clock) -> Self | None:
        """None where no server is set."""
        return (
            cls(settings, Path(settings.folder) if settings.folder else folder, clock)
            if settings.tiles
            else None
        )

    async def picture(self, tile: Tile) -> Picture | None:
        """The tile as it is kept, or as the server has it now; None where there is none to be had."""
        kept = await self._read(tile)
        if kept is not None and self._clock.now_ms() < kept[1] + self._fresh_ms:
            return _picture(kept[0])
        content = await self._fetched(tile)
        if content is None and kept is not None:
            content = kept[0]
        return _picture(content) if content else None

    async def _fetched(self, tile: Tile) -> bytes | None:
        """Whoever looks at the same tile waits for the same answer; who goes away takes it from nobody."""
        if tile not in self._asked:
            if self._clock.now_ms() < self._quiet_until or len(self._asked) >= WAITING or not self._take():
                return None
            task = asyncio.create_task(self._fetch(tile))
            self._asked[tile] = task
            task.add_done_callback(lambda _: self._asked.pop(tile, None))
        return await asyncio.shield(self._asked[tile])

    async def _fetch(self, tile: Tile) -> bytes | None:
        try:
            async with self._turns:
                content = await self._ask(tile)
            if content is not None:
                await self._write(tile, content)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            self._quiet_until = self._clock.now_ms() + PAUSE
            log.warning(
                "tiles_silent", action="show_kept", reason=type(error).__name__
            )  # the address may hold a key
            return None
        return content

    async def _ask(self, tile: Tile) -> bytes | None:
        """None where the server has no such tile. :raises ValueError: what came is no tile."""
        url = self._template
        for name, number in (("{z}", tile.z), ("{x}", tile.x), ("{y}", tile.y)):
            url = url.replace(name, str(number))
        headers = {
            "Accept": "image/png,image/jpeg,image/webp",
            "Accept-Encoding": "identity",
            "User-Agent": "alertd",
        }
        jar = aiohttp.DummyCookieJar()
        async with (
            aiohttp.ClientSession(timeout=self._timeout, cookie_jar=jar, headers=headers) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            if response.status in {204, 404}:
                return None
            body = await _bounded(response)
        if response.status != 200 or _picture(body) is None:
            raise ValueError(response.status)
        return body

    def _take(self) -> bool:
        """One of the questions that may be asked now."""
        now = self._clock.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._filled_at) * A_SECOND)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    async def _read(self, tile: Tile) -> tuple[bytes, int] | None:
        return await asyncio.to_thread(self._shelf.read, _name(tile))

    async def _write(self, tile: Tile, content: bytes) -> None:
        async with self._disk:
            await asyncio.to_thread(self._shelf.write, _name(tile), content, self._clock.now_ms())


def _name(tile: Tile) -> str:
    return f"{tile.z}-{tile.x}-{tile.y}"


def _picture(content: bytes) -> Picture | None:
    """By how it begins, whatever the server calls it: a page, or a script, is none."""
    for mark, kind in _KINDS.items():
        if content.startswith(mark) and (kind != "image/webp" or content[8:12] == b"WEBP"):
            return Picture(content, kind)
    return None


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """The body; ValueError for one that is longer than any tile is."""
    body = b""
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("long")
    return body
