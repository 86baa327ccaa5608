"""Which endpoint of an operator's the browser at hand is: a cookie that it alone has, and that opens nothing."""

from typing import Final

from aiohttp import web

from alertd.clock import DAY, SECOND
from alertd.subscribe import operator_phones
from alertd.web.rooms import ROOMS, Rooms

PATH: Final = "/compte/notifications/adresse"
_LASTS: Final = 400 * DAY
"""As long as browsers keep one at all."""


def endpoint(request: web.Request) -> int:
    """This browser's; 0 where it has none, or shows a forged one."""
    rooms = request.app[ROOMS]
    said = request.cookies.get(_name(rooms), "")
    return operator_phones.shown(rooms.keyring, said) if said.isascii() else 0


def remember(response: web.StreamResponse, rooms: Rooms, endpoint: int) -> None:
    """Let the browser know its own."""
    said = operator_phones.key(rooms.keyring, endpoint)
    response.set_cookie(
        _name(rooms),
        said,
        max_age=_LASTS // SECOND,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=rooms.https,
    )


def renewal(rooms: Rooms, endpoint: int) -> str:
    """Where the browser's worker says its new address."""
    return f"{PATH}/{operator_phones.key(rooms.keyring, endpoint)}"


def _name(rooms: Rooms) -> str:
    return "__Host-alertd-phone" if rooms.https else "alertd-phone"
