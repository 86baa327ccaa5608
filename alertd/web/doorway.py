"""At whose door a resident stands: a station that anybody may join, and who speaks to browsers there."""

from collections.abc import Mapping

from aiohttp import web

from alertd.deliver import routes
from alertd.deliver.owners import owners
from alertd.deliver.routes import SHARED, Sender
from alertd.errors import Missing, Refused, TooOften
from alertd.model import AddressKind, Channel, Mode, Station
from alertd.stations import stations, throttle
from alertd.subscribe.join import Doorstep
from alertd.web import words
from alertd.web.addresses import client_address
from alertd.web.rooms import ROOMS, Rooms


async def open_station(request: web.Request) -> Station:
    """One that anybody may join: a private station's people are enrolled by whoever runs it.

    :raises Missing: `station_unknown`.
    """
    station = await stations.by_slug(request.app[ROOMS].db, request.match_info["slug"])
    if station.private or station.suspended:
        raise Missing("station_unknown", "Cette page n'existe pas, ou plus.")
    return station


def doorstep(rooms: Rooms, station: Station) -> Doorstep:
    """What joining there needs."""
    settings = rooms.settings
    return Doorstep(rooms.desk, station, settings.http.public_url, settings.limits.codes_per_station_day)


async def wait_your_turn(request: web.Request, station: Station) -> None:
    """:raises TooOften: `join_too_often`, by network and by station."""
    rooms = request.app[ROOMS]
    limits = rooms.settings.limits
    most = (limits.sign_ups_per_network_hour, limits.sign_ups_per_station_hour)
    async with rooms.db.transaction() as tx:
        seconds = await throttle.sign_up_wait(tx, rooms.clock, client_address(request), station.id, most)
    if seconds:
        raise _too_often(seconds)


async def wait_to_type(request: web.Request) -> None:
    """:raises TooOften: `join_too_often`, by network."""
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        seconds = await throttle.proof_wait(tx, rooms.clock, client_address(request))
    if seconds:
        raise _too_often(seconds)


async def wait_to_look(request: web.Request) -> None:
    """:raises TooOften: `join_too_often`, by network: names are searched while one types."""
    rooms = request.app[ROOMS]
    async with rooms.db.transaction() as tx:
        seconds = await throttle.look_wait(tx, rooms.clock, client_address(request))
    if seconds:
        raise _too_often(seconds)


async def served(rooms: Rooms, station: Station) -> Mapping[Channel, Sender]:
    """The channels by which the station reaches people, and who speaks for it on each."""
    known = rooms.desk.routes
    whose = await owners(rooms.db, known.owning, station.id)
    found = {each: routes.first(known, station.mode, each, danger=False, owners=whose) for each in Channel}
    return {channel: sender for channel, sender in found.items() if sender is not None}


def texting_number(station: Station, found: Mapping[Channel, Sender]) -> str:
    """The number to which the station's word may be texted, of what `served` found; empty where it writes under a name, or is
    not live.
    """
    sender = found.get(Channel.SMS)
    name = sender.name if sender and station.mode is Mode.LIVE else ""
    return name if name.removeprefix("+").isdigit() else ""


def browser_sender(rooms: Rooms, station: Station) -> Sender | None:
    """Who speaks to browsers: a gateway for apps may stand before it on the route."""
    return _browser_sender(rooms, station.mode)


def _browser_sender(rooms: Rooms, mode: Mode) -> Sender | None:
    kind = AddressKind.USUAL
    return routes.first(rooms.desk.routes, mode, Channel.PUSH, danger=False, owners=SHARED, kind=kind)


def browser_key(rooms: Rooms, station: Station) -> str:
    """What a browser's subscription is bound to; empty where no gateway speaks to browsers."""
    return key_of(rooms, station.mode)


def key_of(rooms: Rooms, mode: Mode) -> str:
    """As `browser_key`, for whatever is of this mode."""
    sender = _browser_sender(rooms, mode)
    gateway = rooms.gateways.get(sender.gateway) if sender else None
    return gateway.capabilities.application_server_key if gateway else ""


def check_service(rooms: Rooms, station: Station, address: str) -> None:
    """As `check_address`, in the station's mode."""
    check_address(rooms, station.mode, address)


def check_address(rooms: Rooms, mode: Mode, address: str) -> None:
    """An address is what a stranger typed: it must lead to a push service that the gateway knows.

    :raises Refused: `push_service_unknown`.
    """
    sender = _browser_sender(rooms, mode)
    gateway = rooms.gateways.get(sender.gateway) if sender else None
    host_of = gateway.capabilities.host_of if gateway else None
    if host_of is None or not host_of(address):
        raise Refused(
            "push_service_unknown",
            "Le service de notification de ce navigateur n'est pas connu ici : essayez Firefox, Chrome, Edge ou Safari.",
        )


def _too_often(seconds: float) -> TooOften:
    return TooOften(
        "join_too_often",
        f"Trop d'essais à la suite depuis cette connexion : attendez {words.wait(seconds)}, puis recommencez.",
        retry_after_s=seconds,
    )
