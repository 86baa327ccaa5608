"""The paper by which one joins at the counter: A4, to be ticked, signed and kept at the mairie."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alertd.publish.paper import BLACK, WHITE, Colour, Sheet
from alertd.publish.posters import COLOURS

_GREY: Final[Colour] = (74, 80, 88)
_LEFT, _WIDTH = 16.0, 178.0
_COLUMNS: Final = 3
_WIDE: Final = 24
"""Topics in three columns; more, as of a station that added some, stand in four: the page is one."""


@dataclass(frozen=True, slots=True)
class Signup:
    """The words of the paper, in its language. `ways` are lines to be filled in, `places` too; `topics` and the others are ticked."""

    station: str
    title: str
    lead: str
    name: str
    how: str
    ways: tuple[str, ...]
    where: str
    everywhere: str
    places: tuple[str, ...]
    what: str
    kinds: tuple[str, ...]
    topics: tuple[str, ...]
    dangers: str
    until: str
    ends: tuple[str, ...]
    language_label: str
    languages: tuple[str, ...]
    consent: str
    date: str
    sign: str
    online: str
    address: str
    office: str
    language: str
    made_at: datetime


def signup(told: Signup) -> bytes:
    """One page, as PDF."""
    sheet = Sheet("a4", f"{told.title} - {told.station}", told.language, told.made_at)
    sheet.band(0, 24, COLOURS["info"])
    sheet.write(told.title, (_LEFT, 6, _WIDTH, 12), 26, WHITE, bold=True)
    top = sheet.write(told.lead, (_LEFT, 28, 136, 10), 12, _GREY)
    if told.address:
        sheet.code(told.address, 162, 26, 32)
        sheet.write(told.online, (152, 58, 48, 6), 9, _GREY, align="C")
    top = _fields(sheet, (told.name,), max(top + 3, 42), 136)
    top = _head(sheet, told.how, 66)
    top = _fields(sheet, told.ways, top, _WIDTH, ticked=True)
    top = _head(sheet, told.where, top + 2)
    top = _ticks(sheet, (told.everywhere,), top, 1)
    top = _fields(sheet, told.places, top, _WIDTH, ticked=True)
    top = _head(sheet, told.what, top + 2)
    top = _ticks(sheet, told.kinds, top, 1)
    columns = _COLUMNS if len(told.topics) <= _WIDE else _COLUMNS + 1
    top = _ticks(sheet, told.topics, top, columns, indent=8)
    if told.dangers:
        top = sheet.write(told.dangers, (_LEFT, top, _WIDTH, 9), 9, _GREY)
    top = _head(sheet, told.until, top + 2)
    top = _ticks(sheet, told.ends, top, 2)
    top = _head(sheet, told.language_label, top + 1)
    top = _ticks(sheet, told.languages, top, 6)
    _signed(sheet, told, top + 2)
    return sheet.bytes()


def _head(sheet: Sheet, text: str, top: float) -> float:
    return sheet.write(text, (_LEFT, top, _WIDTH, 6), 13, COLOURS["info"], bold=True) + 1.5


def _fields(
    sheet: Sheet, labels: tuple[str, ...], top: float, width: float, *, ticked: bool = False
) -> float:
    """Labels with a line to write on; where the next thing stands."""
    for label in labels:
        left = _LEFT + 6 if ticked else _LEFT
        if ticked:
            _box(sheet, _LEFT, top + 0.6)
        sheet.write(label, (left, top, 62, 6), 10.5)
        _rule(sheet, left + 64, top + 5.4, _LEFT + width)
        top += 8.4
    return top


def _ticks(sheet: Sheet, labels: tuple[str, ...], top: float, columns: int, *, indent: float = 0) -> float:
    """Boxes to tick, in columns."""
    wide = (_WIDTH - indent) / columns
    for position, label in enumerate(labels):
        left = _LEFT + indent + wide * (position % columns)
        row = top + 6.4 * (position // columns)
        _box(sheet, left, row + 0.4)
        sheet.write(label, (left + 6, row, wide - 8, 5.6), 10.5)
    return top + 6.4 * ((len(labels) + columns - 1) // columns)


def _signed(sheet: Sheet, told: Signup, top: float) -> None:
    end = sheet.write(told.consent, (_LEFT, top, _WIDTH, 16), 11, bold=True)
    top = max(end + 3, 258)
    sheet.write(told.date, (_LEFT, top, 30, 6), 10.5)
    _rule(sheet, _LEFT + 22, top + 5.4, _LEFT + 70)
    sheet.write(told.sign, (_LEFT + 76, top, 34, 6), 10.5)
    _rule(sheet, _LEFT + 106, top + 5.4, _LEFT + _WIDTH)
    sheet.band(279, 0.3, _GREY)
    sheet.write(told.office, (_LEFT, 282, _WIDTH, 6), 9.5, _GREY)


def _box(sheet: Sheet, left: float, top: float) -> None:
    sheet.shape([(0, 0), (4, 0), (4, 4), (0, 4)], (left, top), None, BLACK)


def _rule(sheet: Sheet, left: float, top: float, right: float) -> None:
    sheet.shape([(0, 0), (right - left, 0), (right - left, 0.1)], (left, top), None, _GREY)
