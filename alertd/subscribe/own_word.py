"""A person's own word: it replaces what was said of them before, by themselves or by a list.

Whoever has proven an address is its person. What another station counts on is never taken away.
"""

from dataclasses import replace

from alertd.clock import Clock
from alertd.keys import Keyring
from alertd.model import Station, endpoint_id
from alertd.stations import audit, secrets_in_use
from alertd.store import reach
from alertd.store.database import Transaction
from alertd.store.ids import take
from alertd.subscribe import guests
from alertd.subscribe import people as known
from alertd.subscribe.nouns import Address, Ready
from alertd.subscribe.people import Hashed, Person
from alertd.subscribe.write import write

ACTOR = "resident"


async def proven(
    tx: Transaction,
    clock: Clock,
    keyring: Keyring,
    station: Station,
    wish: Ready,
    address: Address,
    whose: int | None = None,
) -> int:
    """Let an address count that has just been proven, with what its person wishes; the person's id.

    The person is whoever has the address; else `whose`, who proved another way of the same wish, if they still are;
    else somebody new.
    """
    await take(tx, "enrolment")  # as in `enrol`: two who bring the same address at once take turns
    await secrets_in_use.check(tx, keyring)
    hashed, now = Hashed.of(address, keyring), clock.now_ms()
    people = await known.load(tx, station, [wish], [hashed], now)
    person = people.owner(hashed)
    if person is None:
        person = await _home(tx, station, whose, now) or Person()
        person.added.append(hashed)
    person.proving = False
    say(person, wish)
    await write(tx, keyring, station, [person], now)
    await tx.execute("endpoints.confirm", endpoint_of(person, hashed), now)
    await guests.cover(tx, person.id, now)
    await reach.derive(tx, [person.id])
    said = {"channel": address.channel.word, "pending": False}
    await audit.append(tx, clock, station.id, ACTOR, "subscriber.join", f"subscriber:{person.id}", said)
    return person.id


def say(person: Person, wish: Ready) -> None:
    """The person's own word replaces the earlier one; places that another station counts on are only added to."""
    wanted = dict.fromkeys(wish.places)
    person.places = wanted if person.proving or not person.bound else person.places | wanted
    person.terms = replace(wish.terms, ref=person.terms.ref if person.terms else None)
    person.locale = wish.locale


def endpoint_of(person: Person, hashed: Hashed) -> int:
    """The endpoint of an address, once its person is written."""
    held = next((person.held[one] for one in hashed.hashes if one in person.held), None)
    return endpoint_id(person.id, person.last_slot + 1) if held is None else held


async def _home(tx: Transaction, station: Station, whose: int | None, now: int) -> Person | None:
    """Whoever proved the wish's first way, unless they are gone, or have had all the endpoints a person may have."""
    found = await known.by_id(tx, station, [whose], now) if whose else {}
    person = found.get(whose or 0)
    return None if person is None or person.full else person
