"""What the pages of classes, and of those to call, are given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class ListLine:
    """A class, a bus line or a list, and who is in it in words."""

    id: int
    name: str
    told: str


@dataclass(frozen=True, slots=True)
class ClassesPage:
    """`children`: there are children to list here; the rest is the form of a list as it was sent."""

    template: ClassVar[str] = "classes.html"
    frame: Frame
    notice: str
    done: str
    lists: tuple[ListLine, ...]
    kinds: tuple[Choice, ...]
    children: bool
    may_roll: bool
    columns: str
    typed: str
    consent: str
    agreed: str


@dataclass(frozen=True, slots=True)
class PupilLine:
    """A child and its parents in words; numbers are in the list of those to call alone."""

    id: int
    name: str
    parents: str


@dataclass(frozen=True, slots=True)
class ClassPage:
    template: ClassVar[str] = "class.html"
    frame: Frame
    id: int
    pupils: tuple[PupilLine, ...]


@dataclass(frozen=True, slots=True)
class RollLine:
    """A class, and what may become of it; `chosen` is the key that is."""

    id: int
    name: str
    pupils: str
    options: tuple[Choice, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class RolloverPage:
    """`mark` goes back with the choice; `told` says what would happen, once it was looked at: then it can be done."""

    template: ClassVar[str] = "rollover.html"
    frame: Frame
    notice: str
    classes: tuple[RollLine, ...]
    mark: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallLine:
    """A child of whom nobody has seen it: each parent's number (`key`, "" where there is none), as it is dialled, and name."""

    name: str
    group: str
    parents: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ToCallPage:
    template: ClassVar[str] = "to_call.html"
    frame: Frame
    id: int
    headline: str
    rolls: tuple[str, ...]
    calls: tuple[CallLine, ...]
