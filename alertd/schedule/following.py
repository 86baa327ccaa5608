"""« Celle-ci et les suivantes »: a schedule ends before one of its dates, or goes on from there at another hour.

Going on makes a second schedule: what the first one sent stays with it, under its own rule. Both are one transaction.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile

from alertd.clock import SECOND, from_ms
from alertd.errors import Refused
from alertd.issue.desk import Desk
from alertd.model import Actor
from alertd.schedule.plans import row_of
from alertd.schedule.recurrence import Firing, Recurrence
from alertd.schedule.rule import Rule
from alertd.schedule.saving import STAMP, check_coming, mine, placed, put
from alertd.schedule.stamps import Stamp, instant_of
from alertd.stations import audit
from alertd.store import ids

_CLOCK = ("BYHOUR", "BYMINUTE", "BYSECOND")


async def drop_following(desk: Desk, actor: Actor, schedule_id: int, fire_at: int) -> None:
    """Nothing any more from this date on. Raises as `saving.drop`."""
    plan = await mine(desk, actor, schedule_id)
    await check_coming(desk, plan, fire_at)
    shorter = await placed(desk, replace(plan, rule=before(plan.recurrence, fire_at)), may_end=True)
    async with desk.db.transaction() as tx:
        await put(desk, tx, actor, plan, shorter, "schedule.drop_following")


async def shift_following(desk: Desk, actor: Actor, schedule_id: int, fire_at: int, at: time) -> int:
    """From this date on at another hour; the id of the schedule that goes on. A second click changes nothing more.

    :raises Refused: `date_unknown`, `date_by_hand`: this date was moved by itself; `rule`: it has hours of its own.
    """
    plan = await mine(desk, actor, schedule_id)
    await check_coming(desk, plan, fire_at)
    shorter = await placed(desk, replace(plan, rule=before(plan.recurrence, fire_at)), may_end=True)
    starts, rule = await asyncio.to_thread(from_there, plan.recurrence, fire_at, at)
    longer = replace(plan, rule=rule, starts=starts, actor=actor.name, next_at=None, version=1)
    async with desk.db.transaction() as tx:
        await put(desk, tx, actor, plan, shorter, "schedule.drop_following")
        longer = await placed(desk, replace(longer, id=await ids.take(tx, "schedule")))
        await tx.execute("schedules.add", *row_of(longer, f"{plan.id}:{plan.version}:{fire_at}"))
        day = starts.date().isoformat()
        await tx.execute("schedules.copy_texts", plan.id, longer.id, day)
        detail = {"from": plan.id, "next_at": longer.next_at}
        what = ("schedule.shift_following", f"schedule:{longer.id}", detail)
        await audit.append(tx, desk.clock, plan.station_id, actor.name, *what)
    return longer.id


def before(recurrence: Recurrence, fire_at: int) -> str:
    """The rule, over just before an instant; where it was to be counted, its last day says it now."""
    end = from_ms(fire_at - SECOND)
    parts = {name: value for name, value in recurrence.rule.parts.items() if name != "COUNT"}
    kept = [each for each in recurrence.rdates if instant_of(each, recurrence.zone) <= end]
    return written(parts, _eve(recurrence, fire_at), recurrence.exdates, kept)


def _eve(recurrence: Recurrence, fire_at: int) -> Stamp:
    """The day before, which people read as the last; a second before, where a day has several hours."""
    if any("," in recurrence.rule.parts.get(name, "") for name in _CLOCK):
        return from_ms(fire_at - SECOND)
    return from_ms(fire_at).astimezone(recurrence.zone).date() - timedelta(days=1)


def from_there(recurrence: Recurrence, fire_at: int, at: time) -> tuple[datetime, str]:
    """First wall time and rule of what goes on at another hour; dates left out by hand stay left out, by their days."""
    here, ruled = from_ms(fire_at), replace(recurrence, exdates=(), rdates=())
    passed = list(takewhile(lambda each: each.at < here, ruled.firings()))
    this = next((each for each in ruled.firings(since=here) if each.at == here), None)
    if this is None:
        raise Refused(
            "date_by_hand",
            "Cette date a été déplacée toute seule : changez-la seule, ou choisissez la suivante.",
        )
    parts = _counted(recurrence.rule, passed)
    days = [_day(each, recurrence) for each in recurrence.exdates]
    later = [each for each in recurrence.rdates if instant_of(each, recurrence.zone) > here]
    return datetime.combine(this.wall.date(), at), written(parts, recurrence.rule.until, days, later)


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
        raise Refused("rule", "Cette règle a plusieurs heures par jour : changez une date à la fois.")
    for name in _CLOCK:
        parts.pop(name, None)
    if "COUNT" in parts:
        parts["COUNT"] = str(int(parts["COUNT"]) - len(passed))
    return parts


def _day(stamp: Stamp, recurrence: Recurrence) -> Stamp:
    if not isinstance(stamp, datetime):
        return stamp
    return instant_of(stamp, recurrence.zone).astimezone(recurrence.zone).date()


def _stamp(stamp: Stamp) -> str:
    if not isinstance(stamp, datetime):
        return f"{stamp:%Y%m%d}"
    return f"{stamp:%Y%m%dT%H%M%S}" if stamp.tzinfo is None else stamp.astimezone(UTC).strftime(STAMP)
