"""The station's ready texts: whose words they are, renamed, hidden, rewritten, and every version that there was."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final

from aiohttp import web

from alertd.catalogue import Template, french
from alertd.catalogue.nouns import is_own
from alertd.errors import Refused
from alertd.model import Content, Level, Station
from alertd.stations import organisations, templates, templating, topics
from alertd.stations.templates import ALERT, HIDDEN, INHERITED, OWN, Offered, Version
from alertd.stations.templating import Hand
from alertd.store.database import Transaction
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.template import PastVersion, ReadyForm, ReadyLine, ReadyTextPage, ReadyTextsPage
from alertd.web.office.new_organisation import KINDS
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = "/modeles"
NEW: Final = f"{PATH}/nouveau"
PARTS: Final = (
    Choice("headline", "Le titre ne change pas"),
    Choice("body", "Le détail ne change pas"),
    Choice("instruction", "La consigne ne change pas"),
)
_STATES: Final = {
    OWN: "Écrit",
    "renamed": "Renommé",
    HIDDEN: "Masqué",
    INHERITED: "Repris tel qu'il est au-dessus",
}
_DEEDS: Final[Mapping[str, Callable[[Transaction, Hand, str], Awaitable[None]]]] = {
    "hide": templating.hide,
    "show": templating.show,
    "inherit": templating.inherit,
}
_WORDS: Final = ("label", "topic", "level", "headline", "body", "instruction")


async def texts_page(request: web.Request) -> web.StreamResponse:
    """Those of the topics that the station offers, and all about which it decided; the hidden ones last."""
    rooms, here = request.app[ROOMS], await visit(request)
    offered = await templates.view(rooms.db, rooms.catalogue, here.station)
    usable = templates.usable(offered, here.station, here.grants)
    book = await topics.of(rooms.db, rooms.catalogue, here.station)
    shown = templates.about(usable, book.offered)
    known = [
        one for key, one in offered.items() if key in shown or one.hidden or (one.mine and key in usable)
    ]
    ranked = sorted(known, key=lambda one: (one.hidden, one.template.label))
    lines = tuple(_line(one) for one in ranked)
    return show(ReadyTextsPage(frame("Textes prêts", here), lines, templating.may_change(here.actor)))


async def new_page(request: web.Request) -> web.StreamResponse:
    """An empty one."""
    rooms, here = request.app[ROOMS], await visit(request)
    blank = ReadyForm("", "", Level.INFO.word, "", "", "", frozenset(), _kinds(here.station), 0)
    return show(await _page(rooms, here, "", None, blank))


async def text_page(request: web.Request) -> web.StreamResponse:
    """One, as it stands, with its versions."""
    rooms, here = request.app[ROOMS], await visit(request)
    one = await _one(rooms, here, request.match_info["ready"])
    return show(await _page(rooms, here, one.template.key, one, _form(here.station, one)))


async def add(request: web.Request) -> web.StreamResponse:
    """A ready text of the station's own."""
    return await _written(request, "")


async def change(request: web.Request) -> web.StreamResponse:
    """What is decided about one: other words, another name, hidden, shown, an older version, or as those above have it."""
    rooms, here = request.app[ROOMS], await visit(request)
    typed, key = await form(request), request.match_info["ready"]
    act = str(typed.get("act", ""))
    if act == "write":
        return await _written(request, key)
    hand = _hand(rooms, here, typed)
    try:
        async with rooms.db.transaction() as tx:
            if act in _DEEDS:
                await _DEEDS[act](tx, hand, key)
            elif act == "take":
                await templating.take_back(tx, hand, key, _number(typed.get("version")))
            else:
                await templating.rename(tx, hand, key, str(typed.get("label", "")).strip()[:200])
    except Refused as error:
        one = await _one(rooms, here, key)
        shown = await _page(rooms, here, key, one, _form(here.station, one), error)
        return show(shown, error.status)
    raise web.HTTPSeeOther(f"{PATH}/{key}")


async def begun_with(rooms: Rooms, station: Station, content: Content) -> str:
    """Which ready text an alert came from, and which version of it; "" where its author began with none."""
    if not content.template:
        return ""
    if not content.template_version:
        known = rooms.catalogue.templates.get(content.template)
        return f"D'après le texte prêt « {known.label} », tel que fourni avec alertd." if known else ""
    one = await templates.one(rooms.db, content.template_version)
    if one is None:
        return ""
    when = words.when(one.made_at, station.timezone, rooms.clock.now_ms())
    by = one.author.removeprefix("operator:")
    return f"D'après le texte prêt « {one.label} », version {one.number} {french.of(one.station)} ({when}, par {by})."


async def _written(request: web.Request, key: str) -> web.StreamResponse:
    rooms, here = request.app[ROOMS], await visit(request)
    typed = await form(request)
    said = _typed(typed)
    try:
        async with rooms.db.transaction() as tx:
            text = _template(key, said, here.station)
            key = await templating.write(tx, _hand(rooms, here, typed), rooms.settings.limits, text)
    except Refused as error:
        one = await _one(rooms, here, key) if key else None
        return show(await _page(rooms, here, key, one, said, error), error.status)
    raise web.HTTPSeeOther(f"{PATH}/{key}")


