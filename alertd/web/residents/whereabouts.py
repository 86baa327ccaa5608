"""What a resident's form asks for while a place is looked for: names of the station's own list, and the ground of its map.

Both are the commune's, and public; of who lives where nothing is known here.
"""

from aiohttp import web

from alertd.stations import drawings
from alertd.stations.streets import find
from alertd.web import doorway
from alertd.web.chart import ground
from alertd.web.public import tiles
from alertd.web.residents.join_places import LONGEST
from alertd.web.rooms import ROOMS


async def suggest(request: web.Request) -> web.Response:
    """Streets, hamlets and doors that look like what is typed. :raises TooOften: `join_too_often`."""
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    await doorway.wait_to_look(request)
    typed = request.query.get("q", "")[:LONGEST].replace("\0", "")
    hamlets = await drawings.hamlets(rooms.db, station.id)
    found = await find.search(rooms.db, station.id, typed, hamlets)
    return web.json_response({"found": [{"key": one.key, "label": one.label} for one in found]})


async def map_data(request: web.Request) -> web.Response:
    """Outline, hamlets and streets, longitude first. :raises TooOften: `join_too_often`."""
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    await doorway.wait_to_look(request)
    names = await find.listed(rooms.db, station.id)
    hamlets = await drawings.hamlets(rooms.db, station.id)
    under = tiles.named(rooms, f"/s/{station.slug}{tiles.PATH}", public=True)
    return web.json_response(ground(station, hamlets, names) | under)
