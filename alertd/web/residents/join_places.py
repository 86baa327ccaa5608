"""The places of a form that asks for them: words and taps, by kind, and what is meant by them.

A place is picked by its key: of a hamlet or a street of the station's own list ("h3", "s12", "s12/5 bis"), or of a point shown on
the map ("@49.20900,5.37500"). Words that are exactly one name are that place; else who typed them picks from what is found.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import zones
from alertd.model import Station
from alertd.stations.drawings import Hamlet
from alertd.stations.streets import find, fold
from alertd.stations.streets.find import Spot
from alertd.store import Database

FARTHEST_M: Final = 50_000.0
"""From the mairie: of a place farther off this station will never speak."""
LONGEST: Final = 100
_POINT: Final = re.compile(r"@(-?[0-9]{1,2}\.[0-9]{1,7}),(-?[0-9]{1,3}\.[0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Asked:
    """As posted: `key` is what was picked, when `asked` was typed; `words` is what is typed now."""

    key: str
    words: str
    asked: str


NOTHING: Final = Asked("", "", "")


@dataclass(frozen=True, slots=True)
class Where:
    """What is meant, by kind: the place; else what may be meant, and why it is none ("pick" of several, "one", "unknown", "far")."""

    spots: Mapping[str, Spot] = field(default_factory=dict)
    found: Mapping[str, tuple[Spot, ...]] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


NOWHERE: Final = Where()
"""Of a form that asks for no place."""


async def resolve(
    db: Database, station: Station, hamlets: Iterable[Hamlet], posted: Mapping[str, Asked]
) -> Where:
    """Every kind that says anything."""
    known = tuple(hamlets)
    spots, found, wrong = dict[str, Spot](), dict[str, tuple[Spot, ...]](), dict[str, str]()
    for kind, asked in posted.items():
        spot = await _picked(db, station, known, asked)
        listed = () if spot else await _search(db, station, known, asked)
        spot = spot or _exact(listed, asked.words)
        if spot and _far(spot, station):
            wrong[kind] = "far"
        elif spot:
            spots[kind], found[kind] = spot, (spot,)
        elif asked.words.strip():
            found[kind], wrong[kind] = listed, _why(listed)
    return Where(spots, found, wrong)


async def _picked(db: Database, station: Station, hamlets: tuple[Hamlet, ...], asked: Asked) -> Spot | None:
    """What was picked, unless other words were typed since."""
    if not asked.key or asked.words.strip() != asked.asked.strip():
        return None
    point = _POINT.fullmatch(asked.key)
    if point is None:
        return await find.spot(db, station.id, asked.key, hamlets)
    lat, lon = float(point[1]), float(point[2])
    return Spot(asked.key, "", lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


async def _search(
    db: Database, station: Station, hamlets: tuple[Hamlet, ...], asked: Asked
) -> tuple[Spot, ...]:
    return tuple(await find.search(db, station.id, asked.words[:LONGEST], hamlets)) if asked.words else ()


def _exact(listed: tuple[Spot, ...], words: str) -> Spot | None:
    wanted = fold.folded(words)
    named = [one for one in listed if not one.note and fold.folded(one.label) == wanted]
    return named[0] if len(named) == 1 else None


def _why(listed: tuple[Spot, ...]) -> str:
    return "unknown" if not listed else "one" if len(listed) == 1 else "pick"


def _far(spot: Spot, station: Station) -> bool:
    return zones.distance_m(*spot.at, station.latitude, station.longitude) > FARTHEST_M
