"""What belongs to one station, while its operator has chosen another, perhaps in a second tab.

A form does nothing then. A page that a letter leads to (an alert, an approval, a relay) leads on to its station, and says so.
"""

import functools
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from alertd.model import Station
from alertd.stations import operators, stations
from alertd.stations.sessions import Session
from alertd.web import words
from alertd.web.contracts.login import MovedPage
from alertd.web.paths import ours
from alertd.web.rooms import ROOMS
from alertd.web.show import frame, show
from alertd.web.visits import Visit, go, session_of, visit

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OPENED_FOR: Final = web.RequestKey("opened_for", str)
"""Where the words are kept: the name of the station for which the form was opened."""
_COMPOSED: Final = ("/alertes/nouvelle", "/exercices/nouveau")
_SENT: Final = "/alertes/envoyer"
_ANYWHERE: Final = ("/stations", "/deconnexion", "/compte", "/alertes/hors-ligne/envoi")
"""Forms of the person; and a wish that waited on a telephone, which names its station itself."""


async def answer(request: web.Request, session: Session, station_id: int | None) -> web.Response | None:
    """What is told of a form that was opened for another station than the one chosen now; None where it may go on."""
    if station_id == session.station_id or request.path.startswith(_ANYWHERE):
        return None
    here = await visit(request)
    other = await _served(request, here, station_id)
    if "application/json" in request.headers.get("Accept", ""):
        return web.json_response({"wrong": f"{_moved(here)} : rouvrez cette page."}, status=409)
    if request.path in _COMPOSED and here.actor.releases is not None:
        request[OPENED_FOR] = other.name if other else ""
        return None
    return show(_page(here, other, _came_from(request)), 409)


def leads(whose: Callable[[web.Request], Awaitable[tuple[int, ...]]]) -> Callable[[Handler], Handler]:
    """A page of a row that belongs to the stations `whose`: who serves one of them is in it now. To others nothing is told: the
    page refuses them in its own words, as if there were no such row.
    """

    def around(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def led(request: web.Request) -> web.StreamResponse:
            return await _lead(request, whose) or await handler(request)

        return led

    return around


async def _lead(
    request: web.Request, whose: Callable[[web.Request], Awaitable[tuple[int, ...]]]
) -> web.Response | None:
    """The page of a second tab that only looks again (`suite`) leads nobody away: it says where one is."""
    session = await session_of(request)
    if session is None or request.method != "GET":
        return None
    posts = {post.station_id for post in await operators.posts(request.app[ROOMS].db, session.operator.id)}
    wanted = [station_id for station_id in await whose(request) if station_id in posts]
    if not wanted or (session.actor is not None and session.station_id in wanted):
        return None
    if "suite" in request.query and session.actor is not None:
        here = await visit(request)
        return show(_page(here, await _served(request, here, wanted[0]), request.path), 409)
    await go(request, session, wanted[0])
    return None


def kept(here: Visit, opened_for: str, *, files: bool) -> str:
    """What whoever wrote a message is told: it goes on in this station, but for its zone."""
    first = f"Ce formulaire était ouvert pour {opened_for}. " if opened_for else ""
    again = (
        "la zone et les fichiers sont à choisir de nouveau" if files else "la zone est à choisir de nouveau"
    )
    return f"{first}{_moved(here)} : vos mots sont gardés, {again}."


def _moved(here: Visit) -> str:
    return f"Vous êtes maintenant {words.at(here.station)}"


def _page(here: Visit, other: Station | None, onward: str) -> MovedPage:
    opened = f"pour {other.name}" if other else "pour une autre station"
    return MovedPage(
        frame=frame(_moved(here), here),
        sentence=f"La page d'où vous venez était ouverte {opened} : rien n'a été envoyé ni changé.",
        station=other.id if other else 0,
        back=f"Revenir {words.at(other)}" if other else "",
        onward=onward,
        stay=f"Rester {words.at(here.station)}",
    )


async def _served(request: web.Request, here: Visit, station_id: int | None) -> Station | None:
    """That station, if the person has a role there: nobody is told another's name."""
    if station_id is None or station_id not in {post.station_id for post in here.posts}:
        return None
    return await stations.by_id(request.app[ROOMS].db, station_id)


def _came_from(request: web.Request) -> str:
    """The page that the form stood on."""
    try:
        said = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return "/"
    if said.path == _SENT:
        return "/"  # it has no page
    return ours(f"{said.path}?{said.query}" if said.query else said.path)
