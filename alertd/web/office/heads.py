"""Who answers for an organisation, and whom its commune invited to, as the commune reads it."""

from alertd.model import Role, Station
from alertd.stations import organisations, team
from alertd.subscribe import invitations
from alertd.web import fresh_proof, words
from alertd.web.contracts import Choice
from alertd.web.contracts.organisation import Head
from alertd.web.rooms import Rooms
from alertd.web.visits import Visit


async def head_of(rooms: Rooms, here: Visit, child: Station, path: str) -> Head:
    """The names of those who answer for it, else what the mayor can do about it; `path` is the page's own."""
    names = await invitations.heads(rooms.db, child)
    now, mayor = rooms.clock.now_ms(), here.actor.role is Role.MAYOR
    open_ = await rooms.db.fetch("team.invited", child.id, now) if mayor and not names else []
    fresh = fresh_proof.is_fresh(rooms.clock, here.session)
    return Head(
        names=", ".join(names),
        invited=tuple(
            Choice(str(row["id"]), row["login"], f"invitation, {words.left(row['expires_at'], now)}")
            for row in open_
        ),
        may_invite=mayor and not names and not open_ and organisations.is_organisation(child),
        both=await team.needs_second(rooms.db, here.station),
        prove="" if fresh else f"/compte/confirmer?retour={path}",
    )
