"""Join: somebody says how, where and what for; each way counts once it is proven.

A code or link goes to an endpoint of a hidden courier, whether or not anybody has the address already: so nobody is touched
by what a stranger types, the page says the same for known and unknown addresses, and a mistyped number is forgotten. What was
wished waits sealed. The first way that is proven makes the person, or finds them; the others are added as they are proven.
"""

import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from alertd.clock import DAY, HOUR, MINUTE
from alertd.deliver.service import Declined, House, Limit, Note, Purpose, service
from alertd.errors import Missing, Refused, TooOften
from alertd.keys import endpoint_context, token, token_hash
from alertd.model import Channel, EndpointState, Station, endpoint_id
from alertd.stations import stations, throttle
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take
from alertd.subscribe import numbers, own_word
from alertd.subscribe.nouns import Address, Ready
from alertd.subscribe.quiet_calls import ask_to_prove

KEPT_MS: Final = 2 * DAY
"""How long a wish waits: a call may have to wait for the morning."""
CODE_MS: Final = 15 * MINUTE
LINK_MS: Final = DAY
TRIES: Final = 5
"""Codes typed for one that was sent."""
SLICE: Final = 20
SLICES: Final = 40
UNLIMITED: Final = Limit("proof", burst=100, every_ms=MINUTE)
"""Of one courier's endpoint; what an address is asked is limited by `_spend`."""
WITHIN: Final = {Channel.SMS: CODE_MS, Channel.EMAIL: LINK_MS, Channel.VOICE: KEPT_MS}
PACES: Final = {
    Channel.SMS: (4, 4 * HOUR),
    Channel.EMAIL: (4, HOUR),
    Channel.VOICE: (1, 12 * HOUR),
}
"""Codes, links and calls to one address: so many at once, then one every so often."""


@dataclass(frozen=True, slots=True)
class Doorstep:
    """At whose door somebody stands. `public_url` is where links lead; `per_day` codes and calls leave for strangers."""

    house: House
    station: Station
    public_url: str
    per_day: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a wish. `channel` tells it from the others: a wish has one of each."""

    channel: Channel
    address: str
    proven: bool
    open: bool  # a code would still count


@dataclass(frozen=True, slots=True)
class Wish:
    """What a page waits for."""

    id: int
    ways: tuple[Way, ...]


async def begin(
    tx: Transaction, door: Doorstep, wish: Ready, ways: Sequence[Address], whose: int | None = None
) -> tuple[str, list[str]]:
    """Keep a wish, and ask each of its addresses; the token of the page that waits, and the bells to ring.

    :raises Refused: `phone_abroad`, `no_gateway`. :raises TooOften: `codes_too_often`.
    """
    house, secret, now = door.house, token(), door.house.clock.now_ms()
    id_, courier = await take(tx, "joining"), await take(tx, "subscriber")
    await tx.execute("subscribers.add", courier, int(door.station.mode), wish.locale, now)
    await tx.execute("subscribers.hide", courier)
    text = json.dumps(replace(wish, addresses=()).as_json)
    sealed, key_id = house.keyring.seal(text, sealed_for(id_))
    known = (id_, token_hash(secret), door.station.id, courier, whose)
    await tx.execute("joining.add", *known, sealed, key_id, now)
    return secret, [
        await _ask(tx, door, id_, endpoint_id(courier, slot), way) for slot, way in enumerate(ways)
    ]


async def standing(store: Database, house: House, station: Station, secret: str) -> Wish:
    """How far a wish is. :raises Missing: `link_over`."""
    row = await _by_token(store, house, station, secret)
    rows = await store.fetch("joining.proofs", row["id"])
    return Wish(row["id"], tuple(_way(house, each) for each in rows))


async def type_code(tx: Transaction, house: House, station: Station, secret: str, code: str) -> bool:
    """Let the number of this page count if this is its code; whether it was. :raises Missing: `link_over`."""
    row = await _by_token(tx, house, station, secret)
    proof = await _proof(tx, row["id"], Channel.SMS)
    if proof is None or proof["proven_at"] is not None or house.clock.now_ms() > proof["expires_at"]:
        return False
    if not await tx.execute("joining.try", proof["endpoint_id"], TRIES):
        return False
    hashes = house.keyring.address_hashes("code", _named(proof["endpoint_id"], code))
    right = [hmac.compare_digest(one, bytes(proof["secret_hash"])) for one in hashes]
    if any(right):
        await _count(tx, house, station, row, proof)
    return any(right)


async def ask_again(tx: Transaction, door: Doorstep, secret: str, channel: Channel) -> str:
    """Another code, or another link: the one before opens nothing any more. The bell to ring, empty without one.

    :raises Missing: `link_over`. :raises TooOften: `codes_too_often`.
    """
    row = await _by_token(tx, door.house, door.station, secret)
    proof = await _proof(tx, row["id"], channel)
    if proof is None or proof["proven_at"] is not None or channel is Channel.VOICE:
        return ""
    address = Address(channel, _address(door.house, proof))
    return await _send(tx, door, proof["endpoint_id"], address, again=True)


async def link_opens(
    store: Database | Transaction, house: House, station: Station, secret: str
) -> Row | None:
    """The way that a letter's link proves; None for one that is forged, used or too old."""
    rows = await store.fetch("joining.by_link", token_hash(secret), station.id)
    now = house.clock.now_ms()
    good = [row for row in rows if row["proven_at"] is None and now <= row["expires_at"]]
    return good[0] if good else None


