"""The pictures under a map, from this origin: of a station's surroundings, for whoever may see its map."""

from typing import Any, Final

from aiohttp import web

from alertd.errors import Missing, NotLoggedIn
from alertd.model import Station
from alertd.stations import stations
from alertd.stations.tiles.near import Tile, is_near
from alertd.stations.tiles.source import Tiles
from alertd.web import doorway
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.visits import session_of

PATH: Final = "/carte"
NUMBERS: Final = "{z:[0-9]{1,2}}/{x:[0-9]{1,6}}/{y:[0-9]{1,6}}"
_DAY: Final = "max-age=86400"


async def to_operator(request: web.Request) -> web.Response:
    """Around the station that was chosen. :raises NotLoggedIn, Missing: `tile_unknown`."""
    rooms, session = request.app[ROOMS], await session_of(request)
    if session is None or session.actor is None:
        raise NotLoggedIn("not_logged_in", "Votre session est terminée : reconnectez-vous.")
    station = await stations.by_id(rooms.db, session.actor.station_id)
    return await _answer(request, rooms.tiles, station, f"private, {_DAY}")


async def to_all(request: web.Request) -> web.Response:
    """Around a station that anybody may join, where residents' maps have tiles. :raises Missing: `tile_unknown`."""
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    tiles = rooms.tiles if rooms.tiles and rooms.tiles.public else None
    return await _answer(request, tiles, station, f"public, {_DAY}")


def named(rooms: Rooms, path: str, *, public: bool) -> dict[str, Any]:
    """What a map is told of its tiles; nothing where it has none."""
    if rooms.tiles is None or (public and not rooms.tiles.public):
        return {}
    return {"tiles": {"path": path, "attribution": rooms.tiles.attribution}}


async def _answer(request: web.Request, tiles: Tiles | None, station: Station, kept: str) -> web.Response:
    tile = Tile(*(int(request.match_info[name]) for name in ("z", "x", "y")))
    picture = await tiles.picture(tile) if tiles and is_near(tile, station) else None
    if picture is None:
        raise Missing("tile_unknown", "Ce morceau de carte n'est pas là.")
    return web.Response(body=picture.content, content_type=picture.kind, headers={"Cache-Control": kept})
