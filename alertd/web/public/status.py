"""How the service is doing, for anyone: whether an alert would be taken, leaves, and by which channels. No figure, no name."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from alertd.clock import from_ms
from alertd.errors import Unavailable
from alertd.model import Channel, Mode
from alertd.stations import gateways, sending_switch
from alertd.stations.gateways import Voice
from alertd.stations.sending_switch import Pause
from alertd.watch import alarms, flights, reserved
from alertd.watch.nouns import Episode, Kind
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


def _since(moment: int | None) -> str:
    """Whoever reads it may be of any station: on no clock but the world's."""
    return "" if moment is None else f" Depuis le {from_ms(moment):%d/%m/%Y à %H:%M UTC}."


async def _lines(rooms: Rooms) -> list[StatusLine]:
    try:
        async with asyncio.timeout(WAIT_S):
            await rooms.db.ping()
            pause = await sending_switch.paused(rooms.db)
            wrong = await alarms.standing(rooms.db)
            canaries = [way for way in await reserved.ways(rooms.db) if way.mode is Mode.LIVE]
            voices = await gateways.voices(rooms.db, rooms.settings, rooms.desk.routes, Mode.LIVE)
    except (Unavailable, TimeoutError):
        return [
            StatusLine("Alertes", ILL, "La base de données ne répond pas : aucune alerte ne peut être prise.")
        ]
    tried = _tried(wrong) if canaries else ()
    return [_taken(rooms), _leaving(pause, wrong), *tried, *_channels(voices)]


def _taken(rooms: Rooms) -> StatusLine:
    if rooms.heartbeat():
        return StatusLine("Alertes", WELL, "Une alerte peut être envoyée.")
    return StatusLine("Alertes", ILL, "L'envoi est bloqué : le service va redémarrer de lui-même.")


def _leaving(pause: Pause | None, wrong: Sequence[Episode]) -> StatusLine:
    if pause is not None:
        since = _since(pause.since or None)
        return StatusLine("Envoi", ILL, f"Tous les envois sont suspendus par l'administrateur.{since}")
    if stuck := [one for one in wrong if one.kind is Kind.BACKLOG]:
        return StatusLine("Envoi", ILL, f"Des messages urgents attendent.{_since(stuck[0].since)}")
    return StatusLine("Envoi", WELL, "Les messages partent.")


def _tried(wrong: Sequence[Episode]) -> Iterator[StatusLine]:
    """Whether test alerts arrive, by channels that residents have."""
    missed = [one for one in wrong if one.kind is Kind.CANARY and one.object_ != flights.SANDBOX]
    if missed:
        said = f"Le dernier essai automatique n'est pas arrivé à temps.{_since(missed[0].since)}"
        yield StatusLine("Essais", ILL, said)
    else:
        yield StatusLine("Essais", WELL, "Les essais automatiques arrivent.")


def _channels(voices: list[Voice]) -> list[StatusLine]:
    known = {voice.channel: voice for voice in voices}
    return [_channel(word, known.get(channel)) for channel, word in CHANNELS.items()]


def _channel(word: str, voice: Voice | None) -> StatusLine:
    if voice is None or not voice.standings:
        return StatusLine(word, ABSENT, "Non installé.")
    if all(standing.down for standing in voice.standings):
        began = max(one.sighting.since for standing in voice.standings for one in standing.seen)
        said = "En panne chez l'opérateur : les messages attendent, ou partent par une autre voie."
        return StatusLine(word, ILL, said + _since(began))
    return StatusLine(word, WELL, "En service.")
