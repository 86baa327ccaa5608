"""What anyone reads of a station, and what their programs do: its page, its archive, its feeds. Nothing asks who they are.

Nothing of a group or of a private station (`publish.board`); what a training station says is marked as a test.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from alertd.catalogue import Catalogue
from alertd.clock import SECOND
from alertd.errors import Missing
from alertd.model import Station
from alertd.publish import board as boards
from alertd.publish import calendar, cap, feeds, geojson
from alertd.publish.board import Board
from alertd.publish.site import Site
from alertd.stations import stations
from alertd.web.front import KEPT_MS, SHARED, Document, answer
from alertd.web.rooms import ROOMS, Rooms

_Compose = Callable[[Catalogue, Site, Board], bytes]
FEED_THREADS: Final = 50
"""Threads in a feed: whoever asks once a day misses none."""


async def atom(request: web.Request) -> web.StreamResponse:
    """CAP documents as an Atom feed."""
    return await _feed(request, "application/atom+xml; charset=utf-8", feeds.atom)


async def rss(request: web.Request) -> web.StreamResponse:
    """The same for people's readers."""
    return await _feed(request, "application/rss+xml; charset=utf-8", feeds.rss)


async def features(request: web.Request) -> web.StreamResponse:
    """What is in force, for maps."""
    return await _feed(request, geojson.MEDIA_TYPE, geojson.geojson)


async def ics(request: web.Request) -> web.StreamResponse:
    """A calendar to subscribe to."""
    return await _feed(request, f"{calendar.MEDIA_TYPE}; charset=utf-8", calendar.calendar)


async def cap_document(request: web.Request) -> web.StreamResponse:
    """One event. :raises Missing: `event_unknown`: a group's and one that there is not are told the same."""
    event_id = int(request.match_info["id"])

    async def make() -> Document:
        rooms, station = request.app[ROOMS], await open_station(request)
        found = await boards.notice_of_event(rooms.db, station, event_id)
        if found is None:
            raise Missing("event_unknown", "Ce message n'est pas public, ou n'existe pas.")
        body = cap.cap(rooms.catalogue, site_of(rooms, station), station, *found)
        if rooms.sign is not None:
            body = await asyncio.to_thread(rooms.sign, body)
        until = rooms.clock.now_ms() + KEPT_MS
        return Document(body, f"{cap.MEDIA_TYPE}; charset=utf-8", until, None, SHARED)

    return await kept(request, make)


async def kept(request: web.Request, make: Callable[[], Awaitable[Document]]) -> web.Response:
    """The answer for a path and nothing of its query: strangers choose queries, and there are many."""
    rooms = request.app[ROOMS]
    return answer(request, await rooms.front.get(request.path, rooms.clock.now_ms(), make))


async def open_station(request: web.Request) -> Station:
    """:raises Missing: `station_unknown`: a private one and one that there is not are told the same."""
    station = await stations.by_slug(request.app[ROOMS].db, request.match_info["slug"])
    if station.private or station.suspended:
        raise Missing("station_unknown", "Cette page n'existe pas, ou plus.")
    return station


def site_of(rooms: Rooms, station: Station) -> Site:
    return Site(rooms.settings.http.public_url, station.slug)


def true_until(board: Board) -> int:
    """Until it reads otherwise by itself, and not for long."""
    return min(board.now + KEPT_MS, board.turns_at or board.now + KEPT_MS)


def settled(board: Board) -> int | None:
    """The date of the last change; none in its own second, in which more may follow (RFC 9110, 8.8.2.1)."""
    changed = board.changed_at
    return changed if changed is not None and changed // SECOND < board.now // SECOND else None


async def _feed(request: web.Request, media_type: str, compose: _Compose) -> web.StreamResponse:
    async def make() -> Document:
        rooms, station = request.app[ROOMS], await open_station(request)
        board = await boards.board(rooms.db, station, rooms.clock.now_ms(), FEED_THREADS)
        body = compose(rooms.catalogue, site_of(rooms, station), board)
        return Document(body, media_type, true_until(board), settled(board), SHARED)

    return await kept(request, make)
