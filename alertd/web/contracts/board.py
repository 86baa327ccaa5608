"""The contracts of the pages that show a station's notices to anyone: its board, archive, panel, frame, and the proof of a message."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.contracts import Frame
from alertd.web.contracts.file import ShownFile


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The same message as it was written in another language; `name` is the language's own."""

    locale: str
    name: str
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """A notice whole. `level` colours and draws ("over" once it has ended), `over` says that and how, empty while it lasts;
    `ends` is the moment it ends by itself, in UTC milliseconds.
    """

    address: str
    level: str
    level_word: str
    topic: str
    locale: str
    over: str
    exercise: str
    title: str
    paragraphs: tuple[str, ...]
    others: tuple[InLanguage, ...]
    files: tuple[ShownFile, ...]
    place: str
    picture: Markup
    sent: str
    until: str
    ends: int


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in a list."""

    address: str
    level: str
    level_word: str
    title: str
    state: str
    when: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was said in a thread, with its CAP document's address."""

    title: str
    paragraphs: tuple[str, ...]
    when: str
    cap: str


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """What will be said, and when."""

    level: str
    topic: str
    locale: str
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class BoardPage:
    """`planned` is what schedules will say; `older` leads to what the list leaves out; empty where it leaves out nothing. `commune`:
    whose office is a mairie.
    """

    template: ClassVar[str] = "board.html"
    frame: Frame
    slug: str
    station: str
    telephone: str
    commune: bool
    in_force: tuple[NoticeCard, ...]
    over: tuple[NoticeCard, ...]
    coming: tuple[NoticeCard, ...]
    planned: tuple[PlannedLine, ...]
    past: tuple[NoticeLine, ...]
    older: str


@dataclass(frozen=True, slots=True)
class ArchivePage:
    template: ClassVar[str] = "archive.html"
    frame: Frame
    slug: str
    station: str
    past: tuple[NoticeLine, ...]
    older: str


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One thread, and all that was said in it, the newest first."""

    template: ClassVar[str] = "notice.html"
    frame: Frame
    slug: str
    station: str
    card: NoticeCard
    steps: tuple[Step, ...]
    address: str
    """Whole, for other networks; as is that of the picture, `plate`, which changes with what was said last."""
    plate: str


@dataclass(frozen=True, slots=True)
class ScreenPage:
    """A panel that nobody touches. `form` is "" (colours), "noir" (black on white) or "lignes" (two lines); `checked` is when
    what it shows was read, `now` the same in UTC milliseconds; `more` says how many alerts have no room.
    """

    template: ClassVar[str] = "screen.html"
    station: str
    form: str
    training: bool
    cards: tuple[NoticeCard, ...]
    more: str
    checked: str
    now: int


@dataclass(frozen=True, slots=True)
class FramePage:
    """The board inside the commune's own site; links open outside of it."""

    template: ClassVar[str] = "cadre.html"
    page: str
    station: str
    accent: str
    training: bool
    cards: tuple[NoticeCard, ...]


@dataclass(frozen=True, slots=True)
class VerifyPage:
    """`asked`: a code was given. `text` is what was really sent under it; empty where nothing can be told. `elsewhere` is
    the house that a pasted link leads to, where it is not this one.
    """

    template: ClassVar[str] = "verify.html"
    frame: Frame
    asked: bool
    station: str
    test: bool
    channel: str
    when: str
    subject: str
    text: str
    elsewhere: str = ""
