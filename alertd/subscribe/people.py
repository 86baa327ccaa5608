"""People as they stand and as they shall stand: read in a few statements for a whole list, changed in memory."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alertd.keys import Keyring
from alertd.model import REF_PART, SLOT_BITS, EndpointState, Station
from alertd.store.database import Row, Transaction
from alertd.subscribe.nouns import Address, Place, Ready, Terms

PARTS = 9
"""A list's row may concern several people of the store: as many as it has endpoints, and a new one."""


@dataclass(frozen=True, slots=True)
class Hashed:
    """An address with its keyed hashes, the current key's first."""

    address: Address
    hashes: tuple[bytes, ...]

    @classmethod
    def of(cls, address: Address, keyring: Keyring) -> "Hashed":
        return cls(address, tuple(keyring.address_hashes(address.channel.word, address.text)))


@dataclass(slots=True, eq=False)
class Person:
    """One person: what the store holds, and what it shall hold. `id` is 0 until a new one is stored.

    `proving`: its endpoints are still to be proven, and until one is no audience sees the person. `bound`: another station, or an operator's account, has the person too: nothing but this station's own
    subscription may be taken away, and no address added, by this station's word.
    """

    id: int = 0
    locale: str = "fr"
    bound: bool = False
    hidden: bool = False
    proving: bool = False
    proven: bool = False
    stays_until: int = 0
    parted_at: int = 0  # when a STOP ended this station's subscription last; 0: never
    last_slot: int = -1
    last_place: int = 0
    held: dict[bytes, int] = field(default_factory=dict)  # endpoint ids by hash
    stored_places: dict[Place, int] = field(default_factory=dict)  # ordinals
    stored_terms: Terms | None = None
    stored_locale: str = ""
    kept: set[bytes] = field(default_factory=set)  # of `held`
    added: list[Hashed] = field(default_factory=list)
    places: dict[Place, None] = field(default_factory=dict)
    terms: Terms | None = None

    @property
    def full(self) -> bool:
        """An endpoint's number within its person has eight bits and is never used again."""
        return self.last_slot + len(self.added) + 1 >= 1 << SLOT_BITS

    @property
    def changed(self) -> bool:
        """Whether anything is to be written."""
        same = self.terms == self.stored_terms and self.locale == self.stored_locale
        return not (same and not self.added and len(self.kept) == len(self.held) and not self.hidden) or (
            self.places.keys() != self.stored_places.keys()
        )


@dataclass(slots=True)
class People:
    """Whoever a list concerns: by address, by the station's ref, and the addresses that left."""

    everyone: list[Person]
    by_hash: dict[bytes, Person]
    by_ref: dict[str, Person]
    closed: Mapping[bytes, int]

    def owner(self, hashed: Hashed) -> Person | None:
        """Whose address it is."""
        return next((self.by_hash[one] for one in hashed.hashes if one in self.by_hash), None)

    def named(self, ref: str | None) -> list[Person]:
        """All that the station enrolled under this ref."""
        return [self.by_ref[one] for one in _parts(ref) if one in self.by_ref] if ref else []

    def free_ref(self, ref: str | None) -> str | None:
        """The ref for one more person of the same row; None when there is no ref."""
        return next((one for one in _parts(ref) if one not in self.by_ref), None) if ref else None

    def left_since(self, hashed: Hashed, consent_at: int) -> bool:
        """Whether the address stopped, or died, after that consent, and nobody has it now; or whoever has it left this station."""
        owner = self.owner(hashed)
        if owner is not None:
            return owner.terms is None and owner.parted_at > consent_at
        return max((self.closed.get(one, 0) for one in hashed.hashes), default=0) > consent_at


def parts_of(ref: str) -> str:
    """All that may be stored for a ref, as a JSON list."""
    return json.dumps(list(_parts(ref)))


def _parts(ref: str) -> Iterator[str]:
    yield ref
    yield from (f"{ref}{REF_PART}{number}" for number in range(2, PARTS + 1))


async def load(
    tx: Transaction, station: Station, rows: Sequence[Ready], hashed: Iterable[Hashed], now: int
) -> People:
    """Everyone whom the rows concern, in six statements whatever their number."""
    packed = b"".join(one for each in hashed for one in each.hashes)
    mode = int(station.mode)
    owners = await tx.fetch("subscribers.find_owners", packed, mode) if packed else ()
    closed = await tx.fetch("subscribers.find_closed", packed, mode) if packed else ()
    asked = json.dumps([part for row in rows if row.terms.ref for part in _parts(row.terms.ref)])
    refs = await tx.fetch("subscribers.find_by_refs", station.id, asked)
    ids = sorted({row["subscriber_id"] for row in (*owners, *refs)})
    people = await by_id(tx, station, ids, now)
    return People(
        everyone=list(people.values()),
        by_hash={one: person for person in people.values() for one in person.held},
        by_ref={row["ref"]: people[row["subscriber_id"]] for row in refs},
        closed={bytes(row["address_hash"]): row["closed_at"] for row in closed},
    )


async def by_id(tx: Transaction, station: Station, ids: list[int], now: int) -> dict[int, Person]:
    """These people as they stand, by id; whoever is gone is left out."""
    if not ids:
        return {}
    listed = json.dumps(ids)
    rows = await tx.fetch("subscribers.load_people", listed, station.id)
    people = {row["id"]: _person(row) for row in rows}
    for row in await tx.fetch("subscribers.load_endpoints", listed):
        person = people[row["subscriber_id"]]
        person.held[bytes(row["address_hash"])] = row["id"]
        person.kept.add(bytes(row["address_hash"]))
        person.proving = row["state"] == EndpointState.PENDING and (person.proving or len(person.held) == 1)
        person.proven = person.proven or row["proven_at"] is not None
    for row in await tx.fetch("subscribers.load_places", listed, now):
        place = Place(row["cell"], row["kind"], row["topics"])
        people[row["subscriber_id"]].stored_places[place] = row["ordinal"]
        people[row["subscriber_id"]].places[place] = None
    return people


def _person(row: Row) -> Person:
    terms = None if row["scope"] is None else _terms(row)
    return Person(
        id=row["id"],
        locale=row["locale"],
        stored_locale=row["locale"],
        bound=row["others"] > 0 or bool(row["hidden"]),
        hidden=bool(row["hidden"]),
        stays_until=row["stays_until"],
        parted_at=row["parted_at"] or 0,
        last_slot=-1 if row["last_endpoint"] is None else row["last_endpoint"] & ((1 << SLOT_BITS) - 1),
        last_place=row["last_place"] or 0,
        stored_terms=terms,
        terms=terms,
    )


def _terms(row: Row) -> Terms:
    return Terms(
        scope=row["scope"],
        topics=row["topics"],
        min_level=row["min_level"],
        exercises=bool(row["exercises"]),
        valid_until=row["valid_until"],
        ref=row["ref"],
        consent_source=row["consent_source"],
        consent_at=row["consent_at"],
        consent_proof=row["consent_proof"],
    )
