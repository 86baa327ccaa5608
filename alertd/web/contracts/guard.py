"""What the pages of the guard are given: an emergency that is about to leave, an information that can be taken back."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class CountdownPart:
    """What the stream sends each second; `rest` is how much of it is left, in percent."""

    template: ClassVar[str] = "_countdown.html"
    seconds: str
    rest: str


@dataclass(frozen=True, slots=True)
class CountdownPage:
    template: ClassVar[str] = "countdown.html"
    frame: Frame
    id: int
    headline: str
    topic: str
    exercise: bool
    again: bool
    by: str
    where: str
    may_stop: bool
    countdown: Markup


@dataclass(frozen=True, slots=True)
class UndoPart:
    """`undo` where nobody was told yet, `over` where it is too late and a false alert is what is left; neither: nothing."""

    template: ClassVar[str] = "_undo.html"
    id: int
    csrf: str
    undo: bool
    over: bool


@dataclass(frozen=True, slots=True)
class ProlongPage:
    template: ClassVar[str] = "prolong.html"
    frame: Frame
    id: int
    headline: str
    choices: tuple[Choice, ...]
