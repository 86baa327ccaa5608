"""A person's own link: whose it is, and the language of its pages."""

from aiohttp import web

from alertd.catalogue import LANGUAGES
from alertd.errors import Missing
from alertd.model import Station
from alertd.subscribe import mine, my_choices
from alertd.subscribe.mine import Mine
from alertd.web import doorway, tongue
from alertd.web.rooms import ROOMS


async def opened(request: web.Request) -> tuple[Station, Mine]:
    """The station that sent the link, and all of whoever it was sent to."""
    rooms, station = request.app[ROOMS], await doorway.open_station(request)
    code = request.match_info["code"]
    try:
        person = await my_choices.whose(rooms.db, rooms.clock, rooms.keyring, station, code)
    except Missing:
        await doorway.wait_to_type(request)  # whoever tries many waits
        raise
    return station, await mine.read(rooms.db, rooms.clock, rooms.keyring, person)


def language(request: web.Request, known: Mine) -> str:
    """The person's own, unless another is asked for."""
    own = known.locale[:2]
    return tongue.asked(request) if "langue" in request.query or own not in LANGUAGES else own
