"""Stop receiving, by the link at the foot of every message: no log-in, no cookie, and the link does not lapse."""

from aiohttp import web

from alertd.errors import Missing
from alertd.keys import delivery_key
from alertd.stations import audit
from alertd.store.database import Row, Transaction
from alertd.subscribe.leave import leave
from alertd.web import tongue
from alertd.web.contracts import Choice, Frame
from alertd.web.contracts.public import LeavingPage
from alertd.web.posted import form
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.tongue import Say


async def leaving_page(request: web.Request) -> web.StreamResponse:
    """Which stations write here; a page that is only looked at changes nothing (mail scanners open links)."""
    found = await _stations(request.app[ROOMS], request.match_info["code"])
    return _page(_say(request, found), found, "")


async def leave_station(request: web.Request) -> web.StreamResponse:
    """Leave the station named, or the only one. Mail programs post here by themselves (RFC 8058): the address in a letter
    names its station, so that a second post leaves no other.
    """
    rooms, code = request.app[ROOMS], request.match_info["code"]
    found = await _stations(rooms, code)
    chosen = _chosen(found, (await form(request)).get("station"), request.query.get("station"))
    chosen = chosen or await _through(rooms, code, found, request.query.get("station"))
    async with rooms.db.transaction() as tx:
        for row in chosen:
            await _leave(rooms, tx, row)
    left = ", ".join(row["name"] for row in chosen)
    return _page(_say(request, found), [row for row in found if row not in chosen], left)


def _chosen(found: list[Row], tapped: str | None, writer: str | None) -> list[Row]:
    """What was tapped on the page (an id); else whoever wrote the letter (a slug); else the only one."""
    if tapped is not None:
        return [row for row in found if str(row["id"]) == tapped]
    if writer is not None:
        return [row for row in found if row["slug"] == writer]
    return found if len(found) == 1 else []


async def _through(rooms: Rooms, code: str, found: list[Row], writer: str | None) -> list[Row]:
    """Who wrote is nobody whom this person follows: a neighbour, whose dangers come by the sharing of those whom they do."""
    if writer is None or any(row["slug"] == writer for row in found):
        return []
    for number in rooms.keyring.numbers(code):
        message, endpoint = delivery_key(number)
        if message == 0 and (rows := await rooms.db.fetch("leaving.through", endpoint, writer[:61])):
            ids = {row["id"] for row in rows}
            return [row for row in found if row["id"] in ids]
    return []


async def _stations(rooms: Rooms, code: str) -> list[Row]:
    """The stations of whoever owns the link; a forged one finds nobody."""
    for number in rooms.keyring.numbers(code):
        message, endpoint = delivery_key(number)
        if message == 0 and (rows := await rooms.db.fetch("leaving.stations_of_endpoint", endpoint)):
            return list(rows)
    return []


async def _leave(rooms: Rooms, tx: Transaction, row: Row) -> None:
    """A second tap on the same button finds nobody any more, which is what was asked."""
    try:
        left = await leave(tx, row["id"], row["subscriber_id"])
    except Missing:
        return
    subject = f"subscriber:{row['subscriber_id']}"
    await audit.append(
        tx, rooms.clock, row["id"], "resident", "subscriber.leave", subject, {"left": left.value}
    )


def _say(request: web.Request, found: list[Row]) -> Say:
    """In the person's language, as the message was; a stranger's browser says its own."""
    locale = tongue.accepted(found[0]["locale"] if found else request.headers.get("Accept-Language", ""))
    return Say(request.app[ROOMS].catalogue, locale, "mine", "")


def _page(say: Say, remaining: list[Row], left: str) -> web.Response:
    choices = tuple(Choice(str(row["id"]), row["name"]) for row in remaining)
    response = show(LeavingPage(Frame(say("join.phone_leave")), say, say.locale, left, choices))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
