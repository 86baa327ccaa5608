"""The fields of a form by which a place is found: words to search, what they found, and the map to show it on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alertd.model import Station
from alertd.stations.streets import find
from alertd.stations.streets.find import Spot
from alertd.web.chart import leaflet
from alertd.web.contracts import Choice
from alertd.web.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Finder:
    """How places are found at a station: `searches`, it has an address list; `names`, those proposed while one types (none
    where they are too many); `leaflet`, where the map's parts are, "" where they were not built in.
    """

    searches: bool
    names: tuple[str, ...]
    leaflet: str


@dataclass(frozen=True, slots=True)
class PlaceField:
    """One place's fields as they stand. `picked` is a key, `found` what may be picked; `own`: it has topics of its own."""

    kind: str
    words: str
    picked: str
    found: tuple[Choice, ...]
    own: bool
    ticked: Mapping[str, bool]


async def finder(rooms: Rooms, station: Station) -> Finder:
    """What the page needs."""
    names = await find.listed(rooms.db, station.id)
    searches = await find.known(rooms.db, station.id)
    listed = dict.fromkeys(one.label for one in (*names.hamlets, *names.streets))
    return Finder(searches, tuple(listed), leaflet())


def choices(found: Iterable[Spot]) -> tuple[Choice, ...]:
    """To pick from; a point of the map has no name."""
    return tuple(Choice(one.key, one.label) for one in found)
