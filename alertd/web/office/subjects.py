"""The station's topics: which are offered, here and to residents, and by which name; and those of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import FRENCH, Topic, base, is_own
from alertd.errors import Conflict, Refused
from alertd.model import Level
from alertd.stations import choosing_topics, own_topics, topics
from alertd.stations.choosing_topics import LONGEST, Wish
from alertd.stations.topics import Decision
from alertd.store.database import Transaction
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.subject import SubjectGroup, SubjectLine, SubjectsPage
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = "/sujets"
LIKELY: Final = "event"
"""What most topics of a station's own are like."""


async def subjects_page(request: web.Request) -> web.StreamResponse:
    """All of them, by level. :raises NotAllowed: `topics_not_allowed`."""
    rooms, here = request.app[ROOMS], await _deciding(request)
    return show(await _page(rooms, here, {}, saved="fait" in request.query))


async def choose(request: web.Request) -> web.StreamResponse:
    """What is ticked is offered, under the name that is written; or one of the station's own is added, or removed.

    :raises NotAllowed: `topics_not_allowed`.
    """
    rooms, here = request.app[ROOMS], await _deciding(request)
    typed = await form(request)
    wanted = _wanted(typed, await _settable(rooms, here))
    try:
        async with rooms.db.transaction() as tx:
            await _do(tx, rooms, here, typed, wanted)
    except (Refused, Conflict) as error:
        named = str(typed.get("label", ""))[:200], str(typed.get("like", ""))[:40]
        return show(await _page(rooms, here, wanted, error, typed=named), error.status)
    raise web.HTTPSeeOther(f"{PATH}?fait=1")


async def _do(tx: Transaction, rooms: Rooms, here: Visit, typed: Any, wanted: Mapping[str, Wish]) -> None:
    said = (tx, rooms.clock, rooms.catalogue, here.station, here.actor.name)
    match typed.get("act", ""):
        case "add":
            await own_topics.add(*said, str(typed.get("label", ""))[:200], str(typed.get("like", ""))[:40])
        case "remove":
            await own_topics.remove(*said, str(typed.get("key", "")))
        case _:
            await choosing_topics.choose(*said, wanted)


async def _deciding(request: web.Request) -> Visit:
    here = await visit(request)
    choosing_topics.check_actor(here.actor)
    return here


async def _settable(rooms: Rooms, here: Visit) -> dict[str, Topic]:
    return topics.settable(await topics.named(rooms.db, rooms.catalogue, here.station), here.station)


def _wanted(typed: Any, known: Mapping[str, Topic]) -> dict[str, Wish]:
    """Of those that the form names; a name is a text field."""
    shown = {str(key) for key in typed.getall("shown", [])}
    return {
        key: Wish(key in shown, str(typed[f"label_{key}"]).strip()[:200])
        for key in known
        if f"label_{key}" in typed
    }


async def _page(
    rooms: Rooms,
    here: Visit,
    wanted: Mapping[str, Wish],
    error: Refused | Conflict | None = None,
    *,
    saved: bool = False,
    typed: tuple[str, str] = ("", LIKELY),
) -> SubjectsPage:
    """As it stands, or as it was `wanted`."""
    book = await topics.of(rooms.db, rooms.catalogue, here.station)
    known = topics.settable(book, here.station)
    decided = await topics.decisions(rooms.db, here.station)
    lines = [
        _line(rooms.catalogue, book, one, decided.get(key), wanted.get(key)) for key, one in known.items()
    ]
    groups = [_group(level, known, lines) for level in sorted(Level, reverse=True)]
    likes = own_topics.likes(rooms.catalogue) if own_topics.may_have(here.station) else {}
    return SubjectsPage(
        frame=frame("Sujets", here),
        notice=error.message if error else "",
        saved=saved,
        errors=error.fields if isinstance(error, Refused) else {},
        groups=tuple(group for group in groups if group.lines),
        granted=", ".join(one.label(FRENCH) for key, one in book.offered.items() if key not in known),
        longest=LONGEST,
        added=tuple(one for one in lines if one.like),
        likes=tuple(Choice(key, label) for key, label in likes.items()),
        typed=typed,
    )


def _line(
    catalogue: Catalogue, book: Catalogue, topic: Topic, decided: Decision | None, wanted: Wish | None
) -> SubjectLine:
    name = (decided.label or "") if decided else ""
    like = catalogue.topics[base(topic.key)]
    wish = wanted or Wish(topic.key in book.offered, name)
    label = like.label(FRENCH)
    return SubjectLine(topic.key, wish.label, label, wish.shown, label if is_own(topic.key) else "")


def _group(level: Level, known: Mapping[str, Topic], lines: Sequence[SubjectLine]) -> SubjectGroup:
    found = tuple(line for line in lines if known[line.key].level == level.word)
    return SubjectGroup(words.LEVELS[level], level.word, found)
