"""Mine: what is kept about a person, for that person alone; shown, and taken along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import zones
from alertd.clock import FOREVER, Clock, from_ms
from alertd.keys import Keyring, endpoint_context
from alertd.model import Channel, EndpointState, Level, Quiet, State
from alertd.store.database import Database, Row, Transaction
from alertd.subscribe import join, pupils, topics


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach them. `address` is in clear; a browser's is its own and says nothing to anybody. `heard_at` is when it was
    last heard of, `probed_at` when it was asked silently whether it is still there.
    """

    id: int
    channel: Channel
    address: str
    state: EndpointState
    created_at: int
    proven_at: int | None
    heard_at: int | None = None
    probed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """One place: the middle of its cell, in degrees. `topics` are those wanted here alone; none: all; None: the station's."""

    ordinal: int
    cell: int
    kind: str
    topics: tuple[str, ...] | None
    latitude: float
    longitude: float
    created_at: int
    ended_at: int | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a station agreed with them. `topics` are words of the catalogue; none: all."""

    station_id: int
    station: str
    slug: str
    scope: str
    topics: tuple[str, ...]
    min_level: Level
    exercises: bool
    since: int
    valid_until: int | None
    consent: tuple[str, int, str | None]
    groups: tuple[str, ...]
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mine:
    """All that is kept. `reminded_at` is when they were last reminded, having given no sign of life."""

    id: int
    locale: str
    created_at: int
    ways: tuple[Way, ...]
    spots: tuple[Spot, ...]
    agreed: tuple[Agreed, ...]
    quiet: Quiet | None = None
    reminded_at: int | None = None

    @property
    def active(self) -> tuple[Way, ...]:
        return tuple(way for way in self.ways if way.state is EndpointState.ACTIVE)

    @property
    def current(self) -> tuple[Spot, ...]:
        return tuple(spot for spot in self.spots if spot.ended_at is None)

    @property
    def lasting(self) -> tuple[Spot, ...]:
        """Places that do not end by themselves within hours."""
        return tuple(spot for spot in self.current if spot.kind != "current")


async def read(db: Database | Transaction, clock: Clock, keyring: Keyring, person: int) -> Mine:
    """All that is kept of them. :raises Missing: `link_over`: they are gone."""
    rows = await db.fetch("mine.person", person)
    if not rows:
        raise join.over()
    bits, groups = await topics.load(db), await db.fetch("mine.groups", person)
    listed = await db.fetch("mine.subscriptions", person)
    return Mine(
        id=person,
        locale=rows[0]["locale"],
        created_at=rows[0]["created_at"],
        ways=tuple(_way(keyring, row) for row in await db.fetch("mine.endpoints", person)),
        spots=tuple(_spot(bits, row, clock.now_ms()) for row in await db.fetch("mine.places", person)),
        agreed=tuple([_agreed(await topics.load(db, row["station_id"]), row, groups) for row in listed]),
        quiet=Quiet.read(rows[0]["quiet"]) if rows[0]["quiet"] else None,
        reminded_at=rows[0]["reminded_at"],
    )


async def document(db: Database, clock: Clock, keyring: Keyring, person: int) -> dict[str, Any]:
    """The same for a program: times in ISO 8601, and what was sent lately."""
    mine = await read(db, clock, keyring, person)
    sent = [row for one in mine.agreed for row in await db.fetch("mine.received", person, one.station_id)]
    partings = await db.fetch("mine.partings", person)
    followed = await db.fetch("following.of_person", person, clock.now_ms())
    return {
        "language": mine.locale,
        "since": _moment(mine.created_at),
        "reminded": _moment(mine.reminded_at),
        "quiet": _quiet(mine.quiet),
        "ways": [
            {"channel": way.channel.word, "address": way.address, "state": way.state.name.lower(),
             "since": _moment(way.created_at), "proven": _moment(way.proven_at), "heard": _moment(way.heard_at),
             "asked_silently": _moment(way.probed_at)} for way in mine.ways
        ],
        "places": [
            {"kind": spot.kind, "latitude": round(spot.latitude, 6), "longitude": round(spot.longitude, 6),
             "topics": None if spot.topics is None else list(spot.topics) or "all",
             "since": _moment(spot.created_at), "until": _moment(spot.ended_at)} for spot in mine.spots
        ],
        "followed_until": _moment(followed[0]["until"]) if followed else None,
        "stations": [_of_station(one) for one in mine.agreed],
        "children": await pupils.of_person(db, keyring, person),
        "left_by_stop": [{"station": row["station"], "at": _moment(row["ended_at"])} for row in partings],
        "sent": [
            {"at": _moment(row["created_at"]), "kind": row["kind"], "what": row["headline"] or row["act"],
             "channel": Channel(row["channel"]).word, "state": State(row["state"]).word} for row in sent
        ],
    }  # fmt: skip


def _way(keyring: Keyring, row: Row) -> Way:
    channel, sealed = Channel(row["channel"]), bytes(row["address"])
    context = endpoint_context(row["id"], channel)
    address = keyring.open(sealed, row["key_id"], context).decode() if sealed else ""
    times = (row["created_at"], row["proven_at"], row["heard_at"], row["probed_at"])
    return Way(row["id"], channel, address, EndpointState(row["state"]), *times)


def _spot(bits: topics.Bits, row: Row, now: int) -> Spot:
    wanted = None if row["topics"] is None else topics.words(bits, row["topics"])
    ended = row["ended_at"] if row["ended_at"] <= now else None
    where = zones.cell_centre(row["cell"])
    return Spot(row["ordinal"], row["cell"], row["kind"], wanted, *where, row["created_at"], ended)


def _agreed(bits: topics.Bits, row: Row, groups: Sequence[Row]) -> Agreed:
    until = row["valid_until"]
    return Agreed(
        station_id=row["station_id"],
        station=row["station"],
        slug=row["slug"],
        scope=row["scope"],
        topics=topics.words(bits, row["topics"]),
        min_level=Level(row["min_level"]),
        exercises=bool(row["exercises"]),
        since=row["since"],
        valid_until=None if until >= FOREVER else until,
        consent=(row["consent_source"], row["consent_at"], row["consent_proof"]),
        groups=tuple(one["name"] for one in groups if one["station_id"] == row["station_id"]),
        said={"ref": row["ref"]} if row["ref"] else {},
    )


def _quiet(quiet: Quiet | None) -> dict[str, Any] | None:
    """Minutes of the day, and a moment."""
    if quiet is None:
        return None
    return {
        "from_minute": quiet.first,
        "to_minute": quiet.last,
        "warnings_too": quiet.warnings,
        "silent_until": _moment(quiet.until or None),
        "timezone": quiet.timezone,
    }


def _of_station(one: Agreed) -> dict[str, Any]:
    source, at, proof = one.consent
    return {
        "station": one.station,
        "scope": one.scope,
        "topics": list(one.topics) or "all",
        "lowest_level": one.min_level.word,
        "exercises": one.exercises,
        "since": _moment(one.since),
        "until": _moment(one.valid_until),
        "groups": list(one.groups),
        "consent": {"source": source, "at": _moment(at), "proof": proof},
        **one.said,
    }


def _moment(at: int | None) -> str | None:
    return from_ms(at).isoformat() if at is not None else None
