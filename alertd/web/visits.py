"""Who is at the door: the session of a cookie, the station chosen, and what the person may do there."""

from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import quote

from aiohttp import web

from alertd.clock import SECOND
from alertd.errors import NotLoggedIn
from alertd.model import Actor, Station
from alertd.stations import announcement, operators, organisations, sessions, stations
from alertd.stations.operators import Post
from alertd.stations.sessions import Opened, Session
from alertd.web import fresh_proof
from alertd.web.rooms import ROOMS, Rooms

_LOADED = web.RequestKey[Session | None]("session", object)  # type: ignore[arg-type] # None, too, is an answer


_ARRIVED = web.RequestKey("arrived", bool)


@dataclass(frozen=True, slots=True)
class Visit:
    """An operator in a station. `posts`: all the stations that the person may choose from; `grants`: the only ready texts in
    which a danger may be sent from here, None where nothing limits it; `reminder`: what the account lacks;
    `prove`: where to show who one is before an emergency, "" where that was lately; `announcement`: the host's banner; `arrived`: this page itself led here from another station.
    """

    session: Session
    actor: Actor
    station: Station
    posts: tuple[Post, ...]
    grants: frozenset[str] | None = None
    reminder: str = ""
    prove: str = ""
    announcement: str = ""
    arrived: bool = False

    @property
    def owner(self) -> str:
        """See `owner_of`."""
        return owner_of(self.session.operator.id, self.station.id)


def owner_of(operator_id: int, station_id: int) -> str:
    """Whose what a telephone keeps is: nobody's in the name of another, nor of another station."""
    return f"{operator_id}.{station_id}"


async def visit(request: web.Request) -> Visit:
    """The operator and the station chosen.

    Someone not logged in is sent to the log-in page, someone without a station to the choice.

    :raises NotLoggedIn: on a POST, which cannot be taken up after a log-in.
    """
    rooms, session = request.app[ROOMS], await session_of(request)
    if session is None:
        _send_to_log_in(request)
    if fresh_proof.must_secure(rooms, session):
        raise web.HTTPSeeOther("/compte")
    if session.actor is None:
        raise web.HTTPSeeOther(_choice(request))
    station = await stations.by_id(rooms.db, session.actor.station_id)
    posts = await operators.posts(rooms.db, session.operator.id)
    grants = await organisations.granted(rooms.db, station)
    return Visit(
        session,
        session.actor,
        station,
        posts,
        grants,
        fresh_proof.reminder(session),
        fresh_proof.ask(request, session),
        await _announced(rooms),
        request.get(_ARRIVED, False),
    )


async def _announced(rooms: Rooms) -> str:
    found = await announcement.current(rooms.db, rooms.clock.now_ms())
    return found.text if found else ""


async def go(request: web.Request, session: Session, station_id: int) -> None:
    """Act in that station from here on, in this request already; whoever came from another is told so.

    :raises NotAllowed: `no_role`: without a role there.
    """
    rooms, token = request.app[ROOMS], token_of(request)
    async with rooms.db.transaction() as tx:
        await sessions.choose_station(tx, token, station_id)
    request[_ARRIVED] = session.actor is not None
    request[_LOADED] = await sessions.current(rooms.db, rooms.clock, token)


async def session_of(request: web.Request) -> Session | None:
    """The session of the request's cookie, looked up once; None when it opens nothing."""
    if _LOADED not in request:
        request[_LOADED] = await _load(request)
    return request[_LOADED]


def cookie_name(rooms: Rooms) -> str:
    """`__Host-` makes browsers refuse the cookie from any other host or path, but needs https."""
    return "__Host-alertd" if rooms.https else "alertd"


def keep(response: web.StreamResponse, rooms: Rooms, opened: Opened) -> None:
    """Give the session to the browser; scripts never see it, and other sites' forms never send it."""
    response.set_cookie(
        cookie_name(rooms),
        opened.token,
        max_age=opened.lasts_ms // SECOND,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=rooms.https,
    )


def forget(response: web.StreamResponse, rooms: Rooms) -> None:
    response.del_cookie(cookie_name(rooms), path="/", httponly=True, samesite="Lax", secure=rooms.https)


def token_of(request: web.Request) -> str:
    """What the cookie holds, bounded; empty without one, or for stray bytes, which no token of ours has."""
    token = request.cookies.get(cookie_name(request.app[ROOMS]), "")[:100]
    return token if token.isascii() else ""


async def _load(request: web.Request) -> Session | None:
    rooms, token = request.app[ROOMS], token_of(request)
    session = await sessions.current(rooms.db, rooms.clock, token) if token else None
    if session is not None:
        await sessions.touch(rooms.db, rooms.clock, token, session)
    return session


def _choice(request: web.Request) -> str:
    """Where a station is chosen, and whence one goes on to the page that was asked for."""
    if request.method != "GET" or request.path == "/":
        return "/stations"
    return f"/stations?retour={quote(request.rel_url.raw_path_qs, safe='/')}"


def _send_to_log_in(request: web.Request) -> NoReturn:
    if request.method in {"GET", "HEAD"}:
        raise web.HTTPSeeOther(f"/connexion?retour={quote(request.rel_url.raw_path_qs, safe='/')}")
    raise NotLoggedIn("not_logged_in", "Votre session est terminée : reconnectez-vous, puis recommencez.")
