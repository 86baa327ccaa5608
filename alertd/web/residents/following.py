"""Follow me: a page that says where its person is while it is open, by the phone or by hand; and stops with one tap.

Whoever opens it learns nothing of where its person is or was: only since when that is known, and until when.
"""

import math
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from alertd.errors import Missing, Refused, TooOften
from alertd.model import Station
from alertd.stations import drawings
from alertd.subscribe import follow
from alertd.subscribe.follow import Following
from alertd.web import doorway, tongue
from alertd.web.contracts import Choice, Frame
from alertd.web.contracts.mine import FollowPage
from alertd.web.errors import retry_after
from alertd.web.posted import form as posted_form
from alertd.web.posted import unreadable
from alertd.web.residents import join_places, mine, own_link, place_fields
from alertd.web.residents.join_places import NOTHING, Asked, Where
from alertd.web.residents.mine import SPOT
from alertd.web.residents.mine_words import clock
from alertd.web.rooms import ROOMS
from alertd.web.show import show
from alertd.web.tongue import Say

_HEADERS: Final = {"X-Robots-Tag": "noindex, nofollow"}


async def begin(request: web.Request) -> web.StreamResponse:
    """The consent of a person on their own page. :raises Missing: `link_over`."""
    rooms, (station, known) = request.app[ROOMS], await own_link.opened(request)
    if (await posted_form(request)).get("agree") != "on":
        return await mine.shown(request, station, known, wrong="follow.agree_tick", status=422)
    async with rooms.db.transaction() as tx:
        secret = await follow.begin(tx, rooms.clock, known, station)
    language = own_link.language(request, known)
    raise web.HTTPSeeOther(f"/s/{station.slug}/suivre/{secret}?langue={language}")


async def follow_page(request: web.Request) -> web.StreamResponse:
    """Until when, and since when the place is known. :raises Missing: `link_over`."""
    station, one = await _standing(request)
    return await _shown(request, station, one)


async def change(request: web.Request) -> web.StreamResponse:
    """Here, or stop. :raises Missing: `link_over`. :raises TooOften: `follow_too_often`."""
    rooms, (station, one) = request.app[ROOMS], await _standing(request)
    fields = await posted_form(request)
    if fields.get("do") == "stop":
        async with rooms.db.transaction() as tx:
            await follow.stop(tx, rooms.clock, station, one.person)
        return await _shown(request, station, None)
    if "lat" in fields:
        await _move(request, one, _point(fields))
        return web.json_response({"known": await _known(request, station, one)}, headers=_HEADERS)
    return await _by_hand(request, station, one, mine.asked(fields))


async def _by_hand(
    request: web.Request, station: Station, one: Following, asked: Asked
) -> web.StreamResponse:
    hamlets = await drawings.hamlets(request.app[ROOMS].db, station.id)
    meant = await join_places.resolve(request.app[ROOMS].db, station, hamlets, {SPOT: asked})
    if SPOT not in meant.spots:
        wrong = f"join.wrong_{meant.wrong.get(SPOT, 'where')}"
        return await _shown(request, station, one, wrong=wrong, adding=(asked, meant), status=422)
    try:
        await _move(request, one, meant.spots[SPOT].at)
    except TooOften as error:
        response = await _shown(request, station, one, wrong="join.wrong_often", status=error.status)
        response.headers.update(retry_after(error))
        return response
    raise web.HTTPSeeOther(request.path_qs)


async def _move(request: web.Request, one: Following, at: tuple[float, float]) -> None:
    rooms = request.app[ROOMS]
    try:
        async with rooms.db.transaction() as tx:
            await follow.here(tx, rooms.clock, one, at)
    except Refused as error:
        raise unreadable() from error


async def _standing(request: web.Request) -> tuple[Station, Following]:
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    try:
        return station, await follow.standing(rooms.db, rooms.clock, station, request.match_info["token"])
    except Missing:
        await doorway.wait_to_type(request)  # whoever tries many waits
        raise


def _point(fields: MultiMapping[Any]) -> tuple[float, float]:
    try:
        lat, lon = (float(str(fields.get(name, ""))[:20]) for name in ("lat", "lon"))
    except ValueError as error:
        raise unreadable() from error
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise unreadable()
    return lat, lon


async def _known(request: web.Request, station: Station, one: Following) -> str:
    rooms = request.app[ROOMS]
    say = Say(rooms.catalogue, tongue.asked(request), "follow", station.name)
    since = await follow.known_since(rooms.db, rooms.clock, one)
    return say("known", time=clock(say, station, since)) if since else say("unknown")


async def _shown(
    request: web.Request,
    station: Station,
    one: Following | None,
    *,
    wrong: str = "",
    adding: tuple[Asked, Where] = (NOTHING, join_places.NOWHERE),
    status: int = 200,
) -> web.Response:
    rooms = request.app[ROOMS]
    say = Say(rooms.catalogue, tongue.asked(request), "follow", station.name)
    hamlets = await drawings.hamlets(rooms.db, station.id)
    page = FollowPage(
        frame=Frame(say("title"), accent=station.accent),
        say=say,
        locale=say.locale,
        slug=station.slug,
        station=station.name,
        on=say("on", time=clock(say, station, one.until)) if one else "",
        known=await _known(request, station, one) if one else "",
        wrong=say(wrong) if wrong else "",
        hamlets=tuple(Choice(f"h{hamlet.id}", hamlet.name) for hamlet in hamlets),
        finder=await place_fields.finder(rooms, station),
        field=mine.field(*adding),
    )
    response = show(page, status)
    response.headers.update(_HEADERS)
    return response
