"""What the pages about exercises are given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class ExercisesPage:
    template: ClassVar[str] = "exercises.html"
    frame: Frame
    exercises: tuple[Choice, ...]
    prepare: str
    """Where one is written; "" for who sends nothing."""


@dataclass(frozen=True, slots=True)
class WayLine:
    """One channel's figures, in words."""

    channel: str
    planned: str
    taken: str
    received: str
    confirmed: str
    failed: str


@dataclass(frozen=True, slots=True)
class ExercisePage:
    """A report, to be read or printed; `times` and `missed` are sentences."""

    template: ClassVar[str] = "exercise.html"
    frame: Frame
    when: str
    people: str
    ways: tuple[WayLine, ...]
    times: tuple[str, ...]
    missed: tuple[str, ...]
    alert: int
