"""Service messages: a word of the house to one endpoint (a code, a link, an answer, an alarm), never an alert's.

Store, then send: the words are composed from the phrase book in the reader's language, sealed, and wait in the lane of
service as any other delivery; claim, retry, failover, receipts and books are the same, but no alert counts them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from alertd import story
from alertd.catalogue import Catalogue
from alertd.clock import DAY, HOUR, Clock
from alertd.deliver import routes
from alertd.deliver.owners import owners
from alertd.deliver.routes import Owners, Sender
from alertd.deliver.tallies import Entries
from alertd.keys import CODE_LENGTH, Keyring
from alertd.model import AddressKind, Channel, EndpointState, Lane, Level, Mode, State, Station
from alertd.store import Database, Row, Transaction, ids

KIND: Final = "service"
CODE: Final = "\ue000" * CODE_LENGTH
"""Where a text or a path has its delivery's own code: private-use characters, which nobody writes."""
KEPT: Final = 30 * DAY
"""How long the words of a service message are kept after it closed."""
FORGETS: Final = 100
"""Slices of a thousand whose words one purge drops at most."""
WRITER: Final = 0
"""In whose books a new one stands: whoever writes it need not be a node."""


class Purpose(StrEnum):
    """What it is for, and so to which endpoints it may still leave; looked at again by the claim."""

    NOTICE = "notice"  # to whoever is written to
    PROOF = "proof"  # a code, a link, a test: also to an address that is yet to be proven
    FAREWELL = "farewell"  # the answer to a STOP: also to an address that it ended
    PREFERENCES = "preferences"  # a person's own link, which opens what is kept about them
    TRIAL = "trial"  # of a person's own ways, asked for by themselves; its reader may say that it arrived
    REMINDER = "reminder"  # of what a station sends: to whoever follows it still

    @property
    def reaches(self) -> frozenset[EndpointState]:
        more = {Purpose.PROOF: {EndpointState.PENDING}, Purpose.FAREWELL: {EndpointState.STOPPED}}
        return frozenset({EndpointState.ACTIVE} | more.get(self, set()))

    @property
    def reaches_others(self) -> frozenset[EndpointState]:
        """The same of people who do not follow the station, or not any more."""
        return frozenset() if self is Purpose.REMINDER else self.reaches


class Declined(StrEnum):
    """Why nothing was written."""

    NOBODY = "nobody"  # there is no such endpoint, or it is in a state that the purpose does not reach
    NO_GATEWAY = "no_gateway"  # nobody speaks for its channel
    TOO_OFTEN = "too_often"  # the limit is reached: try again later, or not at all


@dataclass(frozen=True, slots=True)
class Limit:
    """`burst` at once to an endpoint, then one every `every_ms`. `name` keeps kinds of message apart; longest: a day."""

    name: str = "service"
    burst: int = 6
    every_ms: int = HOUR


