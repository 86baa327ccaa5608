"""This phone's notifications: the page that says whether they arrive, and the browser's own change of address.

No log-in and no session: a browser is known by its subscription, which it alone has, and is believed once it has
confirmed a test notification. Without JavaScript no browser can be notified.
"""

import re
from typing import Final

from aiohttp import web

from alertd.clock import DAY
from alertd.errors import Missing
from alertd.keys import delivery_key, delivery_number
from alertd.model import EndpointState, State, Station
from alertd.subscribe import phones
from alertd.web import doorway, tongue
from alertd.web.contracts import Frame
from alertd.web.contracts.public import PhonePage
from alertd.web.residents.joining import TEST_MS
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show
from alertd.web.tongue import Say

LOST: Final = frozenset(
    {State.REFUSED, State.STOPPED, State.FAILED, State.EXPIRED, State.CANCELLED, State.SKIPPED}
)
_TOKEN: Final = re.compile(r"[0-9A-Za-z_-]{43}")


async def phone_page(request: web.Request) -> web.StreamResponse:
    """Whether the phone confirmed its test, and the person's own links.

    :raises Missing: `link_over`: an invented code and one that no longer answers are told the same.
    """
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    for number in rooms.keyring.numbers(request.match_info["code"]):
        row = await phones.proof(rooms.db, station.id, *delivery_key(number))
        if row is not None and rooms.clock.now_ms() < row["created_at"] + DAY:
            response = show(_phone(request, station, delivery_key(number)[1], row))
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response
    raise Missing(
        "link_over", "Ce lien ne répond plus : ce téléphone n'est plus inscrit, ou l'adresse est incomplète."
    )


async def renew(request: web.Request) -> web.StreamResponse:
    """The browser was given a new address, and says so with the key that it was given when it joined.

    :raises Missing: `phone_unknown`: a forged key and somebody who left are told the same.
    """
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    await doorway.wait_your_turn(request, station)
    endpoint = phones.renewed_by(rooms.keyring, request.match_info["key"])
    text = (await request.read()).decode(
        errors="replace"
    )  # as large as any body may be, and then refused by its length
    doorway.check_service(rooms, station, phones.canonical_push(text))
    async with rooms.db.transaction() as tx:
        await phones.renew(tx, rooms.clock, rooms.keyring, endpoint, text)
    return web.Response(status=204)


def _phone(request: web.Request, station: Station, endpoint: int, row: phones.Proof) -> PhonePage:
    rooms, state = request.app[ROOMS], _state(request.app[ROOMS], row)
    say = Say(rooms.catalogue, tongue.asked(request), "join", station.name)
    titles = {"active": "done_title", "pending": "next_title", "lost": "phone_lost_title"}
    onward = request.query.get("suite", "")
    return PhonePage(
        frame=Frame(say(titles[state]), accent=station.accent, refresh_s=5 if state == "pending" else 0),
        say=say,
        locale=say.locale,
        state=state,
        slug=station.slug,
        station=station.name,
        key=doorway.browser_key(rooms, station),
        leaving=f"/partir/{rooms.keyring.code(delivery_number(0, endpoint))}",
        renewal=f"/s/{station.slug}/adresse/{phones.renewal(rooms.keyring, endpoint)}",
        onward=f"/s/{station.slug}/suite/{onward}" if _TOKEN.fullmatch(onward) else "",
    )


def _state(rooms: Rooms, row: phones.Proof) -> str:
    active = row["endpoint_state"] == EndpointState.ACTIVE
    if active and row["state"] in {State.DELIVERED, State.SEEN}:
        return "active"
    late = rooms.clock.now_ms() > row["created_at"] + TEST_MS
    return "lost" if not active and (row["state"] in LOST or late) else "pending"
