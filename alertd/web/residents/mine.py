"""What is kept about somebody: asked for by their number or mailbox, opened by the link that is sent there, changed, erased.

Whoever asks is told the same whether or not the address is known. The link is one delivery's own code: it opens nothing else,
lasts an hour, and an invented one is told as one that never was.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from alertd.catalogue import LANGUAGES
from alertd.errors import Refused
from alertd.model import Level, Station
from alertd.stations import drawings
from alertd.store import Transaction
from alertd.subscribe import follow, mine, my_choices
from alertd.subscribe.mine import Mine
from alertd.subscribe.prepare import cell
from alertd.web.posted import form as posted_form
from alertd.web.posted import unreadable
from alertd.web.residents import join_form, join_places, own_link, place_fields, quiet_form
from alertd.web.residents.join_places import NOTHING, NOWHERE, Asked, Where
from alertd.web.residents.mine_words import Around, page_of, unpicked
from alertd.web.residents.offers import Offers, offers_of
from alertd.web.residents.place_fields import PlaceField
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.tongue import Say

WRONG: Final = {
    "last_way": "last_way",
    "place_unclear": "join.wrong_where",
    "places_too_many": "many",
    "erase_unsure": "erase_tick",
    "follow_unsure": "follow.agree_tick",
    "quiet_unclear": "wrong_quiet",
}
"""The phrase for each refusal that a person can meet here."""


SPOT: Final = "spot"
"""What the place to be added is called in the form."""


@dataclass(frozen=True, slots=True)
class _At:
    """Where a change is made: the station whose page it is, and which place its words mean."""

    rooms: Rooms
    station: Station
    meant: Where
    offers: Offers


async def my_page(request: web.Request) -> web.StreamResponse:
    """All of it. :raises Missing: `link_over`."""
    station, known = await own_link.opened(request)
    return await shown(request, station, known, said="saved" if "fait" in request.query else "")


async def change(request: web.Request) -> web.StreamResponse:
    """One change; the page again. :raises Missing: `link_over`."""
    rooms, (station, known) = request.app[ROOMS], await own_link.opened(request)
    fields = await posted_form(request)
    do = _DEEDS.get(str(fields.get("do")))
    if do is None:
        raise unreadable()
    typed, offers = asked(fields), await offers_of(rooms, station, known)
    meant = await join_places.resolve(
        rooms.db, station, await drawings.hamlets(rooms.db, station.id), {SPOT: typed}
    )
    try:
        async with rooms.db.transaction() as tx:
            await do(tx, _At(rooms, station, meant, offers), known, fields)
    except Refused as error:
        if error.code not in WRONG:
            raise unreadable() from error
        wrong = f"join.wrong_{meant.wrong[SPOT]}" if SPOT in meant.wrong else WRONG[error.code]
        hushing = quiet_form.as_typed(fields) if do is _hush else None
        return await shown(
            request, station, known, wrong=wrong, status=422, adding=(typed, meant), hushing=hushing
        )
    if not await rooms.db.fetch("mine.person", known.id):
        raise web.HTTPSeeOther(f"/s/{station.slug}/mes-choix?fait=efface")
    raise web.HTTPSeeOther(f"{request.path}?fait=1")


async def download(request: web.Request) -> web.StreamResponse:
    """All of it, to take along. :raises Missing: `link_over`."""
    rooms, (_, known) = request.app[ROOMS], await own_link.opened(request)
    told = await mine.document(rooms.db, rooms.clock, rooms.keyring, known.id)
    headers = {
        "Content-Disposition": 'attachment; filename="alertd.json"',
        "X-Robots-Tag": "noindex, nofollow",
    }
    return web.json_response(told, headers=headers)


async def _choose(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    """One station's terms; topics that the page did not offer stay as they were."""
    one = next((one for one in known.agreed if str(one.station_id) == fields.get("station")), None)
    level = str(fields.get("level", "")).upper()
    if one is None or level not in Level.__members__:
        raise unreadable()
    ticked = {str(word) for word in fields.getall("topics", [])}
    wanted = unpicked(here.offers.theirs[one.station_id][1], one.topics, ticked)
    terms = (Level[level], wanted, str(fields.get("scope", "everywhere")))
    await my_choices.choose(tx, here.rooms.clock, known, one.station_id, terms)


