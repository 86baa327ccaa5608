"""What was sent: the list, one alert as it goes out, and its end."""

import asyncio
import json
from collections.abc import AsyncIterator

from aiohttp import web

from alertd import issue
from alertd.errors import Conflict
from alertd.issue import reading, threads
from alertd.issue.guards import TRANSITIONS, check_level
from alertd.issue.reading import AlertSummary, AlertView
from alertd.model import Act, AlertState, Event, Wording
from alertd.publish import wording
from alertd.publish.wording import Speech
from alertd.stations import sending_switch
from alertd.web import words
from alertd.web.contracts import AlertLine, AlertPage, ClosePage, HistoryPage, Step
from alertd.web.forms import LANGUAGE
from alertd.web.live import stream
from alertd.web.pages.compose import alert_id_of, composer, own_alert, surroundings
from alertd.web.pages.gateways import may_see
from alertd.web.places import described
from alertd.web.progress import EVENTS, progress_part, reached, told_in, under_way
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, part, show
from alertd.web.svg import picture
from alertd.web.visits import Visit, visit

PAGE = 20
_LOOK_S = 2.0
"""Between two looks at the books when no bell rings."""
_PAUSE_S = 0.5
"""After each look: however often the bell rings, a page is redrawn twice a second."""

_OVER = frozenset({AlertState.ENDED, AlertState.CANCELLED})
_CLOSINGS = {
    "fin": (
        Act.END,
        "Fin d'alerte",
        "Le danger est passé. Tous ceux qui ont été prévenus recevront ce message, par les mêmes moyens.",
    ),
    "fausse-alerte": (
        Act.CANCEL,
        "Fausse alerte",
        "C'était une erreur. Tous ceux qui ont été prévenus le sauront, avant tout autre message.",
    ),
}


async def history(request: web.Request) -> web.StreamResponse:
    """The station's alerts, newest first, twenty a page."""
    rooms, here = request.app[ROOMS], await visit(request)
    before = request.query.get("avant", "")
    below = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found = await reading.alerts(rooms.desk, here.station.id, below, PAGE + 1)
    lines = [await _line(rooms, here, summary) for summary in found[:PAGE]]
    page = HistoryPage(
        frame=frame("Alertes", here),
        alerts=tuple(lines),
        may_compose=here.actor.releases is not None,
        sees_gateways=may_see(here),
        older=found[PAGE - 1].id if len(found) > PAGE else 0,
        paused=await _paused(rooms, here),
    )
    return show(request, page)


async def _paused(rooms: Rooms, here: Visit) -> str:
    """An operator who is about to warn people must know that nothing leaves, and who can change it."""
    pause = await sending_switch.paused(rooms.db)
    if pause is None:
        return ""
    when = words.when(pause.since, here.station.timezone, rooms.clock.now_ms())
    since = f", depuis {when}" if pause.since else ""
    why = f" Motif : {pause.reason.rstrip('.')}." if pause.reason else ""
    return (
        f"Tous les envois sont suspendus{since}.{why} Ce qui est déclenché attend, jusqu'à son heure limite ; "
        "l'administrateur de l'installation peut reprendre les envois."
    )


