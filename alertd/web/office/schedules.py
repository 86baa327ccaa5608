"""What is sent later, or again and again: the list, and one schedule with what became of it."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from alertd.clock import DAY, MINUTE, from_ms, to_ms
from alertd.errors import Refused
from alertd.model import Role
from alertd.schedule import agenda, agreeing, closed, plans, restoring, texts
from alertd.schedule.plans import Occurrence, Plan
from alertd.schedule.rule import WEEKDAYS
from alertd.stations import approval_rules, elections
from alertd.store.contents import headline
from alertd.web import elsewhere, posted, words
from alertd.web.contracts import Choice
from alertd.web.contracts.schedule import (
    NOT_MISTAKEN,
    DateLine,
    DecidedLine,
    Mistaken,
    ScheduleLine,
    SchedulePage,
    SchedulesPage,
)
from alertd.web.office import schedule_words
from alertd.web.office.compose import composer
from alertd.web.office.countdowns import person
from alertd.web.office.schedule_form import spans
from alertd.web.office.schedule_rhythm import DAYS
from alertd.web.office.whose import station_of_schedule
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit
from alertd.web.writing.forms import LANGUAGE

PATH: Final = "/programmations"
DATES: Final = 10
ROWS: Final = 40
LATELY: Final = 7 * DAY
"""How long a date that was not sent is shown above the list."""


async def schedules_page(request: web.Request) -> web.StreamResponse:
    """The station's schedules, and what was not sent lately."""
    rooms, here = request.app[ROOMS], await visit(request)
    return show(await _list(rooms, here))


async def close_days(request: web.Request) -> web.StreamResponse:
    """The station's own days without messages; what cannot be read comes back as it was typed."""
    rooms, here = request.app[ROOMS], await composer(request)
    typed = str((await posted.form(request)).get("closed", ""))[:4_000]
    try:
        await closed.keep(rooms.desk, here.actor, spans(typed, "closed"))
    except Refused as error:
        return show(await _list(rooms, here, error.french, typed), error.status)
    raise web.HTTPSeeOther(PATH)


async def _list(rooms: Rooms, here: Visit, notice: str = "", typed: str = "") -> SchedulesPage:
    now = rooms.clock.now_ms()
    found = await plans.of_station(rooms.db, here.station.id)
    titles = {plan.id: headline_of(plan) for plan in found}
    missed = await plans.skipped(rooms.db, here.station.id, now - LATELY)
    many = await plans.doubled(rooms.db, here.station.id, now - LATELY)
    return SchedulesPage(
        frame=frame("Programmations", here),
        schedules=tuple(_line(plan, now) for plan in found),
        skipped=tuple(_noticed(one, titles, here.station.timezone, now) for one in missed),
        doubled=tuple(_noticed(one, titles, here.station.timezone, now) for one in many),
        closed=typed or _typed_again(await closed.spans(rooms.db, here.station.id)),
        may_close=here.actor.role is not None and here.actor.role >= Role.DEPUTY,
        notice=notice,
    )


def _typed_again(days: list[closed.Span]) -> str:
    return "\n".join(
        f"{first:%d/%m/%Y}" if first == last else f"{first:%d/%m/%Y} au {last:%d/%m/%Y}"
        for first, last in days
    )


@elsewhere.leads(station_of_schedule)
async def schedule_page(request: web.Request) -> web.StreamResponse:
    """One schedule."""
    rooms, here = request.app[ROOMS], await visit(request)
    return show(await one_page(rooms, here, id_of(request)))


async def schedules_agenda(request: web.Request) -> web.StreamResponse:
    """The station's schedules for a calendar of one's own: as they stand now."""
    rooms, here = request.app[ROOMS], await visit(request)
    found = [plan for plan in await plans.of_station(rooms.db, here.station.id) if plan.state == plans.ACTIVE]
    host = rooms.settings.http.public_url.partition("://")[2]
    now = rooms.clock.now_ms()
    body = await asyncio.to_thread(agenda.agenda, here.station, found, now, host)
    headers = {"Content-Disposition": 'attachment; filename="programmations.ics"'}
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


async def one_page(
    rooms: Rooms,
    here: Visit,
    schedule_id: int,
    notice: str = "",
    typed: str = "",
    mistaken: Mistaken = NOT_MISTAKEN,
) -> SchedulePage:
    """One schedule; after a mistake with its sentence, and with what was typed (`typed`: texts of days)."""
    plan, now = await plans.plan(rooms.db, here.station.id, schedule_id), rooms.clock.now_ms()
    text = plan.content.texts.get(LANGUAGE) or next(iter(plan.content.texts.values()))
    may = here.actor.releases is not None and here.actor.releases >= plan.content.level
    past = await plans.decided(rooms.db, plan.id)
    known = await texts.texts(rooms.db, plan.id, from_ms(now).astimezone(plan.recurrence.zone).date())
    asked = await elections.needs_tick(rooms.db, here.station, plan.content, now)
    return SchedulePage(
        frame=frame(headline_of(plan), here),
        id=plan.id,
        notice=notice,
        line=_line(plan, now),
        body=text.body,
        instruction=text.instruction,
        lasting=schedule_words.lasting(plan.content.expires),
        people=f"{words.people(plan.people)} à l'enregistrement.",
        may_change=may and plan.state != plans.ENDED,
        texts=typed or texts.shown(known),
        mistaken=mistaken,
        days=_weekdays(plan),
        election=elections.QUESTION if asked else "",
        agreement=await agreement_of(rooms, plan, now),
        decide=f"{agreeing.PATH}/{plan.id}" if agreeing.may_decide(here.actor, plan) else "",
        refusal=_refusal(plan, now),
        unsaid=schedule_words.listed(await asyncio.to_thread(texts.unsaid, plan, now, known)),
        dates=await dates_of(rooms, plan, known) if plan.state != plans.ENDED else (),
        dropped=await asyncio.to_thread(_dropped, plan, now) if plan.state != plans.ENDED and may else (),
        decided=tuple(_decided(one, here.station.timezone, now) for one in past),
    )


