"""What the pages of schedules are given: see `alertd.web.contracts`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from alertd.web.contracts import Choice, Frame
from alertd.web.office.schedule_form import ScheduleForm


@dataclass(frozen=True, slots=True)
class DateLine:
    """A date to come: `key` is its instant in milliseconds; `sent` is False when it is left out, and `note` says why."""

    key: str
    label: str
    note: str
    sent: bool


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A date that is past: what became of it, and the alert it sent (0: none)."""

    label: str
    word: str
    note: str
    alert: int


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One schedule in the list."""

    id: int
    level: str
    level_word: str
    state: str
    state_word: str
    headline: str
    plain: str
    next: str


@dataclass(frozen=True, slots=True)
class ScheduleNewPage:
    """`plain` and `dates` are there once the form could be read: what would be saved."""

    template: ClassVar[str] = "schedule_new.html"
    frame: Frame
    digest: str
    headline: str
    lasting: str
    form: ScheduleForm
    errors: Mapping[str, str]
    repeats: tuple[Choice, ...]
    days: tuple[Choice, ...]
    weeks: tuple[Choice, ...]
    zones: tuple[Choice, ...]
    plain: str
    dates: tuple[DateLine, ...]


@dataclass(frozen=True, slots=True)
class SchedulesPage:
    template: ClassVar[str] = "schedules.html"
    frame: Frame
    schedules: tuple[ScheduleLine, ...]
    skipped: tuple[Choice, ...]
    doubled: tuple[Choice, ...]
    closed: str
    """The station's own closed days, a line each, as they are typed."""
    may_close: bool
    notice: str


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A form of a schedule's page that could not be taken, as it was typed: `form` is the end of its address, "" for none. `wrong` has
    the sentence by the field that it stands beside.
    """

    form: str = ""
    fire_at: str = ""
    to: str = ""
    scope: str = "this"
    at: str = ""
    words: str = ""
    days: tuple[str, ...] = ()
    neutral: bool = False
    wrong: Mapping[str, str] = field(default_factory=dict)


NOT_MISTAKEN: Final = Mistaken()
"""Nothing was mistaken."""


@dataclass(frozen=True, slots=True)
class SchedulePage:
    template: ClassVar[str] = "schedule.html"
    frame: Frame
    id: int
    notice: str
    line: ScheduleLine
    body: str
    instruction: str
    lasting: str
    people: str
    may_change: bool
    texts: str
    mistaken: Mistaken
    days: tuple[Choice, ...]
    """The weekdays that it may be put on; empty where its rule is not one of weeks."""
    election: str
    """What is ticked beside new words while an election is near; empty where nothing is."""
    agreement: str
    """Who is waited for, in a sentence; empty for nobody."""
    decide: str
    """Where this person reads it and agrees, or does not; empty for who may not."""
    refusal: str
    """Who did not agree, when and why; empty for nobody."""
    unsaid: str
    """The days that have a text and no message; empty for none."""
    dates: tuple[DateLine, ...]
    dropped: tuple[Choice, ...]
    """The dates to come that were dropped one by one, for whoever may put them back."""
    decided: tuple[DecidedLine, ...]
