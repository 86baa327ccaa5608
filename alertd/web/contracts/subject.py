"""What the page of a station's topics is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A topic as it stands or was typed: `name` the station's own, "" for the `usual` one; `shown`: it is offered. One that the station
    added is `like` another, named.
    """

    key: str
    name: str
    usual: str
    shown: bool
    like: str = ""


@dataclass(frozen=True, slots=True)
class SubjectGroup:
    """The topics of a level; `word` is its class."""

    label: str
    word: str
    lines: tuple[SubjectLine, ...]


@dataclass(frozen=True, slots=True)
class SubjectsPage:
    """`granted` names the emergencies that the commune lets an organisation send; `errors` has a sentence by topic, and for the
    fields of one to add: its `typed` name and what it is like, of `likes`; none where the station adds none. `added` are its own.
    """

    template: ClassVar[str] = "subjects.html"
    frame: Frame
    notice: str
    saved: bool
    errors: Mapping[str, str]
    groups: tuple[SubjectGroup, ...]
    granted: str
    longest: int
    added: tuple[SubjectLine, ...]
    likes: tuple[Choice, ...]
    typed: tuple[str, str]
