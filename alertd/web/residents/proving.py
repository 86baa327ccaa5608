"""The pages by which a way is proven: the one that waits for codes, and the one behind a letter's link.

Mail scanners open links: opening one only shows a button, and the button is what counts.
"""

from aiohttp import web

from alertd.errors import AlertdError, Refused, TooOften
from alertd.keys import endpoint_context
from alertd.model import Channel, Station
from alertd.store import Row
from alertd.subscribe import join as joins
from alertd.subscribe.join import Way
from alertd.web import doorway, tongue, words
from alertd.web.contracts import Frame
from alertd.web.contracts.public import ConfirmPage, NextPage, WayShown
from alertd.web.errors import retry_after
from alertd.web.posted import form as posted_form
from alertd.web.residents import join_form
from alertd.web.rooms import ROOMS
from alertd.web.show import show
from alertd.web.tongue import Say


async def next_page(request: web.Request) -> web.StreamResponse:
    """How far each way is. :raises Missing: `link_over`."""
    return await _shown(request, await doorway.open_station(request), "")


async def go_on(request: web.Request) -> web.StreamResponse:
    """A code that was typed, or another one asked for. :raises Missing: `link_over`."""
    station, fields = await doorway.open_station(request), await posted_form(request)
    code, again = fields.get("code"), fields.get("again")
    try:
        await doorway.wait_to_type(request)
        if isinstance(again, str) and again in join_form.WAYS:
            await _again(request, station, join_form.WAYS[again][0])
        elif isinstance(code, str) and not await _typed(request, station, code):
            return await _shown(request, station, "code_wrong", 422)
    except (Refused, TooOften) as error:
        phrase = join_form.FAULTS.get(error.code, "wrong_gateway")
        return await _shown(request, station, phrase, error.status, error)
    raise web.HTTPSeeOther(request.path_qs)


async def confirm_page(request: web.Request) -> web.StreamResponse:
    """What would count; nothing does yet. :raises Missing: `link_over`."""
    station = await doorway.open_station(request)
    rooms = request.app[ROOMS]
    found = await joins.link_opens(rooms.db, rooms.desk, station, request.match_info["token"])
    if found is None:
        raise joins.over()
    return _confirm(request, station, found, done=False)


async def confirm(request: web.Request) -> web.StreamResponse:
    """The mailbox counts. :raises Missing: `link_over`."""
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    token = request.match_info["token"]
    async with rooms.db.transaction() as tx:
        found = await joins.link_opens(tx, rooms.desk, station, token)
        await joins.follow_link(tx, rooms.desk, station, token)
    return _confirm(request, station, found, done=True)


async def _typed(request: web.Request, station: Station, code: str) -> bool:
    rooms, digits = request.app[ROOMS], "".join(sign for sign in code[:40] if sign.isdigit())
    async with rooms.db.transaction() as tx:
        return await joins.type_code(tx, rooms.desk, station, request.match_info["token"], digits)


async def _again(request: web.Request, station: Station, channel: Channel) -> None:
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        door = doorway.doorstep(rooms, station)
        bell = await joins.ask_again(tx, door, request.match_info["token"], channel)
    if bell:
        rooms.db.ring(bell)


async def _shown(
    request: web.Request, station: Station, wrong: str, status: int = 200, error: AlertdError | None = None
) -> web.Response:
    rooms, token = request.app[ROOMS], request.match_info["token"]
    wish = await joins.standing(rooms.db, rooms.desk, station, token)
    say = Say(rooms.catalogue, tongue.asked(request), "join", station.name)
    done = all(way.proven for way in wish.ways)
    page = NextPage(
        frame=Frame(say("done_title" if done else "next_title"), accent=station.accent),
        say=say,
        locale=say.locale,
        slug=station.slug,
        station=station.name,
        wrong=say(wrong) if wrong else "",
        some=any(way.proven for way in wish.ways),
        done=done,
        ways=tuple(_way(say, way) for way in wish.ways),
    )
    response = show(page, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers.update(retry_after(error) if error else {})
    return response


def _way(say: Say, way: Way) -> WayShown:
    word = way.channel.word
    state = "proven" if way.proven else "open" if way.open else "over"
    said = "proven" if way.proven else "code_over" if state == "over" and word == "sms" else f"{word}_sent"
    address = words.address(way.channel, way.address, say.locale)
    again = f"again_{word}" if word in {"sms", "email"} and not way.proven else ""
    return WayShown(word, say(word), state, say(said, address=address), say(again) if again else "")


def _confirm(request: web.Request, station: Station, row: Row | None, *, done: bool) -> web.Response:
    rooms = request.app[ROOMS]
    if row is None:
        raise joins.over()
    context = endpoint_context(row["endpoint_id"], row["channel"])
    address = rooms.keyring.open(bytes(row["address"]), row["key_id"], context).decode()
    say = Say(rooms.catalogue, tongue.asked(request), "join", station.name)
    title = say("done_title") if done else say("confirm_title")
    page = ConfirmPage(
        Frame(title, accent=station.accent), say, say.locale, station.slug, station.name, address, done
    )
    response = show(page)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
