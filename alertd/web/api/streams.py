"""An alert's progress as server-sent events: at once, then on every change, until there is nothing to wait for."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from alertd.errors import TooOften, Unavailable
from alertd.issue.desk import Desk
from alertd.model import OPEN, AlertState
from alertd.web import live
from alertd.web.api import callers, reading
from alertd.web.api.answers import AlertAnswer
from alertd.web.api.table import Call

STREAMS: Final = web.AppKey("api_streams", Counter[int])
MOST_PER_KEY: Final = 5

_LOOK_S: Final = 2.0  # between two looks when no bell rings
_PAUSE_S: Final = 0.25  # after each look: a thousand rings a second are four looks
_CLOSED: Final = frozenset({AlertState.ENDED, AlertState.CANCELLED, AlertState.EXPIRED})


async def follow(call: Call) -> web.StreamResponse:
    """Events named `progress`, each the whole alert as GET gives it, then one named `end`.

    :raises Missing: `alert_unknown`. :raises TooOften: `too_many_streams`.
    """
    await reading.own(call)
    streams, key = call.request.app[STREAMS], callers.key_id(call.actor)
    if streams[key] >= MOST_PER_KEY:
        message = f"This key already follows {MOST_PER_KEY} alerts: close a stream first."
        raise TooOften("too_many_streams", message, retry_after_s=10)
    streams[key] += 1
    try:
        return await live.stream(call.request, _news(call.desk, call.alert_id))
    finally:
        streams[key] -= 1


async def _news(desk: Desk, alert_id: int) -> AsyncIterator[tuple[str, str]]:
    """What to tell; ends early when the store is away, since a reader of events reconnects by itself."""
    told, over = "", False
    with contextlib.suppress(Unavailable):
        while not over:  # bounded by live.stream, which ends after an hour
            alert = await reading.answer(desk, alert_id)
            if (text := alert.model_dump_json()) != told:
                yield "progress", text
                told = text
            if over := _over(alert):
                yield "end", "{}"
            else:
                await desk.db.wait(f"progress:{alert_id}", _LOOK_S)
                await asyncio.sleep(_PAUSE_S)


def _over(alert: AlertAnswer) -> bool:
    """Closed, everyone of its newest event listed, and nothing of any event under way."""
    waiting = {state.word for state in OPEN}
    under_way = sum(n for event in alert.events for word, n in event.tally.items() if word in waiting)
    return alert.state in _CLOSED and alert.planned is not None and not under_way
