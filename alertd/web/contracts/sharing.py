"""What the page of the neighbours is given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class SharingLine:
    """With one commune. `state`: ours, theirs, signed, over; `told` says who did what, and when."""

    id: int
    other: str
    state: str
    state_word: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeighboursPage:
    """`near` are the communes to which it can still be proposed; `chosen` is the key of one that was."""

    template: ClassVar[str] = "neighbours.html"
    frame: Frame
    notice: str
    sharings: tuple[SharingLine, ...]
    near: tuple[Choice, ...]
    may_decide: bool
