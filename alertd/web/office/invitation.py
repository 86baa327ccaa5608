"""A letter's link: what is offered, and the button that takes it. A robot that follows links accepts nothing."""

from aiohttp import web

from alertd.errors import Refused
from alertd.model import Role
from alertd.stations import operators, team
from alertd.subscribe.invitations import PATH
from alertd.web import words
from alertd.web.contracts import Frame
from alertd.web.contracts.team import InvitationPage
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show


async def invitation_page(request: web.Request) -> web.StreamResponse:
    """Who invites, as what."""
    return show(await _page(request.app[ROOMS], request.match_info["token"]))


async def accept(request: web.Request) -> web.StreamResponse:
    """The role is held, the password kept; then the log-in, as ever."""
    rooms, token = request.app[ROOMS], request.match_info["token"]
    typed = await form(request)
    password, again = (str(typed.get(name, ""))[:1000] for name in ("password", "again"))
    try:
        hashed = await _hashed(rooms, token, password, again)
        async with rooms.db.transaction() as tx:
            await team.accept(tx, rooms.clock, token, hashed)
    except Refused as error:
        return show(await _page(rooms, token, error.message), error.status)
    raise web.HTTPSeeOther("/connexion")


async def _hashed(rooms: Rooms, token: str, password: str, again: str) -> str | None:
    row = await team.invitation(rooms.db, rooms.clock, token)
    if row["known"]:
        return None
    if password != again:
        raise Refused(
            "password_differs", "Les deux mots de passe ne sont pas les mêmes : écrivez-les de nouveau."
        )
    return await operators.hash_password(rooms.passwords, row["login"], password)


async def _page(rooms: Rooms, token: str, error: str = "") -> InvitationPage:
    row = await team.invitation(rooms.db, rooms.clock, token)
    return InvitationPage(
        frame=Frame("Invitation", station=row["station"]),
        error=error,
        action=f"{PATH}/{token}",
        inviter=row["station"],
        role=words.ROLES[Role(row["role"])],
        login=row["login"],
        known=bool(row["known"]),
    )
