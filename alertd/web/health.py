"""For supervisors: alive, ready, and what is counted."""

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from alertd.deliver.figures import Standing, standing
from alertd.errors import Unavailable
from alertd.web.addresses import from_networks
from alertd.web.condition import condition
from alertd.web.rooms import ROOMS, Rooms

_PING_S = 5.0


async def alive(_: web.Request) -> web.Response:
    """The process answers: nothing more is asked, or a slow database would have it restarted."""
    return web.Response(text="ok\n")


async def ready(request: web.Request) -> web.Response:
    """Whether a request would be served and an alert sent: 200, or 503 with what fails."""
    failing = await _failing(request.app[ROOMS])
    return web.json_response({"ready": not failing, "failing": failing}, status=503 if failing else 200)


async def metrics(request: web.Request) -> web.Response:
    """Prometheus' figures, for the networks of `[http] metrics_from`; for others there is nothing here."""
    rooms = request.app[ROOMS]
    if not from_networks(request, rooms.settings.http.metrics_from):
        raise web.HTTPNotFound
    spooled = await asyncio.to_thread(rooms.spool.size) if rooms.spool else 0
    page = rooms.figures.page(await _standing(rooms), spooled)
    now = await condition(rooms.settings, rooms.clock, rooms.db, ready=rooms.heartbeat())
    return web.Response(body=page + now.page(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


async def _standing(rooms: Rooms) -> Standing | None:
    """What the store says; None when it does not answer: supervisors are to see that, too."""
    try:
        async with asyncio.timeout(_PING_S):
            return await standing(rooms.db)
    except (Unavailable, TimeoutError):
        return None


async def _failing(rooms: Rooms) -> dict[str, str]:
    failing = {}
    try:
        async with asyncio.timeout(_PING_S):
            await rooms.db.ping()
    except (Unavailable, TimeoutError):
        failing["store"] = "the database does not answer, or cannot be written to"
    if not rooms.heartbeat():
        failing["sending"] = "the loops that send have not been heard of lately"
    return failing
