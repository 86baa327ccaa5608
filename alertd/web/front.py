"""What anyone may read, kept in memory as it goes out: ten times a village may ask for it in the minute after an alert.

Kept for seconds, never beyond the moment at which it reads otherwise by itself, and dropped whole when any station has said
something: a bell tells, and the loop behind it looks for itself.
"""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from aiohttp import web

from alertd.clock import SECOND, from_ms
from alertd.store import Database

KEPT_MS: Final = 10 * SECOND
"""How old an answer may be, where nobody said anything: what else changes (a station's name, its suspension) shows then."""
MOST: Final = 2_000
MOST_BYTES: Final = 64 << 20
BELL: Final = "front"
SHARED: Final[Mapping[str, str]] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""For documents that programs of other sites read: there is nothing of anyone's in them."""


@dataclass(frozen=True, slots=True)
class Document:
    """An answer as it was made: `changed` is when what it says last changed, `until` how long it is true at most, both in
    UTC milliseconds.
    """

    body: bytes
    media_type: str
    until: int
    changed: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    mark: str = field(init=False)
    packed: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mark", sha256(self.body).hexdigest()[:24])
        object.__setattr__(self, "packed", gzip.compress(self.body, 6, mtime=0))


Make = Callable[[], Awaitable[Document]]


class Front:
    """The answers of one node, by address: each is made once however many ask at once, and the oldest make room."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._making: dict[str, asyncio.Task[Document]] = {}
        self._bytes = 0
        self._newest = -1

    async def get(self, key: str, now: int, make: Make) -> Document:
        """What is kept for `key`, while it is true; else what `make` makes. Raises what that raises, and keeps nothing then."""
        kept = self._kept.get(key)
        if kept is not None and now < kept.until:
            self._kept.move_to_end(key)
            return kept
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._make(key, make))
        return await asyncio.shield(making)

    async def look(self, db: Database) -> bool:
        """Drop everything if something was said since the last look; a loop's step. Never busy."""
        newest = int((await db.fetch("public.newest"))[0]["id"])
        if newest != self._newest:
            self._newest = newest
            self.clear()
        return False

    def clear(self) -> None:
        """Nothing made before this instant is given to whoever asks after it, what is being made included."""
        self._kept.clear()
        self._making.clear()
        self._bytes = 0

    async def _make(self, key: str, make: Make) -> Document:
        me = asyncio.current_task()
        try:
            made = await make()
        finally:
            current = self._making.get(key) is me
            if current:
                del self._making[key]
        if current:
            self._keep(key, made)
        return made

    def _keep(self, key: str, made: Document) -> None:
        self._drop(key)
        self._kept[key] = made
        self._bytes += _size(made)
        while len(self._kept) > MOST or self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        if (old := self._kept.pop(key, None)) is not None:
            self._bytes -= _size(old)


def answer(request: web.Request, made: Document) -> web.Response:
    """The document, or that the reader has it already (RFC 9110, 13.1): by its mark first, else by
    its date to the second: an earlier one is no newer copy, since what a group was turned to is taken away.
    """
    headers = {
        "Cache-Control": f"public, max-age={KEPT_MS // SECOND}",
        "ETag": f'W/"{made.mark}"',
        "Vary": "Accept-Encoding",
        **made.headers,
    }
    if made.changed is not None:
        headers["Last-Modified"] = _http_date(made.changed)
    if _has_it(request, made):
        return web.Response(status=304, headers=headers)
    body = made.body
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = made.packed, "gzip"
    return web.Response(body=body, headers={"Content-Type": made.media_type, **headers})


def _has_it(request: web.Request, made: Document) -> bool:
    marks = request.if_none_match
    if marks is not None:
        return any(mark.value in {made.mark, "*"} for mark in marks)
    since = request.if_modified_since
    return since is not None and made.changed is not None and _second(made.changed) == since


def _second(milliseconds: int) -> datetime:
    return from_ms(milliseconds // SECOND * SECOND)


def _http_date(milliseconds: int) -> str:
    return from_ms(milliseconds).strftime("%a, %d %b %Y %H:%M:%S GMT")


def _size(made: Document) -> int:
    return len(made.body) + len(made.packed)
