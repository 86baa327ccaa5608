"""Later, or again and again: the form for the message of a preview, and its next dates before it is kept."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from alertd.catalogue.school import ZONES
from alertd.clock import from_ms
from alertd.errors import Conflict, Refused
from alertd.issue.preview import stored
from alertd.schedule import saving
from alertd.schedule.plans import Plan
from alertd.schedule.renewing import renewed
from alertd.schedule.rule import WEEKDAYS
from alertd.store.contents import headline, loads
from alertd.web import posted, words
from alertd.web.contracts import Choice
from alertd.web.contracts.schedule import ScheduleNewPage
from alertd.web.office import schedule_words
from alertd.web.office.compose import composer
from alertd.web.office.schedule_form import MOST_WEEKS, ScheduleForm
from alertd.web.office.schedule_rhythm import DAYS
from alertd.web.office.schedules import PATH, dates_of
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit
from alertd.web.writing.forms import LANGUAGE

REPEATS: Final = (
    Choice("once", "Non : une seule fois"),
    Choice("daily", "Chaque jour"),
    Choice("weekly", "Chaque semaine, ou toutes les deux, trois… semaines"),
    Choice("monthly_day", "Chaque mois, à la même date"),
    Choice("monthly_last", "Le dernier jour de chaque mois"),
    Choice("monthly_weekday", "Chaque mois, le même jour (le deuxième mardi, par exemple)"),
    Choice("yearly", "Chaque année, à la même date"),
)


async def new_page(request: web.Request) -> web.StreamResponse:
    """The form, for the message of a preview: tomorrow at half past seven until something else is said."""
    rooms, here = request.app[ROOMS], await composer(request)
    tomorrow = from_ms(rooms.clock.now_ms()).astimezone(ZoneInfo(here.station.timezone)) + timedelta(days=1)
    form = ScheduleForm(day=tomorrow.date().isoformat(), time="07:30")
    digest, lapsed = await _fresh(rooms, here, _digest(request.query))
    return show(await _new(rooms, here, digest, form, errors=lapsed))


async def new(request: web.Request) -> web.StreamResponse:
    """The next dates; with "Enregistrer", kept."""
    rooms, here = request.app[ROOMS], await composer(request)
    typed = await posted.form(request)
    form = ScheduleForm.read(typed)
    digest, lapsed = await _fresh(rooms, here, _digest(typed))
    try:
        wish = form.wish(here.station)
        plan = await saving.draw(rooms.desk, here.actor, here.station, digest, wish)
        if typed.get("act") == "save" and not lapsed:
            kept = await saving.save(rooms.desk, here.actor, here.station, digest, wish)
            raise web.HTTPSeeOther(f"{PATH}/{kept}")
    except Refused as error:
        return show(await _new(rooms, here, digest, form, errors=_errors(form, error)), error.status)
    return show(await _new(rooms, here, digest, form, plan, lapsed), 409 if lapsed else 200)


async def _fresh(rooms: Rooms, here: Visit, digest: str) -> tuple[str, dict[str, str]]:
    """The digest to go on with. Whoever took longer than a preview lasts keeps what was typed, and is told how many people it is now."""
    try:
        await stored(rooms.desk, here.actor, digest)
    except Conflict:
        again = await renewed(rooms.desk, here.actor, here.station, digest)
        counted = f"L'aperçu avait expiré, les personnes sont recomptées : {words.people(again.people)}."
        return again.digest, {"": f"{counted} Regardez les dates, puis enregistrez."}
    return digest, {}


def _errors(form: ScheduleForm, error: Refused) -> dict[str, str]:
    """By field; dates that are all past are those of the first day, or of the last where one was given."""
    beside = {"until" if form.until else "day": error.french} if error.code == "schedule_over" else {}
    return {"": error.french, **error.french_fields, **beside}


async def _new(
    rooms: Rooms,
    here: Visit,
    digest: str,
    form: ScheduleForm,
    plan: Plan | None = None,
    errors: Mapping[str, str] = MappingProxyType({}),
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
        errors=errors,
        repeats=REPEATS,
        days=tuple(Choice(key, word) for key, word in zip(WEEKDAYS, DAYS, strict=True)),
        weeks=tuple(Choice(str(n), words.count(n, "semaine")) for n in range(1, MOST_WEEKS + 1)),
        zones=(Choice("", "Non"), *(Choice(zone, f"Zone {zone}") for zone in ZONES)),
        plain=schedule_words.plain(plan) if plan else "",
        dates=await dates_of(rooms, plan) if plan else (),
    )


def _digest(fields: Any) -> str:
    return str(fields.get("digest") or fields.get("apercu") or "")[:100].replace("\0", "")
