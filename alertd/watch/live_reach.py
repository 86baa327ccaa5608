"""Live reach: of a station's addresses, how many were heard of lately, and how many are mute.

Counted on reading, from when each address was last heard of (`alertd.deliver.endpoints.hear`).
"""

from dataclasses import dataclass
from typing import Final

from alertd.clock import DAY, Clock
from alertd.model import Channel
from alertd.store import Database

LATELY_MS: Final = 35 * DAY
"""Whoever was heard of within so long answers: a month, and what telephones that are off now and then need."""
PATIENCE_MS: Final = 2 * DAY
"""Asked later than this ago, a telephone may still answer."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Of one channel: `active` addresses, of them those `heard` of within 35 days, and the `silent`, which were asked and did not
    answer; the others were neither heard of nor asked. `dead` are those that a provider closed within 35 days.
    """

    channel: Channel
    active: int
    heard: int
    silent: int
    dead: int


@dataclass(frozen=True, slots=True)
class LiveReach:
    """By channel, those without any address left out. `asked_at` is when telephones were last asked silently (UTC ms), None: never."""

    channels: tuple[Answering, ...]
    asked_at: int | None


async def read(db: Database, clock: Clock, station_id: int) -> LiveReach:
    """As it is now."""
    now = clock.now_ms()
    rows = await db.fetch("live_reach.of_station", station_id, now - LATELY_MS, now - PATIENCE_MS)
    last = await db.fetch("live_reach.last_probe", station_id)
    found = (
        Answering(Channel(row["channel"]), row["active"], row["heard"], row["silent"], row["dead"])
        for row in rows
    )
    return LiveReach(tuple(found), last[0]["began_at"] if last else None)
