"""What the page of the watch is given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class FlightLine:
    """One canary: when, by what, how long until a provider had it, and what became of it, with the class that colours it."""

    at: str
    by: str
    handed: str
    word: str
    colour: str


@dataclass(frozen=True, slots=True)
class SurveillancePage:
    """`standing` is what is wrong now, `past` what was, each with when; `ways` say how canaries do, by channel."""

    template: ClassVar[str] = "surveillance.html"
    frame: Frame
    seen_at: str
    standing: tuple[Choice, ...]
    past: tuple[Choice, ...]
    ways: tuple[Choice, ...]
    flights: tuple[FlightLine, ...]
