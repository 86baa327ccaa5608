"""Whom a content would reach, counted in SQL: one function to replace should the sets ever be kept in memory."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import numpy as np

import zones
from alertd.issue.desk import Desk
from alertd.model import EVERYWHERE, Act, Channel, Content, Count, Level, Target
from alertd.store import Database

ALL_ENDPOINTS = 15
"""Four bits a channel in packed counts (see the table reach)."""
WORTH_PARTING = 400
"""Ranges of a cover above which two readers are quicker than one: a circle of some two kilometres."""
_CHANNELS = (1 << 4 * len(Channel)) - 1


async def count(desk: Desk, station_id: int, content: Content) -> tuple[Count, int]:
    """People with an endpoint on a chosen channel, each once, and these endpoints; and how many people more lie in the
    target with none of them.
    """
    terms = (
        int(content.target.station),
        json.dumps(content.target.groups),
        station_id,
        await topic_bit(desk.db, content.topic),
        content.level,
        int(content.exercise),
    )
    asked = [desk.db.fetch("audience.count", part, *terms) for part in _parts(content.target)]
    named = ",".join(filter(None, (rows[0]["packed"] for rows in await asyncio.gather(*asked))))
    kinds = await asyncio.to_thread(_kinds, named)
    chosen = sum(ALL_ENDPOINTS << 4 * channel for channel in content.channels)
    reached = {kind: n for kind, n in kinds.items() if kind & chosen}
    return _count(reached, content), sum(kinds.values()) - sum(reached.values())


async def count_reached_before(db: Database, alert_id: int) -> Count:
    """Endpoints that an end or a cancel concerns: those with an attempt not proven unsent."""
    rows = await db.fetch("audience.count_reached_before", alert_id)
    return Count(people=0, endpoints={Channel(row["channel"]): row["n"] for row in rows})


async def topic_bit(db: Database, topic: str) -> int:
    """The mask in which only `topic` is set; a topic that no subscription could have named is in none but "all"."""
    rows = await db.fetch("topics.list_all")
    bits = {row["key"]: row["bit"] for row in rows}
    return 1 << bits[topic] if topic in bits else 1 << 62


def covers(target: Target) -> tuple[zones.Cover, ...]:
    """The zone's rings, nearest first; none without a zone."""
    return zones.rings(target.zone) if target.zone is not None else ()


def concerns_audience(act: Act) -> bool:
    """Only an alert and its update have an audience; an end or a cancel goes to those reached before."""
    return act in {Act.ALERT, Act.UPDATE}


def _parts(target: Target) -> list[str]:
    """The zone's ranges as {"lo": hi} texts. A large zone in two, read side by side: engines scan without our lock."""
    if target.zone is None:
        return ["{}"]
    ranges = [(EVERYWHERE, EVERYWHERE), *zones.cover(target.zone).ranges]
    middle = len(ranges) // 2 if len(ranges) > WORTH_PARTING else len(ranges)
    return [_text(part) for part in (ranges[:middle], ranges[middle:]) if part]


def _text(ranges: Sequence[tuple[int, int]]) -> str:
    return json.dumps({str(lo): hi for lo, hi in ranges}, separators=(",", ":"))


def _kinds(packed: str) -> dict[int, int]:
    """{packed channels: people} of a text of `subscriber << 20 | channels`, in which a person may be named twice.

    Sorting 165,000 people and parsing them takes 7 ms, where SQLite needs 100 to drop the doubles (docs/performance.md).
    """
    if not packed:
        return {}
    named = np.sort(np.fromstring(packed, dtype=np.int64, sep=","))
    people = named[np.append(True, named[1:] != named[:-1])]
    counts = np.bincount(people & _CHANNELS)
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
