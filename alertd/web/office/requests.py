"""« Demander à la mairie »: an organisation asks, and reads the answer."""

from typing import Final

from aiohttp import web

from alertd.errors import NotAllowed, Refused
from alertd.stations import requests, stations
from alertd.web.contracts.organisation import RequestsPage
from alertd.web.office.organisations import request_line
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit
from alertd.web.words import telephone

PATH: Final = "/demandes"


async def requests_page(request: web.Request) -> web.StreamResponse:
    """What was asked, and the form."""
    rooms, here = request.app[ROOMS], await _asker(request)
    return show(await _page(rooms, here))


async def ask(request: web.Request) -> web.StreamResponse:
    """Kept, and the mairie's deciders are called."""
    rooms, here = request.app[ROOMS], await _asker(request)
    if here.actor.releases is None:
        raise NotAllowed("read_only", "Votre rôle permet de voir les demandes, pas d'en faire.")
    said = str((await form(request)).get("words", ""))
    try:
        async with rooms.db.transaction() as tx:
            _, bells = await requests.ask_and_call(tx, rooms.desk, here.station, here.actor.name, said)
    except Refused as error:
        return show(await _page(rooms, here, error.message, said), error.status)
    for bell in bells:
        rooms.db.ring(bell)
    raise web.HTTPSeeOther(PATH)


async def _asker(request: web.Request) -> Visit:
    here = await visit(request)
    if here.station.parent_id is None:
        raise NotAllowed(
            "no_parent", "Cette station ne dépend d'aucune mairie : il n'y a personne à qui demander."
        )
    return here


async def _page(rooms: Rooms, here: Visit, notice: str = "", typed: str = "") -> RequestsPage:
    now = rooms.clock.now_ms()
    parent = await stations.by_id(rooms.db, here.station.parent_id or 0)
    asked = await requests.asked_by(rooms.db, here.station)
    return RequestsPage(
        frame=frame(f"Demander à {parent.name}", here),
        notice=notice,
        mairie=parent.name,
        phone=telephone(parent.phone or ""),
        words=typed,
        requests=tuple(request_line(one, here.station.timezone, now) for one in asked),
    )
