"""How the service is doing, for anyone: whether an alert would be taken, leaves, and by which channels. No figure, no name."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from alertd.clock import from_ms
from alertd.errors import Unavailable
from alertd.model import Channel, Mode
from alertd.stations import gateways, sending_switch
from alertd.stations.gateways import Voice
from alertd.web.contracts import Frame
from alertd.web.contracts.status import StatusLine, StatusPage
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import show

TITLE: Final = "État du service"
KEPT_S: Final = 5.0
"""Whoever reloads without end costs the database nothing."""
WAIT_S: Final = 5.0
WELL, ILL, ABSENT = "over", "warning", "info"
CHANNELS: Final = {
    Channel.SMS: "SMS",
    Channel.PUSH: "Notifications",
    Channel.EMAIL: "Courriels",
    Channel.VOICE: "Appels",
}


@dataclass(slots=True)
class Kept:
    """The page as it was seen last, at that monotonic time."""

    at: float = float("-inf")
    page: StatusPage | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


KEPT: Final = web.AppKey("status", Kept)


async def status_page(request: web.Request) -> web.StreamResponse:
    """Also where the database is away: that is what it is for."""
    rooms, kept = request.app[ROOMS], request.app[KEPT]
    async with kept.turn:
        now = rooms.clock.monotonic()
        if kept.page is None or now - kept.at >= KEPT_S:
            kept.page, kept.at = await _page(rooms), now
    return show(kept.page)


async def _page(rooms: Rooms) -> StatusPage:
    lines = await _lines(rooms)
    at = from_ms(rooms.clock.now_ms()).strftime("%d/%m/%Y à %H:%M UTC")
    return StatusPage(Frame(TITLE), all(line.grade != ILL for line in lines), tuple(lines), at)


async def _lines(rooms: Rooms) -> list[StatusLine]:
    try:
        async with asyncio.timeout(WAIT_S):
            await rooms.db.ping()
            on = await sending_switch.is_on(rooms.db)
            voices = await gateways.voices(rooms.db, rooms.settings, rooms.desk.routes, Mode.LIVE)
    except (Unavailable, TimeoutError):
        return [
            StatusLine("Alertes", ILL, "La base de données ne répond pas : aucune alerte ne peut être prise.")
        ]
    return [_taken(rooms), _leaving(on=on), *_channels(voices)]


def _taken(rooms: Rooms) -> StatusLine:
    if rooms.heartbeat():
        return StatusLine("Alertes", WELL, "Une alerte peut être envoyée.")
    return StatusLine("Alertes", ILL, "L'envoi est bloqué : le service va redémarrer de lui-même.")


def _leaving(*, on: bool) -> StatusLine:
    if on:
        return StatusLine("Envoi", WELL, "Les messages partent.")
    return StatusLine("Envoi", ILL, "Tous les envois sont suspendus par l'administrateur.")


def _channels(voices: list[Voice]) -> list[StatusLine]:
    known = {voice.channel: voice for voice in voices}
    return [_channel(word, known.get(channel)) for channel, word in CHANNELS.items()]


def _channel(word: str, voice: Voice | None) -> StatusLine:
    if voice is None or not voice.standings:
        return StatusLine(word, ABSENT, "Non installé.")
    if all(standing.down for standing in voice.standings):
        return StatusLine(
            word, ILL, "En panne chez l'opérateur : les messages attendent, ou partent par une autre voie."
        )
    return StatusLine(word, WELL, "En service.")
