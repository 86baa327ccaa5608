"""What the form's map shows, without tiles and without a third party: outline, places, and roughly where subscribers are."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import zones
from alertd.model import Station
from alertd.stations.drawings import Hamlet
from alertd.stations.streets.find import Names, Spot
from alertd.store import Row
from alertd.web import words
from zones import Circle, Zone

_PARTS: Final = ("leaflet.js", "leaflet.css")
MOST_HEXAGONS: Final = 2_000
_MOST_POINTS: Final = 2_000
_DIGITS: Final = 5
"""Decimals of a degree: a metre, finer than any phone draws."""


@cache
def leaflet() -> str:
    """Where Leaflet is served, by its version; "" where alertd was built without a network (hatch_build.py)."""
    return installed(files("alertd.web") / "static")


def installed(static: Traversable) -> str:
    """The path of Leaflet's folder, as it is served, among these files; "" when it is not there, or not whole."""
    for each in static.iterdir():
        if each.name.startswith("leaflet-") and all((each / name).is_file() for name in _PARTS):
            return f"/static/{each.name}"
    return ""


def chart(station: Station, hamlets: Iterable[Hamlet], hexagons: Iterable[Row]) -> dict[str, Any]:
    """The map as JSON, longitude first as in GeoJSON; counts are words, in fives."""
    return _land(station, hamlets) | {"hexagons": [_hexagon(row["prefix"], row["n"]) for row in hexagons]}


def ground(station: Station, hamlets: Iterable[Hamlet], names: Names) -> dict[str, Any]:
    """What anybody may see: no people, but the names of the address list, where they are not too many."""
    land = _land(station, hamlets)
    own = {each["name"] for each in land["places"]}
    land["places"] += [_spot(one) for one in names.hamlets if one.label not in own]
    return land | {"streets": [_spot(one) for one in names.streets]}


def _land(station: Station, hamlets: Iterable[Hamlet]) -> dict[str, Any]:
    return {
        "mairie": _point((station.longitude, station.latitude)),
        "outline": [_thin(ring) for ring in _rings(station.outline)],
        "places": [{"name": one.name, "at": _point((one.longitude, one.latitude))} for one in hamlets],
    }


def _spot(one: Spot) -> dict[str, Any]:
    return {"name": one.label, "at": _point((one.longitude, one.latitude))}


def _hexagon(prefix: int, n: int) -> dict[str, Any]:
    ring = [_point(point) for point in zones.coarse_ring(prefix)]
    return {"ring": ring, "people": words.discreet(n - n % 5 or n), "depth": _depth(n)}


def _depth(n: int) -> int:
    """How strongly it is coloured, 1 to 4."""
    return 1 + sum(n >= least for least in (5, 25, 100))


def _rings(zone: Zone | None) -> Iterator[tuple[tuple[float, float], ...]]:
    if isinstance(zone, Circle):
        yield zones.outline_ring(zone)
    elif zone is not None:
        yield from (ring for part in zone.parts for ring in part)


def _thin(ring: tuple[tuple[float, float], ...]) -> list[list[float]]:
    step = max(1, len(ring) * 4 // _MOST_POINTS)
    return [_point(point) for point in (*ring[:-1:step], ring[-1])]


def _point(point: tuple[float, float]) -> list[float]:
    return [round(point[0], _DIGITS), round(point[1], _DIGITS)]