@dataclass(frozen=True, slots=True)
class Letter:
    """The words, in the reader's language. `path` is where the link leads, below the instance's address; empty: nowhere.

    `thread` is one for all that replace each other on the phone; of a call, what its keys decide. `speaker` stands for a
    station where none speaks. `prompt` says which keys a call listens for.
    """

    subject: str
    text: str
    path: str
    thread: str
    speaker: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be said: a phrase of the book ("service.stop_station") with its blanks.

    `title` is another phrase, for what has a subject (e-mail, notifications); without one, who speaks stands there.
    `station_id` is who speaks: 0, the instance, which then goes by `speaker`.
    `through` is a gateway to be preferred (the one that was written to), `actor` whom the audit names. `path` is where a
    notification leads, `thread` what it replaces on the phone. `prompt` is the phrase of a call's keys. It waits for
    `begin` (UTC ms), and is too late `within_ms` after that. `lane`: what cannot wait for a great alert shares its lane.
    """

    phrase: str
    blanks: Mapping[str, str] = field(default_factory=dict)
    purpose: Purpose = Purpose.NOTICE
    title: str = ""
    station_id: int = 0
    speaker: str = "alertd"
    within_ms: int = HOUR
    through: str = ""
    path: str = ""
    thread: str = "service"
    actor: str = "alertd"
    limit: Limit = Limit()
    prompt: str = ""
    begin: int = 0
    lane: Lane = Lane.SERVICE


@dataclass(frozen=True, slots=True)
class Written:
    """A service message that waits: ring `bell` once the transaction is committed, and it need not wait for a poll."""

    message_id: int
    bell: str


class House(Protocol):
    """What writing one needs; `alertd.issue.desk.Desk` has it all."""

    @property
    def clock(self) -> Clock: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def routes(self) -> routes.Routes: ...


async def service(tx: Transaction, house: House, endpoint_id: int, note: Note) -> Written | Declined:
    """Write a service message to an endpoint, in the transaction of what it tells of: message, delivery, books, audit row.

    Nothing is sent here. A subscription is not asked for: a code goes to someone who has none yet.
    """
    rows = await tx.fetch("service.reader", endpoint_id, note.station_id)
    if not rows or EndpointState(rows[0]["state"]) not in note.purpose.reaches:
        return Declined.NOBODY
    reader = rows[0]
    whose = await owners(tx, house.routes.owning, note.station_id)
    sender = _sender(house.routes, reader, whose, note.through)
    if sender is None:
        return Declined.NO_GATEWAY
    if not await allowed(tx, house.clock, endpoint_id, note.limit):
        return Declined.TOO_OFTEN
    letter = _letter(house.catalogue, reader, note, endpoint_id)
    begin = max(note.begin, house.clock.now_ms())
    terms = _Terms(
        note.station_id, reader["mode"], note.purpose, begin + note.within_ms, WRITER, note.begin, note.lane
    )
    message_id = await _queue(tx, house.keyring, sender, letter, endpoint_id, terms)
    await _audit(tx, house.clock, note, message_id)
    return Written(message_id, f"dispatch:{sender.id}")


async def post(
    tx: Transaction,
    keyring: Keyring,
    station: Station,
    sender: Sender,
    letter: Letter,
    to: tuple[int, int],
    deliver_by: int,
) -> int:
    """Queue a letter that is written already for an endpoint, active or pending; the message's id. `to` is the endpoint,
    and the node that says so. Whoever posts limits it, and audits what it is about; `service` does both.

    Once it is committed, ring `dispatch:SENDER`. `deliver_by` is in UTC milliseconds: then it does not leave any more.
    """
    endpoint_id, node_id = to
    terms = _Terms(station.id, int(station.mode), Purpose.PROOF, deliver_by, node_id)
    return await _queue(tx, keyring, sender, letter, endpoint_id, terms)


async def forget(db: Database, now_ms: int) -> None:
    """Drop the words of service messages that closed, or were written and could not close, more than 30 days ago."""
    for _ in range(FORGETS):
        async with db.transaction() as tx:
            leads = await tx.fetch("chores.lead", "purge")
            if not leads or not await tx.execute("service.forget", now_ms - KEPT):
                return


def opened(row: Row, keyring: Keyring) -> Letter:
    """The words of a message of `messages.speech`.

    :raises alertd.keys.Unreadable: its secret is gone, or the words were forgotten.
    """
    plain = keyring.open(bytes(row["body"] or b""), row["key_id"] or 0, sealed_for(row["id"]))
    return Letter(**json.loads(plain))


def _sender(ways: routes.Routes, reader: Row, whose: Owners, through: str) -> routes.Sender | None:
    """Who speaks: of those who speak for the channel, one of the gateway that was written to, else the first."""
    way, kind = (Mode(reader["mode"]), Channel(reader["channel"]), False), AddressKind(reader["kind"])
    speaking = [sender for sender in ways.of(way, whose) if kind in sender.speaks]
    return next((one for one in speaking if one.gateway == through), speaking[0] if speaking else None)


async def allowed(tx: Transaction, clock: Clock, endpoint_id: int, limit: Limit) -> bool:
    """Whether the limit leaves room for one more to this endpoint, which is taken."""
    bucket = f"{limit.name}:{endpoint_id}"
    rows = await tx.fetch("throttle.fill", bucket, float(limit.burst), clock.now_ms(), 1 / limit.every_ms)
    if float(rows[0]["tokens"]) < 0.999:  # an hour's flow is a little less than one, as floats count
        return False
    await tx.execute("throttle.spend", bucket)
    return True


@dataclass(frozen=True, slots=True)
class _Terms:
    station_id: int
    mode: int
    purpose: Purpose
    deliver_by: int
    node_id: int
    begin: int = 0
    lane: Lane = Lane.SERVICE


async def _queue(
    tx: Transaction, keyring: Keyring, sender: Sender, letter: Letter, endpoint_id: int, terms: _Terms
) -> int:
    """Message, delivery and books; the message's id."""
    message_id, channel = await ids.take(tx, "message"), sender.channel
    sealed, key_id = keyring.seal(json.dumps(asdict(letter)), sealed_for(message_id))
    what = (terms.mode, terms.purpose.value, int(Level.INFO), int(terms.lane), terms.deliver_by)
    await tx.execute(
        "messages.add_service", message_id, terms.station_id, *what, sealed, key_id, story.current()
    )
    state = State.WAITING if terms.begin else State.QUEUED
    where = (endpoint_id, int(channel), sender.id, int(terms.lane), int(state), terms.begin)
    await tx.execute("deliveries.add_one", message_id, *where)
    entries = Entries(terms.node_id)
    entries.add(message_id, channel, state, 1)
    await entries.write(tx)
    return message_id


def _letter(catalogue: Catalogue, reader: Row, note: Note, endpoint_id: int) -> Letter:
    """In the reader's language; an SMS in its wording for the alphabet of SMS."""
    phrase = catalogue.phrase_sms if reader["channel"] == Channel.SMS else catalogue.phrase
    speaker, locale = reader["station_name"] or note.speaker, reader["locale"]
    blanks = {"station": speaker} | dict(note.blanks)
    title = phrase(locale, note.title, **blanks) if note.title else speaker
    text = phrase(locale, note.phrase, **blanks)
    prompt = phrase(locale, note.prompt, **blanks) if note.prompt else ""
    return Letter(title, text, note.path, f"{note.thread}-{endpoint_id}", speaker, prompt)


async def _audit(tx: Transaction, clock: Clock, note: Note, message_id: int) -> None:
    detail = json.dumps({"phrase": note.phrase, "purpose": note.purpose.value})
    row = (await ids.take(tx, "audit"), clock.now_ms(), note.station_id or None, note.actor)
    await tx.execute("audit.append", *row, "service.write", f"message:{message_id}", detail)


def sealed_for(message_id: int) -> bytes:
    """To which message its sealed words belong."""
    return f"message:{message_id}".encode()
