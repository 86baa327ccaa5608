"""The HTTP application: every room's routes, and what each request passes on its way."""

from typing import Final

from aiohttp import web

from alertd.web import api, callbacks, doors, edge, health, live, patience, statics
from alertd.web.office import routes as office
from alertd.web.public import routes as public
from alertd.web.public import status
from alertd.web.residents import personal
from alertd.web.residents import routes as residents
from alertd.web.rooms import ROOMS, Rooms

PAGES: Final = (
    *office.PAGES,
    *residents.PAGES,
    *public.PAGES,
    web.get(callbacks.PATH, callbacks.receive, allow_head=False),
    web.post(callbacks.PATH, callbacks.receive),
    web.get("/healthz", health.alive),
    web.get("/readyz", health.ready),
    web.get("/metrics", health.metrics),
)


def build(rooms: Rooms) -> web.Application:
    """The application, ready to be served by whoever made the rooms."""
    app = web.Application(
        middlewares=[
            edge.pass_through,
            doors.tell_errors,
            doors.bound_body,
            patience.bound_time,
            doors.refuse_forgery,
        ],
        client_max_size=doors.largest_body(rooms.settings),
    )
    app[ROOMS] = rooms
    app[status.KEPT] = status.Kept()
    app.on_response_prepare.append(doors.add_headers)
    app.on_response_prepare.append(edge.name_it)
    live.install(app)
    app.add_routes(PAGES)
    if rooms.settings.http.short_url:
        app.router.add_get("/{code:[0-9A-Za-z]{11}}", personal.short_link)
    app.router.add_get(statics.ROUTE, statics.versioned)
    app.router.add_static("/static", statics.FOLDER)
    api.install(app)
    return app
