"""The edge: each request has an id, which its log lines and what it releases bear, and is counted by its route's pattern.

A proxy that is trusted may have given the id already (X-Request-ID); anybody else's is not believed. Labels are bounded: patterns of our own
routes, six methods, five classes of status. https://prometheus.io/docs/practices/naming/
"""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from alertd import story
from alertd.web.addresses import from_trusted_proxy
from alertd.web.rooms import ROOMS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADER: Final = "X-Request-ID"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
GONE: Final = 499
"""Whoever asked did not wait for the answer: nginx's number for it."""
REQUEST: Final = web.RequestKey("request_id", str)


@web.middleware
async def pass_through(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outside of all other middlewares, so that what they refuse is counted, too."""
    rooms = request.app[ROOMS]
    begun, status, timed = rooms.clock.monotonic(), GONE, True
    request[REQUEST] = _id_of(request)
    try:
        with story.about(request[REQUEST]):
            response = await handler(request)
    except web.HTTPException as refused:
        status = refused.status
        raise
    else:
        status, timed = response.status, response.content_type != "text/event-stream"
        return response
    finally:
        method = request.method if request.method in METHODS else "other"
        seconds = rooms.clock.monotonic() - begun if timed else None
        rooms.figures.served(method, route_of(request), f"{status // 100}xx", seconds)


async def name_it(request: web.Request, response: web.StreamResponse) -> None:
    """The id goes back to whoever asked: what they report is found in the log."""
    if name := request.get(REQUEST):
        response.headers[HEADER] = name


def route_of(request: web.Request) -> str:
    """The route's pattern: a path may hold a personal link."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "none"


def _id_of(request: web.Request) -> str:
    given = request.headers.get(HEADER, "")
    if story.GIVEN.fullmatch(given) and from_trusted_proxy(request):
        return given
    return story.made()
