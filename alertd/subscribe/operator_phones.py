"""Telephones on which an operator is told: browsers' subscriptions among their contacts, given by whoever is logged in there.

A browser knows its own by a key that it keeps in a cookie. Log-out lets it sleep, for the next person who takes it in hand is
another; the same operator's next log-in there wakes it. Taken off the list it is forgotten, and asked for anew.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.errors import Missing
from alertd.keys import Keyring, delivery_key, delivery_number, endpoint_context
from alertd.model import Channel, subscriber_of
from alertd.stations import audit
from alertd.store.database import Database, Transaction
from alertd.subscribe import contacts
from alertd.subscribe.phones import canonical_push
from gateways.subscription import encoded

MOST_KEY: Final = 40


@dataclass(frozen=True, slots=True)
class Phone:
    """An endpoint, and since when in UTC ms."""

    id: int
    since: int


async def give(tx: Transaction, clock: Clock, keyring: Keyring, login: str, text: str) -> int:
    """Tell an operator by this browser from now on; its endpoint. The same again changes nothing.

    :raises Refused: `address_invalid`, `contacts_too_many`.
    """
    address = canonical_push(text)
    return await contacts.give(tx, clock, keyring, f"operator:{login}", login, Channel.PUSH, address)


async def of_operator(store: Database, operator_id: int) -> tuple[Phone, ...]:
    """Where an operator is told by notification, the oldest first."""
    rows = await store.fetch("contacts.phones", operator_id, int(Channel.PUSH), contacts.MOST)
    return tuple(Phone(row["id"], row["proven_at"] or row["created_at"]) for row in rows)


def key(keyring: Keyring, endpoint: int) -> str:
    """By which a browser shows that an endpoint is its own."""
    return f"{keyring.code(delivery_number(0, endpoint))}.{_mac(keyring, endpoint)}"


def shown(keyring: Keyring, text: str) -> int:
    """Whose key this is; 0 for none, or a forged one."""
    code, _, mac = text[:MOST_KEY].partition(".")
    for number in keyring.numbers(code):
        message_id, endpoint = delivery_key(number)
        if message_id == 0 and hmac.compare_digest(_mac(keyring, endpoint).encode(), mac.encode()):
            return endpoint
    return 0


async def wake(tx: Transaction, operator_id: int, endpoint: int) -> None:
    """Its operator is back on it."""
    await tx.execute("contacts.wake", endpoint, operator_id)


async def sleep(tx: Transaction, operator_id: int, endpoint: int, clock: Clock) -> None:
    """Its operator leaves it: whatever is sent is not shown there."""
    await tx.execute("contacts.sleep", endpoint, operator_id, clock.now_ms())


async def withdraw(tx: Transaction, clock: Clock, who: str, operator_id: int, endpoint: int) -> bool:
    """Take one of an operator's own off the list; False where it is not on it."""
    rows = await tx.fetch("contacts.phones", operator_id, int(Channel.PUSH), contacts.MOST)
    if endpoint not in {row["id"] for row in rows}:
        return False
    await tx.execute("subscribers.withdraw_endpoint", endpoint, clock.now_ms(), b"")
    said = {"channel": Channel.PUSH.word}
    await audit.append(tx, clock, None, who, "operator.uncontact", f"operator:{operator_id}", said)
    return True


async def withdraw_all(tx: Transaction, clock: Clock, who: str, operator_id: int, but: int = 0) -> None:
    """For a telephone that was lost: all of them, those that sleep, too, but the one in hand."""
    for row in await tx.fetch("contacts.phones", operator_id, int(Channel.PUSH), contacts.MOST):
        if row["id"] != but:
            await withdraw(tx, clock, who, operator_id, row["id"])
    rows = await tx.fetch("contacts.hidden", operator_id)
    for row in rows:
        await tx.execute("contacts.drop_asleep", row["subscriber_id"], int(Channel.PUSH), b"")


async def renew(tx: Transaction, clock: Clock, keyring: Keyring, endpoint: int, text: str) -> None:
    """The browser was given a new address (`pushsubscriptionchange`); one that sleeps goes on sleeping.

    :raises Missing: `phone_unknown`: it is on nobody's list. :raises Refused: `address_invalid`.
    """
    address = canonical_push(text)
    if not await tx.fetch("contacts.phone", endpoint, int(Channel.PUSH)):
        raise Missing("phone_unknown", "Ce téléphone n'est plus inscrit : inscrivez-le de nouveau.")
    digest = contacts.hashes_of(keyring, subscriber_of(endpoint), Channel.PUSH, address)[0]
    sealed, key_id = keyring.seal(address, endpoint_context(endpoint, Channel.PUSH))
    await tx.execute("contacts.readdress", endpoint, sealed, digest, key_id)
    await audit.append(tx, clock, None, "operator", "endpoint.renew", f"endpoint:{endpoint}")


def _mac(keyring: Keyring, endpoint: int) -> str:
    digest = hmac.digest(keyring.lasting("operator phone"), str(endpoint).encode(), "sha256")
    return encoded(digest[:16])
