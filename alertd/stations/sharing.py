"""Neighbours: two communes whose dangers near their border are for the followers of both, as long as both mayors' signatures hold.

No list changes hands: each commune keeps its own followers, and the other's alert is matched against their places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.errors import Conflict, Missing, Refused
from alertd.model import Station
from alertd.stations import audit, stations
from alertd.store.database import Database, Row, Transaction
from alertd.store.ids import take
from zones import distance_m

PATH: Final = "/voisins"
COMMUNE: Final = "commune"
BOX: Final = (0.4, 0.6)
"""Degrees of latitude and longitude around a mairie in which neighbours are looked for: forty kilometres and more."""
NEAREST: Final = 40
PAGE: Final = 60


@dataclass(frozen=True, slots=True)
class Sharing:
    """With another commune, as one of the two sees it. `state`: ours (to be signed by them), theirs (to be signed by us),
    signed, or over; the rest is who did it and when, in UTC milliseconds.
    """

    id: int
    other_id: int
    other: str
    state: str
    proposed_by: str
    proposed_at: int
    signed_by: str
    signed_at: int | None
    ended_by: str
    ended_at: int | None


async def near(store: Database | Transaction, station: Station) -> tuple[Station, ...]:
    """The communes around one, the nearest first."""
    lat, lon = station.latitude, station.longitude
    box = (lat - BOX[0], lat + BOX[0], lon - BOX[1], lon + BOX[1])
    rows = await store.fetch("sharing.near", int(station.mode), station.id, *box)
    found = [stations.station(row) for row in rows]
    found.sort(key=lambda one: distance_m(lat, lon, one.latitude, one.longitude))
    return tuple(found[:NEAREST])


async def propose(tx: Transaction, clock: Clock, station: Station, other_id: int, who: str) -> Station:
    """Sign for one's own commune; the other one, whose mayor may sign too.

    :raises Refused: `sharing_unfit`: not between communes. :raises Missing: `station_unknown`: none of those around.
    :raises Conflict: `sharing_exists`.
    """
    check_commune(station)
    other = {one.id: one for one in await near(tx, station)}.get(other_id)
    if other is None:
        raise Missing("station_unknown", "Cette commune n'est pas parmi celles des environs.")
    id_ = await take(tx, "sharing")
    pair = sorted((station.id, other.id))
    if not await tx.execute("sharing.propose", id_, *pair, station.id, who, clock.now_ms()):
        raise Conflict(
            "sharing_exists", "Un partage avec cette commune est déjà signé, ou attend une signature."
        )
    await audit.append(tx, clock, station.id, who, "sharing.propose", f"sharing:{id_}", {"with": other.slug})
    return other


async def sign(tx: Transaction, clock: Clock, station: Station, sharing_id: int, who: str) -> Station:
    """The second signature: it holds from now on. The other one.

    :raises Conflict: `sharing_closed`: not to be signed by this commune, signed, or taken back.
    """
    rows = await tx.fetch("sharing.sign", sharing_id, station.id, who, clock.now_ms())
    return await _other(tx, clock, station, rows, ("sharing.sign", sharing_id, who))


async def end(tx: Transaction, clock: Clock, station: Station, sharing_id: int, who: str) -> Station:
    """Decline it, take it back, or end it: either commune may, at any time. What was sent meanwhile can still be ended.

    :raises Conflict: `sharing_closed`.
    """
    rows = await tx.fetch("sharing.end", sharing_id, station.id, who, clock.now_ms())
    return await _other(tx, clock, station, rows, ("sharing.end", sharing_id, who))


async def of_station(store: Database, station: Station) -> tuple[Sharing, ...]:
    """What holds or waits, then what is over."""
    rows = await store.fetch("sharing.of_station", station.id, PAGE)
    return tuple(_sharing(station, row) for row in rows)


async def to_sign(store: Database, station: Station) -> int:
    """How many proposals wait for this commune's signature."""
    return int((await store.fetch("sharing.to_sign", station.id))[0]["n"])


async def signed(store: Database | Transaction, station: Station) -> tuple[Station, ...]:
    """The neighbours with whom it holds."""
    return tuple(stations.station(row) for row in await store.fetch("sharing.signed", station.id))


def check_commune(station: Station) -> None:
    """:raises Refused: `sharing_unfit`."""
    if station.kind != COMMUNE:
        raise Refused("sharing_unfit", "Le partage des urgences se signe entre communes.")


async def _other(
    tx: Transaction, clock: Clock, station: Station, rows: Sequence[Row], what: tuple[str, int, str]
) -> Station:
    action, id_, who = what
    if not rows:
        raise Conflict("sharing_closed", "Ce partage n'est plus à décider, ou pas par votre commune.")
    other = await stations.by_id(tx, rows[0]["other_id"])
    await audit.append(tx, clock, station.id, who, action, f"sharing:{id_}", {"with": other.slug})
    return other


def _sharing(station: Station, row: Row) -> Sharing:
    ours = row["proposer_id"] == station.id
    state = "ours" if ours else "theirs"
    if row["signed_at"] is not None:
        state = "signed"
    return Sharing(
        id=row["id"],
        other_id=row["other_id"],
        other=row["name"],
        state="over" if row["ended_at"] is not None else state,
        proposed_by=row["proposed_by"].removeprefix("operator:"),
        proposed_at=row["proposed_at"],
        signed_by=(row["signed_by"] or "").removeprefix("operator:"),
        signed_at=row["signed_at"],
        ended_by=(row["ended_by"] or "").removeprefix("operator:"),
        ended_at=row["ended_at"],
    )
