"""This phone's notifications: somebody joins by a browser's subscription, which a test notification must prove first.

Whoever holds a subscription's keys is that browser: nobody else is told them. So what it says of its person replaces
what it said before, and no log-in is needed. Until the service worker has confirmed the test, no audience sees the person.
"""

import hmac
from dataclasses import dataclass

from alertd.clock import Clock
from alertd.errors import Conflict, Missing
from alertd.keys import Keyring, delivery_key, delivery_number, endpoint_context
from alertd.model import Channel, Station, subscriber_of
from alertd.stations import audit, secrets_in_use
from alertd.store import reach
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take
from alertd.subscribe import guests
from alertd.subscribe import people as known
from alertd.subscribe.addresses import canonical
from alertd.subscribe.nouns import Address, Ready
from alertd.subscribe.own_word import ACTOR, endpoint_of, say
from alertd.subscribe.people import Hashed, Person
from alertd.subscribe.write import write
from gateways.subscription import encoded

Proof = Row


@dataclass(frozen=True, slots=True)
class Joined:
    """The phone's endpoint and its person; `pending` until it is proven."""

    endpoint_id: int
    subscriber_id: int
    pending: bool


async def join(
    tx: Transaction, clock: Clock, keyring: Keyring, station: Station, ready: Ready, address: Address
) -> Joined:
    """Keep what a phone asks for; `address` is the browser's subscription."""
    hashed = Hashed.of(address, keyring)
    await take(tx, "enrolment")  # as in `enrol`: two who bring the same phone at once take turns
    await secrets_in_use.check(tx, keyring)
    people = await known.load(tx, station, [ready], [hashed], clock.now_ms())
    person = people.owner(hashed)
    if person is None:
        person = Person(locale=ready.locale, proving=True, added=[hashed])
    say(person, ready)
    await write(tx, keyring, station, [person], clock.now_ms())
    await guests.cover(tx, person.id, clock.now_ms())
    endpoint = endpoint_of(person, hashed)
    said = {"channel": Channel.PUSH.word, "pending": person.proving}
    await audit.append(tx, clock, station.id, ACTOR, "subscriber.join", f"subscriber:{person.id}", said)
    return Joined(endpoint, person.id, person.proving)


async def proof(db: Database, station_id: int, message_id: int, endpoint: int) -> Proof | None:
    """A test's `state`, its endpoint's `endpoint_state`, and its `created_at` in UTC ms; None for what is no test of ours."""
    rows = await db.fetch("endpoints.proof", message_id, endpoint, station_id)
    return rows[0] if rows else None


def renewal(keyring: Keyring, endpoint: int) -> str:
    """The key by which an endpoint's own browser changes its address: it leaves the page for the browser's own store only."""
    return f"{keyring.code(delivery_number(0, endpoint))}.{_mac(keyring, endpoint)}"


def renewed_by(keyring: Keyring, key: str) -> int:
    """Whose key this is. :raises Missing: `phone_unknown`, it is forged."""
    code, _, mac = key.partition(".")
    for number in keyring.numbers(code):
        message_id, endpoint = delivery_key(number)
        if message_id == 0 and hmac.compare_digest(_mac(keyring, endpoint).encode(), mac.encode()):
            return endpoint
    raise _unknown()


async def renew(tx: Transaction, clock: Clock, keyring: Keyring, endpoint: int, text: str) -> None:
    """Give an endpoint the browser's new subscription (`pushsubscriptionchange`); the same again changes nothing.

    :raises Missing: `phone_unknown`, nobody has it, or its person stopped it. :raises Conflict: `phone_taken`.
    :raises Refused: `address_invalid`.
    """
    address = Address(Channel.PUSH, canonical_push(text))
    await take(tx, "enrolment")
    await secrets_in_use.check(tx, keyring)
    rows = await tx.fetch("endpoints.find_push", endpoint)
    if not rows:
        raise _unknown()
    hashes = Hashed.of(address, keyring).hashes
    owners = await tx.fetch("subscribers.find_owners", b"".join(hashes), rows[0]["mode"])
    if any(row["subscriber_id"] != rows[0]["subscriber_id"] for row in owners):
        raise Conflict("phone_taken", "Cette adresse de notification est déjà celle d'une autre personne.")
    if owners:
        return
    sealed, key_id = keyring.seal(address.text, endpoint_context(endpoint, Channel.PUSH))
    await tx.execute("endpoints.replace_address", endpoint, sealed, hashes[0], key_id)
    await reach.derive(tx, [subscriber_of(endpoint)])
    await audit.append(tx, clock, None, ACTOR, "endpoint.renew", f"endpoint:{endpoint}")


def canonical_push(text: str) -> str:
    """A browser's subscription in its one form; Refused `address_invalid`."""
    return canonical(Channel.PUSH, text if text.lstrip().startswith("{") else "{}", "")


def _unknown() -> Missing:
    return Missing("phone_unknown", "Ce téléphone n'est plus inscrit : inscrivez-le de nouveau.")


def _mac(keyring: Keyring, endpoint: int) -> str:
    digest = hmac.digest(keyring.lasting("phone renewal"), str(endpoint).encode(), "sha256")
    return encoded(digest[:16])
