"""Server-sent events: one loop for every page and for the API, bounded in listeners and in time.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from alertd.errors import Unavailable

MAX_LISTENERS: Final = 300
"""Open streams in one process; the next one is asked to come back (and its page refreshes by itself)."""
LONGEST_S: Final = 3600
"""A stream ends after an hour: a page that is still open simply reconnects."""
_SILENCE_S: Final = 15
"""A comment is sent after so long without news, or a proxy would close the line."""


@dataclass(slots=True)
class Listeners:
    """The open streams of one process, and the event that ends them all when it stops."""

    closing: asyncio.Event = field(default_factory=asyncio.Event)
    open: int = 0


LISTENERS: Final = web.AppKey("listeners", Listeners)


def install(app: web.Application) -> None:
    """Count streams, and end them when the application shuts down: else it would wait for them."""
    app[LISTENERS] = Listeners()

    async def end_streams(app: web.Application) -> None:
        app[LISTENERS].closing.set()

    app.on_shutdown.append(end_streams)


async def stream(request: web.Request, events: AsyncIterator[tuple[str, str]]) -> web.StreamResponse:
    """Send (event, data) pairs as they come, until they end, the reader leaves, an hour passed, or we stop.

    :raises Unavailable: when too many listen already (`too_many_listeners`).
    """
    listeners = request.app[LISTENERS]
    if listeners.open >= MAX_LISTENERS:
        raise Unavailable("too_many_listeners", "Too many pages are listening; reload in a minute.")
    listeners.open += 1
    try:
        return await _answer(request, events, listeners.closing)
    finally:
        listeners.open -= 1


async def _answer(
    request: web.Request, events: AsyncIterator[tuple[str, str]], closing: asyncio.Event
) -> web.StreamResponse:
    headers = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    if (
        request.method == "HEAD"
    ):  # what is written after it would be read as the next answer (RFC 9110, 9.3.2)
        return response
    await response.write(b"retry: 3000\n\n")
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(LONGEST_S):
            await _until_closing(_send(response, events), closing)
    return response


async def _send(response: web.StreamResponse, events: AsyncIterator[tuple[str, str]]) -> None:
    coming = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait({coming}, timeout=_SILENCE_S)
            if not done:
                await response.write(b": still here\n\n")
                continue
            event = coming.result()
            if event is None:
                return
            await response.write(_frame(*event))
            coming = asyncio.ensure_future(anext(events, None))
    finally:
        coming.cancel()


async def _until_closing(sending: Coroutine[Any, Any, None], closing: asyncio.Event) -> None:
    tasks = {asyncio.ensure_future(sending), asyncio.ensure_future(closing.wait())}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _frame(event: str, data: str) -> bytes:
    """One event on the wire; each line of data has its own field, so that no text can forge another event."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {event}\n{lines}\n".encode()
