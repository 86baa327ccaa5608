"""What is said of a person who is to be warned: as it comes (Enrolment), and ready to be kept (Ready)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from alertd.clock import FOREVER
from alertd.model import ALL_TOPICS, Channel, Level

LONGEST_STAY_DAYS: Final = 366
"""Tourists' stays, by whatever door they come."""
STAY: Final = "stay"
PLACE_KINDS: Final = ("home", "school", "work", STAY, "current")
PLACES: Final = "places"
EVERYWHERE: Final = "everywhere"


@dataclass(frozen=True, slots=True)
class At:
    """Where someone wants to be warned, in degrees; the coordinates become a cell and are dropped.

    `topics` are words of the catalogue for this place alone; None, those of the subscription.
    """

    latitude: float
    longitude: float
    kind: str = "home"
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person, as a list, a key's request or a form gives one. Times are UTC milliseconds.

    Without topics every topic is meant; without places, the whole station. `ref` is the station's own key for the
    person. `consent_source` says where the consent was given and is demanded, with its date.
    """

    endpoints: tuple[tuple[Channel, str], ...]
    consent_source: str
    consent_at: int
    locale: str = "fr"
    places: tuple[At, ...] = ()
    topics: tuple[str, ...] = ()
    min_level: Level = Level.INFO
    valid_until: int = FOREVER
    exercises: bool = False
    ref: str | None = None
    consent_proof: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """One canonical address."""

    channel: Channel
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A cell at resolution 12, and the mask of topics wanted there (None: the subscription's)."""

    cell: int
    kind: str
    topics: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a station and a person agreed: a subscription, without the days it began."""

    scope: str
    topics: int
    min_level: int
    exercises: bool
    valid_until: int
    ref: str | None
    consent_source: str
    consent_at: int
    consent_proof: str | None = None

    def widened(self, other: "Terms") -> "Terms":
        """With what the other wants too, unless its consent is older: the person has said otherwise since.

        Topics are kept beside each place; they count here only for whoever is everywhere.
        """
        if other.consent_at < self.consent_at:
            return self
        everywhere = EVERYWHERE in {self.scope, other.scope}
        return replace(
            self,
            scope=EVERYWHERE if everywhere else PLACES,
            topics=self.topics | other.topics if everywhere else self.topics,
            min_level=min(self.min_level, other.min_level),
            exercises=self.exercises or other.exercises,
            valid_until=max(self.valid_until, other.valid_until),
        )


@dataclass(frozen=True, slots=True)
class Ready:
    """A person checked: addresses canonical, coordinates gone, topics as masks."""

    locale: str
    addresses: tuple[Address, ...]
    places: tuple[Place, ...]
    terms: Terms

    @property
    def stays(self) -> bool:
        """Whether they are here for a stay: warned, until it ends, wherever in the instance their place lies."""
        return self.terms.valid_until < FOREVER and any(place.kind == STAY for place in self.places)

    @property
    def as_json(self) -> list[Any]:
        """Its values in order, for `from_json`."""
        addresses = [(int(one.channel), one.text) for one in self.addresses]
        places = [(one.cell, one.kind, one.topics) for one in self.places]
        return [self.locale, addresses, places, [getattr(self.terms, name) for name in Terms.__slots__]]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> "Ready":
        """What `as_json` made of it."""
        locale, addresses, places, terms = raw
        return cls(
            locale,
            tuple(Address(Channel(channel), text) for channel, text in addresses),
            tuple(Place(*place) for place in places),
            Terms(*terms),
        )


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of an enrolment.

    `subscriber_id` is None when every address had left since that consent. `ref` is the station's key for the person:
    the enrolment's own, or, of a person enrolled before by the same address, the one it had. `merged`: an address was known, and the
    enrolment went to that person. `changed` is false when all was already so. `declined` are the positions of
    addresses that stopped, or died, after the consent was given. `others` are people apart who have the rest of the addresses.
    """

    subscriber_id: int | None
    created: bool
    merged: bool
    changed: bool
    ref: str | None = None
    declined: tuple[int, ...] = ()
    others: tuple[int, ...] = ()


__all__ = [
    "ALL_TOPICS",
    "EVERYWHERE",
    "PLACES",
    "PLACE_KINDS",
    "Address",
    "At",
    "Enrolled",
    "Enrolment",
    "Place",
    "Ready",
    "Terms",
]
