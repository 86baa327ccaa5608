"""The contracts of the pages that ask for no log-in: residents' and the sandbox's wall."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class ResidentPage:
    """A personal link's page, in the reader's language: every word of it is in `words`.

    `read` is the button by which the reader answers, empty when there is nothing to answer; `noted` is said once they did.
    """

    template: ClassVar[str] = "resident.html"
    frame: Frame
    locale: str
    colour: str
    level_word: str
    station: str
    topic: str
    over: str
    exercise: str
    headline: str
    paragraphs: tuple[str, ...]
    place: str
    picture: Markup
    until: str
    read: str
    noted: str
    emergency: str


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """`left` names the station just left; `stations` are those that still write."""

    template: ClassVar[str] = "leaving.html"
    frame: Frame
    left: str
    stations: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One message of the sandbox, as its phone or mailbox shows it."""

    id: int
    channel: str
    channel_word: str
    address: str
    sender: str
    level: str
    subject: str
    text: str
    when: str


@dataclass(frozen=True, slots=True)
class WallPart:
    template: ClassVar[str] = "_wall.html"
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class SandboxPage:
    template: ClassVar[str] = "sandbox.html"
    frame: Frame
    wall: Markup
    total: str
