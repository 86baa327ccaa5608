"""A second person agrees to what a schedule will say, where a station wants one for each message of its level.

One rule: what decides a schedule's words, its place or its time (saving it, resuming it, a date moved, another hour, the texts
of its days) waits for somebody other than its author, as what is sent at once does. It is agreed to once, for all its dates;
a change asks anew. Until then nothing leaves: a date that comes before is held for its grace, then sent or not as the station
chose for those who do not answer. Whoever does not agree says why: it is stopped until it is asked again.
"""

from dataclasses import replace
from typing import Final

from alertd.clock import MINUTE
from alertd.errors import Conflict, NotAllowed
from alertd.issue.approval import read_reason
from alertd.issue.desk import Desk
from alertd.issue.guards import check_level
from alertd.issue.waiting import PATH as APPROVALS
from alertd.issue.waiting import decided, ring
from alertd.model import Actor, Station
from alertd.schedule import plans
from alertd.schedule.plans import ACTIVE, PAUSED, Plan, Refusal, change_of, stopped
from alertd.schedule.plans import plan as find
from alertd.stations import approval_rules, audit, calling, stations
from alertd.stations.approval_rules import SEND
from alertd.store import Database, Transaction
from alertd.store.contents import headline

PATH: Final = f"{APPROVALS}/programmations"
HELD: Final = "held"
UNANSWERED: Final = "unanswered"


async def asked(desk: Desk, actor: Actor, plan: Plan) -> Plan:
    """The plan as this person leaves it: waiting for another one where its level wants that. What is stopped is asked when it is
    resumed, with all that was changed meanwhile.
    """
    if plan.state != ACTIVE:
        return replace(plan, asked_by=None, asked_at=None)
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
    letter = calling.Called(
        "service.schedule_ask", {"headline": _headline(plan, station)}, f"{PATH}/{plan.id}"
    )
    ring(desk, await calling.write_to(tx, desk, station, await tx.fetch("approvals.able", *who), letter))


async def agree(desk: Desk, actor: Actor, schedule_id: int, version: int) -> None:
    """It may leave from now on. `version` is of what the person was shown.

    :raises Missing: `schedule_unknown`. :raises NotAllowed: `approval_person`, `approval_own`, `level_not_allowed`.
    :raises Conflict: `schedule_changed`: something else than what was shown; `approval_decided`: another one was quicker.
    """
    plan = await _mine(desk, actor, schedule_id, version)
    async with desk.db.transaction() as tx:
        await _settle(desk, tx, actor, plan, replace(plan, asked_by=None, asked_at=None), "schedule.agree")


async def refuse(desk: Desk, actor: Actor, schedule_id: int, version: int, reason: str) -> None:
    """Not so: it is stopped, whoever wrote it is told why, and may change it and ask again.

    :raises Refused: `reason_missing`. Raises as `agree`.
    """
    reason = read_reason(reason)
    plan = await _mine(desk, actor, schedule_id, version)
    no = Refusal(actor.name, desk.clock.now_ms(), reason)
    async with desk.db.transaction() as tx:
        await _settle(desk, tx, actor, plan, replace(stopped(plan, PAUSED), refused=no), "schedule.refuse")
        bells = await _tell_author(desk, tx, plan, no)
    ring(desk, bells)


async def _mine(desk: Desk, actor: Actor, schedule_id: int, version: int) -> Plan:
    """What waits, if this person may decide it and saw what it is."""
    plan = await find(desk.db, actor.station_id, schedule_id)
    if actor.role is None:
        raise NotAllowed(
            "approval_person",
            "Agreement is given by a person, not by a program.",
            french="L'accord est donné par une personne, pas par un programme.",
        )
    check_level(actor, plan.content.level)
    if actor.name == plan.asked_by:
        raise NotAllowed(
            "approval_own",
            "Agreement comes from another person than the author.",
            french="L'accord vient d'une autre personne que l'auteur.",
        )
    if not plan.waits:
        raise decided()
    if version != plan.version:
        raise _changed()
    return plan


async def _settle(desk: Desk, tx: Transaction, actor: Actor, read: Plan, plan: Plan, action: str) -> None:
    """As it was decided, once: of two who decide at the same moment the second reads that somebody was quicker."""
    if not await tx.execute("schedules.change", plan.id, read.version, read.next_at, *change_of(plan)):
        waits = (await tx.fetch("schedules.one", plan.id))[0]["asked_at"] == read.asked_at
        raise _changed() if waits else decided()
    detail = {"author": read.asked_by} | ({"reason": plan.refused.reason} if plan.refused else {})
    where = (plan.station_id, actor.name, action, f"schedule:{plan.id}")
    await audit.append(tx, desk.clock, *where, detail)


async def _tell_author(desk: Desk, tx: Transaction, plan: Plan, no: Refusal) -> tuple[str, ...]:
    """Tell the one who asked; the bells to ring."""
    station = await stations.by_id(tx, plan.station_id)
    rows = await tx.fetch("approvals.author", plan.asked_by, calling.MOST)
    said = {
        "by": no.by.removeprefix("operator:"),
        "reason": no.reason[:80],
        "headline": _headline(plan, station),
    }
    letter = calling.Called("service.approval_refused", said, f"/programmations/{plan.id}")
    return await calling.write_to(tx, desk, station, rows, letter)


def _headline(plan: Plan, station: Station) -> str:
    return headline(plan.content, station.locale)[:80]


def _changed() -> Conflict:
    return Conflict(
        "schedule_changed",
        "This schedule has just changed, or fired: read it again.",
        french="Cette programmation vient de changer ou de partir : relisez-la.",
    )


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
    """How many schedules wait for this person: another one wrote them, and their level is theirs to release."""
    asked = await plans.waiting(db, actor.station_id)
    return sum(may_decide(actor, plan) for plan in asked)


def may_decide(actor: Actor, plan: Plan) -> bool:
    """Whether this person may agree to it, or not."""
    may = actor.role is not None and actor.releases is not None and actor.releases >= plan.content.level
    return may and plan.waits and actor.name != plan.asked_by
