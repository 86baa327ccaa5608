"""The HTTP application: every route in one table, and what each request passes on its way."""

from importlib.resources import files
from typing import Final

from aiohttp import web

from alertd.web import api, callbacks, doors, health, live, show
from alertd.web.pages import alerts, compose, entrance, gateways, leaving, preview, residents, sandbox
from alertd.web.rooms import ROOMS, Rooms

_ID: Final = "{id:[1-9][0-9]{0,14}}"
_CHANNEL: Final = "{channel:sms|push|email|voice|display}"
_ACT: Final = "{act:fin|fausse-alerte}"

PAGES: Final = (
    web.get("/connexion", entrance.log_in_page),
    web.post("/connexion", entrance.log_in),
    web.post("/deconnexion", entrance.log_out),
    web.get("/stations", entrance.stations_page),
    web.post("/stations", entrance.choose_station),
    web.get("/", alerts.history),
    web.get("/alertes/nouvelle", compose.compose_page),
    web.post("/alertes/nouvelle", compose.compose),
    web.get("/alertes/apercu/{digest:[A-Za-z0-9_-]{8,64}}", preview.preview_page),
    web.post("/alertes/envoyer", preview.send),
    web.get(f"/alertes/{_ID}", alerts.alert_page),
    web.get(f"/alertes/{_ID}/flux", alerts.alert_stream),
    web.get(f"/alertes/{_ID}/corriger", compose.correct_page),
    web.post(f"/alertes/{_ID}/corriger", compose.correct),
    web.get(f"/alertes/{_ID}/{_ACT}", alerts.close_page),
    web.post(f"/alertes/{_ID}/{_ACT}", alerts.close),
    web.get(gateways.PATH, gateways.gateways_page),
    web.post(f"{gateways.PATH}/{_CHANNEL}/imposer", gateways.prefer),
    web.post(f"{gateways.PATH}/{_CHANNEL}/auto", gateways.auto),
    web.get("/a/{code:[0-9A-Za-z]{11}}", residents.resident_page),
    web.post("/a/{code:[0-9A-Za-z]{11}}", residents.read),
    web.get("/partir/{code:[0-9A-Za-z]{11}}", leaving.leaving_page),
    web.post("/partir/{code:[0-9A-Za-z]{11}}", leaving.leave_station),
    web.get("/bac-a-sable", sandbox.to_sandbox),
    web.get("/sandbox", sandbox.sandbox_page),
    web.get("/sandbox/flux", sandbox.sandbox_stream),
    web.get(callbacks.PATH, callbacks.receive, allow_head=False),
    web.post(callbacks.PATH, callbacks.receive),
    web.get("/healthz", health.alive),
    web.get("/readyz", health.ready),
    web.get("/metrics", health.metrics),
)


def build(rooms: Rooms) -> web.Application:
    """The application, ready to be served by whoever made the rooms."""
    app = web.Application(
        middlewares=[doors.tell_errors, doors.bound_body, doors.refuse_forgery],
        client_max_size=rooms.settings.http.max_body_bytes,
    )
    app[ROOMS] = rooms
    app.on_response_prepare.append(doors.add_headers)
    show.install(app)
    live.install(app)
    app.add_routes(PAGES)
    app.router.add_static("/static", str(files("alertd.web") / "static"))
    api.install(app)
    return app
