"""A date that was dropped by mistake is put back: dropping asks nobody, so it must not be for ever."""

import asyncio
from dataclasses import replace
from datetime import datetime
from itertools import islice, takewhile

from alertd.clock import from_ms, to_ms
from alertd.errors import Refused
from alertd.issue.desk import Desk
from alertd.model import Actor
from alertd.schedule import agreeing
from alertd.schedule.following import written
from alertd.schedule.plans import Plan
from alertd.schedule.recurrence import Firing
from alertd.schedule.saving import mine, placed, put
from alertd.schedule.stamps import Stamp, instant_of

MOST = 50
"""Dates shown."""


def dropped(plan: Plan, since: int) -> list[Firing]:
    """The dates to come that were dropped, or moved, one by one, from `since` (UTC milliseconds) on; days left out by name are none."""
    instants = {at for each in plan.recurrence.exdates if (at := _instant(plan, each)) is not None}
    if not instants:
        return []
    start, last = from_ms(since), max(instants)
    coming = takewhile(lambda each: each.at <= last, plan.recurrence.firings(plan.quiet, start))
    found = (each for each in coming if each.at > start and each.at in instants)
    return list(islice(found, MOST))


async def restore(desk: Desk, actor: Actor, schedule_id: int, fire_at: int) -> None:
    """Send it after all, at an instant in UTC milliseconds; a second person agrees anew, where the station wants one.

    :raises Refused: `date_unknown`: it was not dropped, or is past; `date_excluded`: its day is left out all the same.
    """
    plan = await mine(desk, actor, schedule_id)
    coming = await asyncio.to_thread(dropped, plan, desk.clock.now_ms())
    if fire_at not in map(to_ms, (each.at for each in coming)):
        raise Refused(
            "date_unknown",
            "This is none of the dates that were dropped: read them again.",
            french="Cette date n'est pas de celles qui sont retirées : rechargez la page.",
        )
    found = plan.recurrence
    kept = [each for each in found.exdates if _instant(plan, each) != from_ms(fire_at)]
    again = replace(plan, rule=written(found.rule.parts, found.rule.until, kept, found.rdates))
    changed = await placed(desk, await agreeing.asked(desk, actor, again), may_end=True)
    if await asyncio.to_thread(changed.after, fire_at - 1) != fire_at:
        raise Refused(
            "date_excluded",
            "This day is left out all the same: choose another one.",
            french="Rien ne part ce jour-là de toute façon : il est férié, de vacances ou retiré.",
        )
    async with desk.db.transaction() as tx:
        await put(desk, tx, actor, plan, changed, "schedule.restore", {"fire_at": fire_at})


def _instant(plan: Plan, stamp: Stamp) -> datetime | None:
    return instant_of(stamp, plan.recurrence.zone) if isinstance(stamp, datetime) else None
