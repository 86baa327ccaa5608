"""« Celle-ci », « celle-ci et les suivantes », « toutes »: one date is otherwise, or a schedule ends before it, or goes on
from there at another hour, on other weekdays, with other words.

Going on makes a second schedule: what the first one sent stays with it, under its own rule. Both are one transaction.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

from alertd.clock import SECOND, from_ms, to_ms
from alertd.errors import Refused
from alertd.issue.desk import Desk
from alertd.model import Actor
from alertd.schedule import agreeing
from alertd.schedule.plans import Plan, row_of
from alertd.schedule.recurrence import Firing, Recurrence, following
from alertd.schedule.rule import WEEKDAYS, Rule
from alertd.schedule.saving import STAMP, check_coming, mine, move, note_tick, placed, put, ticked_for
from alertd.schedule.stamps import Stamp, instant_of, resolve
from alertd.schedule.texts import keep, saying, texts
from alertd.stations import audit
from alertd.store import Transaction, ids

_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")


async def drop_following(desk: Desk, actor: Actor, schedule_id: int, fire_at: int) -> None:
    """Nothing any more from this date on. Raises as `saving.drop`."""
    plan = await mine(desk, actor, schedule_id)
    await check_coming(desk, plan, fire_at)
    shorter = await placed(desk, replace(plan, rule=before(plan.recurrence, fire_at)), may_end=True)
    async with desk.db.transaction() as tx:
        await put(desk, tx, actor, plan, shorter, "schedule.drop_following")


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise: another hour, other weekdays (as RFC 5545 writes them), another instruction; None and empty: as it was."""

    at: time | None = None
    days: tuple[str, ...] = ()
    words: str = ""


async def go_on(
    desk: Desk, actor: Actor, schedule_id: int, fire_at: int, change: Change, *, neutral: bool = False
) -> int:
    """From this date on otherwise; the id of the schedule that goes on. A second click changes nothing more.

    :raises Refused: `date_unknown`, `date_by_hand`: this date was moved by itself; `rule`: it has hours of its own, or no
    weekdays; `election_tick`: an electoral period runs, and `neutral` does not say that it promotes nobody.
    """
    plan = await mine(desk, actor, schedule_id)
    await check_coming(desk, plan, fire_at)
    ticked = await ticked_for(desk, plan, neutral=neutral)
    shorter = await placed(desk, replace(plan, rule=before(plan.recurrence, fire_at)), may_end=True)
    now = desk.clock.now_ms()
    starts, rule = await asyncio.to_thread(from_there, plan.recurrence, fire_at, change, now)
    longer = replace(plan, rule=rule, starts=starts, actor=actor.name, next_at=None, version=1)
    longer = replace(longer, content=saying(plan.content, change.words) if change.words else plan.content)
    longer = await agreeing.asked(desk, actor, longer)
    async with desk.db.transaction() as tx:
        await put(desk, tx, actor, plan, shorter, "schedule.drop_following")
        longer = await placed(desk, replace(longer, id=await ids.take(tx, "schedule")))
        await _keep(desk, tx, actor, longer, (plan, fire_at))
        if ticked:
            await note_tick(desk, tx, actor, longer)
    return longer.id


async def change_all(
    desk: Desk, actor: Actor, schedule_id: int, change: Change, *, neutral: bool = False
) -> int:
    """All that are to come otherwise: those of the rule, from the next one on. Raises as `go_on`, and `schedule_over`."""
    plan = await mine(desk, actor, schedule_id)
    first = await asyncio.to_thread(_first_ruled, plan, desk.clock.now_ms())
    return await go_on(desk, actor, schedule_id, first, change, neutral=neutral)


async def change_one(
    desk: Desk, actor: Actor, schedule_id: int, fire_at: int, change: Change, *, neutral: bool = False
) -> None:
    """This date alone: another hour, one other day of its week, its own text.

    :raises Refused: `date_unknown`, `date_past`, `date_excluded`, `one_day`: of several days it would be several dates;
    `election_tick`.
    """
    plan = await mine(desk, actor, schedule_id)
    wall = from_ms(fire_at).astimezone(plan.recurrence.zone).replace(tzinfo=None)
    to = _elsewhere(wall, change)
    await check_coming(desk, plan, fire_at)
    if change.words:
        await ticked_for(desk, plan, neutral=neutral)
    if to != wall:
        await move(desk, actor, schedule_id, fire_at, to)
    if change.words:
        plan = await mine(desk, actor, schedule_id)
        today = from_ms(desk.clock.now_ms()).astimezone(plan.recurrence.zone).date()
        said = await texts(desk.db, plan.id, today) | {to.date(): change.words}
        await keep(desk, actor, plan, said, neutral=neutral)


def _elsewhere(wall: datetime, change: Change) -> datetime:
    if len(change.days) > 1:
        raise Refused(
            "one_day",
            "A single date has a single day: give one, or change those that follow too.",
            french="Une seule date a un seul jour : cochez-en un, ou choisissez les suivantes.",
        )
    shift = WEEKDAYS.index(change.days[0]) - wall.weekday() if change.days else 0
    return datetime.combine(wall.date() + timedelta(days=shift), change.at or wall.time())


def _first_ruled(plan: Plan, now: int) -> int:
    """The next date that was not put there by hand, in UTC milliseconds."""
    ruled = replace(plan.recurrence, rdates=())
    found = following(ruled, from_ms(now), plan.quiet)
    if found is None:
        raise Refused(
            "schedule_over",
            "No date is left to come: change the date or the rule.",
            french="Il n'y a plus aucune date à venir : changez la date ou la règle.",
        )
    return to_ms(found.at)


