"""The alert, or the schedule, that an address names, and whose it is."""

from aiohttp import web

from alertd.errors import Missing
from alertd.issue import reading
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.visits import Visit


async def own_alert(rooms: Rooms, here: Visit, alert_id: int) -> reading.AlertView:
    """:raises Missing: `alert_unknown`, also for another station's."""
    view = await reading.alert(rooms.desk, alert_id)
    if view.summary.station_id != here.station.id:
        raise Missing("alert_unknown", "Cette alerte n'existe pas.")
    return view


async def station_of_alert(request: web.Request) -> tuple[int, ...]:
    """Whose alert the address names, if there is one."""
    rows = await request.app[ROOMS].db.fetch("alerts.one", alert_id_of(request))
    return tuple(row["station_id"] for row in rows)


async def station_of_schedule(request: web.Request) -> tuple[int, ...]:
    """Whose schedule the address names, if there is one."""
    rows = await request.app[ROOMS].db.fetch("schedules.one", alert_id_of(request))
    return tuple(row["station_id"] for row in rows)


def alert_id_of(request: web.Request) -> int:
    """What the route has let through as a number."""
    return int(request.match_info["id"])
