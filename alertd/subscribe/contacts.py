"""Contacts: where an operator is told what concerns the instance, by endpoints of a hidden subscriber that no audience sees.

They are given at the console, by whoever owns the machine: that is their proof. Each is hashed for its operator alone, so that
the same number may be a resident's, or a colleague's, and neither a list, a STOP nor an erasure of theirs touches it.
"""

from typing import Final

from alertd.clock import Clock
from alertd.errors import Missing, Refused
from alertd.keys import Keyring, endpoint_context
from alertd.model import Channel, EndpointState, Mode, endpoint_id
from alertd.stations import audit
from alertd.store.database import Row, Transaction
from alertd.store.ids import take

MOST: Final = 8
"""Addresses that one operator has at a time."""
MOST_SLOTS: Final = 256
LOCALE: Final = "fr"


async def give(
    tx: Transaction,
    clock: Clock,
    keyring: Keyring,
    who: str,
    login: str,
    channel: Channel,
    address: str,
    mode: Mode = Mode.LIVE,
) -> int:
    """Tell an operator there from now on; its endpoint. `address` is canonical; the same again changes nothing. In training it
    is the sandbox that is told.

    :raises Missing: `operator_unknown`. :raises Refused: `contacts_too_many`.
    """
    operator = await _operator(tx, login)
    subscriber = await _hidden(tx, clock, operator, mode)
    rows = await tx.fetch("contacts.of", subscriber)
    hashes = hashes_of(keyring, subscriber, channel, address)
    active = [row for row in rows if row["state"] == EndpointState.ACTIVE]
    same = [row for row in rows if row["mode"] == mode and bytes(row["address_hash"]) in hashes]
    if known := [row["id"] for row in same if row["state"] == EndpointState.ACTIVE]:
        return int(known[0])
    if asleep := [row["id"] for row in same]:
        await tx.execute("contacts.wake", asleep[-1], operator["id"])
        return int(asleep[-1])
    if len(active) >= MOST or len(rows) >= MOST_SLOTS:
        raise Refused(
            "contacts_too_many", f"An operator is told at {MOST} addresses at most: remove one first."
        )
    id_, now = endpoint_id(subscriber, len(rows)), clock.now_ms()
    sealed, key_id = keyring.seal(address, endpoint_context(id_, channel))
    where = (int(mode), int(channel), int(EndpointState.ACTIVE))
    await tx.execute("subscribers.add_endpoint", id_, subscriber, *where, sealed, hashes[0], key_id, now, now)
    said = {"channel": channel.word}
    await audit.append(tx, clock, None, who, "operator.contact", f"operator:{operator['id']}", said)
    return id_


def hashes_of(keyring: Keyring, subscriber: int, channel: Channel, address: str) -> list[bytes]:
    """By which an address is found again, for this operator alone; the newest key's first."""
    return keyring.address_hashes("contact", f"{subscriber}:{channel.word}:{address}")


async def withdraw(tx: Transaction, clock: Clock, who: str, login: str, channel: Channel) -> int:
    """Tell an operator nothing by this channel any more; at how many addresses it was.

    :raises Missing: `operator_unknown`.
    """
    operator = await _operator(tx, login)
    rows = await tx.fetch("contacts.of", operator["subscriber_id"] or 0)
    going = [row["id"] for row in rows if (row["channel"], row["state"]) == (channel, EndpointState.ACTIVE)]
    for id_ in going:
        await tx.execute("subscribers.withdraw_endpoint", id_, clock.now_ms(), b"")
    await tx.execute("contacts.drop_asleep", operator["subscriber_id"] or 0, int(channel), b"")
    if going:
        said = {"channel": channel.word}
        await audit.append(tx, clock, None, who, "operator.uncontact", f"operator:{operator['id']}", said)
    return len(going)


async def standing(tx: Transaction, login: str) -> dict[Channel, int]:
    """At how many addresses an operator is told, by channel; never which.

    :raises Missing: `operator_unknown`.
    """
    operator = await _operator(tx, login)
    rows = await tx.fetch("contacts.of", operator["subscriber_id"] or 0)
    told = [Channel(row["channel"]) for row in rows if row["state"] == EndpointState.ACTIVE]
    return {channel: told.count(channel) for channel in Channel if channel in told}


async def mailboxes(tx: Transaction, operator_id: int, mode: Mode = Mode.LIVE) -> tuple[int, ...]:
    """The endpoints by which an operator has e-mail; in training also those of the sandbox, where others read along."""
    rows = await tx.fetch("contacts.mailboxes", operator_id, int(Channel.EMAIL), MOST, int(mode))
    return tuple(row["id"] for row in rows)


async def _operator(tx: Transaction, login: str) -> Row:
    rows = await tx.fetch("contacts.operator", login.strip().lower())
    if not rows:
        raise Missing("operator_unknown", f"There is no operator {login[:64]!r}.")
    return rows[0]


async def _hidden(tx: Transaction, clock: Clock, operator: Row, mode: Mode) -> int:
    """The operator's subscriber, made at the first contact."""
    if operator["subscriber_id"] is not None:
        return int(operator["subscriber_id"])
    subscriber = await take(tx, "subscriber")
    await tx.execute("subscribers.add", subscriber, int(mode), LOCALE, clock.now_ms())
    await tx.execute("subscribers.hide", subscriber)
    await tx.execute("contacts.set_subscriber", operator["id"], subscriber)
    return subscriber
