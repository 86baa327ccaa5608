"""Schedules over the API: a preview's message, later or again and again."""

import asyncio
from datetime import time

from alertd.clock import SECOND, from_ms, to_ms
from alertd.errors import Missing, Refused
from alertd.schedule import following, plans, restoring, saving, texts
from alertd.schedule.following import Change
from alertd.schedule.plans import Occurrence, Plan
from alertd.schedule.recurrence import Firing
from alertd.schedule.rule import WEEKDAYS
from alertd.schedule.saving import Wish
from alertd.schedule.stamps import read_local
from alertd.stations import stations
from alertd.store.contents import headline
from alertd.web.api.schedule_nouns import (
    DateAnswer,
    OccurrenceAnswer,
    OtherwiseBody,
    RefusalAnswer,
    ScheduleAnswer,
    ScheduleBody,
    ScheduleChange,
    ScheduleList,
)
from alertd.web.api.table import Call, Reply

DATES = 10
_STATES = {"active": saving.resume, "paused": saving.pause, "ended": saving.end}
_DROPS = {"this": saving.drop, "following": following.drop_following}


async def create(call: Call) -> Reply:
    """Keep a schedule, or only tell its dates."""
    station, body = await call.station(), call.read(ScheduleBody)
    wish = Wish(body.rrule, read_local(body.dtstart, "dtstart"), body.skip)
    if not body.keep:
        plan = await saving.draw(call.desk, call.actor, station, body.preview_digest, wish)
        return Reply(await _answer(call, plan, station.locale))
    kept = await saving.save(call.desk, call.actor, station, body.preview_digest, wish)
    return Reply(await _answer(call, await _own(call, kept), station.locale), 201)


async def list_all(call: Call) -> Reply:
    """The station's, the next to fire first."""
    station = await call.station()
    found = await plans.of_station(call.desk.db, station.id)
    return Reply(ScheduleList(schedules=[_told(plan, station.locale) for plan in found]))


async def show(call: Call) -> Reply:
    """One, with the dates to come and what became of the last ones."""
    return await _shown(call, call.alert_id)


async def change(call: Call) -> Reply:
    """Pause, resume, end; drop a date, put it back, or drop all from it on; move one; or have one, those from it on, or all otherwise."""
    body, id_ = call.read(ScheduleChange), (await _own(call, call.alert_id)).id
    who = (call.desk, call.actor, id_)
    if body.state is not None:
        await _STATES[body.state](*who)
    elif body.drop is not None:
        await _DROPS[body.scope](*who, to_ms(body.drop))
    elif body.restore is not None:
        await restoring.restore(*who, to_ms(body.restore))
    elif body.move is not None and body.to is not None:
        await saving.move(*who, to_ms(body.move), read_local(body.to, "to"))
    elif body.change is not None:
        id_ = await _otherwise(call, id_, body, _wanted(call, body.change))
    return await _shown(call, id_)


async def _otherwise(call: Call, id_: int, body: ScheduleChange, change: Change) -> int:
    """The schedule that says it from now on: another one, but for a single date."""
    who, neutral = (call.desk, call.actor, id_), body.neutral
    if body.date is None:
        return await following.change_all(*who, change, neutral=neutral)
    if body.scope == "following":
        return await following.go_on(*who, to_ms(body.date), change, neutral=neutral)
    await following.change_one(*who, to_ms(body.date), change, neutral=neutral)
    return id_


def _wanted(call: Call, body: OtherwiseBody) -> Change:
    at = time.fromisoformat(body.at) if body.at else None
    days = tuple(day for day in WEEKDAYS if day in (body.days or ()))
    return Change(at, days, _words(body.words or "", call.desk.settings.limits.instruction_chars))


def _words(said: str, most_chars: int) -> str:
    try:
        return texts.read_words(said, most_chars)
    except Refused as error:
        raise Refused(error.code, error.message, fields={"change.words": error.message}) from None


async def _shown(call: Call, id_: int) -> Reply:
    plan = await _own(call, id_)
    station = await stations.by_id(call.desk.db, call.actor.station_id)
    return Reply(await _answer(call, plan, station.locale))


async def _own(call: Call, schedule_id: int) -> Plan:
    try:
        return await plans.plan(call.desk.db, call.actor.station_id, schedule_id)
    except Missing as error:
        raise Missing(error.code, "This key's station has no such schedule.") from None


async def _answer(call: Call, plan: Plan, locale: str) -> ScheduleAnswer:
    now = call.desk.clock.now_ms()
    coming = await asyncio.to_thread(plan.upcoming, now + 1, DATES) if plan.state == plans.ACTIVE else []
    past = await plans.decided(call.desk.db, plan.id)
    dates = [_date(plan, firing) for firing in coming]
    return _told(plan, locale, dates, [_occurrence(one) for one in past])


def _told(
    plan: Plan,
    locale: str,
    dates: list[DateAnswer] | None = None,
    occurrences: list[OccurrenceAnswer] | None = None,
) -> ScheduleAnswer:
    return ScheduleAnswer.model_validate(
        {
            "id": plan.id or None,
            "state": plan.state,
            "waiting": plan.waits,
            "refusal": _refusal(plan),
            "level": plan.content.level.word,
            "topic": plan.content.topic,
            "headline": headline(plan.content, locale),
            "rrule": plan.rule,
            "dtstart": plan.starts.isoformat(),
            "timezone": plan.timezone,
            "skip": plan.skips,
            "people": plan.people,
            "grace_s": plan.grace_ms // SECOND,
            "next_at": from_ms(plan.next_at) if plan.next_at else None,
            "dates": dates or [],
            "occurrences": occurrences or [],
        }
    )


def _refusal(plan: Plan) -> RefusalAnswer | None:
    no = plan.refused
    return RefusalAnswer(by=no.by, at=from_ms(no.at), reason=no.reason) if no else None


def _date(plan: Plan, firing: Firing) -> DateAnswer:
    local = firing.at.astimezone(plan.recurrence.zone).date()
    return DateAnswer(fire_at=firing.at, left_out=firing.left_out, certain=plan.quiet.certain(local))


def _occurrence(one: Occurrence) -> OccurrenceAnswer:
    return OccurrenceAnswer(
        fire_at=from_ms(one.fire_at),
        state="fired" if one.fired else "skipped",
        reason=one.reason,
        alert=one.alert_id,
        people=one.people,
    )
