"""The contracts of the pages that ask for no log-in: residents' and the sandbox's wall."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.contracts import Choice, Choices, Frame
from alertd.web.contracts.file import ShownFile
from alertd.web.residents.join_form import JoinForm
from alertd.web.residents.place_fields import Finder, PlaceField
from alertd.web.tongue import Say


@dataclass(frozen=True, slots=True)
class GuidePage:
    """The guide of the mairie: `contents` are its headings, `beginning` what stands before the first of them."""

    template: ClassVar[str] = "guide.html"
    frame: Frame
    contents: tuple[Choice, ...]
    beginning: Markup
    rest: Markup


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
    files: tuple[ShownFile, ...]
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
    say: Say
    locale: str
    left: str
    stations: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class PosterPage:
    """`address` is what the code says, `query` how it is asked for again: "&lieu=...". `until` is a date, or empty."""

    template: ClassVar[str] = "poster.html"
    frame: Frame
    slug: str
    station: str
    hamlets: tuple[Choice, ...]
    place: str
    until: str
    first_day: str
    last_day: str
    address: str
    query: str


@dataclass(frozen=True, slots=True)
class JoinPage:
    """`say` has the words. `key` is what a browser's subscription is bound to; empty where no gateway speaks to browsers.

    `offered` are the other ways that the station has, `unpaid` what to know of those that nobody pays for. `errors` has a sentence for each field to mend, and one under "" for
    the whole. `texting` is the number to which the station's word may be texted. `dangers` are the topics that nobody leaves out; `ticked` says which others are wanted.
    """

    template: ClassVar[str] = "join.html"
    frame: Frame
    say: Say
    locale: str
    slug: str
    station: str
    training: bool
    telephone: str
    texting: str
    key: str
    offered: tuple[str, ...]
    unpaid: str
    form: JoinForm
    errors: Mapping[str, str]
    hamlets: tuple[Choice, ...]
    finder: Finder
    places: tuple[PlaceField, ...]
    dangers: str
    topics: tuple[Choices, ...]
    ticked: Mapping[str, bool]
    languages: tuple[Choice, ...]
    first_day: str
    last_day: str


@dataclass(frozen=True, slots=True)
class WayShown:
    """One way of a wish: its channel, that channel's name, "open", "over" or "proven", what is said, and the button for
    another code.
    """

    key: str
    label: str
    state: str
    said: str
    again: str


@dataclass(frozen=True, slots=True)
class NextPage:
    """`some` way is proven, or all are (`done`); `wrong` says what to mend."""

    template: ClassVar[str] = "next.html"
    frame: Frame
    say: Say
    locale: str
    slug: str
    station: str
    wrong: str
    some: bool
    done: bool
    ways: tuple[WayShown, ...]


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """What a letter's button makes count, and then that it does."""

    template: ClassVar[str] = "confirm_way.html"
    frame: Frame
    say: Say
    locale: str
    slug: str
    station: str
    address: str
    done: bool


@dataclass(frozen=True, slots=True)
class PhonePage:
    """`state` is "pending", "active" or "lost"; `leaving` is the person's own link, `renewal` the browser's own; `onward` is
    where the other ways wait, empty without any.
    """

    template: ClassVar[str] = "phone.html"
    frame: Frame
    say: Say
    locale: str
    state: str
    slug: str
    station: str
    key: str
    leaving: str
    renewal: str
    onward: str


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
