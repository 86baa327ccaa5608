"""Those to call: children of whom no parent has seen a message, with the numbers, shown nowhere else; each look is in the audit."""

from aiohttp import web

from alertd.stations import audit
from alertd.subscribe import pupils, roll_call
from alertd.subscribe.roll_call import Roll, ToCall
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.school import CallLine, ToCallPage
from alertd.web.office.compose import composer
from alertd.web.office.whose import alert_id_of, own_alert
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit


async def to_call_page(request: web.Request) -> web.StreamResponse:
    """Of the station's own alert, for whoever may send here."""
    rooms, here = request.app[ROOMS], await composer(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    found = await roll_call.to_call(rooms.db, rooms.keyring, here.station, view.summary.id)
    async with rooms.db.transaction() as tx:
        what = (here.actor.name, "pupils.to_call", f"alert:{view.summary.id}", {"children": len(found)})
        await audit.append(tx, rooms.clock, here.station.id, *what)
    page = ToCallPage(
        frame=frame("À appeler", here),
        id=view.summary.id,
        headline=view.summary.headline,
        rolls=await rolls(rooms, here, view.summary.id),
        calls=tuple(_line(one) for one in found),
    )
    return show(page)


async def rolls(rooms: Rooms, here: Visit, alert_id: int) -> tuple[str, ...]:
    """Of an alert, who has seen it, list by list; only a school, or a club, has children."""
    if here.station.kind not in pupils.KINDS:
        return ()
    return tuple(seen_by(one) for one in await roll_call.rolls(rooms.db, here.station, alert_id))


def seen_by(one: Roll) -> str:
    """Reads "6e A : vu par 22 sur 25"."""
    return f"{one.name} : vu par {words.number(one.seen)} sur {words.number(one.pupils)}"


def _line(one: ToCall) -> CallLine:
    parents = tuple(
        Choice(parent.callback, words.telephone(parent.callback) if parent.callback else "", parent.name)
        for parent in one.parents
    )
    return CallLine(one.name, one.group, parents)
