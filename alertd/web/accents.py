"""The colours that a station may have at the head of its screens: what they are called, and how dark they are."""

from collections.abc import Mapping
from typing import Final

from alertd.model import Accent

NAMES: Final[Mapping[Accent, str]] = {
    Accent.BLUE: "Bleu",
    Accent.NAVY: "Marine",
    Accent.TEAL: "Canard",
    Accent.GREEN: "Vert",
    Accent.OLIVE: "Olive",
    Accent.PLUM: "Prune",
    Accent.BROWN: "Chocolat",
    Accent.SLATE: "Ardoise",
}

_DEEP: Final[Mapping[Accent, str]] = {
    Accent.BLUE: "#12507b",
    Accent.NAVY: "#263a86",
    Accent.TEAL: "#0a5c5f",
    Accent.GREEN: "#2c6122",
    Accent.OLIVE: "#5b5812",
    Accent.PLUM: "#75265f",
    Accent.BROWN: "#5a3d2e",
    Accent.SLATE: "#434d58",
}


def deep(accent: str) -> str:
    """What a telephone paints around the page, as CSS writes it: `--deep` of the style sheet, which browsers do not read there."""
    return _DEEP[Accent(accent)]
