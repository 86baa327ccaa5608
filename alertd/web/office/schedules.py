"""Later, or again and again: the form with its next dates, the list, and one schedule with what became of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import date, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from alertd.catalogue.school import ZONES
from alertd.clock import DAY, from_ms
from alertd.errors import Refused
from alertd.issue.desk import Desk
from alertd.issue.preview import stored
from alertd.model import Actor
from alertd.schedule import agenda, following, plans, saving, texts
from alertd.schedule.plans import Occurrence, Plan
from alertd.schedule.rule import WEEKDAYS
from alertd.schedule.stamps import read_local
from alertd.store.contents import headline, loads
from alertd.web import posted, words
from alertd.web.contracts import Choice
from alertd.web.contracts.schedule import (
    DateLine,
    DecidedLine,
    ScheduleLine,
    ScheduleNewPage,
    SchedulePage,
    SchedulesPage,
)
from alertd.web.office import schedule_words
from alertd.web.office.compose import composer
from alertd.web.office.schedule_form import MOST_WEEKS, ScheduleForm
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit
from alertd.web.writing.forms import LANGUAGE

PATH: Final = "/programmations"
DATES: Final = 10
ROWS: Final = 40
LATELY: Final = 7 * DAY
"""How long a date that was not sent is shown above the list."""

REPEATS: Final = (
    Choice("once", "Non : une seule fois"),
    Choice("daily", "Chaque jour"),
    Choice("weekly", "Chaque semaine, ou toutes les deux, trois… semaines"),
    Choice("monthly_day", "Chaque mois, à la même date"),
    Choice("monthly_last", "Le dernier jour de chaque mois"),
    Choice("monthly_weekday", "Chaque mois, le même jour (le deuxième mardi, par exemple)"),
)
_ACTS: Final[dict[str, Callable[[Desk, Actor, int], Awaitable[None]]]] = {
    "pause": saving.pause,
    "resume": saving.resume,
    "end": saving.end,
}


async def new_page(request: web.Request) -> web.StreamResponse:
    """The form, for the message of a preview: tomorrow at half past seven until something else is said."""
    rooms, here = request.app[ROOMS], await composer(request)
    tomorrow = from_ms(rooms.clock.now_ms()).astimezone(ZoneInfo(here.station.timezone)) + timedelta(days=1)
    form = ScheduleForm(day=tomorrow.date().isoformat(), time="07:30")
    return show(await _new(rooms, here, _digest(request.query), form))


async def new(request: web.Request) -> web.StreamResponse:
    """The next dates; with "Enregistrer", kept."""
    rooms, here = request.app[ROOMS], await composer(request)
    typed = await posted.form(request)
    digest, form = _digest(typed), ScheduleForm.read(typed)
    await stored(rooms.desk, here.actor, digest)
    try:
        wish = form.wish(here.station)
        plan = await saving.draw(rooms.desk, here.actor, here.station, digest, wish)
        if typed.get("act") == "save":
            kept = await saving.save(rooms.desk, here.actor, here.station, digest, wish)
            raise web.HTTPSeeOther(f"{PATH}/{kept}")
    except Refused as error:
        return show(await _new(rooms, here, digest, form, error=error), error.status)
    return show(await _new(rooms, here, digest, form, plan))


async def schedules_page(request: web.Request) -> web.StreamResponse:
    """The station's schedules, and what was not sent lately."""
    rooms, here = request.app[ROOMS], await visit(request)
    now = rooms.clock.now_ms()
    found = await plans.of_station(rooms.db, here.station.id)
    titles = {plan.id: _headline(plan) for plan in found}
    missed = await plans.skipped(rooms.db, here.station.id, now - LATELY)
    page = SchedulesPage(
        frame=frame("Programmations", here),
        schedules=tuple(_line(plan, now) for plan in found),
        skipped=tuple(_missed(one, titles, here.station.timezone, now) for one in missed),
    )
    return show(page)


async def schedule_page(request: web.Request) -> web.StreamResponse:
    """One schedule."""
    rooms, here = request.app[ROOMS], await visit(request)
    return show(await _one(rooms, here, _id(request)))


