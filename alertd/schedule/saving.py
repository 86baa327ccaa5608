"""Saving a schedule, and changing it. What was previewed is what is sent each time; the preview's digest saves it once.

Whatever decides what a schedule will say, where or when is one right and one agreement, at its saving as at each change: see
`alertd.schedule.agreeing`. Whoever only takes away (a date dropped, a pause, an end) asks nobody.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from alertd.clock import from_ms, to_ms
from alertd.errors import Conflict, Refused
from alertd.issue.desk import Desk
from alertd.issue.guards import check_level, check_station
from alertd.issue.preview import stored
from alertd.model import Actor, Station
from alertd.schedule import agreeing
from alertd.schedule.fitting import check_again, check_fits
from alertd.schedule.holidays import at_home
from alertd.schedule.plans import ACTIVE, ENDED, GRACE, PAUSED, Plan, change_of, moved, row_of, stopped
from alertd.schedule.plans import plan as find
from alertd.schedule.stamps import resolve
from alertd.stations import audit, elections, stations
from alertd.stations.homes import home
from alertd.store import Transaction, ids
from alertd.store.contents import loads

MOST: Final = 100
"""Schedules that a station keeps at a time."""
STAMP: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Wish:
    """When to send: an RFC 5545 rule from a first wall time of the station, and the holidays to leave out; public ones of no
    department are those of the station's commune.
    """

    rule: str
    starts: datetime
    skips: str = ""


ONCE: Final = "FREQ=DAILY;COUNT=1"
"""Later, and only then."""


async def draw(desk: Desk, actor: Actor, station: Station, digest: str, wish: Wish) -> Plan:
    """The schedule that a preview and a wish make, not yet kept: what is shown before saving. Its id is 0.

    :raises Refused: `rule`, `rule_never`, `skip`, `schedule_over`, `schedule_danger`, `schedule_attachments`,
    `schedule_update`, `schedule_hour`. :raises Missing, Conflict: of the preview. :raises NotAllowed: `level_not_allowed`.
    """
    shown = await stored(desk, actor, digest)
    content = loads(shown["content"])
    check_station(station)
    check_fits(actor, content, shown)
    if wish.rule != ONCE:
        check_again(desk, content)
    here = await home(desk.db, station.id)
    since = content.onset or shown["created_at"]
    plan = Plan(
        id=0,
        station_id=station.id,
        actor=actor.name,
        state=ACTIVE,
        rule=wish.rule,
        starts=wish.starts,
        timezone=station.timezone,
        skips=at_home(wish.skips, here.insee),
        content=moved(content, -since),
        people=shown["people"],
        grace_ms=GRACE[content.level],
        next_at=None,
        version=1,
        closed=here.closed,
    )
    return await placed(desk, await agreeing.asked(desk, actor, plan))


async def save(desk: Desk, actor: Actor, station: Station, digest: str, wish: Wish) -> int:
    """Keep it; its id. The same digest again gives the same schedule. Raises as `draw`, and Refused `schedules_too_many`."""
    plan = await draw(desk, actor, station, digest, wish)
    async with desk.db.transaction() as tx:
        if rows := await tx.fetch("schedules.by_digest", digest):
            return int(rows[0]["id"])
        if (await tx.fetch("schedules.alive", station.id))[0]["n"] >= MOST:
            raise Refused(
                "schedules_too_many",
                f"At most {MOST} schedules: end one first.",
                french=f"Au plus {MOST} programmations : arrêtez-en une d'abord.",
            )
        plan = replace(plan, id=await ids.take(tx, "schedule"))
        if not await tx.execute("schedules.add", *row_of(plan, digest)):
            return int((await tx.fetch("schedules.by_digest", digest))[0]["id"])
        detail = {"next_at": plan.next_at, "people": plan.people, "level": plan.content.level.word}
        await audit.append(
            tx, desk.clock, station.id, actor.name, "schedule.save", f"schedule:{plan.id}", detail
        )
        await agreeing.call(desk, tx, plan)
    return plan.id


async def pause(desk: Desk, actor: Actor, schedule_id: int) -> None:
    """Nothing fires until it is resumed. Raises Missing, NotAllowed, Conflict `schedule_changed`."""
    plan = await mine(desk, actor, schedule_id)
    await _change(desk, actor, plan, stopped(plan, PAUSED), "schedule.pause")


async def resume(desk: Desk, actor: Actor, schedule_id: int) -> None:
    """From the next date on; those that passed meanwhile were not meant. What was refused is asked again.

    :raises Refused: `schedule_over`: none is left.
    """
    plan = await mine(desk, actor, schedule_id)
    if plan.state == ACTIVE:
        return
    again = await agreeing.asked(desk, actor, replace(plan, state=ACTIVE, refused=None))
    await _change(desk, actor, plan, await placed(desk, again), "schedule.resume")


async def end(desk: Desk, actor: Actor, schedule_id: int) -> None:
    """It fires no more; what it sent stays."""
    plan = await mine(desk, actor, schedule_id)
    await _change(desk, actor, plan, stopped(plan, ENDED), "schedule.end")


async def drop(desk: Desk, actor: Actor, schedule_id: int, fire_at: int) -> None:
    """Leave out one date to come, in UTC milliseconds. :raises Refused: `date_unknown`: it is none of its dates."""
    plan = await mine(desk, actor, schedule_id)
    await check_coming(desk, plan, fire_at)
    changed = replace(plan, rule=_with(plan.rule, f"EXDATE:{_stamp(fire_at)}"))
    await _change(desk, actor, plan, await placed(desk, changed, may_end=True), "schedule.drop")


async def move(desk: Desk, actor: Actor, schedule_id: int, fire_at: int, wall: datetime) -> None:
    """Send one date's message at another wall time instead, with the words of its day. Raises as `drop`, and `date_past`,
    `date_taken`, `date_excluded`.
    """
    plan = await mine(desk, actor, schedule_id)
    await check_coming(desk, plan, fire_at)
    at = to_ms(resolve(wall, plan.recurrence.zone))
    if at <= desk.clock.now_ms():
        raise Refused(
            "date_past",
            "This date is past: choose one to come.",
            french="Cette date est déjà passée : choisissez-en une à venir.",
        )
    if at != fire_at and await asyncio.to_thread(plan.after, at - 1) == at:
        raise Refused(
            "date_taken",
            "A message leaves at that moment already: choose another one.",
            french="Un message part déjà à cette heure-là : choisissez-en une autre.",
        )
    freed = _without(plan.rule, f"EXDATE:{_stamp(at)}")  # a date that was dropped before may be wanted again
    lines = f"EXDATE:{_stamp(fire_at)}\nRDATE:{_stamp(at)}"
    put_off = replace(plan, rule=_with(freed, lines))
    changed = await placed(desk, await agreeing.asked(desk, actor, put_off))
    if changed.after(at - 1) != at:
        raise Refused(
            "date_excluded",
            "This date is one of those left out: choose another one.",
            french="Cette date est de celles qui sont retirées : choisissez-en une autre.",
        )
    before = from_ms(fire_at).astimezone(plan.recurrence.zone).date()
    async with desk.db.transaction() as tx:
        await put(desk, tx, actor, plan, changed, "schedule.move")
        await tx.execute("schedules.follow_text", plan.id, before.isoformat(), wall.date().isoformat())


async def placed(desk: Desk, plan: Plan, *, may_end: bool = False) -> Plan:
    """With its next date, from now; a rule is unfolded in a thread: one that never happens takes a while to say so. What is
    stopped has none until it is resumed; a date that is due, and not decided yet, is still its next.
    """
    now = desk.clock.now_ms()
    since = now if plan.next_at is None else min(now, plan.next_at - 1)
    following = await asyncio.to_thread(plan.after, since)
    if following is None and not may_end:
        raise Refused(
            "schedule_over",
            "No date is left to come: change the date or the rule.",
            french="Il n'y a plus aucune date à venir : changez la date ou la règle.",
        )
    if following is None:
        return stopped(plan, ENDED)
    return replace(plan, next_at=following if plan.state == ACTIVE else None)


async def mine(desk: Desk, actor: Actor, schedule_id: int) -> Plan:
    """A schedule that this actor may change. Raises Missing, NotAllowed, Conflict `schedule_ended`."""
    plan = await find(desk.db, actor.station_id, schedule_id)
    check_level(actor, plan.content.level)
    if plan.state == ENDED:
        raise Conflict(
            "schedule_ended", "This schedule has ended.", french="Cette programmation est terminée."
        )
    return plan


async def check_coming(desk: Desk, plan: Plan, fire_at: int) -> None:
    """One of its dates, and not past."""
    found = await asyncio.to_thread(plan.after, fire_at - 1)
    if found != fire_at or fire_at <= desk.clock.now_ms():
        raise Refused(
            "date_unknown",
            "This is none of the dates to come: read them again.",
            french="Cette date n'est pas de celles à venir : rechargez la page.",
        )


async def _change(desk: Desk, actor: Actor, read: Plan, plan: Plan, action: str) -> None:
    async with desk.db.transaction() as tx:
        await put(desk, tx, actor, read, plan, action)


async def put(
    desk: Desk,
    tx: Transaction,
    actor: Actor,
    read: Plan,
    plan: Plan,
    action: str,
    detail: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """A schedule as it is now, in place of what was read; those are called who are to agree to it.

    :raises Conflict: `schedule_changed`, or fired meanwhile.
    """
    if not await tx.execute("schedules.change", plan.id, read.version, read.next_at, *change_of(plan)):
        raise Conflict(
            "schedule_changed",
            "This schedule has just changed, or fired: read it again.",
            french="Cette programmation vient de changer ou de partir : rechargez la page.",
        )
    told = {"next_at": plan.next_at, **detail}
    await audit.append(tx, desk.clock, plan.station_id, actor.name, action, f"schedule:{plan.id}", told)
    if plan.asked_at != read.asked_at:
        await agreeing.call(desk, tx, plan)


async def ticked_for(desk: Desk, plan: Plan, *, neutral: bool) -> bool:
    """Whether a schedule that says something else, or begins anew, needed the tick of an electoral period, and has it.

    :raises Refused: `election_tick`.
    """
    station = await stations.by_id(desk.db, plan.station_id)
    return await elections.check_tick(desk.db, station, plan.content, desk.clock.now_ms(), ticked=neutral)


async def note_tick(desk: Desk, tx: Transaction, actor: Actor, plan: Plan) -> None:
    """Who said that it promotes nobody."""
    where = (plan.station_id, actor.name, "election.tick", f"schedule:{plan.id}")
    await audit.append(tx, desk.clock, *where, {})


def _without(rule: str, line: str) -> str:
    return "\n".join(each for each in rule.split("\n") if each != line)


def _with(rule: str, lines: str) -> str:
    head = rule if rule.upper().startswith(("RRULE", "EXDATE", "RDATE")) else f"RRULE:{rule}"
    return f"{head}\n{lines}"


def _stamp(moment: int) -> str:
    return from_ms(moment).astimezone(UTC).strftime(STAMP)
