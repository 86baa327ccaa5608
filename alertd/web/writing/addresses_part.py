"""The part of the form in which an address is searched and picked."""

from collections.abc import Sequence
from typing import Final

from alertd.model import Station
from alertd.stations.drawings import Hamlet
from alertd.stations.streets import find
from alertd.stations.streets.find import Spot
from alertd.web import words
from alertd.web.contracts.address import AddressesPart
from alertd.web.rooms import Rooms
from alertd.web.writing.compose_form import ComposeForm, Surroundings
from zones import Circle, Zone

ENOUGH: Final = 3
"""Own finds from which nobody else is asked."""


async def spot(
    rooms: Rooms, station_id: int, form: ComposeForm | None, zone: Zone | None, hamlets: Sequence[Hamlet]
) -> Spot | None:
    """The address that a form picked; else what the middle of a stored circle is called."""
    if form is not None and form.address:
        known = await find.spot(rooms.db, station_id, form.address, hamlets)
        return known or (rooms.geocoder.spot(form.address) if rooms.geocoder else None)
    if not isinstance(zone, Circle):
        return None
    known = await find.named(rooms.db, station_id, zone.lat, zone.lon)
    return known or (rooms.geocoder.named(zone.lat, zone.lon) if rooms.geocoder else None)


async def found(
    rooms: Rooms, station: Station, form: ComposeForm | None, hamlets: Sequence[Hamlet], *, far: bool
) -> tuple[Spot, ...] | None:
    """What a form's words find; None where none were typed. Where that is little the national service is asked too (`far`)."""
    if form is None or form.where != "address" or not form.address_words.strip():
        return None
    own = tuple(await find.search(rooms.db, station.id, form.address_words, hamlets))
    if not far or rooms.geocoder is None or len(own) >= ENOUGH:
        return own
    return (*own, *await rooms.geocoder.search(form.address_words, station))


def shown(form: ComposeForm, around: Surroundings) -> AddressesPart:
    """What was found, and in any case what is picked: a search never loses it unseen."""
    picked = around.spot if around.spot and around.spot.key == form.address else None
    others = [one for one in around.found or () if picked is None or one.key != picked.key]
    listed = [*([picked] if picked else []), *others]
    return AddressesPart(
        found=tuple(listed),
        picked=picked.key if picked else "",
        said="" if around.found is None else said(len(around.found)),
    )


def said(number: int) -> str:
    """How many were found, and what to do where there is none."""
    if number:
        return f"{words.count(number, 'adresse trouvée', 'adresses trouvées')} : choisissez."
    return "Rien de tel dans la liste des adresses : essayez le nom seul, ou montrez l'endroit sur la carte."