async def follow_link(tx: Transaction, house: House, station: Station, secret: str) -> None:
    """Let a mailbox count: the button behind its link was pressed. :raises Missing: `link_over`."""
    proof = await link_opens(tx, house, station, secret)
    if proof is None:
        raise over()
    [row] = await tx.fetch("joining.by_id", proof["joining_id"])
    await _count(tx, house, station, row, proof)


async def heed_calls(db: Database, house: House) -> bool:
    """Let the numbers count in whose calls the key was pressed; a loop's step, busy while there are more."""
    if not await db.fetch("joining.rung", 1):
        return False
    async with db.transaction() as tx:
        await take(tx, "enrolment")  # two nodes take turns: the second finds them proven
        rows = await tx.fetch("joining.rung", SLICE)
        for proof in rows:
            [row] = await tx.fetch("joining.by_id", proof["joining_id"])
            await _count(tx, house, await stations.by_id(tx, row["station_id"]), row, proof)
    return len(rows) == SLICE


async def forget(db: Database, now_ms: int) -> None:
    """Forget wishes after two days, with the addresses that were typed for them; one node does it for all."""
    for _ in range(SLICES):
        async with db.transaction() as tx:
            leads = await tx.fetch("chores.lead", "forget")
            rows = await tx.fetch("joining.over", now_ms - KEPT_MS, SLICE) if leads else ()
            for row in rows:
                await forget_wish(tx, row)
            if not rows:
                return


async def forget_wish(tx: Transaction, row: Row) -> None:
    """A wish (`id`, `courier_id`), and whatever carried its codes."""
    await tx.execute("joining.forget_proofs", row["id"])
    await tx.execute("joining.forget", row["id"])
    await tx.execute("subscribers.erase_endpoints", row["courier_id"])
    await tx.execute("subscribers.erase", row["courier_id"])


async def _ask(tx: Transaction, door: Doorstep, joining: int, endpoint: int, way: Address) -> str:
    """The courier's endpoint, what proves it, and the word that goes there."""
    house, now, channel = door.house, door.house.clock.now_ms(), way.channel
    sealed, key_id = house.keyring.seal(way.text, endpoint_context(endpoint, channel))
    hashed = house.keyring.address_hash("courier", f"{endpoint}:{channel.word}:{way.text}")
    standing = (int(door.station.mode), int(channel), int(EndpointState.PENDING))
    await tx.execute(
        "subscribers.add_endpoint", endpoint, endpoint >> 8, *standing, sealed, hashed, key_id, None, now
    )
    nothing = secrets.token_bytes(32)  # until it is sent
    await tx.execute("joining.add_proof", endpoint, joining, int(channel), nothing, now + WITHIN[channel])
    return await _send(tx, door, endpoint, way)


