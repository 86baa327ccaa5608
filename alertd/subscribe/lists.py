"""A station's people as a key or a clerk may see them: no address, no cell."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from alertd.model import Channel, Level, ref_shown
from alertd.store.database import Database, Transaction
from alertd.subscribe import topics

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """One subscriber: how many endpoints by channel, how many places by kind. Without topics, all are meant."""

    id: int
    ref: str | None
    locale: str
    channels: Mapping[Channel, int]
    places: Mapping[str, int]
    everywhere: bool
    topics: tuple[str, ...]
    min_level: Level
    exercises: bool
    since: int
    valid_until: int
    consent_source: str
    consent_at: int


async def page(
    store: Database | Transaction, station_id: int, now: int, after: int = 0, limit: int = PAGE
) -> tuple[Listed, ...]:
    """Up to `limit` subscribers (500 at most) in order of id, those above `after`: the last id is the next `after`."""
    rows = await store.fetch("subscribers.list_page", station_id, after, max(1, min(limit, PAGE)))
    bits = await topics.load(store, station_id)
    kinds = await _kinds(store, [row["subscriber_id"] for row in rows], now)
    return tuple(
        Listed(
            id=row["subscriber_id"],
            ref=ref_shown(row["ref"]),
            locale=row["locale"],
            channels=unpacked(row["channels"]),
            places=kinds.get(row["subscriber_id"], {}),
            everywhere=row["scope"] == "everywhere",
            topics=topics.words(bits, row["topics"]),
            min_level=Level(row["min_level"]),
            exercises=bool(row["exercises"]),
            since=row["since"],
            valid_until=row["valid_until"],
            consent_source=row["consent_source"],
            consent_at=row["consent_at"],
        )
        for row in rows
    )


async def count(store: Database | Transaction, station_id: int) -> int:
    """How many people the station has, those included whose subscription is over."""
    return int((await store.fetch("subscribers.count_of_station", station_id))[0]["people"])


def unpacked(channels: int) -> dict[Channel, int]:
    """Active endpoints by channel, from four bits each (15 means "15 or more"); channels without any left out."""
    counts = {channel: channels >> 4 * channel & 15 for channel in Channel}
    return {channel: n for channel, n in counts.items() if n}


async def _kinds(store: Database | Transaction, ids: list[int], now: int) -> dict[int, dict[str, int]]:
    kinds: dict[int, dict[str, int]] = {}
    for row in await store.fetch("subscribers.load_places", json.dumps(ids), now):
        mine = kinds.setdefault(row["subscriber_id"], {})
        mine[row["kind"]] = mine.get(row["kind"], 0) + 1
    return kinds
