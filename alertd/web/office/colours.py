"""The colour at the head of a station's screens: a mayor's choice."""

from itertools import starmap
from typing import Final

from aiohttp import web

from alertd.errors import NotAllowed
from alertd.model import Accent, Role
from alertd.stations import audit, stations
from alertd.web import accents
from alertd.web.contracts import Choice
from alertd.web.contracts.colour import ColourPage
from alertd.web.posted import form
from alertd.web.rooms import ROOMS
from alertd.web.show import frame, show
from alertd.web.visits import Visit, visit

PATH: Final = "/couleur"
CHOICES: Final = tuple(starmap(Choice, accents.NAMES.items()))


async def colour_page(request: web.Request) -> web.StreamResponse:
    """Which it is, and which it may be. :raises NotAllowed: `colour_not_allowed`."""
    return show(_page(await _mayor(request)))


async def choose(request: web.Request) -> web.StreamResponse:
    """From the next page on. :raises NotAllowed: `colour_not_allowed`."""
    rooms, here = request.app[ROOMS], await _mayor(request)
    try:
        accent = Accent(str((await form(request)).get("accent", "")))
    except ValueError:
        return show(_page(here, "Choisissez une couleur de la liste."), 422)
    async with rooms.db.transaction() as tx:
        await stations.colour(tx, here.station.id, accent)
        what = ("station.colour", f"station:{here.station.id}", {"accent": accent.value})
        await audit.append(tx, rooms.clock, here.station.id, here.actor.name, *what)
    raise web.HTTPSeeOther(PATH)


async def _mayor(request: web.Request) -> Visit:
    here = await visit(request)
    if here.actor.role is not Role.MAYOR:
        raise NotAllowed("colour_not_allowed", "La couleur de la station revient au maire.")
    return here


def _page(here: Visit, notice: str = "") -> ColourPage:
    return ColourPage(frame("Couleur", here), notice, CHOICES)
