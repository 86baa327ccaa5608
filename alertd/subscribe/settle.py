"""Who is who: the rules by which an enrolment meets the people already there. Pure: memory only.

* An address belongs to one person. A row whose address is known goes to that person.
* A row with a ref that the station knows replaces what it said before under that ref.
* What another station has too is never taken away, and no address is hung on it: else one station's clerk could
  send another's messages about a person to a mailbox of his own. The row's other addresses become a person apart.
"""

from dataclasses import dataclass, replace

from alertd.subscribe.nouns import PLACES, Place, Ready, Terms
from alertd.subscribe.people import Hashed, People, Person


@dataclass(frozen=True, slots=True)
class Settled:
    """Whom a row concerned: the first is the one reported. None: all its addresses had left."""

    person: Person | None
    created: bool
    merged: bool
    declined: tuple[int, ...]
    touched: tuple[Person, ...] = ()
    ref: str | None = None


def settle(row: Ready, addresses: list[Hashed], people: People) -> Settled:
    """Work one row into the people; rows that follow see it done."""
    consent_at = row.terms.consent_at
    declined = tuple(place for place, one in enumerate(addresses) if people.left_since(one, consent_at))
    welcome = [one for place, one in enumerate(addresses) if place not in declined]
    named = people.named(row.terms.ref)
    for person in named:
        _replace(person, row, addresses, people)
    if not welcome:
        return Settled(None, created=False, merged=False, declined=declined, touched=tuple(named))
    owners = list(dict.fromkeys(owner for one in welcome if (owner := people.owner(one))))
    strangers = [owner for owner in owners if owner not in named]
    for person in strangers:
        _join(person, row, people)
    loose = [one for one in welcome if people.owner(one) is None]
    created = _house(loose, row, [*named, *strangers], people)
    touched = tuple(dict.fromkeys([*named, *strangers, *created]))
    return Settled(
        touched[0], bool(created), bool(strangers), declined, touched, _kept(row, touched[0], people)
    )


def _kept(row: Ready, person: Person, people: People) -> str | None:
    """The row's ref where the station has it now, else the one that the person had before."""
    if people.named(row.terms.ref) or person.terms is None:
        return row.terms.ref
    return person.terms.ref


def _replace(person: Person, row: Ready, addresses: list[Hashed], people: People) -> None:
    """The station's word again under the same ref: places and addresses that it no longer gives are gone."""
    ref = person.terms.ref if person.terms else row.terms.ref
    person.terms = replace(row.terms, ref=ref)
    wanted = dict.fromkeys(row.places)
    person.places = person.places | wanted if person.bound else wanted
    if not person.proven and not person.bound:
        person.locale = row.locale
    if not person.bound:
        _withdraw(person, {one for each in addresses for one in each.hashes}, people)


def _withdraw(person: Person, given: set[bytes], people: People) -> None:
    for gone in person.kept - given:
        person.kept.discard(gone)
        people.by_hash.pop(gone, None)
    for hashed in [one for one in person.added if not given.intersection(one.hashes)]:
        person.added.remove(hashed)
        people.by_hash.pop(hashed.hashes[0], None)


def _join(person: Person, row: Ready, people: People) -> None:
    """Places are added and terms widened; with a station that the person did not know, terms are the row's."""
    if person.terms is None:
        _subscribe(person, row.terms, people)
    else:
        person.terms = person.terms.widened(row.terms)
    for place in row.places:
        person.places.setdefault(_said(place, row.terms, person.terms))


def _said(place: Place, row: Terms, person: Terms | None) -> Place:
    """The place with the topics that its own row asked for, where the person's are others."""
    if place.topics is not None or person is None or row.topics == person.topics or person.scope != PLACES:
        return place
    return replace(place, topics=row.topics)


def _subscribe(person: Person, terms: Terms, people: People) -> None:
    ref = people.free_ref(terms.ref)
    person.terms = terms if ref == terms.ref else replace(terms, ref=ref)
    if ref is not None:
        people.by_ref[ref] = person


def _house(loose: list[Hashed], row: Ready, known: list[Person], people: People) -> list[Person]:
    """Find a person for addresses that nobody has: one that is this station's alone, else somebody new."""
    if not loose:
        return []
    home = next((person for person in known if not person.bound and not person.full), None)
    created = []
    if home is None:
        home = Person(locale=row.locale, places=dict.fromkeys(row.places))
        _subscribe(home, row.terms, people)
        people.everyone.append(home)
        created.append(home)
    for hashed in loose:
        home.added.append(hashed)
        people.by_hash[hashed.hashes[0]] = home
    return created