async def schedules_agenda(request: web.Request) -> web.StreamResponse:
    """The station's schedules for a calendar of one's own: as they stand now."""
    rooms, here = request.app[ROOMS], await visit(request)
    found = [plan for plan in await plans.of_station(rooms.db, here.station.id) if plan.state == plans.ACTIVE]
    host = rooms.settings.http.public_url.partition("://")[2]
    now = rooms.clock.now_ms()
    body = await asyncio.to_thread(agenda.agenda, here.station, found, now, host)
    headers = {"Content-Disposition": 'attachment; filename="programmations.ics"'}
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


async def change_state(request: web.Request) -> web.StreamResponse:
    """Pause, resume or end it."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        verb = _ACTS.get(str(typed.get("act", "")))
        if verb is None:
            raise posted.unreadable()
        await verb(rooms.desk, here.actor, _id(request))

    return await _changed(request, act)


async def change_date(request: web.Request) -> web.StreamResponse:
    """Drop one date, or move it; or all from it on."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        at = str(typed.get("fire_at", ""))
        if not (at.isascii() and at.isdigit() and len(at) < 16):
            raise posted.unreadable()
        if typed.get("act") == "drop_following":
            return await following.drop_following(rooms.desk, here.actor, _id(request), int(at))
        if typed.get("act") == "shift_following":
            hour = _hour(str(typed.get("at", "")))
            await following.shift_following(rooms.desk, here.actor, _id(request), int(at), hour)
            return None
        if typed.get("act") == "drop":
            return await saving.drop(rooms.desk, here.actor, _id(request), int(at))
        return await saving.move(
            rooms.desk, here.actor, _id(request), int(at), _wall(str(typed.get("to", "")))
        )

    return await _changed(request, act)


