"""A zone as a picture made on the server: the stored zone read back, the station's outline and its mairie around it.

No tiles and no third party: what was lost on the way cannot be drawn. The words beside it say the same.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from alertd.model import Station
from alertd.web.words import distance
from zones import Circle, Zone, outline_ring

WIDTH: Final = 320
HEIGHT: Final = 220
_EDGE: Final = 16
_SCALES_M: Final = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
_METRES_PER_DEGREE: Final = 111_320.0


@dataclass(frozen=True, slots=True)
class _Map:
    """A flat drawing around one latitude: pixels a metre, and the middle in degrees."""

    lat: float
    lon: float
    pixels_per_metre: float

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        east = _turn(lon - self.lon) * _METRES_PER_DEGREE * math.cos(math.radians(self.lat))
        north = (lat - self.lat) * _METRES_PER_DEGREE
        return WIDTH / 2 + east * self.pixels_per_metre, HEIGHT / 2 - north * self.pixels_per_metre


def picture(station: Station, zone: Zone | None, label: str) -> Markup:
    """An inline SVG, `label` being its name for those who do not see it; the whole station where there is no zone."""
    shown = [shape for shape in (zone, station.outline) if shape is not None]
    around = _fit(shown, station)
    body = Markup("").join(
        (
            _shape(around, station.outline, "outline" if zone else "zone outline"),
            _shape(around, zone, "zone"),
            _mairie(around, station),
            _scale(around),
        )
    )
    return Markup(
        '<svg class="map" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
        '<rect class="ground" width="{w}" height="{h}"/>{body}</svg>'
    ).format(w=WIDTH, h=HEIGHT, label=label, body=body)


def _fit(shapes: list[Zone], station: Station) -> _Map:
    """The drawing that holds all shapes; two kilometres around the mairie where there is none."""
    points = [point for shape in shapes for ring in _rings(shape) for point in ring]
    points = points or [(station.longitude - 0.015, station.latitude - 0.01),
                        (station.longitude + 0.015, station.latitude + 0.01)]  # fmt: skip
    west, south, east, north = _box(points)
    lat, lon = (south + north) / 2, (west + east) / 2
    high = max((north - south) * _METRES_PER_DEGREE, 50.0)
    wide = max((east - west) * _METRES_PER_DEGREE * math.cos(math.radians(lat)), 50.0)
    return _Map(lat, lon, min((WIDTH - 2 * _EDGE) / wide, (HEIGHT - 2 * _EDGE) / high))


def _box(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """West, south, east, north; longitudes run on from the first point's, so that 180 degrees cuts nothing."""
    first = points[0][0]
    longitudes = [first + _turn(lon - first) for lon, _ in points]
    latitudes = [lat for _, lat in points]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _turn(degrees: float) -> float:
    return (degrees + 180) % 360 - 180


def _rings(zone: Zone) -> Iterator[tuple[tuple[float, float], ...]]:
    if isinstance(zone, Circle):
        yield outline_ring(zone)
        return
    for part in zone.parts:
        yield from part


def _shape(around: _Map, zone: Zone | None, name: str) -> Markup:
    if zone is None:
        return Markup("")
    path = "".join(_path(around, ring) for ring in _rings(zone))
    return Markup('<path class="{name}" fill-rule="evenodd" d="{path}"/>').format(name=name, path=path)


def _path(around: _Map, ring: tuple[tuple[float, float], ...]) -> str:
    """One ring, thinned to what a phone can show: 400 vertices are a tenth of a pixel apart."""
    step = max(1, len(ring) // 400)
    points = (around.point(lon, lat) for lon, lat in ring[:-1:step])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _mairie(around: _Map, station: Station) -> Markup:
    x, y = around.point(station.longitude, station.latitude)
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        return Markup("")
    return Markup('<path class="mairie" d="M{x} {y}m-5 4v-5l5-4 5 4v5z"/>').format(x=f"{x:.1f}", y=f"{y:.1f}")


def _scale(around: _Map) -> Markup:
    fitting = [metres for metres in _SCALES_M if metres * around.pixels_per_metre <= 90]
    metres = fitting[-1] if fitting else _SCALES_M[0]
    end = _EDGE / 2 + metres * around.pixels_per_metre
    return Markup(
        '<g class="scale"><path d="M{x} {y}v4h{w}v-4"/><text x="{x}" y="{t}">{label}</text></g>'
    ).format(
        x=_EDGE / 2,
        y=HEIGHT - 12,
        t=HEIGHT - 16,
        w=f"{end - _EDGE / 2:.1f}",
        label=distance(metres),
    )
