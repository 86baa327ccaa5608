"""A second person agrees to what is sent later, or again and again: what goes to whom and when, yes, or no with a reason."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from alertd.clock import from_ms
from alertd.errors import Refused
from alertd.issue.preview import counted_again
from alertd.model import Act, Level
from alertd.schedule import agreeing, plans, texts
from alertd.schedule.firing import usual
from alertd.schedule.plans import Plan
from alertd.web import elsewhere, posted, words
from alertd.web.contracts.approval import ScheduleApprovalPage, WaitingLine
from alertd.web.office import schedule_words
from alertd.web.office.compose import composer
from alertd.web.office.countdowns import person
from alertd.web.office.preview import page_of
from alertd.web.office.schedules import PATH, agreement_of, dates_of, headline_of, id_of
from alertd.web.office.whose import station_of_schedule
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit


@elsewhere.leads(station_of_schedule)
async def approval_page(request: web.Request) -> web.StreamResponse:
    """Exactly what goes to whom, and when; what waits no more is told on its own page."""
    rooms, here = request.app[ROOMS], await visit(request)
    plan = await plans.plan(rooms.db, here.station.id, id_of(request))
    if not plan.waits:
        raise web.HTTPSeeOther(f"{PATH}/{plan.id}")
    return show(await _one(rooms, here, plan))


async def agree(request: web.Request) -> web.StreamResponse:
    """It may leave, at all of its dates."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        await agreeing.agree(rooms.desk, here.actor, id_of(request), _seen(typed))

    return await _decide(request, act)


async def refuse(request: web.Request) -> web.StreamResponse:
    """It is stopped, and its author reads why."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        what = (id_of(request), _seen(typed), _reason(typed))
        await agreeing.refuse(rooms.desk, here.actor, *what)

    return await _decide(request, act)


async def _decide(
    request: web.Request, act: Callable[[Rooms, Visit, Any], Awaitable[None]]
) -> web.StreamResponse:
    rooms, here = request.app[ROOMS], await composer(request)
    typed = await posted.form(request)
    try:
        await act(rooms, here, typed)
    except Refused as error:
        plan = await plans.plan(rooms.db, here.station.id, id_of(request))
        return show(await _one(rooms, here, plan, error.french, _reason(typed)), error.status)
    raise web.HTTPSeeOther(f"{PATH}/{id_of(request)}")


def _seen(typed: Any) -> int:
    seen = str(typed.get("seen", ""))
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise posted.unreadable()
    return int(seen)


def _reason(typed: Any) -> str:
    return str(typed.get("reason", ""))[:1000]


async def _one(
    rooms: Rooms, here: Visit, plan: Plan, wrong: str = "", reason: str = ""
) -> ScheduleApprovalPage:
    now = rooms.clock.now_ms()
    content = await usual(rooms.desk, here.station, plan, plan.next_at or now)
    again = await counted_again(rooms.desk, here.station, content, None)
    known = await texts.texts(rooms.db, plan.id, from_ms(now).astimezone(plan.recurrence.zone).date())
    return ScheduleApprovalPage(
        frame=frame("Votre accord", here),
        id=plan.id,
        told=await page_of(rooms, here, again, Act.ALERT),
        asked=await agreement_of(rooms, plan, now),
        plain=schedule_words.plain(plan),
        lasting=schedule_words.lasting(plan.content.expires),
        saved=words.people(plan.people),
        dates=await dates_of(rooms, plan, known),
        texts=tuple((schedule_words.day(day), said) for day, said in known.items()),
        seen=plan.version,
        may_agree=agreeing.may_decide(here.actor, plan),
        wrong=wrong,
        reason=reason,
    )


async def waiting_lines(rooms: Rooms, here: Visit) -> tuple[WaitingLine, ...]:
    """Those of the station that wait, for the list of « Accords »."""
    now = rooms.clock.now_ms()
    return tuple(_line(here, plan, now) for plan in await plans.waiting(rooms.db, here.station.id))


def _line(here: Visit, plan: Plan, now: int) -> WaitingLine:
    first = f" · premier envoi {words.when(plan.next_at, plan.timezone, now)}" if plan.next_at else ""
    return WaitingLine(
        path=f"{agreeing.PATH}/{plan.id}",
        level=plan.content.level.word,
        level_word=words.LEVELS[plan.content.level],
        headline=headline_of(plan),
        told=f"{person(plan.asked_by or '')} · {schedule_words.plain(plan)}{first}",
        whose=whose(here, plan.asked_by or "", plan.content.level),
    )


def whose(here: Visit, author: str, level: Level) -> str:
    """Reads "Le vôtre", "À décider", or "En attente" for who may not decide it."""
    if author == here.actor.name:
        return "Le vôtre"
    may = here.actor.releases is not None and here.actor.releases >= level
    return "À décider" if may else "En attente"
