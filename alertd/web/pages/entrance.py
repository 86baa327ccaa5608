"""Log in, log out, and choose in whose name to speak."""

from typing import Any

from aiohttp import web
from multidict import MultiMapping

from alertd.errors import TooOften
from alertd.stations import operators, sessions, throttle
from alertd.stations.operators import Operator, Post
from alertd.web import words
from alertd.web.addresses import client_address
from alertd.web.contracts import Choice, Frame, LoginPage, StationsPage
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.visits import forget, keep, session_of, token_of


async def log_in_page(request: web.Request) -> web.StreamResponse:
    if await session_of(request) is not None:
        raise web.HTTPSeeOther(_onward(request))
    return show(request, _log_in_page(request))


async def log_in(request: web.Request) -> web.StreamResponse:
    """A session in a cookie; the same words for an unknown login and a wrong password.

    :raises TooOften: `log_in_too_often`, by login and address.
    """
    rooms, typed = request.app[ROOMS], await form(request)
    login, password = _login(typed), str(typed.get("password", ""))[:1000]
    await _wait_your_turn(rooms, login, client_address(request))
    operator = await operators.verify(rooms.db, rooms.passwords, login, password)
    if operator is None:
        return show(request, _log_in_page(request, login, _WRONG), 401)
    return await _welcome(request, operator)


async def log_out(request: web.Request) -> web.StreamResponse:
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        await sessions.close_session(tx, token_of(request))
    response = web.HTTPSeeOther("/connexion")
    forget(response, rooms)
    raise response


async def stations_page(request: web.Request) -> web.StreamResponse:
    session = await session_of(request)
    if session is None:
        raise web.HTTPSeeOther("/connexion?retour=/stations")
    posts = await operators.posts(request.app[ROOMS].db, session.operator.id)
    frame = Frame("Au nom de qui ?", operator=session.operator.name, csrf=session.csrf)
    return show(request, StationsPage(frame, tuple(_choice(post) for post in posts)))


async def choose_station(request: web.Request) -> web.StreamResponse:
    if await session_of(request) is None:
        raise web.HTTPSeeOther("/connexion?retour=/stations")
    wanted = str((await form(request)).get("station", ""))
    station_id = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 16 else 0
    async with request.app[ROOMS].db.transaction() as tx:
        await sessions.choose_station(tx, token_of(request), station_id)
    raise web.HTTPSeeOther("/")


_WRONG = "L'identifiant ou le mot de passe n'est pas le bon. Vérifiez les deux, puis recommencez."


def _login(typed: MultiMapping[Any]) -> str:
    """Nobody's where it holds a NUL, which no database can look for."""
    login = str(typed.get("login", ""))[:200]
    return "" if "\0" in login else login


async def _wait_your_turn(rooms: Rooms, login: str, address: str) -> None:
    async with rooms.db.transaction() as tx:
        seconds = await throttle.log_in_wait(tx, rooms.clock, login, address)
    if seconds:
        raise TooOften(
            "log_in_too_often",
            f"Trop d'essais de suite : attendez {words.wait(seconds)}, puis recommencez.",
            retry_after_s=seconds,
        )


async def _welcome(request: web.Request, operator: Operator) -> web.StreamResponse:
    rooms = request.app[ROOMS]
    posts = await operators.posts(rooms.db, operator.id)
    only = posts[0].station_id if len(posts) == 1 else None
    async with rooms.db.transaction() as tx:
        await sessions.close_session(tx, token_of(request))  # a session of before is not carried over
        opened = await sessions.open_session(tx, rooms.clock, operator.id, only)
    response = web.HTTPSeeOther(_onward(request) if only else "/stations")
    keep(response, rooms, opened)
    raise response


def _log_in_page(request: web.Request, login: str = "", error: str = "") -> LoginPage:
    return LoginPage(Frame("Se connecter"), request.rel_url.raw_path_qs, login, error)


def _onward(request: web.Request) -> str:
    """Where the person wanted to go: a path of ours, never another site (no double slash, no backslash)."""
    path = request.query.get("retour", "/")
    return path if path.startswith("/") and path[1:2] not in {"/", "\\"} and path.isprintable() else "/"


def _choice(post: Post) -> Choice:
    return Choice(str(post.station_id), post.name, words.ROLES[post.role])