async def _one(rooms: Rooms, here: Visit, key: str) -> Offered:
    """:raises Missing: `template_unknown`: there is none, or it is not for this kind of station."""
    offered = await templates.view(rooms.db, rooms.catalogue, here.station)
    one = offered.get(key)
    if one is None or (not one.hidden and key not in templates.usable(offered, here.station, here.grants)):
        raise templating.unknown()
    return one


def _hand(rooms: Rooms, here: Visit, typed: Any) -> Hand:
    return Hand(rooms.clock, rooms.catalogue, here.actor, here.station, _number(typed.get("base")))


def _number(said: object) -> int:
    """What a field holds; -1, which is nobody's, for anything else."""
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1


def _typed(typed: Any) -> ReadyForm:
    parts: dict[str, Any] = {name: _words(typed.get(name, "")) for name in _WORDS}
    locked, offered = (frozenset(map(str, typed.getall(name, []))) for name in ("locked", "offered"))
    return ReadyForm(locked=locked, offered=offered, base=_number(typed.get("base")), **parts)


def _words(said: object) -> str:
    return str(said).replace("\r\n", "\n").strip()[:30_000]


def _template(key: str, said: ReadyForm, station: Station) -> Template:
    return Template(
        key=key,
        kind=ALERT,
        **{name: getattr(said, name) for name in _WORDS},
        locked=said.locked & {part.key for part in PARTS},
        withheld=_kinds(station) - said.offered,
    )


def _kinds(station: Station) -> frozenset[str]:
    """Whom a station offers its texts to beside itself."""
    return frozenset() if organisations.is_organisation(station) else frozenset(one.key for one in KINDS)


def _form(station: Station, one: Offered) -> ReadyForm:
    parts: dict[str, Any] = {name: getattr(one.template, name) for name in _WORDS}
    offered = _kinds(station) - one.template.withheld
    return ReadyForm(locked=one.template.locked, offered=offered, base=one.number, **parts)


def _line(one: Offered) -> ReadyLine:
    text = one.template
    level = Level.of(text.level)
    state = "Masqué" if one.hidden else ""
    return ReadyLine(text.key, text.label, text.level, words.LEVELS[level], text.text, _source(one), state)


def _source(one: Offered) -> str:
    if one.mine and one.mine.state == OWN:
        return "Vos mots"
    renamed = one.mine is not None and one.mine.state == "renamed"
    source = f"Les mots de {one.source}" if one.source else "Fourni avec alertd"
    return f"{source}, renommé ici" if renamed else source


async def _page(
    rooms: Rooms, here: Visit, key: str, one: Offered | None, typed: ReadyForm, error: Refused | None = None
) -> ReadyTextPage:
    past = await templates.history(rooms.db, here.station, key) if key else ()
    may = templating.may_change(here.actor)
    book = await topics.of(rooms.db, rooms.catalogue, here.station)
    known = {
        key: one
        for key, one in book.topics.items()
        if not is_own(key) and (key in book.offered or key == typed.topic)
    }
    inside = organisations.is_organisation(here.station)
    danger = one is not None and one.template.level == Level.DANGER.word
    return ReadyTextPage(
        frame=frame(one.template.label if one else "Nouveau texte prêt", here),
        notice=error.message if error else "",
        key=key,
        told=_source(one) if one else "",
        text=one.template.text if one else "",
        form=typed,
        errors=error.fields if error else {},
        topics=tuple(Choice(key, one.label("fr")) for key, one in known.items()),
        levels=tuple(
            Choice(level.word, words.LEVELS[level])
            for level in sorted(Level, reverse=True)
            if not inside or level < Level.DANGER
        ),
        parts=PARTS,
        kinds=() if inside else KINDS,
        acts=tuple(_acts(one)) if one and may else (),
        history=tuple(
            _past(rooms, here, each, may and not (inside and danger) and not _stands(each, one))
            for each in past
        ),
        may_write=may and not (inside and danger),
        may_change=may,
    )


def _acts(one: Offered) -> Iterator[Choice]:
    if not one.hidden:
        yield Choice("hide", "Masquer", "Il n'est plus proposé, ni ici ni aux organisations en dessous.")
    elif one.mine and one.mine.state == HIDDEN:
        yield Choice("show", "Proposer de nouveau")
    if one.mine and one.mine.state not in {HIDDEN, INHERITED}:
        yield Choice(
            "inherit", "Reprendre les mots d'origine", "Ceux d'au-dessus, ou ceux fournis avec alertd."
        )


def _stands(past: Version, one: Offered | None) -> bool:
    """Its words are those of now: there is nothing to take back."""
    return one is not None and past.id == one.template.version


def _past(rooms: Rooms, here: Visit, one: Version, may: bool) -> PastVersion:
    when = words.when(one.made_at, here.station.timezone, rooms.clock.now_ms())
    by = one.author.removeprefix("operator:")
    where = "" if one.depth == 0 else f" à {one.station}"
    named = f" « {one.label} »" if one.label and one.template is None else ""
    return PastVersion(
        id=one.id if may and one.template is not None else 0,
        what=f"Version {one.number}{where} : {_STATES[one.state].lower()}{named}",
        told=f"{when}, par {by}",
        text=one.template.text if one.template else "",
    )
