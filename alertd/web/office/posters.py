"""What is printed: how to join, with a place and a last day where the wall it hangs on has them; and an alert.

Nothing here is anyone's own: whoever may join may print the poster, and whoever may read an alert may hang it up.
"""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Final

import segno
from aiohttp import web
from babel.dates import format_date

from alertd.catalogue import LANGUAGES
from alertd.clock import DAY
from alertd.errors import Missing
from alertd.model import Station
from alertd.publish import board as boards
from alertd.publish import plate, posters
from alertd.publish.paper import SIZES, moment
from alertd.publish.site import Site
from alertd.publish.spoken import spoken
from alertd.stations.drawings import Hamlet
from alertd.web import doorway, words
from alertd.web.contracts import Choice, Frame
from alertd.web.contracts.board import NoticeCard
from alertd.web.contracts.public import PosterPage
from alertd.web.front import KEPT_MS, Document
from alertd.web.public.board import kept, teller_of
from alertd.web.public.feeds import open_station, site_of
from alertd.web.public.notices import Teller
from alertd.web.residents import join_form, join_parts
from alertd.web.residents.join_form import Around
from alertd.web.rooms import ROOMS
from alertd.web.show import show
from alertd.web.tongue import Say

PDF: Final = "application/pdf"
SVG: Final = "image/svg+xml"
_TITLE: Final = "Soyez prévenus sur votre téléphone"
_FOOT: Final = "Danger immédiat : 112 - par SMS : 114"
_NO_SCRIPT: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


@dataclass(frozen=True, slots=True)
class _Wall:
    """Where a poster hangs: what its code carries."""

    around: Around
    site: Site
    hamlet: Hamlet | None
    until: date | None

    @property
    def address(self) -> str:
        fields = {
            "lieu": str(self.hamlet.id) if self.hamlet else "",
            "fin": self.until.isoformat() if self.until else "",
        }
        query = "&".join(f"{name}={value}" for name, value in fields.items() if value)
        return f"{self.site.joining}?{query}" if query else self.site.joining

    @property
    def key(self) -> str:
        return f"{self.hamlet.id if self.hamlet else ''}:{self.until or ''}"


async def poster_page(request: web.Request) -> web.StreamResponse:
    """Which poster: the sheets and the bare code are links."""
    wall = await _wall(request)
    station = wall.around.station
    first, last = join_form.stay_bounds(wall.around)
    query = wall.address.partition("?")[2]
    return show(
        PosterPage(
            frame=Frame("Affiche pour s'inscrire", accent=station.accent),
            slug=station.slug,
            station=station.name,
            hamlets=tuple(Choice(str(one.id), one.name) for one in wall.around.hamlets),
            place=str(wall.hamlet.id) if wall.hamlet else "",
            until=wall.until.isoformat() if wall.until else "",
            first_day=first,
            last_day=last,
            address=wall.address,
            query=f"&{query}" if query else "",
        )
    )


async def poster(request: web.Request) -> web.StreamResponse:
    """The sheet, A4 or A5."""
    size = request.query.get("format", "a4")
    size = size if size in SIZES else "a4"
    wall = await _wall(request)

    async def make() -> Document:
        return Document(posters.joining(_invitation(wall), size), PDF, wall.around.now + KEPT_MS)

    return await kept(request, f"{request.path}?{size}:{wall.key}", make)


async def code(request: web.Request) -> web.StreamResponse:
    """The QR code alone, for whoever lays out a leaflet."""
    wall = await _wall(request)

    async def make() -> Document:
        drawing = segno.make_qr(wall.address, error="q").svg_inline(border=4, omitsize=True, light="#fff")
        body = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        return Document(body.encode(), SVG, wall.around.now + KEPT_MS, headers=_NO_SCRIPT)

    return await kept(request, f"{request.path}?{wall.key}", make)


async def notice(request: web.Request) -> web.StreamResponse:
    """An alert for a door. :raises Missing: `alert_unknown`, as its page does."""

    async def make() -> Document:
        card, told = await _told(request)
        return Document(posters.notice(told), PDF, _until(card, _now(request)))

    return await kept(request, request.path, make)


