"""A station's own closed days, kept once for all its schedules: school holidays of Corsica and overseas, the weeks of August.

A schedule that leaves them out (`own` among its skips) follows them when they change.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from alertd.errors import NotAllowed, Refused
from alertd.issue.desk import Desk
from alertd.model import Actor, Role
from alertd.schedule.plans import ACTIVE, Plan, of_station
from alertd.schedule.saving import MOST as MOST_SCHEDULES
from alertd.schedule.saving import placed, put
from alertd.stations import audit
from alertd.stations.homes import home
from alertd.store import Database

OWN: Final = "own"
MOST: Final = 100
Span = tuple[date, date]
"""The first and the last day."""


async def spans(db: Database, station_id: int) -> list[Span]:
    """In order."""
    kept = (await home(db, station_id)).closed
    ends = [line.split("/") for line in kept.split("\n") if line]
    return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in ends]


async def keep(desk: Desk, actor: Actor, wanted: Sequence[Span]) -> None:
    """Replace them; the next dates of the schedules that leave them out follow.

    :raises NotAllowed: `closed_not_allowed`. :raises Refused: `closed_too_many`. :raises Conflict: `schedule_changed`.
    """
    if actor.role is None or actor.role < Role.DEPUTY:
        raise NotAllowed("closed_not_allowed", "Ces jours reviennent au maire et à ses adjoints.")
    if len(wanted) > MOST:
        raise Refused("closed_too_many", f"Au plus {MOST} lignes.")
    text = "\n".join(f"{first}/{last}" for first, last in sorted(wanted))
    following = await _following(desk, actor.station_id, text)
    async with desk.db.transaction() as tx:
        await tx.execute("schedules.set_closed", actor.station_id, text)
        where = (actor.station_id, actor.name, "station.closed", f"station:{actor.station_id}")
        await audit.append(tx, desk.clock, *where, {"lines": len(wanted)})
        for read, plan in following:
            await put(desk, tx, actor, read, plan, "schedule.closed")


async def _following(desk: Desk, station_id: int, text: str) -> list[tuple[Plan, Plan]]:
    """Schedules as they are, and with the next date that they have from now on."""
    kept = await of_station(desk.db, station_id, MOST_SCHEDULES)
    mine = [plan for plan in kept if plan.state == ACTIVE and _leaves_out(plan)]
    return [(plan, await placed(desk, replace(plan, closed=text), may_end=True)) for plan in mine]


def _leaves_out(plan: Plan) -> bool:
    return OWN in (item.strip() for item in plan.skips.split(","))
