"""« Voisins »: the sharing of dangers near the border, proposed by one mayor, signed by the other, ended by either."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from aiohttp import web

from alertd.errors import NotAllowed, Refused
from alertd.model import Role, Station
from alertd.stations import sharing
from alertd.stations.calling import call_deciders
from alertd.stations.sharing import Sharing
from alertd.store.database import Transaction
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.sharing import NeighboursPage, SharingLine
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = sharing.PATH
_STATES: Final = {
    "ours": "Attend leur signature",
    "theirs": "À signer",
    "signed": "Signé",
    "over": "Terminé",
}

Act = Callable[[Rooms, Visit, Transaction, Any], Awaitable[tuple[Station, str]]]


async def neighbours_page(request: web.Request) -> web.StreamResponse:
    """What is signed, what waits, and to whom it can be proposed."""
    rooms, here = request.app[ROOMS], await _admitted(request)
    return show(await _page(rooms, here))


async def propose(request: web.Request) -> web.StreamResponse:
    """One signature."""

    async def act(rooms: Rooms, here: Visit, tx: Transaction, typed: Any) -> tuple[Station, str]:
        said = str(typed.get("station", ""))
        wanted = int(said) if said.isascii() and said.isdigit() and len(said) < 16 else 0
        other = await sharing.propose(tx, rooms.clock, here.station, wanted, here.actor.name)
        return other, "service.sharing_proposed"

    return await _act(request, act)


async def sign(request: web.Request) -> web.StreamResponse:
    """The other one: from now on it holds."""

    async def act(rooms: Rooms, here: Visit, tx: Transaction, _typed: Any) -> tuple[Station, str]:
        other = await sharing.sign(tx, rooms.clock, here.station, _id(request), here.actor.name)
        return other, "service.sharing_signed"

    return await _act(request, act)


async def end(request: web.Request) -> web.StreamResponse:
    """Declined, taken back, or over."""

    async def act(rooms: Rooms, here: Visit, tx: Transaction, _typed: Any) -> tuple[Station, str]:
        other = await sharing.end(tx, rooms.clock, here.station, _id(request), here.actor.name)
        return other, "service.sharing_ended"

    return await _act(request, act)


async def _act(request: web.Request, act: Act) -> web.StreamResponse:
    """One decision of the mayor's, and the other mairie told of it, in one transaction."""
    rooms, here = request.app[ROOMS], await _admitted(request)
    if here.actor.role is not Role.MAYOR:
        raise NotAllowed("sharing_not_allowed", "Signer ou finir un partage revient au maire.")
    typed = await form(request)
    try:
        async with rooms.db.transaction() as tx:
            other, phrase = await act(rooms, here, tx, typed)
            said = {"organisation": here.station.name}
            bells = await call_deciders(tx, rooms.desk, other, phrase, said, PATH)
    except Refused as error:
        return show(await _page(rooms, here, error.message), error.status)
    for bell in bells:
        rooms.db.ring(bell)
    raise web.HTTPSeeOther(PATH)


async def _admitted(request: web.Request) -> Visit:
    here = await visit(request)
    if here.station.kind != sharing.COMMUNE:
        raise NotAllowed("sharing_not_allowed", "Le partage des urgences se signe entre communes.")
    return here


async def _page(rooms: Rooms, here: Visit, notice: str = "") -> NeighboursPage:
    now, found = rooms.clock.now_ms(), await sharing.of_station(rooms.db, here.station)
    taken = {one.other_id for one in found if one.state != "over"}
    near = await sharing.near(rooms.db, here.station)
    return NeighboursPage(
        frame=frame("Voisins", here),
        notice=notice,
        sharings=tuple(_line(one, here, now) for one in found),
        near=tuple(Choice(str(one.id), one.name) for one in near if one.id not in taken),
        may_decide=here.actor.role is Role.MAYOR,
    )


def _line(one: Sharing, here: Visit, now: int) -> SharingLine:
    return SharingLine(one.id, one.other, one.state, _STATES[one.state], tuple(_told(one, here, now)))


def _told(one: Sharing, here: Visit, now: int) -> Iterator[str]:
    timezone = here.station.timezone
    yield f"Proposé {words.when(one.proposed_at, timezone, now)}, par {one.proposed_by}."
    if one.signed_at is not None:
        yield f"Signé {words.when(one.signed_at, timezone, now)}, par {one.signed_by}."
    if one.ended_at is not None:
        word = "Terminé" if one.signed_at is not None else "Refusé, ou repris,"
        yield f"{word} {words.when(one.ended_at, timezone, now)}, par {one.ended_by}."


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
