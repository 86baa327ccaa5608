"""Plots drawn on the server: bars with their words, in SVG without script; a table beside each says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

WIDTH: Final = 320
_ROW: Final = 30
_LABEL: Final = 84
_SAID: Final = 84


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its length in its own unit, a part of it that is drawn fuller, and the words at its end."""

    label: str
    value: float
    said: str
    part: float = 0.0


def bars(rows: Sequence[Bar], label: str) -> Markup:
    """Bars one below another, the longest as wide as there is room; `label` names the picture for those who do not see it."""
    most = max((row.value for row in rows), default=0.0) or 1.0
    room = WIDTH - _LABEL - _SAID
    drawn = Markup("").join(_bar(row, at * _ROW, room / most) for at, row in enumerate(rows))
    return Markup(
        '<svg class="plot" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">{drawn}</svg>'
    ).format(w=WIDTH, h=max(_ROW, len(rows) * _ROW), label=label, drawn=drawn)


def _bar(row: Bar, top: int, scale: float) -> Markup:
    width = max(row.value * scale, 1.0)
    return Markup(
        '<text x="0" y="{y}">{label}</text><rect x="{x}" y="{top}" width="{w}" height="16"/>'
        '<rect class="part" x="{x}" y="{top}" width="{p}" height="16"/><text class="said" x="{end}" y="{y}">{said}</text>'
    ).format(
        label=row.label,
        said=row.said,
        x=_LABEL,
        y=top + 19,
        top=top + 6,
        w=f"{width:.1f}",
        p=f"{row.part * scale:.1f}",
        end=f"{_LABEL + width + 6:.1f}",
    )
