"""What a station keeps at hand for the moment of an alert: zones drawn beforehand, and hamlets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import zones
from alertd.errors import Conflict, Refused
from alertd.model import Station
from alertd.settings.zones import Zones
from alertd.stations import reach
from alertd.store.database import Database, Transaction
from alertd.store.ids import take


@dataclass(frozen=True, slots=True)
class SavedZone:
    """A zone under the name that operators give it."""

    id: int
    station_id: int
    name: str
    zone: zones.Zone


@dataclass(frozen=True, slots=True)
class Hamlet:
    """A named point, in degrees, from which a circle is drawn without a map."""

    id: int
    station_id: int
    name: str
    latitude: float
    longitude: float


async def add_zone(
    tx: Transaction, station: Station, name: str, raw: Mapping[str, Any], most: Zones | None = None
) -> SavedZone:
    """Save a zone, checked as a drawn one: within `most` for this kind of station, what alertd comes with by default.

    :raises Refused: `name_invalid`, or the zone's own code (`zone_...`), also when it lies too far from the station.
    :raises Conflict: `name_taken`.
    """
    name = _name(name, [zone.name for zone in await saved_zones(tx, station.id)])
    try:
        zone = _within(most or Zones(), station, raw)
    except zones.ZoneError as error:
        raise Refused(error.code, error.message) from error
    id_ = await take(tx, "saved_zone")
    await tx.execute("stations.add_zone", id_, station.id, name, json.dumps(zones.as_json(zone)))
    return SavedZone(id_, station.id, name, zone)


async def saved_zones(store: Database | Transaction, station_id: int) -> tuple[SavedZone, ...]:
    """The station's saved zones by name, 500 at most."""
    rows = await store.fetch("stations.list_zones", station_id)
    return tuple(
        SavedZone(row["id"], station_id, row["name"], zones.read(json.loads(row["zone"]), zones.OUTLINE).zone)
        for row in rows
    )


async def add_hamlet(
    tx: Transaction, station: Station, name: str, latitude: float, longitude: float
) -> Hamlet:
    """Name a point; Refused and Conflict as `add_zone`."""
    name = _name(name, [hamlet.name for hamlet in await hamlets(tx, station.id)])
    try:
        zones.cell(latitude, longitude)
    except zones.ZoneError as error:
        raise Refused(error.code, error.message) from error
    id_ = await take(tx, "hamlet")
    await tx.execute("stations.add_hamlet", id_, station.id, name, latitude, longitude)
    return Hamlet(id_, station.id, name, latitude, longitude)


async def hamlets(store: Database | Transaction, station_id: int) -> tuple[Hamlet, ...]:
    """The station's hamlets by name, 500 at most."""
    rows = await store.fetch("stations.list_hamlets", station_id)
    return tuple(
        Hamlet(row["id"], station_id, row["name"], row["latitude"], row["longitude"]) for row in rows
    )


def _within(most: Zones, station: Station, raw: Mapping[str, Any]) -> zones.Zone:
    zone, bounds = zones.read(raw, most.widest).zone, most.of(station.kind)
    if wrong := reach.too_large(bounds, station, zone) or reach.too_far(bounds, station, zone):
        raise wrong
    return zone


def _name(name: str, taken: list[str]) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 80:
        raise Refused("name_invalid", "A name has 1 to 80 characters.")
    if name in taken:
        raise Conflict("name_taken", f"There is already {name!r}: choose another name.")
    return name
