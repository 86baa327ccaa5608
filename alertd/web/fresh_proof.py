"""Whether a person has shown enough, and lately enough, for what they are about to do."""

from typing import Final
from urllib.parse import quote

from aiohttp import web

from alertd.clock import HOUR, MINUTE, Clock
from alertd.model import Level
from alertd.stations import audit
from alertd.stations.sessions import Session
from alertd.web.rooms import ROOMS, Rooms

FRESH: Final = 10 * MINUTE
"""How long after showing who one is an account may be changed."""
LASTING: Final = 12 * HOUR
"""How long, for an emergency. Asked ahead of it, at most so often, and never while it burns."""
AHEAD: Final = HOUR
"""So long before that is over, it is asked: whoever begins a form now need not be asked on its last page."""


def must_secure(rooms: Rooms, session: Session) -> bool:
    """Whether this installation asks for more than the password that this account has."""
    return rooms.settings.login.second_factor == "required" and not session.secured


def reminder(session: Session) -> str:
    """What an operator's pages remind of; empty: nothing."""
    return "" if session.secured else "secure"


def is_fresh(clock: Clock, session: Session) -> bool:
    """Whether the person showed all that the account asks for only now."""
    return clock.now_ms() - session.proven_at < FRESH


def ask(request: web.Request, session: Session) -> str:
    """Where the person is asked to show who it is, and is led back from; "" where it was shown lately, or nobody asks.

    Only on what is read: a form that was posted is not left for it.
    """
    actor, rooms = session.actor, request.app[ROOMS]
    if actor is None or actor.releases is not Level.DANGER or request.method not in {"GET", "HEAD"}:
        return ""
    if rooms.clock.now_ms() - session.proven_at < LASTING - AHEAD:
        return ""
    return _confirm(request.rel_url.raw_path_qs)


def check_form(rooms: Rooms, prove: str) -> None:
    """Where this installation holds an emergency back for it, it is asked before the form opens.

    :raises aiohttp.web.HTTPSeeOther: to the page that asks.
    """
    if prove and rooms.settings.login.danger_unproven == "refuse":
        raise web.HTTPSeeOther(prove)


def check_danger(rooms: Rooms, session: Session, digest: str) -> None:
    """As `check_form`, of one whose time ran out on the way from the form: the preview waits."""
    if _is_proven(rooms, session) or rooms.settings.login.danger_unproven == "send":
        return
    raise web.HTTPSeeOther(_confirm(f"/alertes/apercu/{quote(digest, safe='')}"))


async def note_danger(rooms: Rooms, session: Session, alert_id: int) -> None:
    """An emergency went without it, life first: the audit says so."""
    actor = session.actor
    if actor is None or _is_proven(rooms, session):
        return
    hours = (rooms.clock.now_ms() - session.proven_at) // HOUR
    async with rooms.db.transaction() as tx:
        what = (actor.station_id, actor.name, "danger.unproven", f"alert:{alert_id}", {"hours": hours})
        await audit.append(tx, rooms.clock, *what)


def _is_proven(rooms: Rooms, session: Session) -> bool:
    return rooms.clock.now_ms() - session.proven_at < LASTING


def _confirm(path: str) -> str:
    return f"/compte/confirmer?retour={quote(path, safe='/')}"
