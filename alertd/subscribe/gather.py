"""The rows of one list that speak of the same person, gathered: by ref, else by an address they share. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from alertd.subscribe.lines import with_place_topics
from alertd.subscribe.nouns import EVERYWHERE, PLACES, Address, Place, Ready, Terms

CROWD = 64
"""Most places, and most addresses, of one person of a list: more is a school's switchboard, not a household."""


@dataclass(slots=True, eq=False)
class Gathered:
    """One person of the list, and the line that speaks of them first."""

    line: int
    locale: str
    terms: Terms
    addresses: dict[Address, int] = field(default_factory=dict)  # with the line that gave it
    places: dict[Place, None] = field(default_factory=dict)
    adopted: bool = False  # the ref is a later line's

    @property
    def ready(self) -> Ready:
        return Ready(self.locale, tuple(self.addresses), tuple(self.places), self.terms)


@dataclass(frozen=True, slots=True)
class Joined:
    """A line that speaks of people of earlier lines: the one of its ref first (`named`), else by its addresses."""

    line: int
    ref: str | None
    addresses: tuple[Address, ...]
    people: tuple[Gathered, ...]
    named: bool

    def shares_with(self, person: Gathered) -> int | None:
        """The earlier line that gave the person an address of this one; None when only a ref joins them."""
        lines = (person.addresses.get(one, self.line) for one in self.addresses)
        return next((line for line in lines if line < self.line), None)


class Gathering:
    """Takes rows in the file's order; each address ends with one person."""

    def __init__(self) -> None:
        self._people: list[Gathered] = []
        self.joined: list[Joined] = []
        self._by_ref: dict[str, Gathered] = {}
        self._by_address: dict[Address, Gathered] = {}

    def adopters(self) -> frozenset[int]:
        """First lines of the people whose ref is a later line's."""
        return frozenset(person.line for person in self._people if person.adopted)

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[tuple[int, Ready]]:
        """Each person's first line and what all lines say of them."""
        return ((person.line, person.ready) for person in self._people)

    def add(self, line: int, row: Ready) -> bool:
        """Work a row in; False when so many share an address that it cannot be one person."""
        named = self._by_ref.get(row.terms.ref) if row.terms.ref else None
        owners = [self._by_address[one] for one in row.addresses if one in self._by_address]
        touched = list(dict.fromkeys([named, *owners] if named else owners))
        if any(_crowded(person, row) for person in touched):
            return False
        if touched:
            joined = Joined(line, row.terms.ref, row.addresses, tuple(touched), named=named is not None)
            self.joined.append(joined)
        self._work_in(line, row, touched or [self._new(line, row)], named)
        return True

    def _work_in(self, line: int, row: Ready, people: list[Gathered], named: Gathered | None) -> None:
        for person in people:
            _widen(person, row, same=person is named or person.line == line)
        if row.terms.ref:
            home = self._by_ref.setdefault(row.terms.ref, people[0])
            # Whoever had no key takes this one: by it the station's next list finds the same person.
            if home.terms.ref is None:
                home.terms, home.adopted = replace(home.terms, ref=row.terms.ref), True
        for address in row.addresses:
            self._by_address.setdefault(address, people[0]).addresses.setdefault(address, line)

    def leave_out_unreachable(self) -> list[int]:
        """Drop the people for whom no line gave an address; the lines that spoke of them first."""
        lines = [person.line for person in self._people if not person.addresses]
        self._people = [person for person in self._people if person.addresses]
        return lines

    def _new(self, line: int, row: Ready) -> Gathered:
        person = Gathered(line, row.locale, row.terms)
        self._people.append(person)
        return person


def _crowded(person: Gathered, row: Ready) -> bool:
    return len(person.places) + len(row.places) > CROWD or len(person.addresses) + len(row.addresses) > CROWD


def _widen(person: Gathered, row: Ready, *, same: bool) -> None:
    """More places; and where another person of the household wants more, more."""
    if not same:
        person.terms = person.terms.widened(replace(row.terms, consent_at=person.terms.consent_at))
    elif row.places and person.terms.scope == EVERYWHERE:
        person.terms = replace(person.terms, scope=PLACES)
    person.places |= dict.fromkeys(with_place_topics(row, person.terms.topics).places)
