"""The watch as those who keep the instance see it: what is wrong now, what was, and how canaries fly."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from alertd.clock import DAY, SECOND
from alertd.errors import NotAllowed
from alertd.model import Channel, Mode
from alertd.watch import alarms, flights
from alertd.watch.flights import Flight, Share, Verdict
from alertd.watch.nouns import Episode
from alertd.web import words
from alertd.web.contracts import Choice
from alertd.web.contracts.surveillance import FlightLine, SurveillancePage
from alertd.web.office.gateways import may_see
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = alarms.PATH
MOST: Final = 20
UNTOLD: Final = "personne n'a pu être prévenu"
SHARE_MS: Final = 30 * DAY
BY: Final = {Channel.SMS: "SMS", Channel.EMAIL: "Courriel"}
FLIES: Final = ("en route", "unsure")
VERDICTS: Final = {
    Verdict.WELL: ("arrivé", "speaks"),
    Verdict.LATE: ("en retard", "silent"),
    Verdict.LOST: ("perdu", "silent"),
}


async def surveillance_page(request: web.Request) -> web.StreamResponse:
    """What the watch sees. :raises NotAllowed: `watch_not_allowed`."""
    here = await visit(request)
    if not may_see(here):
        raise NotAllowed("watch_not_allowed", "Cette page est réservée au maire.")
    return show(await _page(request.app[ROOMS], here))


async def _page(rooms: Rooms, here: Visit) -> SurveillancePage:
    now, timezone = rooms.clock.now_ms(), here.station.timezone

    def when(moment: int) -> str:
        return words.when(moment, timezone, now)

    def told(one: Episode) -> Choice:
        said = rooms.catalogue.phrase("fr", one.phrase, **one.blanks)
        return Choice(str(one.id), said, _span(one, when))

    shares = await flights.shares(rooms.db, now - SHARE_MS)
    return SurveillancePage(
        frame=frame("Surveillance", here),
        seen_at=when(now),
        standing=tuple(map(told, await alarms.standing(rooms.db))),
        past=tuple(told(one) for one in await alarms.latest(rooms.db, MOST) if one.ended_at is not None),
        ways=tuple(map(_way, shares)),
        flights=tuple(_flight(one, when(one.flown_at)) for one in await flights.history(rooms.db, MOST)),
    )


def _span(one: Episode, when: Callable[[int], str]) -> str:
    """From when to when; whether anybody knows."""
    known = f"signalé {when(one.told_at)}" if one.told_at else UNTOLD
    ended = f"rétabli {when(one.ended_at)}" if one.ended_at else ""
    return " ; ".join(filter(None, (f"commencé {when(one.since)}", known, ended)))


def _way(share: Share) -> Choice:
    """How a channel's canaries did in thirty days."""
    what = _by(share.mode, share.channel)
    said = f"{words.number(share.well)} sur {words.number(share.n)} à temps en trente jours"
    return Choice(what, what, said)


def _flight(one: Flight, at: str) -> FlightLine:
    handed = "–" if one.handed_at is None else _lapse(one.handed_at - one.flown_at)
    return FlightLine(
        at, _by(one.mode, one.channel), handed, *(VERDICTS[one.verdict] if one.verdict else FLIES)
    )


def _lapse(milliseconds: int) -> str:
    return words.lapse(max(1, -(-milliseconds // SECOND)))


def _by(mode: Mode, channel: Channel) -> str:
    return "Bac à sable" if mode is Mode.TRAINING else BY.get(channel, channel.word)
