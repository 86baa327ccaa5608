"""Classes, bus lines and lists: who is in them, a list that is pasted, and the new school year."""

from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from alertd.clock import to_ms
from alertd.errors import Missing, NotAllowed, Refused
from alertd.model import Role
from alertd.stations import audit
from alertd.subscribe import class_list, groups, pupils
from alertd.subscribe.groups import Group
from alertd.subscribe.pupils import Consent, Parent
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.school import ClassesPage, ClassPage, ListLine, PupilLine
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = "/classes"
KINDS: Final = (
    Choice("class", "Classe ou équipe"),
    Choice("bus", "Ligne de car"),
    Choice("list", "Autre liste"),
)
_WORDS: Final = {"class": "classe", "bus": "ligne de car", "list": "liste"}


async def classes_page(request: web.Request) -> web.StreamResponse:
    """The lists, and the form of a new one."""
    rooms, here = request.app[ROOMS], await admitted(request)
    return show(await _page(rooms, here))


async def add(request: web.Request) -> web.StreamResponse:
    """One more list, empty."""
    rooms, here = request.app[ROOMS], await admitted(request)
    typed = await form(request)
    try:
        async with rooms.db.transaction() as tx:
            name, kind = str(typed.get("name", ""))[:200], str(typed.get("kind", ""))[:10]
            made = await groups.add(tx, here.station.id, name, kind)
            what = ("station.group", f"group:{made}")
            await audit.append(tx, rooms.clock, here.station.id, here.actor.name, *what)
    except Refused as error:
        return show(await _page(rooms, here, error.french), error.status)
    raise web.HTTPSeeOther(PATH)


async def keep(request: web.Request) -> web.StreamResponse:
    """A pasted list: kept whole, or what is wrong with it."""
    rooms, here = request.app[ROOMS], await with_children(request)
    typed = {name: str(value) for name, value in (await form(request)).items() if isinstance(value, str)}
    fiction = rooms.settings.subscribers.fiction_numbers
    try:
        sheet = class_list.sheet(typed.get("list", ""))
        consent = Consent(typed.get("consent", "").strip(), _agreed(typed.get("agreed", ""), here))
        what = (rooms.clock, rooms.keyring, here.station, here.actor.name, sheet.lines, consent)
        async with rooms.db.transaction() as tx:
            kept = await pupils.keep(tx, *what, fiction=fiction, wrong=sheet.wrong)
    except Refused as error:
        return show(await _page(rooms, here, error.french, typed), error.status)
    told = f"{words.count(kept.added, 'enfant ajouté', 'enfants ajoutés')}, {words.number(kept.changed)} déjà là."
    silent = (
        f" {words.count(kept.silent, 'parent', 'parents')} sans message : à appeler." if kept.silent else ""
    )
    return show(await _page(rooms, here, done=told + silent))


async def class_page(request: web.Request) -> web.StreamResponse:
    """Who is in a class or on a line: names, never a number."""
    rooms, here = request.app[ROOMS], await with_children(request)
    group = await _own(rooms, here, int(request.match_info["id"]))
    found = await pupils.of_station(rooms.db, rooms.keyring, here.station, group.id)
    lines = tuple(PupilLine(one.id, one.name, _parents(one.parents)) for one in found)
    return show(ClassPage(frame(group.name, here), group.id, lines))


async def drop(request: web.Request) -> web.StreamResponse:
    """One child goes."""
    rooms, here = request.app[ROOMS], await with_children(request)
    pupil = int(request.match_info["pupil"])
    async with rooms.db.transaction() as tx:
        await pupils.drop(tx, rooms.clock, here.station, here.actor.name, pupil)
    raise web.HTTPSeeOther(f"{PATH}/{int(request.match_info['id'])}")


async def admitted(request: web.Request) -> Visit:
    """:raises NotAllowed: `lists_not_allowed`: lists are people, an agent's affair and above."""
    here = await visit(request)
    if (here.actor.role or Role.READER) < Role.AGENT:
        raise NotAllowed("lists_not_allowed", "Les listes sont réservées aux agents et aux responsables.")
    return here


async def with_children(request: web.Request) -> Visit:
    """:raises NotAllowed: `lists_not_allowed`, also where a station has no children to list."""
    here = await admitted(request)
    if here.station.kind not in pupils.KINDS:
        raise NotAllowed(
            "lists_not_allowed", "Seules les écoles et les associations tiennent une liste d'enfants."
        )
    return here


async def _own(rooms: Rooms, here: Visit, group_id: int) -> Group:
    found = {one.id: one for one in await groups.of_station(rooms.db, here.station.id)}
    if group_id not in found:
        raise Missing("group_unknown", "Cette liste n'existe pas.")
    return found[group_id]


async def _page(
    rooms: Rooms, here: Visit, notice: str = "", typed: dict[str, str] | None = None, done: str = ""
) -> ClassesPage:
    said: dict[str, Any] = typed or {}
    found = await groups.of_station(rooms.db, here.station.id)
    children = here.station.kind in pupils.KINDS
    return ClassesPage(
        frame=frame("Classes et listes" if children else "Listes", here),
        notice=notice,
        done=done,
        lists=tuple(_line(one) for one in found),
        kinds=KINDS if children else KINDS[-1:],
        children=children,
        may_roll=children and here.actor.role is Role.MAYOR and any(one.kind == "class" for one in found),
        columns=";".join(class_list.COLUMNS),
        typed=said.get("list", ""),
        consent=said.get("consent", ""),
        agreed=said.get("agreed", ""),
    )


def _line(one: Group) -> ListLine:
    children = f"{words.count(one.pupils, 'enfant')}, " if one.pupils else ""
    people = words.count(one.people, "personne prévenue", "personnes prévenues")
    return ListLine(one.id, one.name, f"{_WORDS[one.kind]} · {children}{people}")


def _parents(found: tuple[Parent, ...]) -> str:
    """Names, and who gets no message."""
    if not found:
        return "aucun parent"
    told = (
        f"{one.name or 'parent sans nom'}{'' if one.subscriber_id else ' (sans message)'}" for one in found
    )
    return ", ".join(told)


def _agreed(said: str, here: Visit) -> int:
    """:raises Refused: `consent_missing`."""
    try:
        day = date.fromisoformat(said[:10])
        return to_ms(datetime.combine(day, time(), ZoneInfo(here.station.timezone)))
    except (ValueError, OverflowError):
        raise Refused("consent_missing", "Dites quel jour les parents ont donné leur accord.") from None
