"""People as they shall stand, written: one statement for all rows of a table."""

from collections.abc import Iterator, Sequence
from typing import Any

from alertd.clock import FOREVER
from alertd.keys import Keyring, endpoint_context
from alertd.model import AddressKind, EndpointState, Station, endpoint_id
from alertd.store import reach
from alertd.store.database import Transaction
from alertd.store.ids import take
from alertd.subscribe.addresses import kind_of, prefix_of
from alertd.subscribe.people import Person

Values = tuple[Any, ...]


async def write(
    tx: Transaction, keyring: Keyring, station: Station, people: Sequence[Person], now: int
) -> None:
    """Store what changed, and derive reach. New people get their ids here, in order."""
    changed = [person for person in people if person.changed]
    await _add(tx, station, [person for person in changed if not person.id], now)
    await _end(tx, changed, now)
    await _reopen(tx, station, changed, now)
    await _many(tx, "subscribers.add_endpoint", _endpoints(changed, keyring, int(station.mode), now))
    await _many(tx, "subscribers.set_prefix", _prefixes(changed))
    await _many(tx, "subscribers.set_kind", _kinds(changed))
    await _many(tx, "subscribers.add_place", _places(changed, now))
    await _many(tx, "subscribers.subscribe", _subscriptions(changed, station.id, now))
    await reach.derive(tx, [person.id for person in changed])


async def _add(tx: Transaction, station: Station, new: list[Person], now: int) -> None:
    if not new:
        return
    first = await take(tx, "subscriber", len(new))
    for number, person in enumerate(new):
        person.id = first + number
        person.stored_locale = person.locale
        person.stays_until = FOREVER
    rows = [(person.id, int(station.mode), person.locale, now) for person in new]
    await tx.execute_many("subscribers.add", rows)
    await _many(tx, "subscribers.hide", ((person.id,) for person in new if person.proving))


async def _end(tx: Transaction, changed: list[Person], now: int) -> None:
    gone = ((held, now, b"") for one in changed for key, held in one.held.items() if key not in one.kept)
    await _many(tx, "subscribers.withdraw_endpoint", gone)
    ended = (
        (one.id, ordinal, now)
        for one in changed
        for place, ordinal in one.stored_places.items()
        if place not in one.places
    )
    await _many(tx, "subscribers.end_place", ended)
    spoken = ((one.id, one.locale) for one in changed if one.locale != one.stored_locale)
    await _many(tx, "subscribers.set_locale", spoken)


async def _reopen(tx: Transaction, station: Station, changed: list[Person], now: int) -> None:
    """Whoever had left, or was hidden, is here again through this station."""
    back = [one for one in changed if one.stays_until <= now]
    await _many(tx, "subscribers.close_stay", ((one.id, one.stays_until, station.id) for one in back))
    await _many(tx, "subscribers.reopen_stay", ((one.id,) for one in back))
    await _many(tx, "subscribers.show", ((one.id,) for one in changed if one.hidden and not one.proving))


def _endpoints(changed: list[Person], keyring: Keyring, mode: int, now: int) -> Iterator[Values]:
    for person in changed:
        for slot, hashed in enumerate(person.added, person.last_slot + 1):
            id_, channel = endpoint_id(person.id, slot), int(hashed.address.channel)
            sealed, key_id = keyring.seal(hashed.address.text, endpoint_context(id_, channel))
            state = int(EndpointState.PENDING if person.proving else EndpointState.ACTIVE)
            yield id_, person.id, mode, channel, state, sealed, hashed.hashes[0], key_id, None, now


def _prefixes(changed: list[Person]) -> Iterator[Values]:
    for person in changed:
        for slot, hashed in enumerate(person.added, person.last_slot + 1):
            if prefix := prefix_of(hashed.address.channel, hashed.address.text):
                yield endpoint_id(person.id, slot), prefix


def _kinds(changed: list[Person]) -> Iterator[Values]:
    for person in changed:
        for slot, hashed in enumerate(person.added, person.last_slot + 1):
            kind = kind_of(hashed.address.channel, hashed.address.text)
            if kind is not AddressKind.USUAL:
                yield endpoint_id(person.id, slot), int(kind)


def _places(changed: list[Person], now: int) -> Iterator[Values]:
    for person in changed:
        new = [place for place in person.places if place not in person.stored_places]
        for ordinal, place in enumerate(new, person.last_place + 1):
            yield person.id, ordinal, place.cell, place.kind, place.topics, now


def _subscriptions(changed: list[Person], station_id: int, now: int) -> Iterator[Values]:
    for person in changed:
        terms = person.terms
        if terms is None or terms == person.stored_terms:
            continue
        wanted = (terms.scope, terms.topics, terms.min_level, int(terms.exercises))
        consent = (terms.consent_source, terms.consent_at, terms.consent_proof)
        yield station_id, person.id, *wanted, now, terms.valid_until, terms.ref, *consent


async def _many(tx: Transaction, query: str, rows: Iterator[Values]) -> None:
    listed = list(rows)
    if listed:
        await tx.execute_many(query, listed)
