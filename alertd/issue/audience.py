"""Whom a content would reach, counted in SQL: one function to replace should the sets ever be kept in memory."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

import zones
from alertd.issue import tongues
from alertd.issue.desk import Desk
from alertd.issue.packed import ALL_ENDPOINTS, CHANNELS, WIDTH, Ids, once
from alertd.model import ALL_TOPICS, EVERYWHERE, Act, Channel, Content, Count, Level, Target
from alertd.stations import topics
from alertd.store import Database, Transaction

WORTH_PARTING = 400
"""Ranges of a cover above which two readers are quicker than one: a circle of some two kilometres."""

Beside: TypeAlias = Mapping[int, int]
"""Other stations whose followers a zone is for too (see `alertd.issue.across`): the lowest cell of each, EVERYWHERE for those
everywhere too, ONLY_PLACES for no more than those who have a place in the zone.
"""
NOBODY: Final[Beside] = MappingProxyType({})
ONLY_PLACES: Final = 1


async def count(desk: Desk, station_id: int, content: Content, beside: Beside = NOBODY) -> tuple[Count, int]:
    """People with an endpoint on a chosen channel, each once, and these endpoints; and how many people more lie in the
    target with none of them.
    """
    people = await asyncio.to_thread(once, await _named(desk, station_id, content, beside))
    kinds = await asyncio.to_thread(_kinds, people)
    chosen = _chosen(content)
    reached = {kind: n for kind, n in kinds.items() if kind & chosen}
    counted = await tongues.told_apart(desk.db, people, content, _count(reached, content))
    return counted, sum(kinds.values()) - sum(reached.values())


async def present(
    desk: Desk, station_id: int, content: Content, people: Sequence[int], beside: Beside = NOBODY
) -> Mapping[int, int]:
    """Those of these people whom the content would reach by a chosen channel, with their packed channels."""
    named = await _named(desk, station_id, content, beside)
    return await asyncio.to_thread(_present, named, people, _chosen(content))


async def by_station(db: Database | Transaction, content: Content, beside: Beside) -> dict[int, Ids]:
    """Of these stations' followers, whoever lies in the content's zone: station by station, in order; nobody, no station."""
    zone = content.target.zone
    if zone is None or not beside:
        return {}
    ranges = await asyncio.to_thread(lambda: _text(_ranges(zone)))
    rows = await db.fetch("audience.by_station", ranges, _stations(beside), *await wished(db, content))
    return {row["station_id"]: once(row["packed"]) for row in rows}


async def _beside(desk: Desk, content: Content, beside: Beside) -> str:
    """Other stations' followers in the zone, as `_named`."""
    zone = content.target.zone
    if zone is None or not beside:
        return ""
    ranges = await asyncio.to_thread(lambda: _text(_ranges(zone)))
    terms = await wished(desk.db, content)
    rows = await desk.db.fetch("audience.count_beside", ranges, _stations(beside), *terms)
    return rows[0]["packed"] or ""


def _stations(beside: Beside) -> str:
    return json.dumps({str(station): lowest for station, lowest in beside.items()})


async def _named(desk: Desk, station_id: int, content: Content, beside: Beside) -> str:
    """Everyone in the target as `subscriber << 20 | channels`, some twice."""
    terms = (
        int(content.target.station),
        json.dumps(content.target.groups),
        station_id,
        *await wished(desk.db, content, station_id),
    )
    parts = await asyncio.to_thread(_parts, content.target)
    asked = [desk.db.fetch("audience.count", part, *terms) for part in parts]
    found = [rows[0]["packed"] for rows in await asyncio.gather(*asked)]
    return ",".join(filter(None, (*found, await _beside(desk, content, beside))))


def _chosen(content: Content) -> int:
    """The bits of the chosen channels."""
    return sum(ALL_ENDPOINTS << 4 * channel for channel in content.channels)


