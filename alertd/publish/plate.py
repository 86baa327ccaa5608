"""An alert as a picture, to be shared where words alone are scrolled past: what, where, what to do, and the zone as it is drawn."""

import io
from typing import Final

from PIL import Image, ImageDraw

from alertd.model import Mode
from alertd.publish.lettering import Colour, Lettering
from alertd.publish.plan import Plan, fit
from alertd.publish.posters import COLOURS, Notice
from zones import Circle, Zone, outline_ring

SIDE: Final = 1080
"""Pixels: a square is cut by no network."""
MEDIA_TYPE: Final = "image/png"
_FINE: Final = 2
"""Drawn so much larger, then made small: its edges are smooth."""
_BAND: Final = 190.0
_MAP: Final = (0.0, 640.0, 1080.0, 320.0)
_EDGE: Final = 64.0
_WIDTH: Final = SIDE - 2 * _EDGE
_WHITE, _INK, _GREY = (255, 255, 255), (24, 28, 34), (74, 80, 88)
_PAPER, _GROUND, _LAND = (250, 249, 246), (228, 224, 214), (246, 244, 238)
_COLOURS: Final = 128


def plate(told: Notice) -> bytes:
    """A PNG of SIDE by SIDE pixels; the same words make the same bytes."""
    picture = Image.new("RGB", (SIDE * _FINE, SIDE * _FINE), _PAPER)
    _band(picture, told)
    _words(picture, told)
    _zone(picture, told)
    _foot(picture, told)
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    kept = io.BytesIO()
    small.quantize(_COLOURS, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _band(picture: Image.Image, told: Notice) -> None:
    ImageDraw.Draw(picture).rectangle(_sized((0, 0, SIDE, _BAND)), fill=COLOURS[told.level])
    test = "TEST - " if told.station.mode is Mode.TRAINING else ""
    write = Lettering(picture).write
    write(f"{test}{told.station.name}", _sized((_EDGE, 26, _WIDTH, 54)), 44 * _FINE, _WHITE)
    write(told.level_word.upper(), _sized((_EDGE, 82, _WIDTH, 90)), 72 * _FINE, _WHITE, bold=True)


def _words(picture: Image.Image, told: Notice) -> None:
    write = Lettering(picture).write
    top, bottom = _BAND + 26, _MAP[1] - 16
    end = write(told.title, _sized((_EDGE, top, _WIDTH, 210)), 68 * _FINE, _INK, bold=True) / _FINE
    left = bottom - end - 14
    write(" ".join(told.paragraphs), _sized((_EDGE, end + 14, _WIDTH, left)), 42 * _FINE, _INK)


def _zone(picture: Image.Image, told: Notice) -> None:
    """The zone within the station's outline, and the mairie as a dot."""
    left, top, width, height = _MAP
    map_ = Image.new("RGB", (round(width * _FINE), round(height * _FINE)), _GROUND)
    shapes = [shape for shape in (told.zone, told.station.outline) if shape is not None]
    plan = fit(told.station, shapes, width * _FINE, height * _FINE, 24 * _FINE)
    for shape, fill, opaque, line in (
        (told.station.outline, _LAND, 255, _GREY),
        (told.zone, COLOURS[told.level], 90, COLOURS[told.level]),
    ):
        if shape is not None:
            _shape(map_, plan, shape, fill, opaque, line)
    x, y = plan.point(told.station.longitude, told.station.latitude)
    ImageDraw.Draw(map_).ellipse((x - 14, y - 14, x + 14, y + 14), fill=_INK, outline=_WHITE, width=4)
    picture.paste(map_, (round(left * _FINE), round(top * _FINE)))


def _shape(map_: Image.Image, plan: Plan, shape: Zone, fill: Colour, opaque: int, line: Colour) -> None:
    """A lake in it stays a lake."""
    parts = (
        [[plan.ring(outline_ring(shape))]]
        if isinstance(shape, Circle)
        else [[plan.ring(ring) for ring in part] for part in shape.parts]
    )
    stencil = Image.new("L", map_.size)
    inside, edge = ImageDraw.Draw(stencil), ImageDraw.Draw(map_)
    for outer, *holes in parts:
        inside.polygon(outer, fill=opaque)
        for hole in holes:
            inside.polygon(hole, fill=0)
    map_.paste(fill, (0, 0), stencil)
    for ring in (ring for part in parts for ring in part):
        edge.line([*ring, ring[0]], fill=line, width=3 * _FINE, joint="curve")


def _foot(picture: Image.Image, told: Notice) -> None:
    write = Lettering(picture).write
    address = told.address.split("://", 1)[-1]
    write(f"{told.place} {told.times}", _sized((_EDGE, 972, _WIDTH, 48)), 27 * _FINE, _GREY)
    write(address, _sized((_EDGE, 1024, _WIDTH, 40)), 30 * _FINE, _INK, bold=True)


def _sized(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    a, b, c, d = (each * _FINE for each in box)
    return a, b, c, d
