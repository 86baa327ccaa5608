"""The roll of a station: people invented over real communes, and by hand-made geodesy, whom a circle must reach.

The judge shares nothing with alertd's way to the answer: geographiclib measures every person, one by one.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import h3
from crash.founding import person
from crash.house import HOME
from geographiclib.geodesic import Geodesic
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

RADIUS_M: Final = 5_000.0
REACH_M: Final = 9_000.0
WIDENED_M: Final = 12.2  # so far is a zone widened before the centres of cells are looked at
OVER_M: Final = 25.0  # nobody farther outside may be taken
INSEE: Final = "55073"
ZONE: Final = {"type": "Circle", "center": [HOME[1], HOME[0]], "radius_m": RADIUS_M}


@dataclass(frozen=True, slots=True)
class Resident:
    """Someone of the list, and where; None for one who gave no place and is warned wherever it happens."""

    ref: str
    at: tuple[float, float] | None
    wants: bool
    row: Mapping[str, object]

    @property
    def distance_m(self) -> float:
        """From the mairie, on the WGS84 ellipsoid; 0 for one who is everywhere."""
        return _distance_m(*self.at) if self.at else 0.0

    @property
    def expected(self) -> bool:
        """Whether the centre of this person's cell lies in the widened circle, and the alert is wanted."""
        if self.at is None:
            return self.wants
        centre = h3.cell_to_latlng(h3.latlng_to_cell(*self.at, 12))
        return self.wants and _distance_m(*centre) <= RADIUS_M + WIDENED_M


def communes(data: Path) -> tuple[Mapping[str, Any] | None, list[BaseGeometry]]:
    """The commune's own outline, and those around it; a plain disk and no outline where there is no data."""
    path = data / "communes-55-meuse.geojson"
    if not path.is_file():
        return None, [Point(HOME[1], HOME[0]).buffer(0.12)]
    features = json.loads(path.read_bytes())["features"]
    own = next(one["geometry"] for one in features if one["properties"]["code"] == INSEE)
    shapes = [shape(one["geometry"]) for one in features]
    around = Point(HOME[1], HOME[0]).buffer(0.09)
    return own, [one for one in shapes if one.intersects(around)]


def residents(outlines: Sequence[BaseGeometry], inside: int, seed: int = 1) -> list[Resident]:
    """People over these communes until `inside` of them are to be reached."""
    chance, people, reached = random.Random(seed), [], 0
    places = _places(outlines, chance)
    while reached < inside:
        one = _resident(len(people), None if chance.random() < 0.01 else next(places), chance)
        people.append(one)
        reached += one.expected
    return people


def _resident(number: int, at: tuple[float, float] | None, chance: random.Random) -> Resident:
    """One in twenty wants to hear of floods only, one in twenty of danger only."""
    wish: dict[str, str] = chance.choices(
        [{}, {"topics": "flood"}, {"min_level": "danger"}], weights=[18, 1, 1]
    )[0]
    row = person(number, *(at or (None, None)), email=f"p{number}@bras.example", **wish)
    return Resident(f"p{number}", at, not wish, row)


def _places(outlines: Sequence[BaseGeometry], chance: random.Random) -> Iterator[tuple[float, float]]:
    """Points inside the communes, within nine kilometres of the mairie, as an import reads them."""
    boxes = [one.bounds for one in outlines]
    while True:  # an endless supply: the caller takes what it needs
        index = chance.randrange(len(outlines))
        west, south, east, north = boxes[index]
        lat, lon = round(chance.uniform(south, north), 7), round(chance.uniform(west, east), 7)
        if outlines[index].contains(Point(lon, lat)) and _distance_m(lat, lon) < REACH_M:
            yield lat, lon


def _distance_m(lat: float, lon: float) -> float:
    return float(Geodesic.WGS84.Inverse(*HOME, lat, lon, Geodesic.DISTANCE)["s12"])
