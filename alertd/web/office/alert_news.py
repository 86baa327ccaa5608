"""What an alert's page that is open is told as it happens, part by part."""

import asyncio
import json
from collections.abc import AsyncIterator

from aiohttp import web

from alertd.issue import reading
from alertd.issue.reading import AlertView
from alertd.web.live import stream
from alertd.web.office.reached_map import MapNews
from alertd.web.office.sharing import ShareNews
from alertd.web.office.undoing import undo_part
from alertd.web.office.whose import alert_id_of, own_alert
from alertd.web.progress import progress_part, under_way
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import part
from alertd.web.visits import Visit, visit

_LOOK_S = 2.0
"""Between two looks at the books when no bell rings."""
_PAUSE_S = 0.5
"""After each look: however often the bell rings, a page is redrawn twice a second."""


async def alert_stream(request: web.Request) -> web.StreamResponse:
    """The progress part again whenever the books change, until nothing can change by itself."""
    rooms, here = request.app[ROOMS], await visit(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    shares = ShareNews(rooms, here.station, shown="image" in request.query)
    return await stream(request, _news(rooms, here, view, shares))


async def _news(
    rooms: Rooms, here: Visit, view: AlertView, shares: ShareNews
) -> AsyncIterator[tuple[str, str]]:
    where = MapNews(rooms, here.station)
    told, before, state = "", part(await undo_part(rooms, here, view)), view.summary.state
    while True:  # bounded by `stream`, which ends after an hour
        books = await reading.progress(rooms.desk, view.summary.id)
        shown = progress_part(view, books, rooms.clock.now_ms())
        html = part(shown)
        if html != told:
            yield "part", json.dumps({"name": "progress", "html": html, "said": shown.events[0].summary})
            told = html
        undo = part(await undo_part(rooms, here, view))
        if undo != before:
            yield "part", json.dumps({"name": "undo", "html": undo, "said": ""})
            before = undo
        if map_ := await where.news(view, books, last=not under_way(view, books)):
            yield "part", json.dumps({"name": "reached", "html": map_, "said": ""})
        if box := await shares.news(view):
            yield "part", json.dumps({"name": "share", "html": box, "said": ""})
        if view.summary.state is not state:
            yield "reload", "{}"
        if not under_way(view, books):
            yield "over", "{}"
            return
        await rooms.db.wait(f"progress:{view.summary.id}", _LOOK_S)
        await asyncio.sleep(_PAUSE_S)
        state, view = view.summary.state, await reading.alert(rooms.desk, view.summary.id)
