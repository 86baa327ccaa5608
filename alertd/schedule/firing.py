"""Firing: what is due becomes an alert, or is skipped and said to be. The clock ticks; the store remembers.

The occurrence, the event and the next date are one transaction, keyed by the schedule and the instant: a crash, another node,
a clock that is set back or a change made meanwhile can neither send twice nor lose a date without a word.
"""

import asyncio
import json
from collections.abc import Mapping

import structlog

from alertd.clock import from_ms
from alertd.errors import AlertdError, Unavailable
from alertd.issue import across, audience
from alertd.issue.check import check
from alertd.issue.costs import costs
from alertd.issue.delays import delayed
from alertd.issue.desk import Desk
from alertd.issue.guards import check_station
from alertd.issue.hushed import hushed
from alertd.issue.preview import check_groups
from alertd.issue.write import Order, enter
from alertd.model import Act, Actor, Content, Level, Station
from alertd.publish.phrasing import again, says
from alertd.schedule import agreeing, reporting
from alertd.schedule.plans import FIRED, SKIPPED, Plan, plan_of
from alertd.schedule.texts import said_on
from alertd.stations import audit, elections, stations
from alertd.stations.homes import Home, homes
from alertd.stations.payers import check_may
from alertd.store import Row, Transaction

AT_ONCE = 50
"""Schedules read at a time."""
ROUNDS = 200
"""So many times in a tick: after a long silence every date that was missed is decided, one by one."""
LATE = "late"
UNREADABLE = "unreadable"
DOUBLED = "doubled"

log = structlog.get_logger(__name__)


async def tick(desk: Desk) -> None:
    """Decide all that is due by the clock on the wall, the longest due first; what is broken is looked at once in a tick."""
    broken: set[int] = set()
    for _ in range(ROUNDS):
        now = desk.clock.now_ms()
        rows = await desk.db.fetch("schedules.due", now, AT_ONCE, json.dumps(sorted(broken)))
        if not rows:
            return
        kept = await homes(desk.db, [row["station_id"] for row in rows])
        broken.update([row["id"] for row in rows if not await _decided(desk, row, kept)])


async def _decided(desk: Desk, row: Row, kept: Mapping[int, Home]) -> bool:
    """Decide one; False when it could not be, or waits for a second person: neither silences the others.

    :raises Unavailable: the store is away: the next tick begins anew.
    """
    try:
        return await _decide(desk, plan_of(row, kept[row["station_id"]]))
    except Unavailable:
        raise
    except Exception:
        log.exception("schedule_broken", action="look", schedule=row["id"])
        return False


async def _decide(desk: Desk, plan: Plan) -> bool:
    """Send what is due, or skip it: too late, or not to be sent any more as it stands. False: it waits."""
    assert plan.next_at is not None  # noqa: S101 - `schedules.due` asks for it
    try:
        then = await asyncio.to_thread(plan.after, plan.next_at)
    except AlertdError:  # a rule or a zone that this version cannot read: a person must look at it
        await _skip(desk, plan, plan.next_at, None, UNREADABLE)
        return True
    if await desk.db.fetch("schedules.decision", plan.id, plan.next_at):
        await _pass(desk, plan, plan.next_at, then)
        return True
    if await asyncio.to_thread(_is_left_out, plan, plan.next_at):
        await _pass(desk, plan, plan.next_at, then)
        return True
    unagreed = await agreeing.standing(desk, plan)
    late = desk.clock.now_ms() - plan.next_at > plan.grace_ms
    if unagreed == agreeing.HELD and not late:
        return False
    if unagreed or late:
        await _skip(desk, plan, plan.next_at, then, agreeing.UNANSWERED if unagreed else LATE)
        return True
    await _attempt(desk, plan, plan.next_at, then)
    return True


async def _attempt(desk: Desk, plan: Plan, fire_at: int, then: int | None) -> None:
    try:
        await _fire(desk, plan, fire_at, then)
    except Unavailable:
        raise
    except AlertdError as refused:
        await _skip(desk, plan, fire_at, then, refused.code)


