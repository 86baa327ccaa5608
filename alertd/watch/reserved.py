"""Reserved addresses: where canaries fly to. They hang on people of a hidden station, whom no other station's audience has, and are
hashed apart: the same address may be a resident's, and no list, STOP or erasure of theirs touches it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import FOREVER, Clock
from alertd.errors import Missing, Refused
from alertd.keys import Keyring, endpoint_context
from alertd.model import Channel, EndpointState, Level, Mode, endpoint_id
from alertd.stations import audit
from alertd.store import Database, Row, Transaction, ids

KIND: Final = "canary"
MOST: Final = 8
"""Addresses at most, of all channels: each is an alert's way, and some cost."""
SANDBOX: Final = "canari@bac-a-sable.invalid"
"""In training mode the sandbox alone is spoken to, and reaches nobody."""
CHANNELS: Final = (Channel.EMAIL, Channel.SMS)
NAME: Final = "Canari d'alertd"
_ALL_TOPICS: Final = -1


@dataclass(frozen=True, slots=True)
class Way:
    """A reserved address, and the list of the hidden station that it is on. Times are UTC ms, None: nothing flew yet. `verdict` is the last
    flight's of which there is one (`alertd.watch.flights.Verdict`).
    """

    endpoint_id: int
    channel: Channel
    mode: Mode
    state: EndpointState
    station_id: int
    group_id: int
    since: int
    fired_at: int | None
    flown_at: int | None
    verdict: str | None


async def add(
    tx: Transaction, clock: Clock, keyring: Keyring, who: str, channel: Channel, address: str, mode: Mode
) -> int:
    """Reserve a canonical address; its endpoint. The same again changes nothing.

    :raises Refused: `canaries_too_many`.
    """
    rows = await tx.fetch("canary.ways")
    hashes = hashes_of(keyring, channel, address)
    if known := [row["id"] for row in rows if bytes(row["address_hash"]) in hashes]:
        return int(known[0])
    if len(rows) >= MOST:
        raise Refused("canaries_too_many", f"At most {MOST} addresses are reserved: remove one first.")
    station = await _station(tx, clock, mode)
    group = await _list(tx, station, channel)
    subscriber, now = await ids.take(tx, "subscriber"), clock.now_ms()
    await tx.execute("subscribers.add", subscriber, int(mode), "fr", now)
    id_ = endpoint_id(subscriber, 0)
    sealed, key_id = keyring.seal(address, endpoint_context(id_, channel))
    where = (int(mode), int(channel), int(EndpointState.ACTIVE))
    await tx.execute("subscribers.add_endpoint", id_, subscriber, *where, sealed, hashes[0], key_id, now, now)
    terms = (_ALL_TOPICS, int(Level.INFO), 1, now, FOREVER, None, KIND, now, None)
    await tx.execute("subscribers.subscribe", station, subscriber, "everywhere", *terms)
    await tx.execute("groups.put", group, f"[{subscriber}]")
    await audit.append(tx, clock, None, who, "canary.add", f"endpoint:{id_}", {"channel": channel.word})
    return id_


async def remove(
    tx: Transaction, clock: Clock, keyring: Keyring, who: str, channel: Channel, address: str
) -> None:
    """Nothing flies there any more; the address is forgotten. :raises Missing: `canary_unknown`."""
    hashes = hashes_of(keyring, channel, address)
    rows = [row for row in await tx.fetch("canary.ways") if bytes(row["address_hash"]) in hashes]
    if not rows:
        raise Missing("canary_unknown", "This address is not reserved: alertd canary list.")
    for row in rows:
        subscriber = row["id"] >> 8
        await tx.execute("subscribers.leave_groups", row["station_id"], subscriber)
        await tx.execute("subscribers.unsubscribe", row["station_id"], subscriber)
        await tx.execute("subscribers.withdraw_endpoint", row["id"], clock.now_ms(), b"")
        await tx.execute("subscribers.hide", subscriber)  # or it would count as somebody
        await audit.append(
            tx, clock, None, who, "canary.remove", f"endpoint:{row['id']}", {"channel": channel.word}
        )


async def ways(store: Database | Transaction) -> list[Way]:
    """Every reserved address, by mode and channel."""
    return [_way(row) for row in await store.fetch("canary.ways")]


def lists(found: Sequence[Way]) -> Iterator[tuple[Way, ...]]:
    """Those that fly together: of one mode and channel."""
    for group in dict.fromkeys(way.group_id for way in found):
        yield tuple(way for way in found if way.group_id == group)


def hashes_of(keyring: Keyring, channel: Channel, address: str) -> list[bytes]:
    """By which a reserved address is found again; the newest key's first."""
    return keyring.address_hashes("canary", f"{channel.word}:{address}")


async def _station(tx: Transaction, clock: Clock, mode: Mode) -> int:
    """The mode's hidden station, made with its first address. Its slug is none that anybody could type."""
    if rows := await tx.fetch("canary.station", int(mode)):
        return int(rows[0]["id"])
    id_ = await ids.take(tx, "station")
    who = (id_, None, f"~{KIND}-{mode.name.lower()}", NAME, KIND, int(mode), None)
    await tx.execute(
        "stations.add", *who, "Europe/Paris", "FR", "fr", 0.0, 0.0, None, None, 1, clock.now_ms()
    )
    return id_


async def _list(tx: Transaction, station: int, channel: Channel) -> int:
    if rows := await tx.fetch("groups.find_by_name", station, channel.word):
        return int(rows[0]["id"])
    id_ = await ids.take(tx, "group")
    await tx.execute("groups.add", id_, station, channel.word, "list")
    return id_


def _way(row: Row) -> Way:
    return Way(
        row["id"],
        Channel(row["channel"]),
        Mode(row["mode"]),
        EndpointState(row["state"]),
        row["station_id"],
        row["group_id"],
        row["created_at"],
        row["fired_at"],
        row["flown_at"],
        row["verdict"],
    )
