"""A letter's link: what is offered, and the button that takes it. A robot that follows links accepts nothing."""

from dataclasses import replace
from typing import Final

from aiohttp import web

from alertd.errors import Refused
from alertd.model import Role
from alertd.stations import operators, organisations, team
from alertd.stations.factors import Proof
from alertd.stations.operators import Operator
from alertd.subscribe.invitations import PATH
from alertd.web import words
from alertd.web.contracts import Frame
from alertd.web.contracts.team import InvitationPage
from alertd.web.office.entering import enter, greet
from alertd.web.office.own_account import account
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.visits import session_of

AS_OWN: Final = "/compte/invitation"
"""Where a logged-in person takes it: a form of the session's, with its token."""


async def invitation_page(request: web.Request) -> web.StreamResponse:
    """Who invites, as what."""
    return show(await _page(request, request.match_info["token"]))


async def accept(request: web.Request) -> web.StreamResponse:
    """The role is held, the password kept; who had no way in before is in, where a finger or a face is set up; others log in, as ever."""
    rooms, token = request.app[ROOMS], request.match_info["token"]
    typed = await form(request)
    password, again = (str(typed.get(name, ""))[:1000] for name in ("password", "again"))
    try:
        hashed = await _hashed(rooms, token, password, again)
        async with rooms.db.transaction() as tx:
            row = await team.accept(tx, rooms.clock, token, hashed)
            entered = None
            if hashed is not None:
                operator = Operator(row["operator_id"], row["login"], row["name"])
                entered = await enter(request, tx, operator, Proof.LINK, Proof.PASSWORD)
    except Refused as error:
        return show(await _page(request, token, error.french), error.status)
    if entered is None:
        raise web.HTTPSeeOther("/connexion")
    raise greet(request, replace(entered, to="/compte"))


async def accept_as(request: web.Request) -> web.StreamResponse:
    """By the account that is logged in; then the choice of a station, where there is one more."""
    rooms, token = request.app[ROOMS], request.match_info["token"]
    session, _ = await account(request)
    async with rooms.db.transaction() as tx:
        await team.accept_as(tx, rooms.clock, token, session.operator)
    raise web.HTTPSeeOther("/stations")


async def _hashed(rooms: Rooms, token: str, password: str, again: str) -> str | None:
    row = await team.invitation(rooms.db, rooms.clock, token)
    if row["known"]:
        return None
    if password != again:
        raise Refused(
            "password_differs", "Les deux mots de passe ne sont pas les mêmes : écrivez-les de nouveau."
        )
    return await operators.hash_password(rooms.passwords, row["login"], password)


async def _page(request: web.Request, token: str, error: str = "") -> InvitationPage:
    rooms, session = request.app[ROOMS], await session_of(request)
    row = await team.invitation(rooms.db, rooms.clock, token)
    role = Role(row["role"])
    headed = role is Role.MAYOR and row["kind"] in organisations.KINDS
    return InvitationPage(
        frame=Frame(
            "Invitation", station=row["station"], accent=row["accent"], csrf=session.csrf if session else ""
        ),
        error=error,
        action=f"{PATH}/{token}",
        inviter=row["station"],
        role=words.HEAD if headed else words.ROLES[role],
        login=row["login"],
        known=bool(row["known"]),
        own=session.operator.login if session and not row["known"] else "",
        with_own=f"{AS_OWN}/{token}",
        log_in=f"/connexion?retour={PATH}/{token}",
    )
