"""[zones]: how large a drawn zone may be, and how far from the station it may lie, by kind of station."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Annotated, Final

from pydantic import Field

from alertd.settings.quotas import Kind
from alertd.settings.sections import Section
from zones import DRAWN, Limits

Radius = Annotated[float, Field(ge=0.3, le=100)]
Area = Annotated[float, Field(ge=0.01, le=100_000)]
Distance = Annotated[float, Field(ge=0, le=1000)]

CIRCLE_KM: Final[dict[Kind, Radius]] = {
    "commune": 5,
    "intercommunality": 20,
    "departement": 50,
    "school": 5,
    "association": 5,
    "hotel": 5,
    "service": 5,
}
AREA_KM2: Final[dict[Kind, Area]] = {
    "commune": 400,
    "intercommunality": 2000,
    "departement": 10_000,
    "school": 100,
    "association": 400,
    "hotel": 100,
    "service": 400,
}
DISTANCE_KM: Final[dict[Kind, Distance]] = {
    "commune": 20,
    "intercommunality": 20,
    "departement": 20,
    "school": 10,
    "association": 20,
    "hotel": 10,
    "service": 20,
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a station may draw: a circle's radius and the distance from its outline in metres, an area in square kilometres."""

    radius_m: float
    area_km2: float
    distance_m: float


class Zones(Section):
    """What is drawn; registered outlines have no cap. Kinds that a table leaves out keep what is shown."""

    circle_km: dict[Kind, Radius] = Field(
        CIRCLE_KM, description="Largest circle, in kilometres of radius, by kind of station."
    )
    area_square_km: dict[Kind, Area] = Field(
        AREA_KM2, description="Largest drawn area, in square kilometres, by kind of station."
    )
    distance_km: dict[Kind, Distance] = Field(
        DISTANCE_KM, description="Farthest a drawn zone may lie from the station's outline, in kilometres."
    )

    def of(self, kind: str) -> Bounds:
        """The bounds of stations of this kind."""
        return Bounds(
            radius_m=_of(self.circle_km, CIRCLE_KM, kind) * 1000,
            area_km2=_of(self.area_square_km, AREA_KM2, kind),
            distance_m=_of(self.distance_km, DISTANCE_KM, kind) * 1000,
        )

    @property
    def widest(self) -> Limits:
        """What is read at all, whoever drew it: capped before any geometry, by the widest of all kinds."""
        every = [self.of(kind) for kind in CIRCLE_KM]
        area = max(one.area_km2 for one in every)
        longest = DRAWN.max_perimeter_m * max(1.0, sqrt(area / DRAWN.max_area_km2))
        return Limits(
            max_radius_m=max(one.radius_m for one in every), max_area_km2=area, max_perimeter_m=longest
        )


def _of(said: Mapping[Kind, float], usual: Mapping[Kind, float], kind: str) -> float:
    return next(km for table in (said, usual) for named, km in table.items() if named == kind)
