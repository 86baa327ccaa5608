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
    addresses: dict[Address, None] = field(default_factory=dict)
    places: dict[Place, None] = field(default_factory=dict)

    @property
    def ready(self) -> Ready:
        return Ready(self.locale, tuple(self.addresses), tuple(self.places), self.terms)


class Gathering:
    """Takes rows in the file's order; each address ends with one person."""

    def __init__(self) -> None:
        self._people: list[Gathered] = []
        self._by_ref: dict[str, Gathered] = {}
        self._by_address: dict[Address, Gathered] = {}

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[tuple[int, Ready]]:
        """Each person's first line and what all lines say of them."""
        return ((person.line, person.ready) for person in self._people)

    def add(self, line: int, row: Ready) -> bool:
        """Work a row in; False when so many share an address that it cannot be one person."""
        named = self._by_ref.get(row.terms.ref) if row.terms.ref else None
        owners = [self._by_address[one] for one in row.addresses if one in self._by_address]
        touched = list(dict.fromkeys([named, *owners] if named else owners)) or [self._new(line, row)]
        if any(_crowded(person, row) for person in touched):
            return False
        for person in touched:
            _widen(person, row, same=person is named or person.line == line)
        if row.terms.ref:
            self._by_ref.setdefault(row.terms.ref, touched[0])
        for address in row.addresses:
            self._by_address.setdefault(address, touched[0]).addresses.setdefault(address)
        return True

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
