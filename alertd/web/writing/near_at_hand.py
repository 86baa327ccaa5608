"""The places that one taps instead of looking them up: those of the last alerts, then the hamlets by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from alertd.catalogue.nouns import FRENCH
from alertd.model import Text
from alertd.store.contents import loads
from alertd.store.database import Database
from alertd.web.contracts import Choice
from alertd.web.writing.compose_form import Surroundings
from zones import Circle

MOST: Final = 8
_REMEMBERED: Final = 20
"""Events that are looked through for places that were used."""


@dataclass(frozen=True, slots=True)
class Lately:
    """Of the station's last events, newest first: the middles of circles as latitude and longitude, and the ready texts by
    which they were begun, with what was said.
    """

    middles: tuple[tuple[float, float], ...]
    told: tuple[tuple[str, Text], ...]


async def lately(db: Database, station_id: int) -> Lately:
    """What a station did of late."""
    rows = await db.fetch("history.events", station_id, 0, _REMEMBERED)
    contents = [loads(row["content"]) for row in rows]
    zones = (one.target.zone for one in contents)
    begun = ((one.template, one.texts[FRENCH]) for one in contents if one.template and FRENCH in one.texts)
    middles = dict.fromkeys((zone.lat, zone.lon) for zone in zones if isinstance(zone, Circle))
    return Lately(tuple(middles), tuple(begun))


def near_at_hand(around: Surroundings) -> tuple[Choice, ...]:
    """Eight places at most, each under the key that the whole list has for it; streets only where they were used, or are few."""
    known = tuple(_places(around))
    places = dict(reversed(known))
    used = [places[middle] for middle in around.lately if middle in places]
    streets = {spot.key for spot in around.names.streets}
    few = len(known) <= MOST
    others = (choice for _, choice in known if few or choice.key not in streets)
    return tuple(dict.fromkeys((*used, *others)))[:MOST]


def at(latitude: float, longitude: float) -> str:
    """Where a place is, to some ten metres: a telephone puts the nearest first by it."""
    return f"{latitude:.4f},{longitude:.4f}"


def _places(around: Surroundings) -> Iterator[tuple[tuple[float, float], Choice]]:
    """The station's own hamlets, then what its address list has besides."""
    own = {hamlet.name for hamlet in around.hamlets}
    for hamlet in around.hamlets:
        yield (
            (hamlet.latitude, hamlet.longitude),
            Choice(str(hamlet.id), hamlet.name, at(hamlet.latitude, hamlet.longitude)),
        )
    for spot in (*around.names.hamlets, *around.names.streets):
        if spot.label not in own:
            yield spot.at, Choice(spot.key, spot.label, at(spot.latitude, spot.longitude))
