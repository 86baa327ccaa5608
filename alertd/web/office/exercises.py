"""Exercises: the list, and each one's report, to be printed for the plan communal de sauvegarde."""

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, astuple
from typing import Final

from aiohttp import web

from alertd.issue import exercises, reading
from alertd.issue.exercises import Report
from alertd.issue.reading import AlertView
from alertd.publish import report as paper
from alertd.publish.paper import moment
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.exercise import ExercisePage, ExercisesPage, WayLine
from alertd.web.office.compose import surroundings
from alertd.web.places import described
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit
from alertd.web.writing.compose_form import Surroundings
from alertd.web.writing.compose_show import EXERCISE as NEW
from alertd.web.writing.forms import LANGUAGE

PATH: Final = "/exercices"
PDF: Final = "application/pdf"
HEAD: Final = ("Envois", "Prévus", "Confiés", "Reçus", "Confirmés", "Échoués")
_FOOT: Final = (
    "Établi {when}. Un exercice n'atteint que ceux qui les acceptent ; ses chiffres n'entrent dans aucun bilan des alertes, "
    "son coût est compté à part. "
    "Aucun nom d'abonné ni aucune adresse n'y figure."
)
REASONS: Final = {
    "no_gateway": "pas de passerelle",
    "acknowledged": "déjà confirmé autrement",
    "too_late": "trop tard",
    "no_receipt": "aucun accusé de réception",
    "node_lost": "machine arrêtée en cours d'envoi",
    "connection": "pas de connexion à l'opérateur",
    "credentials": "identifiants refusés par l'opérateur",
    "credit": "crédit épuisé",
    "sender": "expéditeur refusé par l'opérateur",
    "provider": "panne chez l'opérateur",
    "unknown": "aucune réponse de l'opérateur",
    "": "sans précision",
}


async def exercises_page(request: web.Request) -> web.StreamResponse:
    """Those that went out, newest first."""
    rooms, here = request.app[ROOMS], await visit(request)
    now, timezone = rooms.clock.now_ms(), here.station.timezone
    found = await exercises.held(rooms.desk, here.station.id)
    lines = (Choice(str(id_), title, words.when(at, timezone, now)) for id_, title, at in found)
    prepare = NEW if here.actor.releases is not None else ""
    return show(ExercisesPage(frame("Exercices", here), tuple(lines), prepare))


async def exercise_page(request: web.Request) -> web.StreamResponse:
    """One exercise's report."""
    rooms, here = request.app[ROOMS], await visit(request)
    told = await exercises.report(rooms.desk, here.station.id, int(request.match_info["id"]))
    now, timezone = rooms.clock.now_ms(), here.station.timezone
    page = ExercisePage(
        frame=frame(f"Exercice : {told.summary.headline}", here),
        when=words.when(told.summary.dated, timezone, now),
        people=words.people(told.people),
        ways=tuple(_ways(told)),
        times=tuple(_times(told)),
        missed=tuple(_missed(told)),
        alert=told.summary.id,
    )
    return show(page)


async def exercise_paper(request: web.Request) -> web.StreamResponse:
    """The same on paper, for the plan communal de sauvegarde: figures, and nobody's address."""
    rooms, here = request.app[ROOMS], await visit(request)
    told = await exercises.report(rooms.desk, here.station.id, int(request.match_info["id"]))
    page = await _on_paper(rooms, here, told)
    said = f'inline; filename="exercice-{told.summary.id}.pdf"'
    body = await asyncio.to_thread(paper.report, page)
    return web.Response(body=body, content_type=PDF, headers={"Content-Disposition": said})


async def _on_paper(rooms: Rooms, here: Visit, told: Report) -> paper.Report:
    view = await reading.alert(rooms.desk, told.summary.id)
    around = await surroundings(rooms, here, zone=view.content.target.zone)
    text = view.content.texts.get(LANGUAGE) or next(iter(view.content.texts.values()))
    lines = tuple(_ways(told))
    return paper.Report(
        station=here.station.name,
        title=told.summary.headline,
        words=" ".join(part for part in (text.instruction, text.body) if part),
        facts=tuple(_facts(around, here, view, told)),
        head=HEAD,
        rows=(*(tuple(asdict(line).values()) for line in lines), _sum(told)),
        times=tuple(_times(told)),
        missed=tuple(_missed(told)),
        foot=_FOOT.format(when=words.when(rooms.clock.now_ms(), here.station.timezone, 0)),
        made_at=moment(rooms.clock.now_ms()),
    )


def _facts(around: Surroundings, here: Visit, view: AlertView, told: Report) -> Iterator[str]:
    """With its date: paper is kept."""
    first, timezone = view.events[0], here.station.timezone
    by = first.released_by.removeprefix("operator:")
    level, where = words.LEVELS[told.summary.level], described(view.content.target, around)
    topic = words.topic(around.catalogue, told.summary.topic, kept=told.summary.labels)
    yield f"{level} : {topic.lower()}. {where}"
    yield f"Envoyé {words.when(first.created_at, timezone, 0)}, par {by}."
    if told.summary.closed_at is not None:
        yield f"Terminé {words.when(told.summary.closed_at, timezone, 0)}."
    yield f"Adressé à {words.people(told.people)} qui acceptent les exercices."


def _sum(told: Report) -> tuple[str, ...]:
    """All channels together: messages, not people, who may have several."""
    ways = [astuple(way) for way in told.ways.values()]
    return ("Ensemble", *(words.number(sum(column)) for column in zip(*ways, strict=True)))


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
