"""From a request to a route's handler and back: the key, its pace, its idempotency, then the work.

Every error a person can meet leaves as a problem document; what is a bug is left to the application's own net.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from typing import Final

from aiohttp import web

from alertd.errors import AlertdError, NotAllowed, NotLoggedIn
from alertd.model import Actor
from alertd.web.api import callers, documents, idempotency, openapi
from alertd.web.api.routes import ROUTES
from alertd.web.api.streams import STREAMS
from alertd.web.api.table import PREFIX, Call, Reply, Route
from alertd.web.errors import problem, problem_response
from alertd.web.rooms import ROOMS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PACE: Final = web.AppKey("api_pace", callers.Pace)

_SHAPES: Final = {
    "{slug}": "{slug:[a-z0-9][a-z0-9-]{0,60}}",
    "{id}": "{id:[0-9]{1,15}}",
    "{ref}": "{ref:[^/]{1,300}}",
}
"""Whatever else stands there names nothing, and is answered so without asking the store."""


def install(app: web.Application) -> None:
    """Serve the API's routes; `app[ROOMS]` is there, and `alertd.web.live` installed, before the first request."""
    rooms = app[ROOMS]
    app[PACE] = callers.Pace(rooms.settings.limits.api_requests_per_minute, rooms.clock)
    app[STREAMS] = Counter()
    described = partial(_describe, _document(rooms.settings.http.public_url))
    handlers: dict[str, dict[str, Handler]] = {"/openapi.json": {"GET": described}}
    for route in ROUTES:
        handlers.setdefault(route.path, {})[route.method] = partial(_serve, route)
    for path, methods in handlers.items():
        _add(app, PREFIX + pattern(path), methods)


@cache
def _document(public_url: str) -> str:
    return json.dumps(openapi.describe(ROUTES, public_url))


def _add(app: web.Application, path: str, methods: Mapping[str, Handler]) -> None:
    """Serve a path by these methods; by any other, say which there are."""
    resource = app.router.add_resource(path)
    for method, handler in methods.items():
        resource.add_route(method, handler)
    resource.add_route("*", partial(_not_allowed, ", ".join(methods)))


def pattern(path: str) -> str:
    """A documented path as the router reads it."""
    for name, shape in _SHAPES.items():
        path = path.replace(name, shape)
    return path


async def _describe(described: str, _: web.Request) -> web.Response:
    return web.json_response(text=described)


async def _not_allowed(allow: str, _: web.Request) -> web.Response:
    message = f"This address answers to {allow} only."
    return problem_response(405, "method_not_allowed", message, headers={"Allow": allow})


async def _serve(route: Route, request: web.Request) -> web.StreamResponse:
    try:
        actor = await _admitted(route, request)
        work = partial(_work, route, request, actor)
        if request.method == "POST" and idempotency.HEADER in request.headers:
            return await _once(request, actor, work)
        return await work()
    except AlertdError as error:
        return _problem(error)


async def _admitted(route: Route, request: web.Request) -> Actor:
    """Who asks, if the key works, is not too fast, and has the scope of this route."""
    actor = await callers.recognise(request.app[ROOMS].db, request)
    request.app[PACE].take(callers.key_id(actor))
    if route.subscribers and not actor.subscribers:
        message = "This key has no `subscribers` scope: ask the station for one that may see to people."
        raise NotAllowed("subscribers_not_allowed", message)
    return actor


async def _work(route: Route, request: web.Request, actor: Actor) -> web.StreamResponse:
    """The answer to one request, errors included."""
    try:
        document = await documents.read(request) if request.method == "POST" and not route.files else {}
        reply = await route.handle(Call(request, request.app[ROOMS].desk, actor, document))
    except AlertdError as error:
        return _problem(error)
    return reply if isinstance(reply, web.StreamResponse) else _response(reply)


async def _once(
    request: web.Request, actor: Actor, work: Callable[[], Awaitable[web.StreamResponse]]
) -> web.Response:
    async def kept() -> idempotency.Kept:
        response = await work()
        return idempotency.Kept(response.status, getattr(response, "text", None) or "")

    desk = request.app[ROOMS].desk
    answer = await idempotency.once(request, callers.key_id(actor), desk.db, desk.clock, kept)
    kind = "application/problem+json" if answer.status >= 400 else "application/json"
    return web.Response(status=answer.status, text=answer.body, content_type=kind)


def _response(reply: Reply) -> web.Response:
    if reply.content is None:
        return web.Response(status=reply.status)
    text = reply.content.model_dump_json(exclude_none=False)
    return web.json_response(text=text, status=reply.status)


def _problem(error: AlertdError) -> web.Response:
    response = problem(error)
    if isinstance(error, NotLoggedIn):
        response.headers["WWW-Authenticate"] = 'Bearer realm="alertd"'
    return response
