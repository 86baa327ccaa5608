"""One schedule changed from its page: stopped, a date dropped or moved, another hour, a text for each day."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import time
from typing import Any, Final

from aiohttp import web

from alertd.clock import DAY, FOREVER
from alertd.errors import Refused
from alertd.issue.desk import Desk
from alertd.model import Actor
from alertd.schedule import following, restoring, saving, texts
from alertd.schedule.following import Change
from alertd.schedule.rule import WEEKDAYS
from alertd.schedule.stamps import read_local
from alertd.web import posted
from alertd.web.contracts.schedule import Mistaken
from alertd.web.office.compose import composer
from alertd.web.office.schedules import PATH, id_of, one_page
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.visits import Visit

LAST: Final = FOREVER - 2 * DAY
"""The last moment that has a day on every clock."""
_BESIDE: Final[Mapping[str, Mapping[str, str]]] = {
    "dates": dict.fromkeys(("date_unreadable", "date_past", "date_taken", "date_excluded"), "to"),
    "changer": {
        **dict.fromkeys(
            ("change_empty", "date_unreadable", "date_past", "date_taken", "date_excluded"), "at"
        ),
        **dict.fromkeys(("one_day", "rule"), "days"),
        **dict.fromkeys(("date_unknown", "date_by_hand"), "fire_at"),
        "texts_unreadable": "words",
        "election_tick": "neutral",
    },
    "textes": {"texts_unreadable": "texts", "election_tick": "neutral"},
}
"""By form: the field that a refusal is about, by its code."""
_ACTS: Final[dict[str, Callable[[Desk, Actor, int], Awaitable[None]]]] = {
    "pause": saving.pause,
    "resume": saving.resume,
    "end": saving.end,
}


async def change_state(request: web.Request) -> web.StreamResponse:
    """Pause, resume or end it."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        verb = _ACTS.get(str(typed.get("act", "")))
        if verb is None:
            raise posted.unreadable()
        await verb(rooms.desk, here.actor, id_of(request))

    return await _changed(request, act)


async def change_date(request: web.Request) -> web.StreamResponse:
    """Drop one date, put it back, or move it; or drop all from it on."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        what = (rooms.desk, here.actor, id_of(request), _fire_at(typed))
        if typed.get("act") == "drop_following":
            await following.drop_following(*what)
        elif typed.get("act") == "drop":
            await saving.drop(*what)
        elif typed.get("act") == "restore":
            await restoring.restore(*what)
        else:
            await saving.move(*what, _wall(str(typed.get("to", ""))))

    return await _changed(request, act)


async def change_more(request: web.Request) -> web.StreamResponse:
    """Another hour, other weekdays or another text: for one date, for it and those after it, or for all."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> int | None:
        change = _change(typed, rooms.settings.limits.instruction_chars)
        who, neutral = (rooms.desk, here.actor, id_of(request)), typed.get("neutral") == "on"
        if typed.get("scope") == "all":
            return await following.change_all(*who, change, neutral=neutral)
        fire_at = _fire_at(typed)
        if typed.get("scope") == "following":
            return await following.go_on(*who, fire_at, change, neutral=neutral)
        await following.change_one(*who, fire_at, change, neutral=neutral)
        return None

    return await _changed(request, act)


async def change_texts(request: web.Request) -> web.StreamResponse:
    """A text of its own for each date, from a pasted table."""

    async def act(rooms: Rooms, here: Visit, typed: Any) -> None:
        wanted = texts.read_texts(str(typed.get("texts", "")), rooms.settings.limits.instruction_chars)
        plan = await saving.mine(rooms.desk, here.actor, id_of(request))
        await texts.keep(rooms.desk, here.actor, plan, wanted, neutral=typed.get("neutral") == "on")

    return await _changed(request, act)


async def _changed(
    request: web.Request, act: Callable[[Rooms, Visit, Any], Awaitable[int | None]]
) -> web.StreamResponse:
    """Back to the schedule, or to the one that goes on from it."""
    rooms, here = request.app[ROOMS], await composer(request)
    typed = await posted.form(request)
    try:
        other = await act(rooms, here, typed)
    except Refused as error:
        mistaken, said = _mistaken(request.path.rpartition("/")[2], typed, error), str(typed.get("texts", ""))
        page = await one_page(rooms, here, id_of(request), error.french, said, mistaken)
        return show(page, error.status)
    raise web.HTTPSeeOther(f"{PATH}/{other or id_of(request)}")


def _mistaken(form: str, typed: Any, error: Refused) -> Mistaken:
    """What was typed, and the field that the sentence is about; one that is about none stands at the head of the page alone."""
    beside = _BESIDE.get(form, {}).get(error.code, "")
    if error.code == "rule" and not typed.getall("days", []):
        beside = "at"
    if typed.get("act", "move") != "move":
        beside = ""  # a button says it all
    return Mistaken(
        form=form,
        **{name: str(typed.get(name, ""))[:4_000] for name in ("fire_at", "to", "at", "words")},
        scope=str(typed.get("scope", "this"))[:20],
        days=tuple(day for day in WEEKDAYS if day in typed.getall("days", [])),
        neutral=typed.get("neutral") == "on",
        wrong={beside: error.french} if beside else {},
    )


def _fire_at(typed: Any) -> int:
    at = str(typed.get("fire_at", ""))
    if not (at.isascii() and at.isdigit() and len(at) < 16):
        raise posted.unreadable()
    return min(int(at), LAST)


def _change(typed: Any, most_chars: int) -> Change:
    picked = typed.getall("days", [])
    days = tuple(day for day in WEEKDAYS if day in picked)
    at, words = str(typed.get("at", "")).strip(), texts.read_words(str(typed.get("words", "")), most_chars)
    if not (at or days or words):
        raise Refused("change_empty", "Dites ce qui change : l'heure, le jour de la semaine ou le texte.")
    return Change(_hour(at) if at else None, days, words)


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
