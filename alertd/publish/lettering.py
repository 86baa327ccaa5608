"""Letters on a picture, with the one font that Pillow brings (Aileron, in the public domain): nothing is fetched or installed.

It has the letters of English and no accents: those of our languages are drawn over them.
https://pillow.readthedocs.io/en/stable/reference/ImageFont.html#PIL.ImageFont.load_default
"""

import unicodedata
from functools import cache
from typing import Final, cast

from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
_SAME: Final = str.maketrans(
    {
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "ß": "ss",
        "€": "EUR",
        "–": "-",
        "—": "-",
        "„": "“",
        "ʼ": "’",
        "¿": "",
        "¡": "",
    }
)
_OWN: Final = frozenset("«»‘’“”…°·")
_LINE: Final = 1.22
"""Height of a line for each unit of its letters."""
_LEAST: Final = 0.45
"""How much smaller than asked letters may become."""


class Lettering:
    """Writes on one picture."""

    def __init__(self, picture: Image.Image) -> None:
        self._picture = picture
        self._draw = ImageDraw.Draw(picture)

    def write(
        self,
        text: str,
        box: tuple[float, float, float, float],
        most: float,
        colour: Colour,
        *,
        bold: bool = False,
    ) -> float:
        """Words within left, top, width and height, as large as fits but at most `most` high; where they end, downwards.

        What does not fit in the smallest letters is cut, and says so.
        """
        left, top, width, height = box
        size, lines = _fitted(known(text), (width, height), most)
        for line in lines:
            self._line(line, (left, top), size, colour, bold=bold)
            top += size * _LINE
        return top

    def _line(self, line: str, at: tuple[float, float], size: float, colour: Colour, *, bold: bool) -> None:
        x, y = at
        font, stroke = _font(round(size)), size * 0.022 if bold else 0.0
        for letter in line:
            bare, marks = _taken_apart(letter)
            if marks and bare in "ij":
                self._dotless(bare, (x, y), size, colour, stroke)
            else:
                self._draw.text((x, y), bare, fill=colour, font=font, stroke_width=stroke)
            for mark in marks:
                self._mark(mark, bare, (x, y), size, colour)
            x += font.getlength(bare)

    def _dotless(
        self, bare: str, at: tuple[float, float], size: float, colour: Colour, stroke: float
    ) -> None:
        """The letter below the height of an x: its dot makes room for the accent."""
        font = _font(round(size))
        room = (round(size), round(size * 1.5))
        stencil = Image.new("L", room)
        ImageDraw.Draw(stencil).text((0, 0), bare, fill=255, font=font, stroke_width=stroke)
        stencil.paste(0, (0, 0, room[0], round(font.getbbox("x")[1]) - 1))
        self._picture.paste(colour, (round(at[0]), round(at[1])), stencil)

    def _mark(self, mark: str, bare: str, at: tuple[float, float], size: float, colour: Colour) -> None:
        font = _font(round(size))
        left, top, right, bottom = font.getbbox("x" if bare in "ij" else bare)
        if bare in "ij":
            left, right = font.getbbox(bare)[0], font.getbbox(bare)[2]
        x, y, width = at[0] + (left + right) / 2, at[1] + top - size * 0.07, round(size * 0.075)

        def stroke(*points: tuple[float, float]) -> None:
            placed = [(x + dx * size, y - dy * size) for dx, dy in points]
            self._draw.line(placed, fill=colour, width=width, joint="curve")

        if mark == "\u0301":
            stroke((-0.05, 0.0), (0.09, 0.13))
        elif mark == "\u0300":
            stroke((0.05, 0.0), (-0.09, 0.13))
        elif mark == "\u0302":
            stroke((-0.12, 0.0), (0.0, 0.12), (0.12, 0.0))
        elif mark == "\u0308":
            for dx in (-0.1, 0.1):
                self._dot(x + dx * size, y - 0.05 * size, size * 0.048, colour)
        elif mark == "\u0303":
            stroke((-0.14, 0.03), (-0.05, 0.08), (0.05, 0.03), (0.14, 0.08))
        elif mark == "\u0327":
            x, y = at[0] + (left + right) / 2, at[1] + bottom
            stroke((0.0, 0.02), (0.05, -0.07), (-0.05, -0.15))

    def _dot(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def known(text: str) -> str:
    """The text in letters that can be drawn: spaces of any width as one, signs that nobody has left out."""
    plain = text.translate(_SAME)
    return "".join(filter(None, map(_letter, plain)))


def _taken_apart(letter: str) -> tuple[str, str]:
    """A letter and its accents."""
    parts = unicodedata.normalize("NFD", letter)
    return parts[0], parts[1:]


def _letter(letter: str) -> str:
    if letter == "\n" or letter in _OWN or " " <= letter <= "~":
        return letter
    if letter.isspace():
        return " "
    bare, marks = _taken_apart(letter)
    if " " <= bare <= "~" and marks:
        return letter
    plain = unicodedata.normalize("NFKD", letter)[:1]
    return plain if " " < plain <= "~" else ""


def _fitted(text: str, room: tuple[float, float], most: float) -> tuple[float, list[str]]:
    size = most
    while True:
        lines = _wrapped(text, room[0], size)
        if len(lines) * size * _LINE <= room[1]:
            return size, lines
        if size <= most * _LEAST:
            kept = max(1, int(room[1] / (size * _LINE)))
            return size, [*lines[: kept - 1], f"{lines[kept - 1].rstrip('.')}..."]
        size *= 0.93


def _wrapped(text: str, width: float, size: float) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if line and _length(longer, size) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _length(line: str, size: float) -> float:
    bare = "".join(unicodedata.normalize("NFD", letter)[0] for letter in line)
    return _font(round(size)).getlength(bare)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow is always built with FreeType in its wheels, and the font is within it."""
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))
