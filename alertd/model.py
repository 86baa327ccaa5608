"""The words of the house as types. Times are UTC milliseconds, distances metres, ids positive integers.

Small numbers stand in the store where rows are many (deliveries); words stand where people read rows (alerts).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from zones import Zone


class Channel(IntEnum):
    """One way to reach people. The number is also the position in packed counts (see `packed`)."""

    SMS = 0
    PUSH = 1
    EMAIL = 2
    VOICE = 3
    DISPLAY = 4

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Channel":
        """The channel called `word`; KeyError when there is none."""
        return cls[word.upper()]


class Level(IntEnum):
    """How grave; the order is the gravity's."""

    INFO = 1
    WARNING = 2
    DANGER = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Level":
        """The level called `word`; KeyError when there is none."""
        return cls[word.upper()]


class Lane(IntEnum):
    """Who goes first at a sender: the lowest number. A correction of a false alert skips every queue."""

    CANCEL = 0
    DANGER = 1
    WARNING = 2
    SERVICE = 3
    INFO = 4

    @classmethod
    def of(cls, level: Level) -> "Lane":
        return {Level.DANGER: cls.DANGER, Level.WARNING: cls.WARNING, Level.INFO: cls.INFO}[level]


class State(IntEnum):
    """A delivery's state. From ACCEPTED to SEEN the number is the receipt's rank: it only goes up."""

    WAITING = 0
    QUEUED = 1
    CALLING = 2
    UNKNOWN = 3
    ACCEPTED = 4
    DELIVERED = 5
    SEEN = 6
    REFUSED = 7
    STOPPED = 8
    FAILED = 9
    EXPIRED = 10
    CANCELLED = 11
    SKIPPED = 12

    @property
    def word(self) -> str:
        return self.name.lower()


UNSENT = (State.WAITING, State.QUEUED)
OPEN = (State.WAITING, State.QUEUED, State.CALLING)
PERHAPS_SENT = (State.CALLING, State.UNKNOWN, State.ACCEPTED, State.DELIVERED, State.SEEN)


class Mode(IntEnum):
    """A station's, fixed at its creation. Nothing proven in training exists for a live station."""

    LIVE = 0
    TRAINING = 1


class AlertState(StrEnum):
    """Where an alert stands in its life."""

    DRAFT = "draft"
    PENDING = "pending"
    ARMED = "armed"
    ACTIVE = "active"
    ENDED = "ended"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Act(StrEnum):
    """What an event does to its alert; `msg_type` gives CAP's word for it."""

    ALERT = "alert"
    UPDATE = "update"
    END = "end"
    CANCEL = "cancel"

    @property
    def msg_type(self) -> str:
        return {Act.ALERT: "Alert", Act.UPDATE: "Update", Act.END: "Update", Act.CANCEL: "Cancel"}[self]


class Wording(IntEnum):
    """How a delivery says it: to someone new, to someone who knows, to someone whom it no longer concerns."""

    FIRST = 0
    UPDATE = 1
    LEAVING = 2


class Role(IntEnum):
    """What an operator may do in one station; each includes those below."""

    READER = 0
    PUBLISHER = 1
    AGENT = 2
    DEPUTY = 3
    MAYOR = 4

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def releases(self) -> Level | None:
        """The gravest level this role may release; None for a reader."""
        return (None, Level.INFO, Level.WARNING, Level.DANGER, Level.DANGER)[self]


class Scope(IntEnum):
    """What an API key may release, each including those below."""

    DRAFT = 0
    INFO = 1
    WARNING = 2
    DANGER = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def releases(self) -> Level | None:
        return None if self is Scope.DRAFT else Level(self.value)


class EndpointState(IntEnum):
    """pending until proven; only an active one is written to."""

    PENDING = 0
    ACTIVE = 1
    STOPPED = 2
    DEAD = 3


ALL_TOPICS = -1
"""A subscription's topics when it names none: every bit, also those of topics to come."""

SLOT_BITS = 8
EVERYWHERE = 0
"""The cell of a reach row whose subscriber gave no place: it lies in every zone of that station."""


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

    @property
    def kind(self) -> str:
        if self.zone is not None:
            return "zone"
        return "station" if self.station else "groups"


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
    """One immutable instruction in an alert's thread."""

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


@dataclass(frozen=True, slots=True)
class Count:
    """How many an alert would reach: distinct people, and endpoints by channel; of these, `delayed` wait for a silence."""

    people: int = 0
    endpoints: Mapping[Channel, int] = field(default_factory=dict)
    delayed: Mapping[Channel, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.endpoints.values())


REF_PART = "\x1f"
"""Parts a station's own key for a row that concerned several people; not printable, so never in a key that was given."""


def ref_shown(ref: str | None) -> str | None:
    """A person's ref as the station gave it."""
    return ref.partition(REF_PART)[0] if ref else ref


def endpoint_id(subscriber: int, slot: int) -> int:
    """An endpoint's id keeps its subscriber's order, so that keys are inserted in key order."""
    return subscriber << SLOT_BITS | slot


def subscriber_of(endpoint: int) -> int:
    """The subscriber whose endpoint it is."""
    return endpoint >> SLOT_BITS