async def _speak(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    locale = fields.get("locale")
    if locale not in LANGUAGES:
        raise unreadable()
    await my_choices.speak(tx, here.rooms.clock, known, str(locale))


async def _hush(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    """On the clock of the station whose page it is."""
    wanted = quiet_form.read(fields, here.station.timezone, here.rooms.clock.now_ms())
    await my_choices.hush(tx, here.rooms.clock, known, wanted)


async def _add(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    kind = fields.get("kind")
    if kind not in join_form.KINDS:
        raise unreadable()
    found = here.meant.spots.get(SPOT)
    if found is None:
        raise Refused("place_unclear", "Choose a place.")
    spot = (cell(*found.at, here.station), str(kind))
    await my_choices.settle_down(tx, here.rooms.clock, known, here.station, spot)


async def _here(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    """One place's own topics, or none of its own."""
    ordinal = _number(fields, "place")
    spot = next((one for one in known.current if one.ordinal == ordinal), None)
    ticked = {str(word) for word in fields.getall("topics", [])}
    own = fields.get("own") == "on"
    wanted = unpicked(here.offers.together, (spot.topics or ()) if spot else (), ticked) if own else None
    await my_choices.want_here(tx, here.rooms.clock, known, ordinal, wanted)


async def _remove(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    await my_choices.move_out(tx, here.rooms.clock, known, _number(fields, "place"))


async def _stop(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    await my_choices.stop_way(tx, here.rooms.clock, known, _number(fields, "way"))


async def _leave(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    await my_choices.leave_station(tx, here.rooms.clock, known, _number(fields, "station"))


async def _unfollow(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:  # noqa: ARG001
    await follow.stop(tx, here.rooms.clock, here.station, known.id)


async def _erase(tx: Transaction, here: _At, known: Mine, fields: MultiMapping[Any]) -> None:
    if fields.get("sure") != "on":
        raise Refused("erase_unsure", "Tick the box to erase everything.")
    await my_choices.erase(tx, here.rooms.clock, known)


Deed = Callable[[Transaction, _At, Mine, MultiMapping[Any]], Awaitable[None]]
_DEEDS: Final[Mapping[str, Deed]] = {
    "choose": _choose,
    "speak": _speak,
    "hush": _hush,
    "add": _add,
    "here": _here,
    "remove": _remove,
    "stop": _stop,
    "leave": _leave,
    "unfollow": _unfollow,
    "erase": _erase,
}


def _number(fields: MultiMapping[Any], name: str) -> int:
    text = fields.get(name, "")
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 15:
        raise unreadable()
    return int(text)


async def shown(
    request: web.Request,
    station: Station,
    known: Mine,
    *,
    said: str = "",
    wrong: str = "",
    status: int = 200,
    adding: tuple[Asked, Where] = (NOTHING, NOWHERE),
    hushing: Mapping[str, str] | None = None,
) -> web.Response:
    """The page of all that is kept; `said` and `wrong` are phrases, `adding` and `hushing` what was typed and could not be taken."""
    rooms = request.app[ROOMS]
    say = Say(rooms.catalogue, own_link.language(request, known), "mine", station.name, station.kind)
    hamlets = await drawings.hamlets(rooms.db, station.id)
    finder, followed = (
        await place_fields.finder(rooms, station),
        await follow.until(rooms.db, rooms.clock, known),
    )
    offers = await offers_of(rooms, station, known)
    near = (station, hamlets, rooms.clock.now_ms(), finder, field(*adding), followed)
    here = Around(offers, *near)
    page = page_of(say, here, known, request.path, (said, wrong))
    if hushing is not None:
        page = replace(page, quiet=hushing, quiet_wrong=page.wrong)
    response = show(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def asked(fields: MultiMapping[Any]) -> Asked:
    """What the fields of one place say. :raises Refused: `form_unreadable`."""
    typed = [fields.get(name, "") for name in (SPOT, f"{SPOT}_words", f"{SPOT}_asked")]
    if not all(isinstance(each, str) and "\0" not in each for each in typed):
        raise unreadable()
    return Asked(*(str(each)[: join_places.LONGEST] for each in typed))


def field(asked: Asked, meant: Where) -> PlaceField:
    """The fields of one place, as they stand."""
    found = place_fields.choices(meant.found.get(SPOT, ()))
    return PlaceField(SPOT, asked.words, asked.key, found, own=False, ticked={})
