"""A commune's mayor invites whoever is to answer for an organisation, while nobody does; never after."""

from typing import Any, Final

from aiohttp import web

from alertd.errors import Missing, Refused
from alertd.model import Role, Station
from alertd.store.database import Transaction
from alertd.subscribe import invitations
from alertd.web.office.organisations import PATH, deciding, enter, page_of
from alertd.web.office.own_account import changing
from alertd.web.rooms import Rooms
from alertd.web.show import show
from alertd.web.visits import Visit

WAITS: Final = "C'est demandé : un autre maire de la commune doit être d'accord, sous sept jours, sur sa page « Équipe et clés »."


async def head(request: web.Request) -> web.StreamResponse:
    """The letter leaves, at once or when the commune's other mayor agrees; or one that was not answered opens nothing any more."""
    rooms, here, child, typed = await deciding(request)
    path, notice = f"{PATH}/{child.id}", ""
    if typed.get("act") != "withdraw":
        await changing(request, path)
    try:
        async with rooms.db.transaction() as tx:
            if typed.get("act") == "withdraw":
                await _withdraw(rooms, tx, here, child, str(typed.get("invitation", "")))
            else:
                notice = await _invite(rooms, tx, here, child, typed)
    except Refused as error:
        return show(await page_of(rooms, here, child, error.french), error.status)
    if notice:
        return show(await page_of(rooms, here, child, notice))
    raise web.HTTPSeeOther(path)


async def _invite(rooms: Rooms, tx: Transaction, here: Visit, child: Station, typed: Any) -> str:
    await invitations.check_headless(tx, rooms.clock, child)
    said = {name: str(typed.get(name, ""))[:most] for name, most in (("email", 200), ("name", 120))}
    what = said | {"role": int(Role.MAYOR)}
    url = rooms.settings.http.public_url
    sent, bells = await invitations.invite(tx, rooms.desk, child, here.actor.name, url, what, here.station)
    for bell in bells:
        rooms.db.ring(bell)
    return "" if sent else WAITS


async def _withdraw(rooms: Rooms, tx: Transaction, here: Visit, child: Station, said: str) -> None:
    """One of while nobody answered for it: from then on they are its own. :raises Missing: `invitation_unknown`."""
    id_ = int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0
    gone = not await invitations.heads(tx, child) and await tx.execute(
        "team.settle_invitation", id_, child.id, rooms.clock.now_ms()
    )
    if not gone:
        raise Missing("invitation_unknown", "Cette invitation n'est plus ouverte.")
    await enter(rooms, tx, here, child, "invitation.withdraw", {"invitation": id_})
