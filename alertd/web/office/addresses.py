"""What the form proposes while an address is typed."""

from aiohttp import web

from alertd.issue.estimate import take_turn
from alertd.stations import drawings
from alertd.stations.streets import find, fold
from alertd.web.office.compose import composer
from alertd.web.rooms import ROOMS
from alertd.web.show import part
from alertd.web.writing import addresses_part
from alertd.web.writing.compose_form import ComposeForm, Surroundings


async def suggest(request: web.Request) -> web.Response:
    """The same list as the form's own search gives, as HTML, and how many there are in words."""
    rooms, here = request.app[ROOMS], await composer(request)
    await take_turn(rooms.desk, here.actor, "addresses", a_second=4.0, burst=40)
    typed = request.query.get("q", "")[: fold.LONGEST].replace("\0", "")
    hamlets = await drawings.hamlets(rooms.db, here.station.id)
    found = tuple(await find.search(rooms.db, here.station.id, typed, hamlets))
    around = Surroundings(
        here.station, rooms.catalogue, rooms.settings.limits, rooms.clock.now_ms(), found=found
    )
    shown = addresses_part.shown(ComposeForm(), around)
    return web.json_response({"html": str(part(shown)), "said": shown.said})
