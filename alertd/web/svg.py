"""A zone as a picture made on the server: the stored zone read back, the station's outline and its mairie around it.

No tiles and no third party: what was lost on the way cannot be drawn. The words beside it say the same.
"""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from alertd.model import Station
from alertd.publish.plan import Plan, Ring, fit, rings
from alertd.web.words import distance
from zones import Zone

WIDTH: Final = 320
HEIGHT: Final = 220
_EDGE: Final = 16
_SCALES_M: Final = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


def picture(station: Station, zone: Zone | None, label: str) -> Markup:
    """An inline SVG, `label` being its name for those who do not see it; the whole station where there is no zone."""
    shown = [shape for shape in (zone, station.outline) if shape is not None]
    around = fit(station, shown, WIDTH, HEIGHT, _EDGE)
    body = Markup("").join(
        (
            _shape(around, station.outline, "outline" if zone else "zone outline"),
            _shape(around, zone, "zone"),
            _mairie(around, station),
            _scale(around),
        )
    )
    return _framed(label, body)


def reached_picture(
    station: Station, zone: Zone | None, cells: Sequence[tuple[Ring, str]], label: str
) -> Markup:
    """The same with large cells in it, each by its ring and how much of it is reached."""
    shown = [shape for shape in (zone or station.outline,) if shape is not None]
    around = fit(station, shown, WIDTH, HEIGHT, _EDGE)
    drawn = Markup("").join(
        Markup('<path class="cell {name}" d="{path}"/>').format(name=name, path=_path(around.ring(ring)))
        for ring, name in cells
    )
    body = Markup("").join(
        (
            _shape(around, station.outline, "outline"),
            drawn,
            _shape(around, zone, "zone bare"),
            _mairie(around, station),
            _scale(around),
        )
    )
    return _framed(label, body)


def _framed(label: str, body: Markup) -> Markup:
    return Markup(
        '<svg class="map" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
        '<rect class="ground" width="{w}" height="{h}"/>{body}</svg>'
    ).format(w=WIDTH, h=HEIGHT, label=label, body=body)


def _shape(around: Plan, zone: Zone | None, name: str) -> Markup:
    if zone is None:
        return Markup("")
    path = "".join(_path(around.ring(ring)) for ring in rings(zone))
    return Markup('<path class="{name}" fill-rule="evenodd" d="{path}"/>').format(name=name, path=path)


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


def _mairie(around: Plan, station: Station) -> Markup:
    x, y = around.point(station.longitude, station.latitude)
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        return Markup("")
    return Markup('<path class="mairie" d="M{x} {y}m-5 4v-5l5-4 5 4v5z"/>').format(x=f"{x:.1f}", y=f"{y:.1f}")


def _scale(around: Plan) -> Markup:
    fitting = [metres for metres in _SCALES_M if metres * around.scale <= 90]
    metres = fitting[-1] if fitting else _SCALES_M[0]
    end = _EDGE / 2 + metres * around.scale
    return Markup(
        '<g class="scale"><path d="M{x} {y}v4h{w}v-4"/><text x="{x}" y="{t}">{label}</text></g>'
    ).format(
        x=_EDGE / 2,
        y=HEIGHT - 12,
        t=HEIGHT - 16,
        w=f"{end - _EDGE / 2:.1f}",
        label=distance(metres),
    )
