"""A sheet of paper: words, a QR code and a drawing, as PDF.

The fonts are those that every reader has (Helvetica): nothing is fetched, and a poster weighs a few kilobytes. They know
the letters of Windows-1252, which are those of our six languages; what else stands in a text is replaced.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, cast

import segno
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos

SIZES: Final = {"a4": (210.0, 297.0), "a5": (148.0, 210.0)}
"""Millimetres."""
LETTERS: Final = "cp1252"
_LINE: Final = 0.43
"""Height of a line in millimetres for each point of its letters."""
Colour = tuple[int, int, int]
BLACK: Final[Colour] = (20, 24, 31)
WHITE: Final[Colour] = (255, 255, 255)


class Sheet:
    """One page. Lengths are in millimetres of an A4 sheet: on A5 everything is smaller by the same measure."""

    def __init__(self, size: str, title: str, language: str, made_at: datetime) -> None:
        width, height = SIZES[size]
        self._scale = width / SIZES["a4"][0]
        self._pdf = FPDF(unit="mm", format=(width, height))
        self._pdf.core_fonts_encoding = LETTERS
        self._pdf.set_title(known(title))
        self._pdf.set_lang(language)
        self._pdf.set_creation_date(made_at.astimezone(UTC))
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(0)
        self._pdf.add_page()

    def bytes(self) -> bytes:
        """The document."""
        return bytes(self._pdf.output())

    def band(self, top: float, height: float, colour: Colour) -> None:
        """A stripe over the whole width."""
        self._pdf.set_fill_color(*colour)
        self._pdf.rect(0, top * self._scale, self._pdf.w, height * self._scale, style="F")

    def write(
        self,
        text: str,
        box: tuple[float, float, float, float],
        most: float,
        colour: Colour = BLACK,
        *,
        bold: bool = False,
        align: str = "L",
    ) -> float:
        """Words within left, top, width and height, as large as fits but at most `most` points; where they end."""
        left, top, width, height = (each * self._scale for each in box)
        words, style = known(text), "B" if bold else ""
        points = self._fitting(words, style, (width, height), most * self._scale)
        self._pdf.set_font("helvetica", style, points)
        self._pdf.set_text_color(*colour)
        self._pdf.set_xy(left, top)
        self._pdf.multi_cell(width, points * _LINE, words, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)
        return float(self._pdf.get_y()) / self._scale

    def code(self, text: str, left: float, top: float, side: float) -> None:
        """A QR code with its quiet zone; it is read with a quarter of it dirty or torn (level Q)."""
        rows = list(segno.make_qr(text, error="q").matrix_iter(border=4))
        module = side * self._scale / len(rows)
        self._pdf.set_fill_color(*WHITE)
        self._pdf.rect(
            left * self._scale, top * self._scale, module * len(rows), module * len(rows), style="F"
        )
        self._pdf.set_fill_color(0, 0, 0)
        for number, row in enumerate(rows):
            for start, length in _runs(row):
                x, y = left * self._scale + start * module, top * self._scale + number * module
                self._pdf.rect(x, y, length * module, module, style="F")

    def shape(
        self,
        points: Sequence[tuple[float, float]],
        at: tuple[float, float],
        fill: Colour | None,
        line: Colour,
    ) -> None:
        """A closed figure, its points from `at`."""
        placed = [((x + at[0]) * self._scale, (y + at[1]) * self._scale) for x, y in points]
        self._pdf.set_draw_color(*line)
        self._pdf.set_line_width(0.6 * self._scale)
        if fill is not None:
            self._pdf.set_fill_color(*fill)
        self._pdf.polygon(placed, style="D" if fill is None else "DF")

    def _fitting(self, words: str, style: str, room: tuple[float, float], most: float) -> float:
        """Points of letters; never under seven, which an eye can still read."""
        points = most
        while points > 7:
            self._pdf.set_font("helvetica", style, points)
            height = self._pdf.multi_cell(
                room[0], points * _LINE, words, dry_run=True, output=MethodReturnValue.HEIGHT
            )
            if cast("float", height) <= room[1]:
                break
            points *= 0.92
        return points


def known(text: str) -> str:
    """The text in letters that the fonts have: narrow spaces as spaces, else the letter without its accent, else "?"."""
    return "".join(_letter(each) for each in text)


def _letter(letter: str) -> str:
    for one in (letter, unicodedata.normalize("NFKC", letter), unicodedata.normalize("NFKD", letter)[:1]):
        try:
            one.encode(LETTERS)
        except UnicodeEncodeError:
            continue
        return one if one.isprintable() or one == "\n" else " "
    return "" if unicodedata.category(letter) in {"Cf", "Mn", "So", "Sk"} else "?"


def _runs(row: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Start and length of what is dark in a row: one stroke instead of many leaves no hair-lines between."""
    start, length = 0, 0
    for place, dark in enumerate([*row, 0]):
        if dark:
            start, length = (place, 1) if not length else (start, length + 1)
        elif length:
            yield start, length
            length = 0


def moment(milliseconds: int) -> datetime:
    """For the document's date: the same words make the same bytes."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC)
