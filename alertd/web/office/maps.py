"""What the form's map asks for while a zone is drawn: what to show, and roughly whom the zone would reach."""

import asyncio
from typing import Final

from aiohttp import web

import zones
from alertd.errors import Refused
from alertd.issue.estimate import Estimate, estimate, take_turn
from alertd.stations import drawings
from alertd.web import posted, words
from alertd.web.chart import MOST_HEXAGONS, chart
from alertd.web.office.compose import composer, surroundings
from alertd.web.places import described
from alertd.web.public import tiles
from alertd.web.rooms import ROOMS, Rooms
from alertd.web.visits import Visit
from alertd.web.writing import forms
from alertd.web.writing.compose_form import ComposeForm

LONGEST_ZONE: Final = 20_000
"""Characters of a drawn zone that are counted live: some 600 corners, ten times what the map lets one draw."""


async def chart_data(request: web.Request) -> web.Response:
    """The outline, the places, and subscribers in large hexagons: "moins de 5" below five."""
    rooms, here = request.app[ROOMS], await composer(request)
    await take_turn(rooms.desk, here.actor, "chart", a_second=0.2, burst=20)
    hamlets = await drawings.hamlets(rooms.db, here.station.id)
    rows = await rooms.db.fetch("audience.hexagons", here.station.id, zones.COARSE_SHIFT, MOST_HEXAGONS)
    return web.json_response(
        chart(here.station, hamlets, rows) | tiles.named(rooms, tiles.PATH, public=False)
    )


async def count(request: web.Request) -> web.Response:
    """People in fives, price and times of the form as it stands; or under `wrong` what stands in the way."""
    rooms, here = request.app[ROOMS], await composer(request)
    form = ComposeForm.read(await posted.form(request))
    await take_turn(rooms.desk, here.actor, "estimate", a_second=3.0, burst=30)
    try:
        return web.json_response(await _counted(rooms, here, form))
    except Refused as error:
        return web.json_response({"wrong": error.message})


async def _counted(rooms: Rooms, here: Visit, form: ComposeForm) -> dict[str, str]:
    """What is drawn is read in a thread: mending a tangle takes a while, and others are being served."""
    _check_length(form.zone)
    around = await surroundings(
        rooms, here, form.model_copy(update={"address_words": ""})
    )  # nothing is searched
    content = await asyncio.to_thread(forms.sketch, form, around)
    found = await estimate(rooms.desk, here.station, content)
    return _told(found) | {"where": described(content.target, around)}


def _check_length(zone: str) -> None:
    if len(zone) > LONGEST_ZONE:
        raise Refused("form_invalid", "Cette zone a trop de points : redessinez-la plus simplement.")


def _told(found: Estimate) -> dict[str, str]:
    roughly = "Environ " if found.people >= 5 else ""
    return {
        "people": f"{roughly}{words.people(found.people)}",
        "price": words.price_between(found.price_low or 0.0, found.price or 0.0) if found.people else "",
        "pace": words.pace(found.people, found.first_s, found.half_s, found.last_s),
    }
