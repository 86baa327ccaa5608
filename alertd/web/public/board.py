"""A station's public pages: its board, one thread, the archive; its panel, and what the commune's own site takes from here.

No log-in, no cookie, and nothing that needs a script. All but the depths of the archive are kept in memory.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from aiohttp import web

from alertd.errors import Missing
from alertd.model import Mode, Station
from alertd.publish import banner
from alertd.publish import board as boards
from alertd.publish.board import NEWEST, PAGE, Board, Notice, Standing
from alertd.stations import drawings, topics
from alertd.stations.sharing import COMMUNE
from alertd.stations.streets import find
from alertd.web import words
from alertd.web.contracts import Frame
from alertd.web.contracts.board import ArchivePage, BoardPage, FramePage, NoticePage, ScreenPage
from alertd.web.front import KEPT_MS, Document, answer
from alertd.web.public.feeds import open_station, settled, site_of, true_until
from alertd.web.public.notices import Teller, in_force, middle_of
from alertd.web.residents import personal
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.show import Page, part

LISTED: Final = 8
"""Past threads below the board; the archive has the others."""
ON_A_PANEL: Final = 3
FORMS: Final = ("", "noir", "lignes")
EMBEDDED: Final = "frame-ancestors *"
_HTML: Final = "text/html; charset=utf-8"
_CADRE_POLICY: Final = f"default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; {EMBEDDED}"
_BANNER_POLICY: Final = "default-src 'none'; sandbox"

_Told = Callable[[Teller, Board], Page]


async def station_page(request: web.Request) -> web.StreamResponse:
    """In force, just over, to come, and lately. A short link of eleven letters may look like a station, and is led on."""
    try:
        return await _page(request, _board_page)
    except Missing:
        slug = request.match_info["slug"]
        if request.app[ROOMS].settings.http.short_url and len(slug) == 11 and slug.isalnum():
            request.match_info["code"] = slug
            return await personal.short_link(request)
        raise


async def archive_page(request: web.Request) -> web.StreamResponse:
    """Older threads, twenty at a time. Not kept: there are as many as somebody asks for."""
    rooms, station = request.app[ROOMS], await open_station(request)
    before = _before(request.query.get("avant", ""))
    found = await boards.archive(rooms.db, station, before, PAGE + 1)
    teller = await teller_of(request, station, rooms.clock.now_ms())
    lines = tuple(teller.line(one) for one in found[:PAGE])
    page = ArchivePage(
        frame=_frame("Archives", station),
        slug=station.slug,
        station=station.name,
        past=lines,
        older=f"/{station.slug}/archives?avant={found[PAGE - 1].id}" if len(found) > PAGE else "",
    )
    body = part(page).encode()
    return answer(request, Document(body, _HTML, 0))


async def notice_page(request: web.Request) -> web.StreamResponse:
    """One thread. :raises Missing: `alert_unknown`: a group's and one that there is not are told the same."""

    async def make() -> Document:
        rooms, station, now = (
            request.app[ROOMS],
            await open_station(request),
            request.app[ROOMS].clock.now_ms(),
        )
        found = await boards.notice(rooms.db, station, int(request.match_info["id"]))
        if found is None:
            raise Missing("alert_unknown", "Cette alerte n'est pas publique, ou n'existe pas.")
        teller = await teller_of(request, station, now, (found,))
        until = min([now + KEPT_MS, *(moment for moment in found.turns if moment > now)])
        return _document(_notice_page(teller, found), until)

    return await kept(request, request.path, make)


async def screen_page(request: web.Request) -> web.StreamResponse:
    """The panel in the window, in one of its forms."""
    form = request.query.get("forme", "")
    form = form if form in FORMS else ""

    def told(teller: Teller, board: Board) -> Page:
        return _screen_page(teller, board, form)

    return await _page(request, told, f"{request.path}?{form}")


async def frame_page(request: web.Request) -> web.StreamResponse:
    """What an <iframe> shows. Of all pages this one alone may stand inside others: nothing in it can be pressed but links."""
    response = await _page(request, _frame_page)
    response.headers["Content-Security-Policy"] = _CADRE_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


async def banner_picture(request: web.Request) -> web.StreamResponse:
    """One line for the top of another site, as a picture."""

    async def make() -> Document:
        station, board, teller = await _read(request)
        cards = teller.cards(in_force(board))
        top = (
            (cards[0].level, f"{cards[0].level_word} : {cards[0].title}") if cards else ("over", banner.QUIET)
        )
        more = f" (+ {len(cards) - 1})" if len(cards) > 1 else ""
        test = "TEST - " if station.mode is Mode.TRAINING else ""
        body = banner.banner(top[0], f"{test}{top[1]}", f"{station.name}{more}")
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Content-Security-Policy": _BANNER_POLICY}
        return Document(body, banner.MEDIA_TYPE, true_until(board), settled(board), headers)

    return await kept(request, request.path, make)


