"""Guests: whoever is on a stay is warned by any station of the instance where they are, without knowing its name.

A stay makes a subscription at each territory (commune, intercommunality, département) in which one of its places lies, with the
topics of the stay, until the place or the stay ends; it ends those where the person is no more. A station that the person left
by their own word is not added again. Whoever lives here is nobody's guest.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Final

import zones
from alertd.clock import FOREVER
from alertd.model import ALL_TOPICS, Mode
from alertd.stations import stations
from alertd.store import reach
from alertd.store.database import Row, Transaction
from alertd.subscribe.nouns import PLACES
from alertd.subscribe.topics import OWN

SOURCE: Final = "stay"
"""Where the consent to such a subscription was given: with the stay."""
KINDS: Final = {"commune": (0.6, 12), "intercommunality": (1.5, 6), "departement": (3.0, 4)}
"""Territories, within how many degrees their mairie is looked for, and how many of the nearest are looked at."""
EDGE_M: Final = 500.0
"""Whoever is so near a territory is in it: its smoke knows no boundary."""
ALONE_M: Final = 10_000.0
"""The same of a station that has no outline, from its mairie."""


@dataclass(frozen=True, slots=True)
class _Stay:
    """What its person agreed to, and until when (UTC ms)."""

    topics: int
    min_level: int
    exercises: int
    until: int
    agreed_at: int
    mode: Mode


async def cover(tx: Transaction, person: int, now: int) -> None:
    """Let the person be warned where they are: to be called after whatever changes their places, or an agreement."""
    agreed = await tx.fetch("guests.agreements", person, now)
    stay = _stay(agreed)
    guest = {row["station_id"]: row for row in agreed if row["consent_source"] == SOURCE}
    host = {row["station_id"] for row in agreed} - guest.keys()
    wanted = await _wanted(tx, person, stay, host, now) if stay else {}
    await _leave(tx, person, guest.keys() - wanted.keys())
    for station in guest.keys() & wanted.keys():
        await tx.execute("guests.extend", station, person, wanted[station])
    if stay:
        await _come(tx, person, stay, {k: v for k, v in wanted.items() if k not in guest}, now)
    if guest or wanted:
        await reach.derive(tx, [person])


async def dismiss(tx: Transaction, person: int) -> None:
    """Whoever has no station of their own any more is nobody's guest either. Reach is for the caller to derive."""
    if not await tx.fetch("guests.own", person):
        await _leave(tx, person, [row["station_id"] for row in await tx.fetch("guests.of_person", person)])


async def forget(tx: Transaction, before: int, most: int) -> int:
    """Drop those that ended before a moment (UTC ms), a slice; how many."""
    rows = await tx.fetch("guests.over", before, most)
    for row in rows:
        await _leave(tx, row["subscriber_id"], [row["station_id"]])
    await reach.derive(tx, [row["subscriber_id"] for row in rows])
    return len(rows)


def _stay(agreed: Sequence[Row]) -> _Stay | None:
    """The longest; None for whoever lives at one of the stations, or has no agreement of their own."""
    own = [row for row in agreed if row["consent_source"] != SOURCE]
    if not own or own[0]["valid_until"] >= FOREVER:
        return None
    row = own[0]
    return _Stay(
        row["topics"],
        row["min_level"],
        row["exercises"],
        row["valid_until"],
        row["consent_at"],
        Mode(row["mode"]),
    )


async def _wanted(tx: Transaction, person: int, stay: _Stay, host: Iterable[int], now: int) -> dict[int, int]:
    """The stations where the person is, each with the end of that, in UTC ms."""
    ends: dict[int, int] = {}
    for place in await tx.fetch("guests.places", person, now):
        until = min(stay.until, place["ended_at"])
        for station in await _territories(tx, stay.mode, place["cell"]):
            ends[station] = max(ends.get(station, 0), until)
    left = await tx.fetch("guests.left_since", person, json.dumps(sorted(ends)), stay.agreed_at)
    gone = {*host, *(row["station_id"] for row in left)}
    return {station: until for station, until in ends.items() if station not in gone}


async def _territories(tx: Transaction, mode: Mode, cell: int) -> list[int]:
    """In whose land a cell lies."""
    lat, lon = zones.cell_centre(cell)
    shorter = max(0.05, cos(radians(lat)))
    found = []
    for kind, (degrees, most) in KINDS.items():
        rows = await tx.fetch("guests.near", int(mode), lat, lon, shorter, degrees, kind, most)
        found += [row["id"] for row in rows if _holds(row, lat, lon)]
    return found


def _holds(row: Row, lat: float, lon: float) -> bool:
    if not row["outline"]:
        return zones.distance_m(row["latitude"], row["longitude"], lat, lon) <= ALONE_M
    return zones.distance_from((lat, lon), stations.read_outline(row["outline"])) <= EDGE_M


async def _leave(tx: Transaction, person: int, stations: Iterable[int]) -> None:
    """They are there no more: no departure is noted, since nobody left by their own word."""
    gone = sorted(stations)
    if gone:
        await reach.forget(tx, [person])
    for station in gone:
        await tx.execute("subscribers.leave_groups", station, person)
        await tx.execute("subscribers.unsubscribe", station, person)


def _elsewhere(topics: int) -> int:
    """What is wanted of other stations: theirs of their own are others."""
    return topics if topics == ALL_TOPICS else topics & ~OWN


async def _come(tx: Transaction, person: int, stay: _Stay, wanted: Mapping[int, int], now: int) -> None:
    terms = (PLACES, _elsewhere(stay.topics), stay.min_level, stay.exercises)
    rows = [
        (station, person, *terms, now, until, None, SOURCE, stay.agreed_at, None)
        for station, until in sorted(wanted.items())
    ]
    if rows:
        await tx.execute_many("subscribers.subscribe", rows)
