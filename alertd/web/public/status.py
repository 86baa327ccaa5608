"""How the service is doing, for anyone: whether an alert would be taken, leaves, and by which channels. No figure, no name."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from alertd.clock import from_ms
from alertd.errors import Unavailable
from alertd.model import Channel, Mode
from alertd.stations import gateways, sending_switch
from alertd.stations.gateways import Standing, Voice
from alertd.stations.sending_switch import Pause
from alertd.watch import alarms, flights, reserved
from alertd.watch.nouns import Episode, Kind
from alertd.web import words
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
PARIS: Final = "Europe/Paris"
NOT_THERE: Final = "Non installé."
MUTE: Final = "Aucun moyen de joindre les habitants n'est installé : une alerte n'atteindrait personne."
REHEARSAL: Final = "C'est une répétition : rien ne part d'ici vers les habitants."
TO_SANDBOX: Final = "Les messages vont au bac à sable, et nulle part ailleurs."
BOXED: Final = "Vers le bac à sable."
UNTRIED: Final = "Aucune panne n'est connue, mais aucun moyen d'envoi n'est encore éprouvé."


@dataclass(frozen=True, slots=True)
class Zone:
    """On whose clock moments are told. `named` is said after each where it is not every station's own."""

    timezone: str = PARIS
    named: str = " (heure de Paris)"

    def told(self, moment: int) -> str:
        """Reads "02/03/2026 à 10 h 01"."""
        there = from_ms(moment).astimezone(ZoneInfo(self.timezone))
        return f"{there:%d/%m/%Y} à {words.clock_time(moment, self.timezone)}{self.named}"

    def since(self, moment: int | None) -> str:
        """A sentence of it; none for None."""
        return "" if moment is None else f" Depuis le {self.told(moment)}."


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
    try:
        async with asyncio.timeout(WAIT_S):
            zone = await _zone(rooms)
            lines = await _lines(rooms, zone)
    except (Unavailable, TimeoutError):
        zone, away = Zone(), "La base de données ne répond pas : aucune alerte ne peut être prise."
        lines = [StatusLine("Alertes", ILL, away)]
    grade, lead = _lead(lines)
    return StatusPage(Frame(TITLE), grade, lead, tuple(lines), zone.told(rooms.clock.now_ms()))


def _lead(lines: Sequence[StatusLine]) -> tuple[str, str]:
    """All is well only where something is known to carry an alert."""
    if any(line.said == MUTE for line in lines):
        return ILL, "Rien ne peut partir."
    if any(line.grade == ILL for line in lines):
        return ILL, "Tout ne fonctionne pas."
    if any(line.said == TO_SANDBOX for line in lines):
        return ABSENT, REHEARSAL
    if not any(line.grade == WELL for line in lines if line.what in CHANNELS.values()):
        return ABSENT, UNTRIED
    return WELL, "Tout fonctionne."


async def _zone(rooms: Rooms) -> Zone:
    """The stations' own, where they have one; Paris, and said so, where they have several."""
    found = [row["timezone"] for row in await rooms.db.fetch("stations.timezones")]
    return Zone(found[0], "") if len(found) == 1 else Zone()


async def _lines(rooms: Rooms, zone: Zone) -> list[StatusLine]:
    await rooms.db.ping()
    pause = await sending_switch.paused(rooms.db)
    wrong = await alarms.standing(rooms.db)
    canaries = [way for way in await reserved.ways(rooms.db) if way.mode is Mode.LIVE]
    if not canaries and await _rehearses(rooms):
        leaving = _held_up(pause, wrong, zone) or StatusLine("Envoi", ABSENT, TO_SANDBOX)
        return [_taken(rooms), leaving, *await _boxed(rooms)]
    voices = await gateways.voices(rooms.db, rooms.settings, rooms.desk.routes, Mode.LIVE)
    known = {voice.channel: voice for voice in _own_first(voices) if voice.standings}
    channels = [_channel(word, known.get(channel), zone) for channel, word in CHANNELS.items()]
    tried = _tried(wrong, zone) if canaries else ()
    return [_taken(rooms), _leaving(pause, wrong, channels, zone), *tried, *channels]


