"""The words of the house that have few values. Small numbers stand in the store where rows are many (deliveries); words stand
where people read rows (alerts).
"""

from enum import IntEnum, StrEnum
from typing import Self


class Worded(IntEnum):
    """A number in the store, a word where people read: `of(each.word)` is `each`."""

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Self:
        """The one called `word`; KeyError when there is none."""
        return cls[word.upper()]


class Channel(Worded):
    """One way to reach people. The number is also the position in packed counts (see `packed`)."""

    SMS = 0
    PUSH = 1
    EMAIL = 2
    VOICE = 3
    DISPLAY = 4


class Level(Worded):
    """How grave; the order is the gravity's."""

    INFO = 1
    WARNING = 2
    DANGER = 3


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


class State(Worded):
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


UNSENT = (State.WAITING, State.QUEUED)
OPEN = (State.WAITING, State.QUEUED, State.CALLING)


class Mode(IntEnum):
    """A station's, fixed at its creation. Nothing proven in training exists for a live station."""

    LIVE = 0
    TRAINING = 1


class Accent(StrEnum):
    """The colour at the head of a station's screens. None is like a level's (red and orange say how grave a thing is) or an
    exercise's, violet.
    """

    BLUE = "blue"
    NAVY = "navy"
    TEAL = "teal"
    GREEN = "green"
    OLIVE = "olive"
    PLUM = "plum"
    BROWN = "brown"
    SLATE = "slate"


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


class Role(Worded):
    """What an operator may do in one station; each includes those below."""

    READER = 0
    PUBLISHER = 1
    AGENT = 2
    DEPUTY = 3
    MAYOR = 4

    @property
    def releases(self) -> Level | None:
        """The gravest level this role may release; None for a reader."""
        return (None, Level.INFO, Level.WARNING, Level.DANGER, Level.DANGER)[self]


class Scope(Worded):
    """What an API key may release, each including those below."""

    DRAFT = 0
    INFO = 1
    WARNING = 2
    DANGER = 3

    @property
    def releases(self) -> Level | None:
        return None if self is Scope.DRAFT else Level(self.value)


class EndpointState(IntEnum):
    """pending until proven; only an active one is written to."""

    PENDING = 0
    ACTIVE = 1
    STOPPED = 2
    DEAD = 3


class AddressKind(IntEnum):
    """Where a channel has several kinds of address, each may be another gateway's. A bit each."""

    USUAL = 1
    APP = 2  # push: what Firebase gave a phone's app; the usual one is a browser's subscription