async def change_texts(request: web.Request) -> web.StreamResponse:
    """A text of its own for each date, from a pasted table."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        wanted = texts.read_texts(str(typed.get("texts", "")), rooms.settings.limits.instruction_chars)
        plan = await saving.mine(rooms.desk, here.actor, _id(request))
        await texts.keep(rooms.desk, here.actor, plan, wanted)

    return await _changed(request, act)


async def _changed(
    request: web.Request, act: Callable[[Rooms, Visit, Any], Awaitable[None]]
) -> web.StreamResponse:
    rooms, here = request.app[ROOMS], await composer(request)
    typed = await posted.form(request)
    try:
        await act(rooms, here, typed)
    except Refused as error:
        page = await _one(rooms, here, _id(request), error.french, str(typed.get("texts", "")))
        return show(page, error.status)
    raise web.HTTPSeeOther(f"{PATH}/{_id(request)}")


def _hour(text: str) -> time:
    try:
        return time.fromisoformat(text[:5])
    except ValueError:
        raise Refused("date_unreadable", "Indiquez la nouvelle heure.") from None


def _wall(text: str) -> Any:
    try:
        return read_local(text, "to")
    except Refused:
        raise Refused("date_unreadable", "Indiquez le jour et l'heure où l'envoyer.") from None


async def _new(
    rooms: Rooms,
    here: Visit,
    digest: str,
    form: ScheduleForm,
    plan: Plan | None = None,
    error: Refused | None = None,
) -> ScheduleNewPage:
    shown = await stored(rooms.desk, here.actor, digest)
    content = loads(shown["content"])
    since = content.onset or shown["created_at"]
    return ScheduleNewPage(
        frame=frame("Plus tard, ou régulièrement", here),
        digest=digest,
        headline=headline(content, LANGUAGE),
        lasting=schedule_words.lasting(content.expires - since),
        form=form,
        errors={"": error.french, **error.french_fields} if error else {},
        repeats=REPEATS,
        days=tuple(Choice(key, word) for key, word in zip(WEEKDAYS, schedule_words.DAYS, strict=True)),
        weeks=tuple(Choice(str(n), words.count(n, "semaine")) for n in range(1, MOST_WEEKS + 1)),
        zones=(Choice("", "Non"), *(Choice(zone, f"Zone {zone}") for zone in ZONES)),
        plain=schedule_words.plain(plan) if plan else "",
        dates=await _dates(rooms, plan) if plan else (),
    )


async def _one(
    rooms: Rooms, here: Visit, schedule_id: int, notice: str = "", typed: str = ""
) -> SchedulePage:
    plan, now = await plans.plan(rooms.db, here.station.id, schedule_id), rooms.clock.now_ms()
    text = plan.content.texts.get(LANGUAGE) or next(iter(plan.content.texts.values()))
    may = here.actor.releases is not None and here.actor.releases >= plan.content.level
    past = await plans.decided(rooms.db, plan.id)
    known = await texts.texts(rooms.db, plan.id, from_ms(now).astimezone(plan.recurrence.zone).date())
    return SchedulePage(
        frame=frame(_headline(plan), here),
        id=plan.id,
        notice=notice,
        line=_line(plan, now),
        body=text.body,
        instruction=text.instruction,
        lasting=schedule_words.lasting(plan.content.expires),
        people=f"{words.people(plan.people)} à l'enregistrement.",
        may_change=may and plan.state != plans.ENDED,
        texts=typed or texts.shown(known),
        unsaid=schedule_words.listed(await asyncio.to_thread(texts.unsaid, plan, now, known)),
        dates=await _dates(rooms, plan, known) if plan.state == plans.ACTIVE else (),
        decided=tuple(_decided(one, here.station.timezone, now) for one in past),
    )


def _line(plan: Plan, now: int) -> ScheduleLine:
    coming = f"Prochain envoi : {words.when(plan.next_at, plan.timezone, now)}." if plan.next_at else ""
    return ScheduleLine(
        id=plan.id,
        level=plan.content.level.word,
        level_word=words.LEVELS[plan.content.level],
        state=plan.state,
        state_word=schedule_words.STATES[plan.state],
        headline=_headline(plan),
        plain=schedule_words.plain(plan),
        next=coming,
    )


async def _dates(rooms: Rooms, plan: Plan, said: Mapping[date, str] | None = None) -> tuple[DateLine, ...]:
    """The next ten that are sent, and what is left out between them."""
    now = rooms.clock.now_ms()
    return tuple(await asyncio.to_thread(lambda: list(_next_dates(plan, now, said or {}))))


def _next_dates(plan: Plan, now: int, said: Mapping[date, str]) -> Iterator[DateLine]:
    sent = 0
    for firing in plan.upcoming(now + 1, ROWS):
        local = firing.at.astimezone(ZoneInfo(plan.timezone))
        label = f"{schedule_words.day(local)} à {schedule_words.clock(local)}"
        unsure = "" if plan.quiet.certain(local.date()) else "calendrier scolaire à vérifier"
        missed = f"pas envoyé : {firing.left_out}" if firing.left_out else said.get(local.date(), "")
        note = ", ".join(filter(None, (missed, unsure)))
        yield DateLine(str(round(firing.at.timestamp() * 1000)), label, note, sent=firing.left_out is None)
        sent += firing.left_out is None
        if sent == DATES:
            return


def _missed(one: Occurrence, titles: dict[int, str], timezone: str, now: int) -> Choice:
    when = words.when(one.fire_at, timezone, now)
    label = f"{titles.get(one.schedule_id, 'Message programmé')}, {when}"
    return Choice(str(one.schedule_id), label, schedule_words.reason(one.reason))


def _decided(one: Occurrence, timezone: str, now: int) -> DecidedLine:
    when = words.when(one.fire_at, timezone, now)
    word = f"envoyé à {words.people(one.people or 0)}" if one.fired else "non envoyé"
    return DecidedLine(when, word, schedule_words.reason(one.reason), one.alert_id or 0)


def _headline(plan: Plan) -> str:
    return headline(plan.content, LANGUAGE)


def _digest(fields: Any) -> str:
    return str(fields.get("digest") or fields.get("apercu") or "")[:100].replace("\0", "")


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])
