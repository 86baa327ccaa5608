"""The contract of the page that tells anyone how the service is doing."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Frame


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One thing: how it stands ("over" well, "warning" not well, "info" not there), in an icon's word and a sentence's."""

    what: str
    grade: str
    said: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """`grade` and `lead`: how it stands as a whole, as of a line. `at` is when it was looked at."""

    template: ClassVar[str] = "etat.html"
    frame: Frame
    grade: str
    lead: str
    lines: tuple[StatusLine, ...]
    at: str
