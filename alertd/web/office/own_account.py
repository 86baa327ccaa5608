"""Who looks at their own account, and whether they have shown lately enough who they are to change it."""

from dataclasses import replace
from typing import NoReturn
from urllib.parse import quote

from aiohttp import web

from alertd.errors import NotLoggedIn
from alertd.model import Mode
from alertd.stations import factors, operators, stations
from alertd.stations.factors import Factors
from alertd.stations.sessions import Session
from alertd.web import fresh_proof
from alertd.web.contracts import Frame
from alertd.web.rooms import ROOMS
from alertd.web.show import MOST_AT_HAND, others
from alertd.web.visits import owner_of, session_of


async def account(request: web.Request) -> tuple[Session, Factors]:
    """Whoever is logged in, with a station or without.

    :raises NotLoggedIn: on a POST, which cannot be taken up after a log-in.
    """
    session = await session_of(request)
    known = await factors.of(request.app[ROOMS].db, session.operator.id) if session else None
    if session is None or known is None:
        _send_to_log_in(request)
    return session, known


async def changing(request: web.Request, back: str = "/compte?fait=confirme") -> tuple[Session, Factors]:
    """As `account`, of someone who showed only now all that the account asks for; others are asked to, and led to `back`."""
    session, known = await account(request)
    if not fresh_proof.is_fresh(request.app[ROOMS].clock, session):
        raise web.HTTPSeeOther(f"/compte/confirmer?retour={quote(back, safe='/')}")
    return session, known


async def frame_of(request: web.Request, session: Session, title: str) -> Frame:
    """What surrounds a page of the account: the station chosen, if there is one."""
    frame = Frame(title, operator=session.operator.name, csrf=session.csrf)
    if session.actor is None:
        return frame
    db = request.app[ROOMS].db
    station = await stations.by_id(db, session.actor.station_id)
    posts = await operators.posts(db, session.operator.id)
    return replace(
        frame,
        station=station.name,
        accent=station.accent,
        others=others(posts, station.id),
        many_stations=len(posts) > MOST_AT_HAND + 1,
        training=station.mode is Mode.TRAINING,
        owner=owner_of(session.operator.id, station.id),
    )


def _send_to_log_in(request: web.Request) -> NoReturn:
    if request.method in {"GET", "HEAD"}:
        raise web.HTTPSeeOther(f"/connexion?retour={quote(request.rel_url.raw_path_qs, safe='/')}")
    raise NotLoggedIn("not_logged_in", "Votre session est terminée : reconnectez-vous, puis recommencez.")
