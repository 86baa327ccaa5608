"""Stop receiving, by the link at the foot of every message: no log-in, no cookie, and the link does not lapse."""

from aiohttp import web

from alertd.errors import Missing
from alertd.keys import delivery_key
from alertd.stations import audit
from alertd.store.database import Row, Transaction
from alertd.subscribe.leave import leave
from alertd.web.contracts import Choice, Frame
from alertd.web.posted import form
from alertd.web.public_contracts import LeavingPage
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show


async def leaving_page(request: web.Request) -> web.StreamResponse:
    """Which stations write here; a page that is only looked at changes nothing (mail scanners open links)."""
    return _page(request, await _stations(request.app[ROOMS], request.match_info["code"]), "")


async def leave_station(request: web.Request) -> web.StreamResponse:
    """Leave the station named, or the only one: mail programs post here by themselves (RFC 8058), without naming any."""
    rooms, code = request.app[ROOMS], request.match_info["code"]
    found = await _stations(rooms, code)
    named = (await form(request)).get("station")
    chosen = [row for row in found if str(row["id"]) == named or (named is None and len(found) == 1)]
    async with rooms.db.transaction() as tx:
        for row in chosen:
            await _leave(rooms, tx, row)
    left = ", ".join(row["name"] for row in chosen)
    return _page(request, [row for row in found if row not in chosen], left)


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


def _page(request: web.Request, remaining: list[Row], left: str) -> web.Response:
    choices = tuple(Choice(str(row["id"]), row["name"]) for row in remaining)
    response = show(request, LeavingPage(Frame("Ne plus recevoir"), left, choices))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