async def _keep(desk: Desk, tx: Transaction, actor: Actor, longer: Plan, came_from: tuple[Plan, int]) -> None:
    """The schedule that goes on, with the texts of its days; those are called who are to agree to it."""
    plan, fire_at = came_from
    await tx.execute("schedules.add", *row_of(longer, f"{plan.id}:{plan.version}:{fire_at}"))
    await tx.execute("schedules.copy_texts", plan.id, longer.id, longer.starts.date().isoformat())
    detail = {"from": plan.id, "next_at": longer.next_at}
    what = ("schedule.shift_following", f"schedule:{longer.id}", detail)
    await audit.append(tx, desk.clock, plan.station_id, actor.name, *what)
    await agreeing.call(desk, tx, longer)


def before(recurrence: Recurrence, fire_at: int) -> str:
    """The rule, over just before an instant; where it was to be counted, its last day says it now."""
    end = from_ms(fire_at - SECOND)
    parts = {name: value for name, value in recurrence.rule.parts.items() if name != "COUNT"}
    kept = [each for each in recurrence.rdates if instant_of(each, recurrence.zone) <= end]
    left_out = [each for each in recurrence.exdates if instant_of(each, recurrence.zone) <= end]
    return written(parts, _eve(recurrence, fire_at), left_out, kept)


def _eve(recurrence: Recurrence, fire_at: int) -> Stamp:
    """The day before, which people read as the last; a second before, where a day has several hours."""
    if any("," in recurrence.rule.parts.get(name, "") for name in _CLOCK):
        return from_ms(fire_at - SECOND)
    return from_ms(fire_at).astimezone(recurrence.zone).date() - timedelta(days=1)


def from_there(recurrence: Recurrence, fire_at: int, change: Change, now: int) -> tuple[datetime, str]:
    """First wall time and rule of what goes on otherwise; dates left out by hand stay left out, at the hour that they now have, but for
    those before it begins: they were another schedule's.
    """
    here, ruled = from_ms(fire_at), replace(recurrence, exdates=(), rdates=())
    passed = list(takewhile(lambda each: each.at < here, ruled.firings()))
    this = next((each for each in ruled.firings(since=here) if each.at == here), None)
    if this is None:
        raise Refused(
            "date_by_hand",
            "This date was moved by itself: change it alone, or choose the next one.",
            french="Cette date a été déplacée toute seule : changez-la seule, ou choisissez la suivante.",
        )
    parts = _on(_counted(recurrence.rule, passed), change.days)
    later = [each for each in recurrence.rdates if instant_of(each, recurrence.zone) > here]
    first = this.wall.date()
    if change.days:
        today = from_ms(now).astimezone(recurrence.zone).date()
        first = _in_its_week(
            first, max([today, *(each.wall.date() + timedelta(days=1) for each in passed[-1:])])
        )
    starts = datetime.combine(first, change.at or this.wall.time())
    return starts, written(parts, recurrence.rule.until, _left_out(recurrence, starts), later)


def _on(parts: dict[str, str], days: Sequence[str]) -> dict[str, str]:
    """With other weekdays, where the rule is one of weeks."""
    if not days:
        return parts
    if parts["FREQ"] != "WEEKLY":
        raise Refused(
            "rule",
            "This schedule is not one of weeks: change one date at a time.",
            french="Cette programmation n'est pas de chaque semaine : changez une date à la fois.",
        )
    return parts | {"BYDAY": ",".join(days)}


def _in_its_week(day: date, earliest: date) -> date:
    """The first day of this date's week that is still to come: what was Thursday's may be Tuesday's from this week on."""
    return max(day - timedelta(days=day.weekday()), min(earliest, day))


def written(
    parts: Mapping[str, str], until: Stamp | None, exdates: Sequence[Stamp], rdates: Sequence[Stamp]
) -> str:
    """As RFC 5545 writes a rule and its dates."""
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    lines = [f"RRULE:{rule}" + (f";UNTIL={_stamp(until)}" if until else "")]
    for name, dates in (("EXDATE", exdates), ("RDATE", rdates)):
        lines += [f"{name}:{_stamp(each)}" for each in dates]
    return "\n".join(lines)


def _counted(rule: Rule, passed: list[Firing]) -> dict[str, str]:
    parts = dict(rule.parts)
    if any("," in parts.get(name, "") for name in _CLOCK):
        raise Refused(
            "rule",
            "This rule has several hours a day: change one date at a time.",
            french="Cette règle a plusieurs heures par jour : changez une date à la fois.",
        )
    for name in _CLOCK:
        parts.pop(name, None)
    if "COUNT" in parts:
        parts["COUNT"] = str(int(parts["COUNT"]) - len(passed))
    return parts


def _left_out(recurrence: Recurrence, starts: datetime) -> list[Stamp]:
    """What was left out, from this start on; a date at its new hour: all of its day would be what was moved to that evening too."""

    def at(day: date) -> datetime:
        return resolve(datetime.combine(day, starts.time()), recurrence.zone)

    later = [(each, day) for each in recurrence.exdates if (day := _day(each, recurrence)) >= starts.date()]
    return [at(day) if isinstance(each, datetime) else day for each, day in later]


def _day(stamp: Stamp, recurrence: Recurrence) -> date:
    if not isinstance(stamp, datetime):
        return stamp
    return instant_of(stamp, recurrence.zone).astimezone(recurrence.zone).date()


def _stamp(stamp: Stamp) -> str:
    if not isinstance(stamp, datetime):
        return f"{stamp:%Y%m%d}"
    return f"{stamp:%Y%m%dT%H%M%S}" if stamp.tzinfo is None else stamp.astimezone(UTC).strftime(STAMP)
