"""Undo: an information or a warning is taken back as long as nobody was told of it; its words are a draft again.

The thread is corrected as a false alert, which reaches all that it ever reached: nobody. While it waits for second thoughts it
hangs on no notice board; once it has, it is never unsaid there.
"""

from typing import Final

from alertd.clock import FOREVER, SECOND
from alertd.errors import Conflict
from alertd.issue import attachments, threads
from alertd.issue.desk import Desk
from alertd.issue.drafting import add_alert
from alertd.issue.guards import after, check_level
from alertd.issue.threads import Head
from alertd.issue.write import Order, enter
from alertd.model import Act, Actor, Level, Station
from alertd.stations import audit, stations
from alertd.store import Database, Transaction
from alertd.store.contents import dumps

HOLD_MS: Final = 10 * SECOND
"""What is released from the pages waits so long for second thoughts; an emergency has its countdown instead."""


async def undo(desk: Desk, actor: Actor, alert_id: int) -> int | None:
    """Take an alert back; the draft that holds its words. None where somebody has been told, or may have been.

    :raises Missing: `alert_unknown`. :raises Conflict: `not_active`, `not_undone`. :raises NotAllowed: `level_not_allowed`.
    """
    head = await threads.head(desk.db, actor.station_id, alert_id)
    after(head.state, Act.CANCEL)
    check_level(actor, head.content.level)
    if head.content.level is Level.DANGER:
        raise Conflict("not_undone", "Une urgence ne s'annule pas : utilisez « Fausse alerte ».")
    station = await stations.by_id(desk.db, actor.station_id)
    async with desk.db.transaction() as tx:
        if not await _untold(tx, alert_id):
            return None
        draft = await _take_back(desk, tx, actor, station, head)
    desk.db.ring("fan_out")
    desk.db.ring("front")
    return draft


async def undoable(db: Database, alert_id: int) -> bool:
    """Whether nobody has been told yet, as far as is known now."""
    return not await db.fetch("attempts.told", alert_id)


async def _untold(tx: Transaction, alert_id: int) -> bool:
    """Behind the gate, where no claim is under way: what is not on the wire now never will be."""
    messages = await tx.fetch("messages.of_alert", alert_id)
    for message in messages:
        await tx.fetch("gates.shut", message["id"])
    return len(messages) == 1 and not await tx.fetch("attempts.told", alert_id)


async def _take_back(desk: Desk, tx: Transaction, actor: Actor, station: Station, head: Head) -> int:
    content = threads.closing_content(desk, station, head, Act.CANCEL, None)
    order = Order(Act.CANCEL, station, content, 0, 0, (), actor, told=False)
    await enter(desk, tx, order, head.alert_id, None)
    await tx.execute("telling.hush", head.alert_id, FOREVER, HOLD_MS)
    await tx.execute("telling.drop", head.alert_id, FOREVER)
    draft = await add_alert(tx, station, head.content)
    await tx.execute("alerts.save_draft", draft, dumps(head.content), actor.name)
    await attachments.keep(tx, station.id, draft, head.content)
    where = (station.id, actor.name, "alert.undone", f"alert:{head.alert_id}")
    await audit.append(tx, desk.clock, *where, {"draft": draft})
    return draft