def _present(packed: str, people: Sequence[int], chosen: int) -> Mapping[int, int]:
    named = once(packed)
    reached = named[(named & chosen) != 0]
    there = reached[np.isin(reached >> WIDTH, np.array(people, dtype=np.int64))]
    return dict(zip((there >> WIDTH).tolist(), (there & CHANNELS).tolist(), strict=True))


async def count_reached_before(db: Database, alert_id: int) -> Count:
    """Endpoints that an end or a cancel concerns: those with an attempt not proven unsent."""
    rows = await db.fetch("audience.count_reached_before", alert_id)
    return Count(people=0, endpoints={Channel(row["channel"]): row["n"] for row in rows})


async def wished(db: Database | Transaction, content: Content, station_id: int = 0) -> tuple[int, int, int]:
    """What a subscription must have wished to hear of this: the mask of its topic, its level, and 1 for an exercise. `station_id` is whose
    followers are meant; without, those of others, to whom its own topics mean nothing.
    """
    return (
        await topic_bits(db, station_id, content.level, content.topic),
        int(content.level),
        int(content.exercise),
    )


async def topic_bits(db: Database | Transaction, station_id: int, level: Level, topic: str) -> int:
    """The mask by which people's topics are asked. A danger is for all, whatever they chose: "les urgences arrivent toujours". A topic
    that no subscription could have named is in none but "all". A station's own topics are asked of its own followers.
    """
    if level is Level.DANGER:
        return ALL_TOPICS
    bits = await topics.bits(db, station_id)
    return 1 << bits[topic] if topic in bits else 1 << 62


def covers(target: Target) -> tuple[zones.Cover, ...]:
    """The zone's rings, nearest first; none without a zone. Half a second for a département's circle: in a thread."""
    return zones.rings(target.zone) if target.zone is not None else ()


def concerns_audience(act: Act) -> bool:
    """Only an alert and its update have an audience; an end or a cancel goes to those reached before."""
    return act in {Act.ALERT, Act.UPDATE}


def _parts(target: Target) -> list[str]:
    """The zone's ranges as {"lo": hi} texts. A large zone in two, read side by side: engines scan without our lock."""
    if target.zone is None:
        return ["{}"]
    ranges = _ranges(target.zone)
    middle = len(ranges) // 2 if len(ranges) > WORTH_PARTING else len(ranges)
    return [_text(part) for part in (ranges[:middle], ranges[middle:]) if part]


def _ranges(zone: zones.Zone) -> list[tuple[int, int]]:
    return [(EVERYWHERE, EVERYWHERE), *zones.cover(zone).ranges]


def _text(ranges: Sequence[tuple[int, int]]) -> str:
    return json.dumps({str(lo): hi for lo, hi in ranges}, separators=(",", ":"))


def _kinds(people: Ids) -> dict[int, int]:
    """{packed channels: people} of numbers `subscriber << 20 | channels`, each person once."""
    counts = np.bincount(people & CHANNELS)
    return {int(kind): int(counts[kind]) for kind in np.flatnonzero(counts)}


def _count(kinds: Mapping[int, int], content: Content) -> Count:
    cap = ALL_ENDPOINTS if content.level is Level.DANGER else 1
    endpoints = {
        channel: sum(n * min(kind >> 4 * channel & ALL_ENDPOINTS, cap) for kind, n in kinds.items())
        for channel in sorted(content.channels)
    }
    return Count(sum(kinds.values()), endpoints, _delayed(kinds, content))


def _delayed(kinds: Mapping[int, int], content: Content) -> dict[Channel, int]:
    """Endpoints that wait for a silence: those of people who have a phone that can acknowledge."""
    able = {kind: n for kind, n in kinds.items() if kind >> 4 * Channel.PUSH & ALL_ENDPOINTS}
    return {
        channel: sum(n for kind, n in able.items() if kind >> 4 * channel & ALL_ENDPOINTS)
        for channel in sorted(content.silence)
    }
