"""Nobody answered: the deputies are called, and then what the station chose is done."""

from typing import Final

from alertd.errors import AlertdError, Conflict, Unavailable
from alertd.issue.desk import Desk
from alertd.issue.waiting import (
    Approval,
    approval_of,
    enter_thread,
    letter,
    note,
    order_of,
    ring,
    settle,
    tell_author,
)
from alertd.model import Actor
from alertd.stations import approval_rules, calling, stations

AT_ONCE: Final = 20
NOBODY: Final = "alertd"
"""Who decided, where the time did."""


async def tick(desk: Desk) -> None:
    """Call the deputies where it is time, and do as the station chose where nobody answered."""
    now = desk.clock.now_ms()
    for row in await desk.db.fetch("approvals.due", now, AT_ONCE):
        one = approval_of(row)
        if one.ends_at > now:
            await _call_deputies(desk, one)
        else:
            await _time_is_up(desk, one)


async def _call_deputies(desk: Desk, one: Approval) -> None:
    station = await stations.by_id(desk.db, one.station_id)
    said = letter("service.approval_call", station, one.content, one.alert_id, one.ends_at)
    async with desk.db.transaction() as tx:
        if not await tx.execute("approvals.call", one.id, desk.clock.now_ms()):
            return
        rows = await tx.fetch("organisations.deciders", station.id, calling.MOST)
        bells = await calling.write_to(tx, desk, station, rows, said)
        await note(desk, tx, station.id, NOBODY, "approval.call", one.alert_id, {"written": len(bells)})
    ring(desk, bells)


async def _time_is_up(desk: Desk, one: Approval) -> None:
    """Nobody answered: as the station chose; what cannot be sent any more is not."""
    try:
        if one.otherwise == approval_rules.SEND:
            return await _send(desk, one)
        await _drop(desk, one, "unanswered")
    except Unavailable:
        raise
    except Conflict as error:
        if error.code != "approval_decided":
            await _drop(desk, one, error.code)
    except AlertdError as error:
        await _drop(desk, one, error.code)


async def _send(desk: Desk, one: Approval) -> None:
    station = await stations.by_id(desk.db, one.station_id)
    order = await order_of(desk, station, one, Actor(one.author, one.station_id, one.level))
    async with desk.db.transaction() as tx:
        await settle(desk, tx, one, "sent", NOBODY, "unanswered")
        await enter_thread(desk, tx, order, one)
    ring(desk, ("fan_out", "front"))


async def _drop(desk: Desk, one: Approval, reason: str) -> None:
    try:
        async with desk.db.transaction() as tx:
            await settle(desk, tx, one, "dropped", NOBODY, reason)
            bells = await tell_author(desk, tx, one, "service.approval_dropped", {})
    except Conflict:
        return  # decided in the last moment
    ring(desk, bells)