async def loudspeaker(request: web.Request) -> web.StreamResponse:
    """The same, to be read aloud from a car. :raises Missing: `alert_unknown`."""

    async def make() -> Document:
        card, told = await _told(request)
        said = [
            f"{told.station.name}.",
            card.over,
            card.exercise,
            f"{card.title}.",
            *card.paragraphs,
            card.exercise,
        ]
        aloud = spoken(" ".join(part for part in said if part), card.locale)
        body = posters.spoken(told.station.name, aloud, told.made_at, card.locale)
        return Document(body, PDF, _until(card, _now(request)))

    return await kept(request, request.path, make)


async def picture(request: web.Request) -> web.StreamResponse:
    """The same as a picture, for other networks; what is over says so. :raises Missing: `alert_unknown`."""

    async def make() -> Document:
        card, told = await _told(request)
        body = await asyncio.to_thread(plate.plate, told)
        return Document(body, plate.MEDIA_TYPE, _until(card, _now(request)))

    return await kept(request, request.path, make)


def _until(card: NoticeCard, now: int) -> int:
    """How long the sheet is true at most."""
    lasts = not card.over and card.ends > now
    return min(card.ends, now + KEPT_MS) if lasts else now + KEPT_MS


def _now(request: web.Request) -> int:
    return request.app[ROOMS].clock.now_ms()


async def _told(request: web.Request) -> tuple[NoticeCard, posters.Notice]:
    rooms, station = request.app[ROOMS], await open_station(request)
    found = await boards.notice(rooms.db, station, int(request.match_info["id"]))
    if found is None:
        raise Missing("alert_unknown", "Cette alerte n'est pas publique, ou n'existe pas.")
    teller = await teller_of(request, station, rooms.clock.now_ms())
    return on_paper(teller, found, teller.site.notice(found.id))


def on_paper(
    teller: Teller, found: boards.Notice, address: str, foot: str = _FOOT
) -> tuple[NoticeCard, posters.Notice]:
    """A thread as its sheet tells it; `address` is where anyone may read it, "" for what is not everyone's."""
    card, station = teller.card(found), teller.station
    body = posters.Notice(
        station=station,
        level=card.level,
        level_word=card.over or card.level_word,
        title=card.title,
        paragraphs=tuple(part for part in (card.exercise, *card.paragraphs, card.exercise) if part),
        place=card.place,
        times=_times(station, found.said_at, 0 if card.over else card.ends),
        zone=found.told.content.target.zone,
        address=address,
        foot=foot,
        language=card.locale,
        made_at=moment(found.said_at),
    )
    return card, body


def _times(station: Station, said_at: int, ends: int) -> str:
    """With its date: paper hangs on for days, and "today" would be another one."""
    said = words.when(said_at, station.timezone, 0)
    return (
        f"Publié {said}. Fin prévue {words.when(ends, station.timezone, 0)}." if ends else f"Publié {said}."
    )


def _invitation(wall: _Wall) -> posters.Joining:
    station, book = wall.around.station, wall.around.catalogue
    others = tuple(Say(book, locale, "join", station.name)("title") for locale in LANGUAGES if locale != "fr")
    until = format_date(wall.until, "d MMMM y", locale="fr") if wall.until else ""
    return posters.Joining(
        station=station.name,
        title=_TITLE,
        lead=Say(book, "fr", "join", station.name, station.kind)("lead"),
        where=wall.hamlet.name if wall.hamlet else "",
        until=f"Pour votre séjour, jusqu'au {until}. Ensuite, tout est effacé." if until else "",
        others=others,
        address=wall.address,
        foot=_FOOT,
        language="fr",
        made_at=moment(wall.around.now // DAY * DAY),
    )


async def _wall(request: web.Request) -> _Wall:
    """Where it hangs, by the address; what is none of the station's, or over, is left out."""
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    around = await join_parts.around_of(rooms, station)
    place, until = join_form.brought(request.query, around)
    return _Wall(around, site_of(rooms, station), place, until)
