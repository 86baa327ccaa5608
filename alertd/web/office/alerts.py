"""What was sent: the list, one alert as it goes out, and its end."""

from aiohttp import web

from alertd import issue
from alertd.catalogue import Catalogue
from alertd.errors import Conflict
from alertd.issue import countdown, reading, threads, waiting
from alertd.issue.countdown import Countdown
from alertd.issue.guards import TRANSITIONS, check_level
from alertd.issue.reading import AlertSummary, AlertView
from alertd.issue.waiting import PATH as APPROVALS
from alertd.model import Act, AlertState, Content, Event, Level, Wording
from alertd.publish import wording
from alertd.publish.wording import Speech
from alertd.schedule import plans
from alertd.stations import topics
from alertd.web import elsewhere, words
from alertd.web.contracts import AlertLine, AlertPage, ClosePage, HistoryPage, Step
from alertd.web.contracts.file import shown_files
from alertd.web.office import countdowns, figures
from alertd.web.office.approvals import NO, denied
from alertd.web.office.calling import rolls
from alertd.web.office.compose import composer, offered_texts, surroundings
from alertd.web.office.forgotten import forgotten
from alertd.web.office.gateways import may_see
from alertd.web.office.neighbours import doors
from alertd.web.office.paused import paused_words
from alertd.web.office.prolonging import ending
from alertd.web.office.reached_map import reached_now
from alertd.web.office.ready_texts import begun_with
from alertd.web.office.schedules import LATELY
from alertd.web.office.sharing import offered, share_part, stream_of
from alertd.web.office.undoing import TAKEN_BACK, undo_part
from alertd.web.office.whose import alert_id_of, own_alert, station_of_alert
from alertd.web.places import described
from alertd.web.progress import EVENTS, progress_part, reached, state_word, told_in, under_way
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, part, show
from alertd.web.svg import picture
from alertd.web.visits import Visit, visit
from alertd.web.writing.compose_show import begin, urgent_texts
from alertd.web.writing.forms import LANGUAGE

PAGE = 20

