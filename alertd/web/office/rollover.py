"""The new school year: what becomes of each class, looked at first, then done at once."""

from typing import Any

from aiohttp import web

from alertd.errors import NotAllowed, Refused
from alertd.model import Role
from alertd.subscribe import pupils, rollover
from alertd.subscribe.rollover import LEAVE, NEW, STAY, Class
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.school import RollLine, RolloverPage
from alertd.web.office.classes import PATH, with_children
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit


async def rollover_page(request: web.Request) -> web.StreamResponse:
    """Each class, with what it usually becomes."""
    rooms, here = request.app[ROOMS], await _decider(request)
    return show(await _page(rooms, here, {}))


async def roll(request: web.Request) -> web.StreamResponse:
    """What was chosen, in words; with the second button, done."""
    rooms, here = request.app[ROOMS], await _decider(request)
    typed = await form(request)
    wanted = _wanted(typed)
    try:
        if typed.get("act") == "do":
            seen = str(typed.get("mark", ""))[:64]
            async with rooms.db.transaction() as tx:
                what = (here.station, here.actor.name, wanted, seen)
                await rollover.roll(tx, rooms.clock, rooms.keyring, *what)
            raise web.HTTPSeeOther(PATH)
    except Refused as error:
        return show(await _page(rooms, here, wanted, error.french), error.status)
    return show(await _page(rooms, here, wanted, told=True))


async def _decider(request: web.Request) -> Visit:
    here = await with_children(request)
    if here.actor.role is not Role.MAYOR:
        raise NotAllowed("rollover_not_allowed", "Passer à l'année suivante revient au responsable.")
    return here


def _wanted(typed: Any) -> dict[int, str]:
    """By class: `class-12` is a field of the form."""
    pairs = (
        (name.partition("-")[2], str(value)[:16])
        for name, value in typed.items()
        if name.startswith("class-")
    )
    return {int(id_): value for id_, value in pairs if id_.isascii() and id_.isdigit() and len(id_) < 16}


async def _page(
    rooms: Rooms, here: Visit, wanted: dict[int, str], notice: str = "", *, told: bool = False
) -> RolloverPage:
    found = await rollover.classes(rooms.db, here.station)
    there = await pupils.of_station(rooms.db, rooms.keyring, here.station)
    chosen = {one.id: wanted.get(one.id) or _usual(one, found) for one in found}
    names = {str(one.id): one.name for one in found}
    return RolloverPage(
        frame=frame("Nouvelle année", here),
        notice=notice,
        classes=tuple(
            RollLine(
                one.id, one.name, words.count(one.pupils, "enfant"), _options(one, found), chosen[one.id]
            )
            for one in found
        ),
        mark=rollover.mark(there),
        told=tuple(_told(one, chosen[one.id], names) for one in found if one.pupils) if told else (),
    )


def _usual(one: Class, found: tuple[Class, ...]) -> str:
    if one.next is None:
        return STAY
    if not one.next:
        return LEAVE
    there = [other for other in found if other.name.casefold() == one.next.casefold()]
    return str(there[0].id) if there else NEW


def _options(one: Class, found: tuple[Class, ...]) -> tuple[Choice, ...]:
    new = [Choice(NEW, f"devient {one.next} (nouvelle)")] if _usual(one, found) == NEW else []
    others = (Choice(str(other.id), f"devient {other.name}") for other in found if other.id != one.id)
    return (
        *new,
        *others,
        Choice(STAY, "reste comme elle est"),
        Choice(LEAVE, "quitte la liste"),
    )


def _told(one: Class, chosen: str, names: dict[str, str]) -> str:
    who = f"{one.name}, {words.count(one.pupils, 'enfant')}"
    if chosen == LEAVE:
        return f"{who} : partent, avec leurs parents qui n'ont plus d'autre enfant ici"
    if chosen == STAY:
        return f"{who} : restent en {one.name}"
    return f"{who} : passent en {one.next if chosen == NEW else names.get(chosen, '?')}"
