"""What was sent: found again by words, dates and topic, done again, and in figures."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from alertd.catalogue import Catalogue
from alertd.clock import FOREVER, to_ms
from alertd.deliver.owners import owners
from alertd.issue import ledger, reading
from alertd.issue.ledger import Sums, Wanted
from alertd.issue.reading import AlertSummary
from alertd.model import Act, Channel, Mode, State
from alertd.stations import topics
from alertd.watch import live_reach, reminder
from alertd.web import words
from alertd.web.contracts import AlertLine, Choice
from alertd.web.contracts.history import Entry, FiguresPage, SearchPage
from alertd.web.office import answering, figures
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit
from alertd.web.writing.compose_show import begin

PATH: Final = "/historique"
PAGE: Final = 20
_FIELDS: Final = ("mots", "du", "au", "sujet")


async def search_page(request: web.Request) -> web.StreamResponse:
    """Alerts that went out, newest first, twenty a page, with who sent them and what came of it."""
    rooms, here = request.app[ROOMS], await visit(request)
    asked = {name: request.query.get(name, "")[:100].replace("\0", "").strip() for name in _FIELDS}
    wanted, wrong = _wanted(asked, ZoneInfo(here.station.timezone))
    found = await ledger.search(
        rooms.desk, here.station.id, wanted, _below(request.query.get("avant", "")), PAGE
    )
    book = await topics.named(rooms.db, rooms.catalogue, here.station)
    entries = [await _entry(rooms, here, book, summary) for summary in found.alerts]
    page = SearchPage(
        frame=frame("Historique", here),
        words=asked["mots"],
        since=asked["du"],
        until=asked["au"],
        topic=asked["sujet"],
        topics=tuple(Choice(topic.key, topic.label("fr")) for topic in book.topics.values()),
        wrong=wrong,
        said=_said(found.alerts, more=found.older is not None),
        entries=tuple(entries),
        older=_older(asked, found.older),
    )
    return show(page)


async def figures_page(request: web.Request) -> web.StreamResponse:
    """The last twelve months: messages and how many arrived, cost, who left; the latest alerts one by one; who still answers."""
    rooms, here = request.app[ROOMS], await visit(request)
    told = await figures.of_year(rooms.desk, here.station)
    reach = await live_reach.read(rooms.db, rooms.clock, here.station.id)
    asks = rooms.settings.silent_probe.enabled and here.station.mode is Mode.LIVE
    reminds = reminder.speaks(rooms.settings.reminder, here.station)
    reminded = await reminder.of_year(rooms.db, rooms.clock, here.station) if reminds else None
    page = FiguresPage(
        frame=frame("Les chiffres", here),
        lead=figures.lead(told),
        exercises=figures.exercises(told),
        plots=tuple(figures.plots(told)),
        answering=answering.part(here.station, reach, reminded, asks=asks),
    )
    return show(page)


def _wanted(asked: Mapping[str, str], zone: ZoneInfo) -> tuple[Wanted, str]:
    """The search, and a sentence about a date that is none (which then does not count)."""
    since, until = (_day(asked[name]) for name in ("du", "au"))
    wrong = any(asked[name] and day is None for name, day in (("du", since), ("au", until)))
    return Wanted(
        words=asked["mots"],
        since=_midnight(since, zone) if since else 0,
        until=_midnight(until + timedelta(days=1), zone) if until else FOREVER,
        topic=asked["sujet"],
    ), "Une date se lit jour, mois, année : elle n'a pas compté." if wrong else ""


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 < found.year < 9000 else None


def _midnight(day: date, zone: ZoneInfo) -> int:
    return to_ms(datetime.combine(day, time(), zone))


def _below(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _said(found: Sequence[AlertSummary], *, more: bool) -> str:
    """How many were found, exercises apart."""
    if not found:
        return "Rien de tel parmi les plus récentes." if more else "Rien de tel n'a été envoyé."
    drills = sum(one.exercise for one in found)
    kinds = ((len(found) - drills, "alerte"), (drills, "exercice"))
    counted = " et ".join(words.count(n, word) for n, word in kinds if n)
    return f"{counted}{', et de plus anciens envois' if more else ''}."


def _older(asked: Mapping[str, str], older: int | None) -> str:
    kept = {name: text for name, text in asked.items() if text}
    return f"{PATH}?{urlencode(kept | {'avant': older})}" if older is not None else ""


async def _entry(rooms: Rooms, here: Visit, catalogue: Catalogue, summary: AlertSummary) -> Entry:
    view = await reading.alert(rooms.desk, summary.id)
    contents = {event.id: event.content for event in view.events}
    told, people = Sums(), 0
    whose = await owners(rooms.db, rooms.desk.routes.owning, here.station.id)
    for book in await reading.progress(rooms.desk, summary.id):
        content = contents[book.event_id]
        told += ledger.sums(rooms.desk, here.station, whose, content, _book(book.channels))
        people = max(people, book.people if book.act in {Act.ALERT, Act.UPDATE} else 0)
    (left,) = await ledger.left_after(rooms.desk, here.station.id, [summary.dated], exercise=summary.exercise)
    copied = f"{begin(exercise=summary.exercise)}?copie={summary.id}" if _may_copy(here, summary) else ""
    by = view.events[0].released_by.removeprefix("operator:") if view.events else ""
    return Entry(_line(rooms, here, catalogue, summary), by, tuple(_figures(people, told, left)), copied)


def _book(channels: Mapping[str, Mapping[str, int]]) -> ledger.Book:
    states = {state.word: state for state in State}
    return {
        (Channel.of(channel), states[word]): n
        for channel, tally in channels.items()
        for word, n in tally.items()
        if n
    }


def _figures(people: int, told: Sums, left: int) -> Iterator[str]:
    sent = words.count(told.sent, "message envoyé", "messages envoyés")
    yield f"{words.people(people)}, {sent}, dont {words.number(told.arrived)} reçus ou lus"
    yield f"Coût : {words.price(told.price)}"
    if left:
        yield f"{words.discreet(left)} {'départ' if left == 1 else 'départs'} dans les deux jours"


def _may_copy(here: Visit, summary: AlertSummary) -> bool:
    return here.actor.releases is not None and here.actor.releases >= summary.level


def _line(rooms: Rooms, here: Visit, book: Catalogue, summary: AlertSummary) -> AlertLine:
    return AlertLine(
        id=summary.id,
        level=summary.level.word,
        level_word=words.LEVELS[summary.level],
        state=summary.state.value,
        state_word=words.ALERT_STATES[summary.state],
        topic=words.topic(book, summary.topic, kept=summary.labels),
        headline=summary.headline,
        exercise=summary.exercise,
        when=words.when(summary.dated, here.station.timezone, rooms.clock.now_ms()),
        reached="",
    )
