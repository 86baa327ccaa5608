"""The nouns of the house, as frozen dataclasses. Times are UTC milliseconds, distances metres, ids positive integers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alertd.model.words import Accent, Act, Channel, Level, Mode, Role
from zones import Zone


@dataclass(frozen=True, slots=True)
class Station:
    """Who may issue and what people subscribe to."""

    id: int
    slug: str
    name: str
    kind: str
    mode: Mode
    timezone: str
    region: str
    locale: str
    latitude: float
    longitude: float
    outline: Zone | None = None
    insee: str | None = None
    phone: str | None = None
    private: bool = False
    suspended: bool = False
    parent_id: int | None = None
    accent: Accent = Accent.BLUE


@dataclass(frozen=True, slots=True)
class Text:
    """What is said in one language."""

    headline: str
    body: str = ""
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """What an event is aimed at. Exactly one is set: there is no default target."""

    zone: Zone | None = None
    station: bool = False
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or a PDF beside a message's words: `digest` is the SHA-256 of its clean bytes, as hex, `kind` a media type.

    `alt` says in words what it shows; `width` and `height` are pixels, 0 for a PDF.
    """

    digest: str
    kind: str
    alt: str
    width: int = 0
    height: int = 0

    @property
    def mark(self) -> str:
        """Short enough for an address, and no other of the same message begins so."""
        return self.digest[:16]


@dataclass(frozen=True, slots=True)
class Picks:
    """What an author picked from the phrase book: of it the texts of every language are made, and made again when a time moves.

    Keys are those of the book's groups, without the group; `name` is a proper name that `place` is filled with, `at` the
    moment that `time` names, if it names one. An empty `source` is the station itself.
    """

    hazard: str
    place: str = ""
    name: str = ""
    time: str = ""
    at: int | None = None
    instructions: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """All that an operator decides of an alert: what is stored as a draft, previewed, and released."""

    level: Level
    topic: str
    target: Target
    texts: Mapping[str, Text]
    channels: frozenset[Channel]
    expires: int
    onset: int | None = None
    deliver_by: int | None = None
    exercise: bool = False
    url: str | None = None
    silence: Mapping[Channel, int] = field(default_factory=dict)  # seconds that a channel waits for phones
    attachments: tuple[Attachment, ...] = ()
    picks: Picks | None = None  # of which the texts are composed, and what ends the alert repeats of them
    template: str = ""  # the ready text that its author began with, whose locked parts hold
    template_version: int = 0  # and which version of it; 0: as alertd came with it


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: an operator or an API key, in one station, with the gravest level they may release."""

    name: str  # "operator:mairie" or "key:3", as the audit keeps it
    station_id: int
    releases: Level | None
    role: Role | None = None
    subscribers: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One immutable instruction in an alert's thread. `labels` are what its topic was called when it was released, by language; none
    of an event that is older than that is kept.
    """

    id: int
    alert_id: int
    station_id: int
    act: Act
    content: Content
    onset: int
    deliver_by: int
    as_of: int
    released_by: str
    created_at: int
    supersedes: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """How many an alert would reach: distinct people, and endpoints by channel; of these, `delayed` wait for a silence.

    `tongues` are the SMS endpoints whose readers read another language than French, by locale: their text has its own length;
    of these, `tongues_delayed` wait.
    """

    people: int = 0
    endpoints: Mapping[Channel, int] = field(default_factory=dict)
    delayed: Mapping[Channel, int] = field(default_factory=dict)
    tongues: Mapping[str, int] = field(default_factory=dict)
    tongues_delayed: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.endpoints.values())
