"""At home: whose holidays a station keeps, and its own days without messages."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alertd.store.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Home:
    """`insee` is the station's, or of the nearest above it that has one: a school's is its commune's. `closed` as it is kept."""

    insee: str | None
    closed: str


async def homes(store: Database | Transaction, station_ids: Iterable[int]) -> Mapping[int, Home]:
    """Of each of these stations that there is."""
    rows = await store.fetch("stations.homes", json.dumps(sorted(set(station_ids))))
    return {row["id"]: Home(row["insee"], row["closed"]) for row in rows}


async def home(store: Database | Transaction, station_id: int) -> Home:
    """Of a station that is there."""
    return (await homes(store, (station_id,)))[station_id]