_OVER = frozenset({AlertState.ENDED, AlertState.CANCELLED})
_CLOSINGS = {
    "fin": (
        Act.END,
        "Fin d'alerte",
        "{over} Tous ceux qui ont été prévenus recevront ce message, par les mêmes moyens.",
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
    book = await topics.named(rooms.db, rooms.catalogue, here.station)
    lines = [await _line(rooms, here, book, summary) for summary in found[:PAGE]]
    page = HistoryPage(
        frame=frame("Alertes", here, countdowns.STREAM),
        leaving=await countdowns.leaving(rooms, here),
        alerts=tuple(lines),
        may_compose=here.actor.releases is not None,
        urgent=urgent_texts(await offered_texts(rooms, here), here),
        sees_gateways=may_see(here),
        schedules=await _schedules(rooms, here),
        doors=await doors(rooms, here),
        older=found[PAGE - 1].id if len(found) > PAGE else 0,
        paused=await paused_words(rooms, here),
    )
    return show(page)


async def _schedules(rooms: Rooms, here: Visit) -> str:
    """What the link to schedules says: what was not sent lately, or to many more, is not to be missed."""
    since = rooms.clock.now_ms() - LATELY
    missed = len(await plans.skipped(rooms.db, here.station.id, since))
    doubled = len(await plans.doubled(rooms.db, here.station.id, since))
    had = "n'a pas eu lieu" if missed == 1 else "n'ont pas eu lieu"
    told = (
        f"{words.count(missed, 'envoi')} {had}" if missed else "",
        f"{words.count(doubled, 'envoi')} à deux fois plus de personnes" if doubled else "",
    )
    return " : ".join(filter(None, ("Programmations", ", ".join(filter(None, told)))))


@elsewhere.leads(station_of_alert)
async def alert_page(request: web.Request) -> web.StreamResponse:
    """One alert: how far it is, what it says, what was done; before it is one, its countdown or its approval."""
    rooms, here = request.app[ROOMS], await visit(request)
    view = await own_alert(rooms, here, alert_id_of(request))
    last = await countdown.latest(rooms.db, view.summary.id)
    if last is not None and last.state is countdown.State.ARMED:
        return await countdowns.countdown_page(rooms, here, view, last)
    if view.summary.state is AlertState.PENDING:
        raise web.HTTPSeeOther(f"{APPROVALS}/{view.summary.id}")
    return show(await _released_page(request, rooms, here, view, last))


async def _released_page(
    request: web.Request, rooms: Rooms, here: Visit, view: AlertView, last: Countdown | None
) -> AlertPage:
    books = await reading.progress(rooms.desk, view.summary.id)
    summary, now, told = view.summary, rooms.clock.now_ms(), told_in(view)
    around = await surroundings(rooms, here, zone=told.target.zone)
    text = told.texts.get(LANGUAGE) or next(iter(told.texts.values()))
    where = described(told.target, around)
    fresh, (told_on, plate) = under_way(view, books), await offered(rooms, here.station, view)
    head, again = frame(summary.headline, here), str(request.rel_url.update_query(suite="1"))
    if fresh:
        head = frame(summary.headline, here, stream_of(summary.id, plate), 5, again)
    return AlertPage(
        frame=head,
        id=summary.id,
        level_word=words.LEVELS[summary.level],
        colour="over" if summary.state in _OVER else summary.level.word,
        state_word=state_word(summary.state, books),
        topic=words.topic(around.catalogue, summary.topic, kept=summary.labels),
        headline=summary.headline,
        body=text.body,
        instruction=text.instruction,
        files=shown_files(told.attachments, "/alertes/pieces", whole=True),
        exercise=summary.exercise,
        where=where,
        picture=picture(here.station, told.target.zone, where),
        until=_until(summary, told.expires, here.station.timezone, now),
        steps=tuple(_step(event, here, now) for event in reversed(view.events)),
        notice=_notice(request, here, view, last),
        denied=await denied(rooms, here, view),
        ending=ending(here.station, summary, told.expires, now),
        undo=part(await undo_part(rooms, here, view)),
        progress=part(progress_part(view, books, now)),
        reached=await reached_now(rooms, here.station, view, books),
        forgotten=await forgotten(rooms, here.station, summary.id),
        may_end=_may(here, summary, Act.END),
        may_cancel=_may(here, summary, Act.CANCEL),
        may_prolong=_may(here, summary, Act.UPDATE),
        share=share_part(view, told_on, plate),
        correct=_correct(here, summary),
        copy=f"{begin(exercise=summary.exercise)}?copie={summary.id}"
        if _releases(here, summary) and view.events
        else "",
        left=await figures.left_after(rooms.desk, here.station, view, books),
        ready=await begun_with(rooms, here.station, told),
        rolls=await rolls(rooms, here, summary.id),
        may_call=here.actor.releases is not None,
    )


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
    said = wording.words(rooms.catalogue, speech, station.locale, Wording.UPDATE, short=True)
    page = ClosePage(
        frame=frame(heading, here),
        id=head.alert_id,
        act=request.match_info["act"],
        heading=heading,
        explanation=explanation.format(over=_over(head.content)),
        text=wording.sms_text(station.name, said, ""),
        button=f"Envoyer : {heading.lower()}",
    )
    return show(page)


def _over(content: Content) -> str:
    """What its end says: only of what was one that the danger is."""
    if content.exercise:
        return "L'exercice est terminé."
    return "C'est terminé." if content.level is Level.INFO else "Le danger est passé."


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


def _notice(request: web.Request, here: Visit, view: AlertView, last: Countdown | None) -> str:
    """What whoever comes from a button is told of it; a draft alone can have been taken back."""
    if "annule" in request.query and not view.events:
        return TAKEN_BACK
    now = request.app[ROOMS].clock.now_ms()
    return countdowns.notice(here, view, last, now, missed="arret" in request.query)


def _correct(here: Visit, summary: AlertSummary) -> str:
    """What changing it is called here; empty where it cannot be changed."""
    if _may(here, summary, Act.ALERT):
        return "Reprendre le brouillon"
    return "Corriger" if _may(here, summary, Act.UPDATE) else ""


def _until(summary: AlertSummary, expires: int, timezone: str, now: int) -> str:
    if summary.state in _OVER and summary.closed_at is not None:
        return f"Terminée {words.when(summary.closed_at, timezone, now)}."
    return f"Jusqu'à : {words.when(expires, timezone, now)}."


def _may(here: Visit, summary: AlertSummary, act: Act) -> bool:
    return _releases(here, summary) and (summary.state, act) in TRANSITIONS


def _releases(here: Visit, summary: AlertSummary) -> bool:
    return here.actor.releases is not None and here.actor.releases >= summary.level


async def _line(rooms: Rooms, here: Visit, book: Catalogue, summary: AlertSummary) -> AlertLine:
    now, books = rooms.clock.now_ms(), await reading.progress(rooms.desk, summary.id)
    no = await waiting.denied(rooms.desk, summary.id) if summary.state is AlertState.DRAFT else None
    return AlertLine(
        id=summary.id,
        level=summary.level.word,
        level_word=words.LEVELS[summary.level],
        state=summary.state.value,
        state_word=NO[no.state] if no else state_word(summary.state, books),
        topic=words.topic(book, summary.topic, kept=summary.labels),
        headline=summary.headline,
        exercise=summary.exercise,
        when=words.when(summary.dated, here.station.timezone, now),
        reached=reached(books),
    )


def _step(event: Event, here: Visit, now: int) -> Step:
    text = event.content.texts.get(here.station.locale) or next(iter(event.content.texts.values()))
    by = event.released_by.removeprefix("operator:")
    when = words.when(event.created_at, here.station.timezone, now)
    return Step(EVENTS[event.act], when, by, text.headline)
