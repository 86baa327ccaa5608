"""What the page about a station's colour is given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class ColourPage:
    """`accents` by name; the one that the station has is the frame's."""

    template: ClassVar[str] = "colour.html"
    frame: Frame
    notice: str
    accents: tuple[Choice, ...]
