"""The contracts of the pages on which residents see and change what is kept about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Choices, Frame
from alertd.web.residents.place_fields import Finder, PlaceField
from alertd.web.tongue import Say


@dataclass(frozen=True, slots=True)
class AskPage:
    """`said` is what just happened, `wrong` what to mend in the address; `spoken`: a code that a call said may be typed; `notified`:
    browsers have notifications here.
    """

    template: ClassVar[str] = "mine_ask.html"
    frame: Frame
    say: Say
    locale: str
    slug: str
    station: str
    said: str
    wrong: str
    typed: str
    spoken: bool
    notified: bool


@dataclass(frozen=True, slots=True)
class WayLine:
    """A way: its channel's name, its address, and why it is not written to; empty `key`: nothing to stop."""

    key: str
    label: str
    address: str
    state: str


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place: what it is, where, whether it `lasts`, and whether it has topics of its own."""

    key: str
    label: str
    note: str
    lasts: bool
    own: bool
    ticked: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class StationCard:
    """What was agreed with a station: its choices as they stand, and in words when and until when. `whole` says all of it;
    `dangers` what always comes, "" where it sends none.
    """

    key: str
    name: str
    level: str
    everywhere: bool
    whole: str
    topics: tuple[Choices, ...]
    dangers: str
    ticked: Mapping[str, bool]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MinePage:
    """`said` is what just happened, `wrong` what could not be done; `topics` and `dangers` are those of a place, of all stations
    together; `field` is the place that is being added; `followed`
    says until when its person is followed.
    """

    template: ClassVar[str] = "mine.html"
    frame: Frame
    say: Say
    locale: str
    slug: str
    station: str
    path: str
    said: str
    wrong: str
    ways: tuple[WayLine, ...]
    places: tuple[PlaceLine, ...]
    kinds: tuple[Choice, ...]
    hamlets: tuple[Choice, ...]
    finder: Finder
    field: PlaceField
    followed: str
    stations: tuple[StationCard, ...]
    levels: tuple[Choice, ...]
    topics: tuple[Choices, ...]
    dangers: str
    spoken: str
    quiet: Mapping[str, str]
    quiet_wrong: str
    """Why the hours could not be taken as they were typed; "" for nothing wrong."""
    languages: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One way tried: its channel's name, its address, "well", "ill", "under" way or "none", what came back, what to do."""

    label: str
    address: str
    state: str
    said: str
    fix: str


@dataclass(frozen=True, slots=True)
class TrialPage:
    """`waiting`: more may come back; `wrong`, why nothing was tried; `path` is the personal page's."""

    template: ClassVar[str] = "trial.html"
    frame: Frame
    say: Say
    locale: str
    station: str
    path: str
    wrong: str
    waiting: bool
    ways: tuple[TrialLine, ...]


@dataclass(frozen=True, slots=True)
class GotPage:
    """What a trial's own link opens; `done` once its reader said that it arrived."""

    template: ClassVar[str] = "trial_got.html"
    frame: Frame
    say: Say
    locale: str
    station: str
    done: bool


@dataclass(frozen=True, slots=True)
class FollowPage:
    """The page that follows: until when (`on`, empty once it was stopped), since when the place is `known`, what went wrong, and the
    field by which the place is said by hand.
    """

    template: ClassVar[str] = "follow.html"
    frame: Frame
    say: Say
    locale: str
    slug: str
    station: str
    on: str
    known: str
    wrong: str
    hamlets: tuple[Choice, ...]
    finder: Finder
    field: PlaceField
