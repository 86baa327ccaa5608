"""The pages of what was sent: found again, and in figures."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.contracts import AlertLine, Choice, Frame


@dataclass(frozen=True, slots=True)
class Entry:
    """One alert of the search: the line of the list, who released it, its figures in words; `copy` leads to it as a new one."""

    line: AlertLine
    by: str
    figures: tuple[str, ...]
    copy: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`older` leads on, "" at the end; `said` is how many are shown."""

    template: ClassVar[str] = "search.html"
    frame: Frame
    words: str
    since: str
    until: str
    topic: str
    topics: tuple[Choice, ...]
    wrong: str
    said: str
    entries: tuple[Entry, ...]
    older: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture and, below it, the same as a table: the first column names each row."""

    key: str
    heading: str
    told: str
    picture: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class AnsweringPart:
    """Who still answers. `lead` is "" where nobody has notifications; a line names a channel, then says its counts;
    `reminded` tells how many were reminded this year.
    """

    lead: str
    asked: str
    lines: tuple[tuple[str, str], ...]
    reminded: str


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """`exercises` is what those cost, which no other figure counts; "" where there was none."""

    template: ClassVar[str] = "figures.html"
    frame: Frame
    lead: str
    exercises: str
    plots: tuple[Plot, ...]
    answering: AnsweringPart
