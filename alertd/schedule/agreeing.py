"""A second person agrees to what a schedule will say, where a station wants one for each message of its level.

One rule: what decides a schedule's words, its place or its time (saving it, resuming it, a date moved, another hour, the texts
of its days) waits for somebody other than its author, as what is sent at once does. It is agreed to once, for all its dates;
a change asks anew. Until then nothing leaves: a date that comes before is held for its grace, then sent or not as the station
chose for those who do not answer.
"""

from dataclasses import replace
from typing import Final

from alertd.clock import MINUTE
from alertd.errors import Conflict, NotAllowed
from alertd.issue.desk import Desk
from alertd.issue.guards import check_level
from alertd.model import Actor
from alertd.schedule.plans import Plan
from alertd.schedule.plans import plan as find
from alertd.stations import approval_rules, audit, calling, stations
from alertd.stations.approval_rules import SEND
from alertd.store import Database, Transaction
from alertd.store.contents import headline

HELD: Final = "held"
UNANSWERED: Final = "unanswered"


async def asked(desk: Desk, actor: Actor, plan: Plan) -> Plan:
    """The plan as this person leaves it: waiting for another one where its level wants that."""
    wanted = await approval_rules.rule(desk.db, plan.station_id, plan.content.level)
    if wanted is None:
        return replace(plan, asked_by=None, asked_at=None)
    return replace(plan, asked_by=actor.name, asked_at=desk.clock.now_ms())


async def call(desk: Desk, tx: Transaction, plan: Plan) -> None:
    """Write to those who may agree, its author apart; the bells may ring early, they are hints."""
    if plan.asked_by is None:
        return
    station = await stations.by_id(tx, plan.station_id)
    who = (station.id, int(plan.content.level), plan.asked_by, calling.MOST)
    said = {"headline": headline(plan.content, station.locale)[:80]}
    letter = calling.Called("service.schedule_ask", said, f"/programmations/{plan.id}")
    for bell in await calling.write_to(tx, desk, station, await tx.fetch("approvals.able", *who), letter):
        desk.db.ring(bell)


async def agree(desk: Desk, actor: Actor, schedule_id: int, version: int) -> None:
    """It may leave from now on. `version` is of what the person was shown.

    :raises Missing: `schedule_unknown`. :raises NotAllowed: `approval_person`, `approval_own`, `level_not_allowed`.
    :raises Conflict: `schedule_changed`: something else than what was shown, or another one agreed.
    """
    plan = await find(desk.db, actor.station_id, schedule_id)
    _check(actor, plan)
    what = (plan.state, plan.rule, plan.next_at, None, None)
    async with desk.db.transaction() as tx:
        agreed = plan.asked_at is not None and version == plan.version
        if not agreed or not await tx.execute("schedules.change", plan.id, version, plan.next_at, *what):
            raise Conflict("schedule_changed", "Cette programmation vient de changer : relisez-la.")
        where = (plan.station_id, actor.name, "schedule.agree", f"schedule:{plan.id}")
        await audit.append(tx, desk.clock, *where, {"author": plan.asked_by})


async def standing(desk: Desk, plan: Plan) -> str | None:
    """Whether a date that is due waits (`HELD`), or may not leave (`UNANSWERED`); None: it leaves."""
    if plan.asked_at is None:
        return None
    rule = await approval_rules.rule(desk.db, plan.station_id, plan.content.level)
    if rule is None:
        return None
    if desk.clock.now_ms() < plan.asked_at + (rule.minutes + rule.deputy_minutes) * MINUTE:
        return HELD
    return None if rule.otherwise == SEND else UNANSWERED


async def waiting(db: Database, actor: Actor) -> int:
    """How many schedules wait for somebody other than this person."""
    return int((await db.fetch("schedules.unagreed", actor.station_id, actor.name))[0]["n"])


def _check(actor: Actor, plan: Plan) -> None:
    if actor.role is None:
        raise NotAllowed("approval_person", "L'accord est donné par une personne, pas par un programme.")
    check_level(actor, plan.content.level)
    if actor.name == plan.asked_by:
        raise NotAllowed("approval_own", "L'accord vient d'une autre personne que l'auteur.")
