"""Exercises: the list, and each one's report, to be printed for the plan communal de sauvegarde."""

from collections.abc import Iterator
from typing import Final

from aiohttp import web

from alertd.issue import exercises
from alertd.issue.exercises import Report
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.exercise import ExercisePage, ExercisesPage, WayLine
from alertd.web.rooms import ROOMS
from alertd.web.show import frame, show
from alertd.web.visits import visit

PATH: Final = "/exercices"
REASONS: Final = {
    "no_gateway": "pas de passerelle",
    "acknowledged": "déjà confirmé autrement",
    "": "sans précision",
}


async def exercises_page(request: web.Request) -> web.StreamResponse:
    """Those that went out, newest first."""
    rooms, here = request.app[ROOMS], await visit(request)
    now, timezone = rooms.clock.now_ms(), here.station.timezone
    found = await exercises.held(rooms.desk, here.station.id)
    lines = (Choice(str(id_), title, words.when(at, timezone, now)) for id_, title, at in found)
    return show(ExercisesPage(frame("Exercices", here), tuple(lines)))


async def exercise_page(request: web.Request) -> web.StreamResponse:
    """One exercise's report."""
    rooms, here = request.app[ROOMS], await visit(request)
    told = await exercises.report(rooms.desk, here.station.id, int(request.match_info["id"]))
    now, timezone = rooms.clock.now_ms(), here.station.timezone
    page = ExercisePage(
        frame=frame(f"Exercice : {told.summary.headline}", here),
        when=words.when(told.summary.created_at, timezone, now),
        people=words.people(told.people),
        ways=tuple(_ways(told)),
        times=tuple(_times(told)),
        missed=tuple(_missed(told)),
        alert=told.summary.id,
    )
    return show(page)


def _ways(told: Report) -> Iterator[WayLine]:
    for channel, word in words.CHANNELS.items():
        if way := told.ways.get(channel):
            figures = (way.planned, way.taken, way.received, way.confirmed, way.failed)
            yield WayLine(word[:1].upper() + word[1:], *map(words.number, figures))


def _times(told: Report) -> Iterator[str]:
    times = told.times
    for said, seconds in (
        ("Le premier", times.first_s),
        ("La moitié", times.half_s),
        ("Le dernier", times.last_s),
    ):
        if seconds is not None:
            yield f"{said} : {words.wait(seconds)} après le départ."


def _missed(told: Report) -> Iterator[str]:
    for (channel, reason), n in told.missed.items():
        yield f"{words.CHANNELS[channel].capitalize()}, {REASONS.get(reason, reason)} : {words.number(n)}."