async def _fire(desk: Desk, plan: Plan, fire_at: int, then: int | None) -> None:
    """The audience is counted, and its cover frozen, now: who joined since the saving is in."""
    station = await stations.by_id(desk.db, plan.station_id)
    order = await _order(desk, station, plan, fire_at)
    reason = DOUBLED if order.people >= 2 * plan.people > 0 else None
    async with desk.db.transaction() as tx:
        if not await tx.execute("schedules.move_on", plan.id, plan.version, fire_at, then):
            return
        alert_id, _ = await enter(desk, tx, order, None, None)
        await tx.execute("schedules.decide", plan.id, fire_at, FIRED, reason, alert_id, order.people)
        detail = {"fire_at": fire_at, "alert": alert_id, "people": order.people, "saved": plan.people}
        await _audit(desk, tx, plan, "schedule.fire", detail)
        if reason:
            await reporting.tell_doubled(desk, tx, plan, order.people)
    desk.db.ring("fan_out")
    if reason:
        log.warning(
            "schedule_doubled", action="look", schedule=plan.id, people=order.people, saved=plan.people
        )


async def _order(desk: Desk, station: Station, plan: Plan, fire_at: int) -> Order:
    """:raises AlertdError: it cannot be sent as it stands: its reason."""
    check_station(station)
    day = from_ms(fire_at).astimezone(plan.recurrence.zone).date()
    content = await said_on(desk.db, plan, day, await usual(desk, station, plan, fire_at))
    await check(desk, station, content)
    await check_may(desk.db, desk.catalogue, station, content)
    await _check_election(desk, station, plan, content)
    await check_groups(desk, station, content)
    beside = await across.beside(desk, station, content)
    counted, _ = await audience.count(desk, station.id, content, beside)
    hush = await hushed(desk, station, content, counted, beside)
    when = (await costs(desk, station, content, counted, beside, hush)).when
    covers = await asyncio.to_thread(audience.covers, content.target)
    actor = Actor(plan.actor, station.id, content.level)
    what = (Act.ALERT, station, content, counted.people, counted.total, covers, actor, when)
    return Order(*what, told=content.level > Level.INFO, beside=beside)


async def usual(desk: Desk, station: Station, plan: Plan, fire_at: int) -> Content:
    """What is sent at a firing (UTC milliseconds) to whose day has no text of its own."""
    return await delayed(desk, station, _due(desk, station, plan, fire_at))


def _due(desk: Desk, station: Station, plan: Plan, fire_at: int) -> Content:
    """The content at a firing; where its phrases say the end, they say this one's. An hour that the author gave stays his."""
    content, book = plan.content_at(fire_at), desk.catalogue
    if content.picks is None or says(book, content.picks, "time") or not says(book, content.picks, "end"):
        return content
    return again(book, station, content, fire_at)


async def _check_election(desk: Desk, station: Station, plan: Plan, content: Content) -> None:
    """A schedule that was saved while the period ran was ticked then; an older one is not sent, which is told.

    :raises Refused: `election_tick`.
    """
    now = desk.clock.now_ms()
    period = await elections.running(desk.db, station, now)
    saved = (await desk.db.fetch("schedules.one", plan.id))[0]["created_at"]
    ticked = period is not None and saved >= period.starts
    await elections.check_tick(desk.db, station, content, now, ticked=ticked)


async def _skip(desk: Desk, plan: Plan, fire_at: int, then: int | None, reason: str) -> None:
    async with desk.db.transaction() as tx:
        if not await tx.execute("schedules.move_on", plan.id, plan.version, fire_at, then):
            return
        await tx.execute("schedules.decide", plan.id, fire_at, SKIPPED, reason, None, None)
        await _audit(desk, tx, plan, "schedule.skip", {"fire_at": fire_at, "reason": reason})
        await reporting.tell_skipped(desk, tx, plan, fire_at, then)
    log.warning("schedule_skipped", action="tell", schedule=plan.id, fire_at=fire_at, reason=reason)


def _is_left_out(plan: Plan, fire_at: int) -> bool:
    """A holiday that was not known to be one when this date was set: the calendar of its department, or of its zone, came later."""
    day = from_ms(fire_at).astimezone(plan.recurrence.zone).date()
    return plan.quiet(day) is not None and plan.after(fire_at - 1) != fire_at


async def _pass(desk: Desk, plan: Plan, fire_at: int, then: int | None) -> None:
    """What was decided stays decided, though somebody changed the schedule after the clock was set back; a holiday is no date."""
    async with desk.db.transaction() as tx:
        await tx.execute("schedules.move_on", plan.id, plan.version, fire_at, then)


async def _audit(desk: Desk, tx: Transaction, plan: Plan, action: str, detail: Mapping[str, object]) -> None:
    await audit.append(tx, desk.clock, plan.station_id, plan.actor, action, f"schedule:{plan.id}", detail)
