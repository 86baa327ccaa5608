"""What is in force as one picture for the top of another site: SVG without script, style sheet or anything from elsewhere."""

from textwrap import shorten
from typing import Final
from xml.etree.ElementTree import Element

from alertd.publish.markup import document, leaf

MEDIA_TYPE: Final = "image/svg+xml"
QUIET: Final = "Aucune alerte en cours"
WIDTH: Final = 728
HEIGHT: Final = 90
SIGNS: Final = 50
"""As many as fit in the line at its size, in a wide typeface."""
_FILLS: Final = {"danger": "#a8121f", "warning": "#8a4b00", "info": "#12507b", "over": "#1d6a3a"}
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"


def banner(level: str, line: str, below: str) -> bytes:
    """`line` is cut to what fits; whole it is the picture's title, which those hear who do not see it."""
    size = {"width": str(WIDTH), "height": str(HEIGHT), "viewBox": f"0 0 {WIDTH} {HEIGHT}"}
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **size})
    leaf(root, "title", f"{below} – {line}")
    leaf(root, "rect", width=str(WIDTH), height=str(HEIGHT), rx="10", fill=_FILLS[level])
    text = {"x": "22", "fill": "#ffffff", "font-family": _FONT}
    leaf(root, "text", _cut(line), **text, **{"y": "42", "font-size": "23", "font-weight": "700"})
    leaf(root, "text", _cut(below), **text, **{"y": "70", "font-size": "17"})
    return document(root)


def _cut(text: str) -> str:
    return shorten(text, SIGNS, placeholder=" …", break_on_hyphens=False)
