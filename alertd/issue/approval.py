"""A second person agrees before a message leaves; within a time, then the deputies are called, then the station's own choice.

What waits is kept whole: who agrees sees what goes, to whom, and agrees to that and nothing else. A change makes it a draft
again. An end and a correction wait for nobody, nor does an emergency.
"""

from typing import Final

from alertd.clock import MINUTE
from alertd.errors import Conflict, NotAllowed, Refused
from alertd.issue.desk import Desk
from alertd.issue.drafting import add_alert, rewrite
from alertd.issue.guards import check_level
from alertd.issue.waiting import (
    Approval,
    decided,
    enter_thread,
    latest,
    letter,
    note,
    order_of,
    ring,
    settle,
    tell_author,
)
from alertd.issue.write import Order
from alertd.model import Act, Actor
from alertd.stations import approval_rules, calling, stations
from alertd.store import Transaction, ids
from alertd.store.contents import dumps, fingerprint

MOST_REASON: Final = 500


async def needed(desk: Desk, order: Order) -> bool:
    """Whether somebody else agrees first."""
    return (await approval_rules.rule(desk.db, order.station.id, order.content.level)) is not None


async def ask(desk: Desk, order: Order, alert_id: int | None, digest: str) -> int:
    """Let it wait, and call those who may agree; the alert's id. The same click again changes nothing.

    :raises Conflict: `approval_waiting`: something else of this alert waits already.
    """
    rule = await approval_rules.rule(desk.db, order.station.id, order.content.level)
    assert rule is not None  # noqa: S101 - `needed` said so
    try:
        async with desk.db.transaction() as tx:
            alert_id = await _waiting_thread(tx, order, alert_id)
            await _add(desk, tx, order, alert_id, digest, rule)
            bells = await _call_all(desk, tx, order, alert_id, desk.clock.now_ms() + rule.minutes * MINUTE)
    except _AskedBefore:
        return await _asked_before(desk, digest)
    ring(desk, bells)
    return alert_id


async def approve(desk: Desk, actor: Actor, alert_id: int, mark: str, people: int) -> int:
    """Agree, and so release; the event's id. `mark` and `people` are what the person was shown.

    :raises NotAllowed: `approval_own`, `approval_person`, `level_not_allowed`. :raises Conflict: `approval_decided`,
    `approval_changed`, `people_changed`; and as `release`.
    """
    one = await _mine(desk, actor, alert_id, mark)
    station = await stations.by_id(desk.db, one.station_id)
    order = await order_of(desk, station, one, actor)
    _check_people(desk, people, order.people)
    async with desk.db.transaction() as tx:
        await settle(desk, tx, one, "approved", actor.name)
        event_id = await enter_thread(desk, tx, order, one)
    ring(desk, ("fan_out", "front"))
    return event_id


async def refuse(desk: Desk, actor: Actor, alert_id: int, mark: str, reason: str) -> None:
    """Not so: it is a draft again, and its author is told why.

    :raises Refused: `reason_missing`. Raises as `approve`.
    """
    reason = read_reason(reason)
    one = await _mine(desk, actor, alert_id, mark)
    async with desk.db.transaction() as tx:
        await settle(desk, tx, one, "refused", actor.name, reason)
        said = {"by": actor.name.removeprefix("operator:"), "reason": reason[:80]}
        bells = await tell_author(desk, tx, one, "service.approval_refused", said)
    ring(desk, bells)


def read_reason(typed: str) -> str:
    """Why not, in words. :raises Refused: `reason_missing`."""
    reason = typed.strip()
    if not reason or len(reason) > MOST_REASON or "\0" in reason:
        sentence = f"Dites pourquoi, en {MOST_REASON} caractères au plus : l'auteur le lira."
        raise Refused("reason_missing", sentence, fields={"reason": sentence})
    return reason


async def void(desk: Desk, actor: Actor, alert_id: int) -> None:
    """It is to be changed: what was asked is worth nothing any more, and it is a draft again.

    :raises NotAllowed: `level_not_allowed`. :raises Conflict: `approval_decided`.
    """
    one = await latest(desk, actor.station_id, alert_id)
    check_level(actor, one.level)
    async with desk.db.transaction() as tx:
        await settle(desk, tx, one, "void", actor.name)


class _AskedBefore(Exception):
    """Two clicks at once, or something of this alert waits already."""


async def _asked_before(desk: Desk, digest: str) -> int:
    rows = await desk.db.fetch("approvals.by_digest", digest)
    if not rows:
        raise Conflict("approval_waiting", "Un message de cette alerte attend déjà un accord.")
    return int(rows[0]["alert_id"])


async def _waiting_thread(tx: Transaction, order: Order, alert_id: int | None) -> int:
    """The thread of a first message waits with it; an update's goes on as it is."""
    if order.act is not Act.ALERT:
        assert alert_id is not None  # noqa: S101 - an update has its alert
        return alert_id
    if alert_id is None:
        alert_id = await add_alert(tx, order.station, order.content)
    elif (await tx.fetch("alerts.one", alert_id))[0]["state"] == "pending":
        raise _AskedBefore
    else:
        await rewrite(tx, order.station, order.content, alert_id)
    await tx.execute("approvals.pend", alert_id)
    return alert_id


async def _add(
    desk: Desk, tx: Transaction, order: Order, alert_id: int, digest: str, rule: approval_rules.Rule
) -> None:
    now, content = desk.clock.now_ms(), order.content
    deputy_at = now + rule.minutes * MINUTE
    what = (
        order.actor.name,
        order.act,
        int(content.level),
        dumps(content),
        fingerprint(content),
        order.people,
    )
    terms = (now, deputy_at, deputy_at + rule.deputy_minutes * MINUTE, rule.otherwise)
    id_ = await ids.take(tx, "approval")
    if not await tx.execute("approvals.ask", id_, order.station.id, alert_id, digest, *what, *terms):
        raise _AskedBefore
    await tx.execute("alerts.save_draft", alert_id, dumps(content), order.actor.name)
    await note(
        desk, tx, order.station.id, order.actor.name, "approval.ask", alert_id, {"people": order.people}
    )


async def _call_all(desk: Desk, tx: Transaction, order: Order, alert_id: int, until: int) -> tuple[str, ...]:
    who = (order.station.id, int(order.content.level), order.actor.name, calling.MOST)
    rows = await tx.fetch("approvals.able", *who)
    said = letter("service.approval_ask", order.station, order.content, alert_id, until)
    return await calling.write_to(tx, desk, order.station, rows, said)


async def _mine(desk: Desk, actor: Actor, alert_id: int, mark: str) -> Approval:
    """What waits, if this person may decide it and saw what it is."""
    one = await latest(desk, actor.station_id, alert_id)
    if actor.role is None:
        raise NotAllowed("approval_person", "L'accord est donné par une personne, pas par un programme.")
    check_level(actor, one.level)
    if actor.name == one.author:
        raise NotAllowed("approval_own", "L'accord vient d'une autre personne que l'auteur.")
    if not one.waits:
        raise decided()
    if mark != one.mark:
        raise Conflict("approval_changed", "Ce message a changé depuis que vous l'avez ouvert. Relisez-le.")
    return one


def _check_people(desk: Desk, shown: int, now: int) -> None:
    if abs(now - shown) * 100 > desk.settings.limits.people_drift_percent * max(shown, 1):
        raise Conflict(
            "people_changed",
            f"Le nombre de personnes a changé ({shown}, maintenant {now}). Relisez, puis décidez.",
        )