async def _page(request: web.Request, told: _Told, key: str = "") -> web.Response:
    async def make() -> Document:
        _, board, teller = await _read(request)
        return _document(told(teller, board), true_until(board))

    return await kept(request, key or request.path, make)


async def kept(request: web.Request, key: str, make: Callable[[], Awaitable[Document]]) -> web.Response:
    """The document under `key`, made unless it is kept and true."""
    rooms = request.app[ROOMS]
    return answer(request, await rooms.front.get(key, rooms.clock.now_ms(), make))


async def _read(request: web.Request) -> tuple[Station, Board, Teller]:
    rooms, station = request.app[ROOMS], await open_station(request)
    board = await boards.board(rooms.db, station, rooms.clock.now_ms())
    told = tuple(one for one in board.notices if one.standing(board.now) is not Standing.PAST)
    return station, board, await teller_of(request, station, board.now, told)


async def teller_of(request: web.Request, station: Station, now: int, told: Iterable[Notice] = ()) -> Teller:
    """Who tells the station's notices as they read at `now`; those `told` with their places by name."""
    rooms = request.app[ROOMS]
    hamlets = await drawings.hamlets(rooms.db, station.id)
    streets = await _streets(rooms, station, told)
    book = await topics.named(rooms.db, rooms.catalogue, station)
    return Teller(book, site_of(rooms, station), station, hamlets, rooms.settings.limits, now, streets)


async def _streets(
    rooms: Rooms, station: Station, told: Iterable[Notice]
) -> dict[tuple[float, float], find.Spot]:
    """The streets around whose middle something was said."""
    middles = {middle for one in told if (middle := middle_of(one.told.content.target))}
    found = [await find.named(rooms.db, station.id, *middle) for middle in sorted(middles)]
    return {spot.at: spot for spot in found if spot is not None and not find.is_door(spot)}


def _document(page: Page, until: int) -> Document:
    return Document(part(page).encode(), _HTML, until)


def _board_page(teller: Teller, board: Board) -> Page:
    station = teller.station
    past = board.hanging(Standing.PAST)
    return BoardPage(
        frame=_frame("Alertes", station),
        slug=station.slug,
        station=station.name,
        telephone=station.phone or "",
        commune=station.kind == COMMUNE,
        in_force=teller.cards(in_force(board)),
        over=teller.cards(board.hanging(Standing.OVER)),
        coming=teller.cards(board.hanging(Standing.COMING)),
        planned=tuple(teller.planned(one) for one in board.planned[:LISTED]),
        past=tuple(teller.line(one) for one in past[:LISTED]),
        older=f"/{station.slug}/archives" if len(past) > LISTED or len(board.notices) >= PAGE else "",
    )


def _notice_page(teller: Teller, notice: Notice) -> NoticePage:
    card = teller.card(notice)
    return NoticePage(
        frame=_frame(card.title, teller.station),
        slug=teller.station.slug,
        station=teller.station.name,
        card=card,
        steps=teller.steps(notice),
        address=teller.site.notice(notice.id),
        plate=f"{teller.site.notice(notice.id)}.png?{notice.said_at}",
    )


def _screen_page(teller: Teller, board: Board, form: str) -> Page:
    cards = teller.cards(in_force(board)) or teller.cards(board.hanging(Standing.OVER))
    room = 1 if form == "lignes" else ON_A_PANEL
    left = len(cards) - room
    return ScreenPage(
        station=teller.station.name,
        form=form,
        training=teller.station.mode is Mode.TRAINING,
        cards=cards[:room],
        more=f"et {words.count(left, 'autre alerte', 'autres alertes')}" if left > 0 else "",
        checked=words.clock_time(board.now, teller.station.timezone),
        now=board.now,
    )


def _frame_page(teller: Teller, board: Board) -> Page:
    cards = teller.cards(in_force(board))
    training = teller.station.mode is Mode.TRAINING
    return FramePage(teller.site.page, teller.station.name, teller.station.accent, training, cards)


def _frame(title: str, station: Station) -> Frame:
    return Frame(title, station=station.name, accent=station.accent, training=station.mode is Mode.TRAINING)


def _before(text: str) -> int:
    """Where the archive goes on; from the newest for whatever is no id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else NEWEST