async def alert_page(request: web.Request) -> web.StreamResponse:
    """One alert: how far it is, what it says, what was done."""
    rooms, here = request.app[ROOMS], await visit(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    books = await reading.progress(rooms.desk, view.summary.id)
    around = await surroundings(rooms, here)
    summary, now = view.summary, rooms.clock.now_ms()
    told = told_in(view)
    text = told.texts.get(LANGUAGE) or next(iter(told.texts.values()))
    where = described(told.target, around)
    fresh = under_way(view, books)
    page = AlertPage(
        frame=frame(
            summary.headline, here, f"/alertes/{summary.id}/flux" if fresh else "", 5 if fresh else 0
        ),
        id=summary.id,
        level_word=words.LEVELS[summary.level],
        colour="over" if summary.state in _OVER else summary.level.word,
        state_word=words.ALERT_STATES[summary.state],
        topic=words.topic(rooms.catalogue, summary.topic),
        headline=summary.headline,
        body=text.body,
        instruction=text.instruction,
        exercise=summary.exercise,
        where=where,
        picture=picture(here.station, told.target.zone, where),
        until=_until(summary, told.expires, here.station.timezone, now),
        steps=tuple(_step(event, here, now) for event in reversed(view.events)),
        progress=part(request, progress_part(view, books, now)),
        may_end=_may(here, summary, Act.END),
        may_cancel=_may(here, summary, Act.CANCEL),
        correct=_correct(here, summary),
    )
    return show(request, page)


async def alert_stream(request: web.Request) -> web.StreamResponse:
    """The progress part again whenever the books change, until nothing can change by itself."""
    rooms, here = request.app[ROOMS], await visit(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    return await stream(request, _news(request, rooms, view))


async def close_page(request: web.Request) -> web.StreamResponse:
    """The word that ends it, ready; one tap sends it."""
    rooms, here = request.app[ROOMS], await composer(request)
    act, heading, explanation = _CLOSINGS[request.match_info["act"]]
    head = await threads.head(rooms.db, here.station.id, alert_id_of(request))
    if (head.state, act) not in TRANSITIONS:
        raise web.HTTPSeeOther(f"/alertes/{head.alert_id}")
    check_level(here.actor, head.content.level)
    content = threads.closing_content(rooms.desk, here.station, head, act, None)
    station = here.station
    speech = Speech(station.name, station.timezone, station.locale, act, content, content.expires)
    said = wording.words(rooms.catalogue, speech, station.locale, Wording.UPDATE)
    page = ClosePage(
        frame=frame(heading, here),
        id=head.alert_id,
        act=request.match_info["act"],
        heading=heading,
        explanation=explanation,
        text=wording.sms_text(station.name, said, ""),
        button=f"Envoyer : {heading.lower()}",
    )
    return show(request, page)


async def close(request: web.Request) -> web.StreamResponse:
    """End or cancel, and back to the alert; someone else having been quicker changes nothing."""
    rooms, here = request.app[ROOMS], await composer(request)
    act, *_ = _CLOSINGS[request.match_info["act"]]
    alert_id = alert_id_of(request)
    if not await _is_closed(rooms, here, alert_id, act):
        await _close(rooms, here, alert_id, act)
    raise web.HTTPSeeOther(f"/alertes/{alert_id}")


async def _close(rooms: Rooms, here: Visit, alert_id: int, act: Act) -> None:
    """Whoever taps twice has two requests under way: the slower one finds that it is done, which is what it asked."""
    send = issue.end if act is Act.END else issue.cancel
    try:
        await send(rooms.desk, here.actor, alert_id)
    except Conflict:
        if not await _is_closed(rooms, here, alert_id, act):
            raise


async def _is_closed(rooms: Rooms, here: Visit, alert_id: int, act: Act) -> bool:
    """Whether the alert is already where this act leads."""
    view = await own_alert(rooms, here, alert_id)
    return view.summary.state is (AlertState.ENDED if act is Act.END else AlertState.CANCELLED)


async def _news(request: web.Request, rooms: Rooms, view: AlertView) -> AsyncIterator[tuple[str, str]]:
    told, state = "", view.summary.state
    while True:  # bounded by `stream`, which ends after an hour
        books = await reading.progress(rooms.desk, view.summary.id)
        shown = progress_part(view, books, rooms.clock.now_ms())
        html = part(request, shown)
        if html != told:
            yield "part", json.dumps({"name": "progress", "html": html, "said": shown.events[0].summary})
            told = html
        if view.summary.state is not state:
            yield "reload", "{}"
        if not under_way(view, books):
            yield "over", "{}"
            return
        await rooms.db.wait(f"progress:{view.summary.id}", _LOOK_S)
        await asyncio.sleep(_PAUSE_S)
        state, view = view.summary.state, await reading.alert(rooms.desk, view.summary.id)


def _correct(here: Visit, summary: AlertSummary) -> str:
    """What changing it is called here; empty where it cannot be changed."""
    if _may(here, summary, Act.ALERT):
        return "Reprendre le brouillon"
    return "Corriger ou prolonger" if _may(here, summary, Act.UPDATE) else ""


def _until(summary: AlertSummary, expires: int, timezone: str, now: int) -> str:
    if summary.state in _OVER and summary.closed_at is not None:
        return f"Terminée {words.when(summary.closed_at, timezone, now)}."
    return f"Jusqu'à : {words.when(expires, timezone, now)}."


def _may(here: Visit, summary: AlertSummary, act: Act) -> bool:
    releases = here.actor.releases
    return releases is not None and releases >= summary.level and (summary.state, act) in TRANSITIONS


async def _line(rooms: Rooms, here: Visit, summary: AlertSummary) -> AlertLine:
    now = rooms.clock.now_ms()
    return AlertLine(
        id=summary.id,
        level=summary.level.word,
        level_word=words.LEVELS[summary.level],
        state=summary.state.value,
        state_word=words.ALERT_STATES[summary.state],
        topic=words.topic(rooms.catalogue, summary.topic),
        headline=summary.headline,
        exercise=summary.exercise,
        when=words.when(summary.created_at, here.station.timezone, now),
        reached=reached(await reading.progress(rooms.desk, summary.id)),
    )


def _step(event: Event, here: Visit, now: int) -> Step:
    text = event.content.texts.get(here.station.locale) or next(iter(event.content.texts.values()))
    by = event.released_by.removeprefix("operator:")
    when = words.when(event.created_at, here.station.timezone, now)
    return Step(EVENTS[event.act], when, by, text.headline)