async def _send(tx: Transaction, door: Doorstep, endpoint: int, way: Address, *, again: bool = False) -> str:
    if way.channel is not Channel.EMAIL:
        numbers.check(way.text)
    await _spend(tx, door, way)
    if way.channel is Channel.VOICE:
        written = await ask_to_prove(tx, door.house, door.station, endpoint)
    else:
        note, secret = _note(door, endpoint, way.channel)
        expires = door.house.clock.now_ms() + WITHIN[way.channel]
        await tx.execute("joining.renew", endpoint, secret, expires)
        written = await service(tx, door.house, endpoint, note)
    if isinstance(written, Declined):
        raise Refused("no_gateway", "The station cannot reach anybody this way now.", again=again)
    return written.bell


def _note(door: Doorstep, endpoint: int, channel: Channel) -> tuple[Note, bytes]:
    """The words, and what is kept of their secret."""
    keyring = door.house.keyring
    if channel is Channel.SMS:
        code = f"{secrets.randbelow(1_000_000):06d}"
        note = Note("service.join_code", {"code": code}, within_ms=CODE_MS)
        kept = keyring.address_hash("code", _named(endpoint, code))
    else:
        secret = token()
        link = f"{door.public_url}/s/{door.station.slug}/confirmer/{secret}"
        note = Note("join.mail", {"link": link}, title="join.mail_title", within_ms=LINK_MS)
        kept = token_hash(secret)
    whose = replace(note, station_id=door.station.id, actor=own_word.ACTOR)
    return replace(whose, purpose=Purpose.PROOF, limit=UNLIMITED), kept


async def _spend(tx: Transaction, door: Doorstep, way: Address) -> None:
    """One word to this address, and one of the station's day where it costs. :raises TooOften: `codes_too_often`."""
    clock, (burst, every_ms) = door.house.clock, PACES[way.channel]
    whose = door.house.keyring.address_hash("asked", f"{way.channel.word}:{way.text}").hex()[:24]
    free = await throttle.spare(tx, clock, f"asked:{whose}", burst, every_ms)
    if free and way.channel is not Channel.EMAIL:
        free = await throttle.code_of_the_day(tx, clock, door.station.id, door.per_day)
    if not free:
        raise TooOften("codes_too_often", "Too many codes were asked for: wait, or use e-mail.")


async def _count(tx: Transaction, house: House, station: Station, row: Row, proof: Row) -> None:
    """The way is proven: from now on it is somebody's."""
    if not await tx.execute("joining.prove", proof["endpoint_id"], house.clock.now_ms()):
        return
    channel = Channel(proof["channel"])
    wish = Ready.from_json(
        json.loads(house.keyring.open(bytes(row["wish"]), row["key_id"], sealed_for(row["id"])))
    )
    said = replace(
        wish, terms=replace(wish.terms, consent_proof=f"{wish.terms.consent_proof}, {channel.word}")
    )
    address = Address(channel, _address(house, proof))
    whose = await own_word.proven(
        tx, house.clock, house.keyring, station, said, address, row["subscriber_id"]
    )
    if row["subscriber_id"] is None:
        await tx.execute("joining.belong", row["id"], whose)


async def _by_token(store: Database | Transaction, house: House, station: Station, secret: str) -> Row:
    since = house.clock.now_ms() - KEPT_MS
    rows = await store.fetch("joining.by_token", token_hash(secret), station.id, since)
    if not rows:
        raise over()
    return rows[0]


async def _proof(tx: Transaction, joining: int, channel: Channel) -> Row | None:
    rows = await tx.fetch("joining.proofs", joining)
    return next((row for row in rows if row["channel"] == channel), None)


def _way(house: House, row: Row) -> Way:
    alive = house.clock.now_ms() <= row["expires_at"] and row["tries"] < TRIES
    proven = row["proven_at"] is not None
    return Way(Channel(row["channel"]), _address(house, row), proven, alive and not proven)


def _address(house: House, row: Row) -> str:
    context = endpoint_context(row["endpoint_id"], row["channel"])
    return house.keyring.open(bytes(row["address"]), row["key_id"], context).decode()


def _named(endpoint: int, code: str) -> str:
    return f"{endpoint}:{code}"


def sealed_for(joining: int) -> bytes:
    """To whom a wish belongs."""
    return f"joining:{joining}".encode()


def over() -> Missing:
    """An unknown link, one that was used and one that is too old are told the same."""
    return Missing(
        "link_over", "Ce lien ne répond plus : il a servi, il est trop ancien, ou l'adresse est incomplète."
    )
