"""An emergency that is about to leave: how long it still takes, and the one button that stops it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Final

from aiohttp import web

from alertd.clock import SECOND
from alertd.issue import countdown, reading
from alertd.issue.countdown import LASTS_MS, Countdown, State
from alertd.issue.reading import AlertSummary, AlertView
from alertd.model import Role
from alertd.web import words
from alertd.web.contracts import Leaving
from alertd.web.contracts.guard import CountdownPage, CountdownPart
from alertd.web.live import stream
from alertd.web.office.compose import surroundings
from alertd.web.office.whose import alert_id_of, own_alert
from alertd.web.places import described
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, part, show
from alertd.web.visits import Visit, visit
from alertd.web.writing.forms import LANGUAGE

STREAM: Final = "/alertes/departs"
"""Tells an operator's list that something is about to leave, or was stopped."""
_LOOK_S: Final = 0.5
_GLANCE_S: Final = 5.0
_HEARD: Final = 20
"""So many stations of one person are heard at once; those of more are seen at the next glance."""
_REFRESH_S: Final = 2

_HELD: Final = {
    countdown.LATE: "le service était arrêté à ce moment, et plus d'une minute a passé",
    "people_changed": "le nombre de personnes a changé entre-temps",
    "author_gone": "la personne qui l'a préparé n'a plus de droit ici",
    "not_active": "l'alerte s'est terminée entre-temps",
    countdown.SPENT: "cet aperçu avait déjà servi à un autre envoi",
}


async def countdown_page(rooms: Rooms, here: Visit, view: AlertView, running: Countdown) -> web.Response:
    """The seconds that are left; without a script the page asks again and again."""
    alert_id = view.summary.id
    content = await reading.written(rooms.desk, view)
    text = content.texts.get(LANGUAGE) or next(iter(content.texts.values()))
    around = await surroundings(rooms, here, zone=content.target.zone)
    page = CountdownPage(
        frame=frame(
            "Sur le point de partir",
            here,
            f"/alertes/{alert_id}/depart",
            _REFRESH_S,
            f"/alertes/{alert_id}?suite=1",
        ),
        id=alert_id,
        headline=text.headline,
        topic=words.topic(around.catalogue, content.topic),
        exercise=content.exercise,
        again=bool(view.events),
        by=person(running.armed_by),
        where=described(content.target, around),
        may_stop=may_stop(here),
        countdown=part(_left(running)),
    )
    return show(page)


async def countdown_stream(request: web.Request) -> web.StreamResponse:
    """Each second that is left, then the alert's page again."""
    rooms, here = request.app[ROOMS], await visit(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    return await stream(request, _seconds(rooms, view.summary))


async def departures(request: web.Request) -> web.StreamResponse:
    """The list again whenever something of a person's stations is about to leave, or no longer is."""
    rooms, here = request.app[ROOMS], await visit(request)
    return await stream(request, _departures(rooms, here))


async def stop(request: web.Request) -> web.StreamResponse:
    """Stop it, and back to its words; whoever comes too late is led to what can still be done."""
    rooms, here = request.app[ROOMS], await visit(request)
    alert_id = alert_id_of(request)
    stopped = await countdown.stop(rooms.desk, here.actor, alert_id)
    raise web.HTTPSeeOther(f"/alertes/{alert_id}" + ("" if stopped else "?arret=trop-tard"))


async def leaving(rooms: Rooms, here: Visit) -> tuple[Leaving, ...]:
    """What is about to leave in any of the person's stations, for the list."""
    found = await countdown.running_of(rooms.db, here.session.operator.id)
    return tuple(
        Leaving(one.alert_id, one.exercise, _leaves(one, station if len(here.posts) > 1 else ""))
        for station, one in found
    )


def _leaves(one: Countdown, station: str) -> str:
    what = "Un exercice" if one.exercise else "Une urgence"
    where = f"{station} : {what.lower()}" if station else what
    return f"{where} de {person(one.armed_by)} part dans {_seconds_left(one)}."


def notice(here: Visit, view: AlertView, last: Countdown | None, now: int, *, missed: bool) -> str:
    """What became of the last countdown, unless something was said since; `missed`: somebody has just tried to stop it."""
    if missed and view.events:
        return "Trop tard pour l'arrêter : l'alerte est partie. « Fausse alerte » prévient tous ceux qui l'ont reçue."
    if last is None or last.settled_at is None or last.state is State.RELEASED:
        return ""
    if view.events and view.events[-1].created_at >= last.settled_at:
        return ""
    when = words.when(last.settled_at, here.station.timezone, now)
    if last.state is State.STOPPED:
        what, left = (
            ("Mise à jour arrêtée", "Elle n'est pas partie")
            if view.events
            else ("Envoi arrêté", "Rien n'est parti")
        )
        return f"{what} par {person(last.settled_by)}, {when}. {left} ; vos mots sont gardés."
    why = _HELD.get(last.reason, "quelque chose a changé entre-temps")
    return f"L'envoi n'est pas parti, {when} : {why}. Relisez, puis envoyez de nouveau."


def person(actor: str) -> str:
    """An operator as screens name one."""
    return actor.removeprefix("operator:")


def may_stop(here: Visit) -> bool:
    """From publisher up, anyone may."""
    return here.actor.role is not None and here.actor.role >= Role.PUBLISHER


async def _seconds(rooms: Rooms, alert: AlertSummary) -> AsyncIterator[tuple[str, str]]:
    told = ""
    while True:  # bounded by `stream`, which ends after an hour
        running = await countdown.latest(rooms.db, alert.id)
        if running is None or running.state is not State.ARMED:
            yield "reload", "{}"
            return
        left = _left(running)
        html = part(left)
        if html != told:
            yield (
                "part",
                json.dumps({"name": "countdown", "html": html, "said": _said(running)}),
            )
            told = html
        await rooms.db.wait(countdown.bell(alert.station_id), _LOOK_S)


async def _departures(rooms: Rooms, here: Visit) -> AsyncIterator[tuple[str, str]]:
    before = await _running(rooms, here)
    while True:  # bounded by `stream`, which ends after an hour
        await _rung(rooms, [post.station_id for post in here.posts[:_HEARD]])
        if await _running(rooms, here) != before:
            yield "reload", "{}"
            return


async def _rung(rooms: Rooms, station_ids: Sequence[int]) -> None:
    """Until one of these stations rings, or it is time for a glance."""
    waits = [asyncio.ensure_future(rooms.db.wait(countdown.bell(one), _GLANCE_S)) for one in station_ids]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()


async def _running(rooms: Rooms, here: Visit) -> set[int]:
    return {one.id for _, one in await countdown.running_of(rooms.db, here.session.operator.id)}


def _left(running: Countdown) -> CountdownPart:
    rest = max(0, min(LASTS_MS, running.left_ms))
    return CountdownPart(_seconds_left(running), f"{100 * rest / LASTS_MS:.0f}")


def _said(running: Countdown) -> str:
    """What a screen reader is told: not each second, only that half of it is over."""
    return "Plus que 5 secondes pour l'arrêter." if running.left_ms <= LASTS_MS // 2 else ""


def _seconds_left(running: Countdown) -> str:
    seconds = -(-running.left_ms // SECOND)
    return words.count(seconds, "seconde") if seconds > 0 else "un instant"
