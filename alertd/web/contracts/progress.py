"""How far an alert is, as its page shows it: bars whose slices add up, and the times that were foreseen."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a bar: its word, its class, how many, where it begins and how wide it is in percent."""

    word: str
    slug: str
    count: str
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One channel's deliveries: the slices add up to the total. `said` is the same in words."""

    channel: str
    total: str
    slices: tuple[Slice, ...]
    said: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One of first, half, last: how long it was to take, and how long it took; empty where it is not known."""

    label: str
    foreseen: str
    actual: str


@dataclass(frozen=True, slots=True)
class Books:
    """One event's deliveries. `heading` is empty where there is only one event."""

    heading: str
    summary: str
    settled: str
    bars: tuple[Bar, ...]
    times: tuple[TimeLine, ...] = ()
    reached: str = ""
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgressPart:
    """What the stream sends again while an alert is under way: its events, the newest first."""

    template: ClassVar[str] = "_progress.html"
    events: tuple[Books, ...]
    left: str


@dataclass(frozen=True, slots=True)
class SharePart:
    """`shared` is copied, "" for what is not everyone's; `plate` is the same as a picture, "" until anyone may see it."""

    template: ClassVar[str] = "_share.html"
    id: int
    shared: str
    plate: str


@dataclass(frozen=True, slots=True)
class ReachedPart:
    """Where people were reached; `lines` say the same as the picture, the worst first. None where there is nothing to draw."""

    template: ClassVar[str] = "_reached.html"
    picture: Markup | None
    lines: tuple[str, ...]
    more: str
