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
    """`well`: nothing stands in an alert's way. `at` is when it was looked at."""

    template: ClassVar[str] = "etat.html"
    frame: Frame
    well: bool
    lines: tuple[StatusLine, ...]
    at: str
