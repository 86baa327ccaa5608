"""The station's topics: which are offered, here and to residents, and by which name."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from alertd.catalogue.nouns import FRENCH, Topic
from alertd.errors import Refused
from alertd.model import Level
from alertd.stations import choosing_topics, topics
from alertd.stations.choosing_topics import LONGEST, Wish
from alertd.web import words
from alertd.web.contracts.subject import SubjectGroup, SubjectLine, SubjectsPage
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = "/sujets"


async def subjects_page(request: web.Request) -> web.StreamResponse:
    """All of them, by level. :raises NotAllowed: `topics_not_allowed`."""
    rooms, here = request.app[ROOMS], await _deciding(request)
    return show(await _page(rooms, here, await _standing(rooms, here), saved="fait" in request.query))


async def choose(request: web.Request) -> web.StreamResponse:
    """What is ticked is offered, under the name that is written. :raises NotAllowed: `topics_not_allowed`."""
    rooms, here = request.app[ROOMS], await _deciding(request)
    wanted = _wanted(await form(request), topics.settable(rooms.catalogue, here.station))
    try:
        async with rooms.db.transaction() as tx:
            said = (rooms.clock, rooms.catalogue, here.station, here.actor.name, wanted)
            await choosing_topics.choose(tx, *said)
    except Refused as error:
        standing = await _standing(rooms, here) | wanted
        return show(await _page(rooms, here, standing, error), error.status)
    raise web.HTTPSeeOther(f"{PATH}?fait=1")


async def _deciding(request: web.Request) -> Visit:
    here = await visit(request)
    choosing_topics.check_actor(here.actor)
    return here


def _wanted(typed: Any, known: Mapping[str, Topic]) -> dict[str, Wish]:
    """Of those that the form names; a name is a text field."""
    shown = {str(key) for key in typed.getall("shown", [])}
    return {
        key: Wish(key in shown, str(typed[f"label_{key}"]).strip()[:200])
        for key in known
        if f"label_{key}" in typed
    }


async def _standing(rooms: Rooms, here: Visit) -> dict[str, Wish]:
    decided = await topics.decisions(rooms.db, here.station)
    offered = (await topics.of(rooms.db, rooms.catalogue, here.station)).offered
    return {
        key: Wish(key in offered, (decided[key].label or "") if key in decided else "")
        for key in topics.settable(rooms.catalogue, here.station)
    }


async def _page(
    rooms: Rooms,
    here: Visit,
    standing: Mapping[str, Wish],
    error: Refused | None = None,
    *,
    saved: bool = False,
) -> SubjectsPage:
    known = topics.settable(rooms.catalogue, here.station)
    groups = [_group(level, known, standing) for level in sorted(Level, reverse=True)]
    offered = (await topics.of(rooms.db, rooms.catalogue, here.station)).offered
    return SubjectsPage(
        frame=frame("Sujets", here),
        notice=error.message if error else "",
        saved=saved,
        errors=error.fields if error else {},
        groups=tuple(group for group in groups if group.lines),
        granted=", ".join(one.label(FRENCH) for key, one in offered.items() if key not in known),
        longest=LONGEST,
    )


def _group(level: Level, known: Mapping[str, Topic], standing: Mapping[str, Wish]) -> SubjectGroup:
    lines = (
        SubjectLine(key, standing[key].label, one.label(FRENCH), standing[key].shown)
        for key, one in known.items()
        if one.level == level.word
    )
    return SubjectGroup(words.LEVELS[level], level.word, tuple(lines))
