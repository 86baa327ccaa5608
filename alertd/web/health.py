"""For supervisors: alive, ready, and what is counted."""

import asyncio

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from alertd.errors import NotAllowed, Unavailable
from alertd.web.addresses import from_this_machine
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
    """Prometheus' figures.

    :raises NotAllowed: `metrics_local`: they are for this machine alone.
    """
    if not from_this_machine(request):
        raise NotAllowed("metrics_local", "Ces chiffres ne se lisent que depuis la machine elle-même.")
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


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