def _weekdays(plan: Plan) -> tuple[Choice, ...]:
    if plan.recurrence.rule.parts["FREQ"] != "WEEKLY":
        return ()
    return tuple(Choice(key, word) for key, word in zip(WEEKDAYS, DAYS, strict=True))


async def agreement_of(rooms: Rooms, plan: Plan, now: int) -> str:
    """Who asked, since when, and what is done where nobody answers; "" where nobody is waited for."""
    rule = await approval_rules.rule(rooms.db, plan.station_id, plan.content.level)
    if not plan.waits or plan.asked_by is None or plan.asked_at is None:
        return ""
    asked = f"Demandé par {person(plan.asked_by)}, {words.when(plan.asked_at, plan.timezone, now)}."
    if rule is None:
        return f"{asked} Cette règle a été levée depuis : les messages partent."
    if rule.otherwise == approval_rules.DROP:
        return f"{asked} Rien ne part avant."
    ends = plan.asked_at + (rule.minutes + rule.deputy_minutes) * MINUTE
    return f"{asked} Sans réponse, les messages partent à partir de {words.when(ends, plan.timezone, now)}."


def _dropped(plan: Plan, now: int) -> tuple[Choice, ...]:
    zone = plan.recurrence.zone
    found = [(to_ms(each.at), each.at.astimezone(zone)) for each in restoring.dropped(plan, now)]
    return tuple(Choice(str(at), _moment(local)) for at, local in found)


def _refusal(plan: Plan, now: int) -> str:
    no = plan.refused
    return f"{person(no.by)}, {words.when(no.at, plan.timezone, now)} : {no.reason}" if no else ""


def _line(plan: Plan, now: int) -> ScheduleLine:
    coming = f"Prochain envoi : {words.when(plan.next_at, plan.timezone, now)}." if plan.next_at else ""
    return ScheduleLine(
        id=plan.id,
        level=plan.content.level.word,
        level_word=words.LEVELS[plan.content.level],
        state=plan.state,
        state_word=schedule_words.state(plan),
        headline=headline_of(plan),
        plain=schedule_words.plain(plan),
        next=coming,
    )


async def dates_of(rooms: Rooms, plan: Plan, said: Mapping[date, str] | None = None) -> tuple[DateLine, ...]:
    """The next ten that are sent, and what is left out between them."""
    now = rooms.clock.now_ms()
    return tuple(await asyncio.to_thread(lambda: list(_next_dates(plan, now, said or {}))))


def _next_dates(plan: Plan, now: int, said: Mapping[date, str]) -> Iterator[DateLine]:
    sent = 0
    for firing in plan.upcoming(now + 1, ROWS):
        local = firing.at.astimezone(ZoneInfo(plan.timezone))
        unsure = "" if plan.quiet.certain(local.date()) else "calendrier scolaire à vérifier"
        missed = f"pas envoyé : {firing.left_out}" if firing.left_out else said.get(local.date(), "")
        note = ", ".join(filter(None, (missed, unsure)))
        yield DateLine(str(to_ms(firing.at)), _moment(local), note, sent=firing.left_out is None)
        sent += firing.left_out is None
        if sent == DATES:
            return


def _moment(local: datetime) -> str:
    return f"{schedule_words.day(local)} à {schedule_words.clock(local)}"


def _noticed(one: Occurrence, titles: dict[int, str], timezone: str, now: int) -> Choice:
    when = words.when(one.fire_at, timezone, now)
    label = f"{titles.get(one.schedule_id, 'Message programmé')}, {when}"
    note = words.people(one.people or 0) if one.fired else schedule_words.reason(one.reason)
    return Choice(str(one.schedule_id), label, note)


def _decided(one: Occurrence, timezone: str, now: int) -> DecidedLine:
    when = words.when(one.fire_at, timezone, now)
    word = f"envoyé à {words.people(one.people or 0)}" if one.fired else "non envoyé"
    return DecidedLine(when, word, schedule_words.reason(one.reason), one.alert_id or 0)


def headline_of(plan: Plan) -> str:
    """What a schedule is called."""
    return headline(plan.content, LANGUAGE)


def id_of(request: web.Request) -> int:
    """What the route has let through as a number."""
    return int(request.match_info["id"])
