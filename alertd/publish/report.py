"""An exercise's report on paper, for the plan communal de sauvegarde: what was said, to how many, what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from alertd.publish.paper import BLACK, WHITE, Sheet
from alertd.publish.posters import COLOURS

DRILL: Final = "EXERCICE"
LINES: Final = 6
"""Of what was missed; the rest is counted in one line."""
_GREY: Final = COLOURS["past"]
_PALE: Final = (240, 238, 232)
_LEFT, _WIDTH = 16.0, 178.0
_FIRST: Final = 48.0
_ROW: Final = 9.0
_HALF: Final = 86.0
_SIGNS: Final = 800
"""Of the message; the rest is on its page."""


@dataclass(frozen=True, slots=True)
class Report:
    """`facts` are sentences; `head` names the columns of `rows`, whose first cell is a name and whose last row is their sum;
    `times` and `missed` are sentences, too. No address, no name of anybody who was warned.
    """

    station: str
    title: str
    words: str
    facts: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    times: tuple[str, ...]
    missed: tuple[str, ...]
    foot: str
    made_at: datetime


def report(told: Report) -> bytes:
    """An A4 page, as PDF; "EXERCICE" first and last, in a colour that no alert has."""
    sheet = Sheet("a4", f"{DRILL} - {told.title} - {told.station}", "fr", told.made_at)
    sheet.band(0, 32, _GREY)
    sheet.write(told.station, (_LEFT, 6, _WIDTH, 9), 18, WHITE, bold=True)
    sheet.write(f"{DRILL} - rapport", (_LEFT, 16, _WIDTH, 12), 26, WHITE, bold=True)
    end = sheet.write(told.title, (_LEFT, 39, _WIDTH, 20), 24, bold=True)
    if told.words:
        words = told.words if len(told.words) <= _SIGNS else f"{told.words[:_SIGNS]}…"
        end = sheet.write(words, (_LEFT, end + 2, _WIDTH, 26), 12, _GREY)
    for fact in told.facts:
        end = sheet.write(fact, (_LEFT, end + 2, _WIDTH, 12), 12)
    end = _table(sheet, told, end + 6)
    times, missed = told.times or ("Rien n'est encore parti.",), tuple(_shortened(told.missed)) or ("Rien.",)
    _section(sheet, "Combien de temps", times, (_LEFT, end + 6, _HALF))
    _section(sheet, "Ce qui a manqué", missed, (_LEFT + _WIDTH - _HALF, end + 6, _HALF))
    sheet.write(told.foot, (_LEFT, 268, _WIDTH, 10), 10, _GREY)
    sheet.band(283, 14, _GREY)
    sheet.write(DRILL, (_LEFT, 286, _WIDTH, 9), 18, WHITE, bold=True, align="C")
    return sheet.bytes()


def _table(sheet: Sheet, told: Report, top: float) -> float:
    """One line a channel, every second one on a pale ground, their sum in bold; where it ends."""
    lines = (told.head, *told.rows)
    for number, line in enumerate(lines):
        y = top + number * _ROW
        if number % 2 == 0:
            sheet.shape([(0, 0), (_WIDTH, 0), (_WIDTH, _ROW), (0, _ROW)], (_LEFT, y), _PALE, _PALE)
        _row(sheet, line, y, bold=number in {0, len(lines) - 1})
    return top + len(lines) * _ROW


def _row(sheet: Sheet, cells: Sequence[str], y: float, *, bold: bool) -> None:
    sheet.write(cells[0], (_LEFT + 2, y + 2.2, _FIRST - 2, _ROW - 3), 12, BLACK, bold=bold)
    width = (_WIDTH - _FIRST) / max(1, len(cells) - 1)
    for place, cell in enumerate(cells[1:]):
        box = (_LEFT + _FIRST + place * width, y + 2.2, width - 2, _ROW - 3)
        sheet.write(cell, box, 12, BLACK, bold=bold, align="R")


def _section(sheet: Sheet, title: str, lines: Sequence[str], at: tuple[float, float, float]) -> None:
    """A heading and its lines, at left, top and in that width."""
    left, top, width = at
    end = sheet.write(title, (left, top, width, 8), 15, bold=True)
    for line in lines:
        end = sheet.write(line, (left, end + 1, width, 6), 12)


def _shortened(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:LINES]
    if len(lines) > LINES:
        yield f"Et {len(lines) - LINES} autres raisons : voir sa page."
