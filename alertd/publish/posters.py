"""Posters: how to join, for a wall, a camp site or a trail head; and an alert, for the doors of those who have no phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alertd.model import Station
from alertd.publish.paper import BLACK, WHITE, Colour, Sheet
from alertd.publish.plan import fit, rings
from zones import Zone

COLOURS: Final[Mapping[str, Colour]] = {
    "danger": (168, 17, 30),
    "warning": (140, 75, 0),
    "info": (20, 80, 122),
    "over": (26, 107, 60),
    "past": (74, 80, 88),
}
_GREY: Final[Colour] = (74, 80, 88)
_LIGHT: Final[Colour] = (232, 228, 218)
_LEFT, _WIDTH = 16.0, 178.0


@dataclass(frozen=True, slots=True)
class Joining:
    """What invites to join. `others` says it in the other languages, `address` is what the code and the eye read."""

    station: str
    title: str
    lead: str
    where: str
    until: str
    others: tuple[str, ...]
    address: str
    foot: str
    language: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert on paper. `level` is a key of COLOURS, `zone` is drawn within the station's outline, `address` is "" for what has
    no page that anyone may open.
    """

    station: Station
    level: str
    level_word: str
    title: str
    paragraphs: tuple[str, ...]
    place: str
    times: str
    zone: Zone | None
    address: str
    foot: str
    language: str
    made_at: datetime


def joining(told: Joining, size: str) -> bytes:
    """A page of `size` (a key of `paper.SIZES`), as PDF."""
    sheet = Sheet(size, f"{told.title} - {told.station}", told.language, told.made_at)
    sheet.band(0, 46, COLOURS["info"])
    sheet.write(told.station, (_LEFT, 14, _WIDTH, 18), 40, WHITE, bold=True, align="C")
    end = sheet.write(told.title, (_LEFT, 54, _WIDTH, 30), 44, bold=True, align="C")
    end = sheet.write(told.lead, (_LEFT, end + 3, _WIDTH, 24), 22, align="C")
    if told.where:
        end = sheet.write(told.where, (_LEFT, end + 3, _WIDTH, 12), 24, COLOURS["info"], bold=True, align="C")
    if told.until:
        end = sheet.write(told.until, (_LEFT, end + 1, _WIDTH, 10), 18, _GREY, align="C")
    side = min(108.0, 240 - end)
    sheet.code(told.address, (210 - side) / 2, end + 2, side)
    end = sheet.write(_readable(told.address), (_LEFT, end + side + 2, _WIDTH, 9), 20, bold=True, align="C")
    sheet.write(" · ".join(told.others), (_LEFT, end + 3, _WIDTH, 16), 13, _GREY, align="C")
    sheet.write(told.foot, (_LEFT, 281, _WIDTH, 8), 15, bold=True, align="C")
    return sheet.bytes()


def notice(told: Notice) -> bytes:
    """An A4 page, as PDF."""
    sheet = Sheet("a4", f"{told.title} - {told.station.name}", told.language, told.made_at)
    sheet.band(0, 34, COLOURS[told.level])
    sheet.write(told.station.name, (_LEFT, 7, 120, 10), 20, WHITE, bold=True)
    sheet.write(told.level_word.upper(), (_LEFT, 18, _WIDTH, 12), 28, WHITE, bold=True)
    end = sheet.write(told.title, (_LEFT, 42, _WIDTH, 42), 44, bold=True)
    end = sheet.write("\n\n".join(told.paragraphs), (_LEFT, end + 6, _WIDTH, 172 - end), 26)
    _drawn(sheet, told, 186)
    if told.address:
        sheet.code(told.address, 142, 184, 52)
    sheet.write(told.place, (_LEFT, 251, 120, 12), 13, BLACK)
    sheet.write(_readable(told.address), (134, 238, 68, 10), 11, _GREY, align="C")
    sheet.write(told.times, (_LEFT, 264, _WIDTH, 8), 13, _GREY)
    sheet.write(told.foot, (_LEFT, 278, _WIDTH, 10), 18, bold=True)
    return sheet.bytes()


def spoken(station: str, words: str, made_at: datetime, language: str) -> bytes:
    """What the loudspeaker of a car says, in letters that are read while it drives: A4, as PDF."""
    sheet = Sheet("a4", f"À lire au haut-parleur - {station}", language, made_at)
    sheet.write("À lire au haut-parleur, lentement, deux fois.", (_LEFT, 14, _WIDTH, 10), 16, _GREY)
    sheet.write(words, (_LEFT, 32, _WIDTH, 246), 44, bold=True)
    return sheet.bytes()


def _drawn(sheet: Sheet, told: Notice, top: float) -> None:
    """The zone within the station's outline, 120 by 62 millimetres."""
    shapes = [shape for shape in (told.zone, told.station.outline) if shape is not None]
    plan = fit(told.station, shapes, 120, 62, 4)
    sheet.shape([(0, 0), (120, 0), (120, 62), (0, 62)], (_LEFT, top), (247, 245, 240), _LIGHT)
    for zone, fill in ((told.station.outline, _LIGHT), (told.zone, COLOURS[told.level])):
        for ring in rings(zone) if zone is not None else ():
            points = [(min(max(x, 0), 120), min(max(y, 0), 62)) for x, y in plan.ring(ring)]
            sheet.shape(points, (_LEFT, top), fill, _GREY)


def _readable(address: str) -> str:
    """As one types it: without the scheme, and without what only the code carries."""
    return address.split("://", 1)[-1].split("?", 1)[0]