async def _rehearses(rooms: Rooms) -> bool:
    """Whether there are stations, and all are in training."""
    there = await rooms.db.fetch("stations.timezones")
    return bool(there) and not await rooms.db.fetch("stations.live_timezones")


async def _boxed(rooms: Rooms) -> list[StatusLine]:
    voices = await gateways.voices(rooms.db, rooms.settings, rooms.desk.routes, Mode.TRAINING)
    served = {voice.channel for voice in voices if voice.standings}
    return [
        StatusLine(word, ABSENT, BOXED if channel in served else NOT_THERE)
        for channel, word in CHANNELS.items()
    ]


def _own_first(voices: Sequence[Voice]) -> Iterator[Voice]:
    """A channel of which every gateway is some station's own is there, too, and works if any of them does."""
    own: dict[Channel, tuple[Standing, ...]] = defaultdict(tuple)
    for voice in voices:
        own[voice.channel] += voice.standings if voice.stations else ()
    yield from (Voice(channel, standings, None, {}) for channel, standings in own.items())
    yield from (voice for voice in voices if not voice.stations)


def _taken(rooms: Rooms) -> StatusLine:
    if rooms.heartbeat():
        return StatusLine("Alertes", WELL, "Une alerte peut être donnée.")
    return StatusLine("Alertes", ILL, "L'envoi est bloqué : le service va redémarrer de lui-même.")


def _leaving(
    pause: Pause | None, wrong: Sequence[Episode], channels: Sequence[StatusLine], zone: Zone
) -> StatusLine:
    grades = {line.grade for line in channels if line.said != NOT_THERE}
    if (held := _held_up(pause, wrong, zone)) is not None:
        return held
    if not grades:
        return StatusLine("Envoi", ILL, MUTE)
    if grades == {ILL}:
        return StatusLine("Envoi", ILL, "Aucun moyen d'envoi ne répond : les messages attendent.")
    if WELL not in grades:
        return StatusLine("Envoi", ABSENT, UNTRIED)
    return StatusLine("Envoi", WELL, "Les messages partent.")


def _held_up(pause: Pause | None, wrong: Sequence[Episode], zone: Zone) -> StatusLine | None:
    """What keeps messages from leaving, whichever way they would."""
    if pause is not None:
        since = zone.since(pause.since or None)
        return StatusLine("Envoi", ILL, f"Tous les envois sont suspendus par l'administrateur.{since}")
    if stuck := [one for one in wrong if one.kind is Kind.BACKLOG]:
        return StatusLine("Envoi", ILL, f"Des messages urgents attendent.{zone.since(stuck[0].since)}")
    return None


def _tried(wrong: Sequence[Episode], zone: Zone) -> Iterator[StatusLine]:
    """Whether test alerts arrive, by channels that residents have."""
    missed = [one for one in wrong if one.kind is Kind.CANARY and one.object_ != flights.SANDBOX]
    if missed:
        said = f"Le dernier essai automatique n'est pas arrivé à temps.{zone.since(missed[0].since)}"
        yield StatusLine("Essais", ILL, said)
    else:
        yield StatusLine("Essais", WELL, "Les essais automatiques arrivent.")


def _channel(word: str, voice: Voice | None, zone: Zone) -> StatusLine:
    if voice is None:
        return StatusLine(word, ABSENT, NOT_THERE)
    if all(standing.down for standing in voice.standings):
        began = max(one.sighting.since for standing in voice.standings for one in standing.seen)
        said = "En panne chez l'opérateur : les messages attendent, ou partent par une autre voie."
        return StatusLine(word, ILL, said + zone.since(began))
    if all(standing.down or not standing.seen for standing in voice.standings):
        return StatusLine(word, ABSENT, "Pas encore éprouvé.")
    return StatusLine(word, WELL, "En service.")
