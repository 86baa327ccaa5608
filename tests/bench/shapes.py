"""The five zones that are measured, and what each is when it is widened by the house's margin."""

from dataclasses import dataclass

import numpy as np
import shapely
from bench.people import CENTRE, Floats

import zones
from zones.fields import Field, PolygonField, fields
from zones.geodesy import metres_per_degree


@dataclass(frozen=True, slots=True)
class Shape:
    """A zone by its name in the tables. `field` is the one test of points that all contenders share."""

    name: str
    zone: zones.Zone
    field: Field

    @property
    def reach_m(self) -> float:
        """A circle's radius, widened; only circles have one."""
        assert isinstance(self.zone, zones.Circle)
        return self.zone.radius_m + zones.MARGIN_M

    def touches(self, lat: Floats, lon: Floats) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """The truth: which of these cell centres lie in the widened zone."""
        return np.asarray(self.field.touches(self.field.locate(lat, lon), zones.MARGIN_M))

    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the widened zone in degrees."""
        west, south, east, north = zones.bounds(self.zone)
        scale = metres_per_degree(CENTRE[0])
        wide, high = 1.01 * zones.MARGIN_M / scale[0], 1.01 * zones.MARGIN_M / scale[1]
        return west - wide, south - high, east + wide, north + high

    def widened_wkt(self) -> str:
        """The widened polygon in degrees: its arcs are within 6 cm, its edges short enough to be geodesics."""
        field = self.field
        assert isinstance(field, PolygonField)
        wide = shapely.buffer(field.shape, zones.MARGIN_M, quad_segs=8)
        return shapely.to_wkt(
            shapely.transform(wide, lambda points: points / field.scale + [field.origin, 0.0]),
            rounding_precision=12,
        )


def shapes() -> list[Shape]:
    """Three circles, a concave polygon of 60 vertices, a commune of 500 with a hole."""
    draw = np.random.default_rng(60)
    circles = [
        (name, zones.Circle(*CENTRE, radius))
        for name, radius in (("300 m", 300.0), ("1 km", 1_000.0), ("5 km", 5_000.0))
    ]
    spikes = np.where(np.arange(60) % 4 < 2, 2_350.0, 1_150.0) * draw.uniform(0.93, 1.07, 60)
    angles = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    wavy = 3_800 + 500 * np.sin(3 * angles + 1) + 350 * np.sin(7 * angles) + draw.normal(0, 4, 500)
    hole = np.full(40, 900.0)
    areas = [("concave 60", _area(spikes)), ("commune 500 + hole", _area(wavy, hole))]
    return [Shape(name, zone, _field(zone)) for name, zone in [*circles, *areas]]


def _field(zone: zones.Zone) -> Field:
    (only,) = fields(zone)
    return only


def _area(outer: Floats, hole: Floats | None = None) -> zones.Zone:
    rings = [_ring(outer, 0.0)] + ([] if hole is None else [_ring(hole, 2_000.0)])
    return zones.read({"type": "Polygon", "coordinates": rings}).zone


def _ring(radii: Floats, east_m: float) -> list[list[float]]:
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    scale = metres_per_degree(CENTRE[0])
    lon = CENTRE[1] + (east_m + radii * np.cos(angles)) / scale[0]
    lat = CENTRE[0] + radii * np.sin(angles) / scale[1]
    ring = np.column_stack([lon, lat]).tolist()
    return [*ring, ring[0]]
