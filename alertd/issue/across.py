"""Across the border: whose followers a zone is for, beside the station's own, and how many are left out there.

A commune's danger is for the followers of the neighbours who signed the sharing; a community's message in a zone is for those of
its communes. Everyone once, however many stations they follow. Who has a place in the zone is meant wherever it is; who gave none
is meant where the zone touches their commune.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

import zones
from alertd.issue import audience, relays
from alertd.issue.audience import NOBODY, ONLY_PLACES, Beside
from alertd.issue.desk import Desk
from alertd.issue.packed import Ids
from alertd.model import EVERYWHERE, Content, Level, Station
from alertd.stations import sharing, stations
from alertd.stations.calling import call_deciders
from alertd.store import Row, Transaction

BELL: Final = "across"
AT_ONCE: Final = 20
NEAR_M: Final = 5_000.0
"""So near to its mairie a zone is taken to touch a commune whose outline is not known."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """People across the border who are not warned: `people` in fives, 0 for fewer than five."""

    station: str
    phone: str
    people: int


@dataclass(frozen=True, slots=True)
class Border:
    """`shared` are the names of other stations whose followers are warned too; `unreached` are not."""

    shared: tuple[str, ...] = ()
    unreached: tuple[Unreached, ...] = ()


def touches(zone: zones.Zone, station: Station) -> bool:
    """Whether a zone reaches into a station's territory, as far as that is known."""
    if station.outline is not None:
        return zones.overlaps(zone, station.outline)
    return zones.near(zone, (station.latitude, station.longitude), NEAR_M)


async def beside(desk: Desk, station: Station, content: Content) -> Beside:
    """The other stations whose followers this content is for."""
    zone = content.target.zone
    if zone is None:
        return NOBODY
    others = await _others(desk, station, content)
    return {one.id: EVERYWHERE if touches(zone, one) else ONLY_PLACES for one in others}


async def address(desk: Desk, tx: Transaction, alert_id: int, content: Content, wanted: Beside) -> Beside:
    """Note for whose followers an alert is, in the transaction of its release: those of them who have anybody there."""
    found = await audience.by_station(tx, content, wanted)
    for station_id in found:
        await tx.execute("sharing.address", alert_id, station_id)
    if found:
        desk.db.ring(BELL)
    return {station_id: wanted[station_id] for station_id in found}


async def border(desk: Desk, station: Station, content: Content) -> Border:
    """What the sender is told of the other side. No count says fewer than five, and none is told exactly."""
    wanted = await beside(desk, station, content)
    found = await audience.by_station(desk.db, content, wanted)
    names = tuple(sorted([(await stations.by_id(desk.db, station_id)).name for station_id in found]))
    return Border(names, await _unreached(desk, station, content, wanted))


async def step(desk: Desk) -> bool:
    """Tell the mayors of those whose followers were warned; True when there may be more at once."""
    rows = await desk.db.fetch("sharing.untold", AT_ONCE)
    for row in rows:
        await _tell(desk, row)
    return len(rows) == AT_ONCE


async def _others(desk: Desk, station: Station, content: Content) -> tuple[Station, ...]:
    if station.kind == sharing.COMMUNE:
        return await sharing.signed(desk.db, station) if content.level is Level.DANGER else ()
    return await relays.communes(desk.db, station)


async def _unreached(
    desk: Desk, station: Station, content: Content, reached: Beside
) -> tuple[Unreached, ...]:
    """Of a commune's danger in a zone: who follows a neighbour without a sharing, and has a place there."""
    zone = content.target.zone
    if zone is None or content.level is not Level.DANGER or station.kind != sharing.COMMUNE:
        return ()
    around = {one.id: one for one in await sharing.near(desk.db, station) if one.id not in reached}
    if not around:
        return ()
    warned = await audience.by_station(desk.db, content, {**reached, station.id: EVERYWHERE})
    there = await audience.by_station(desk.db, content, dict.fromkeys(around, ONLY_PLACES))
    counted = {one: _beyond(there, one, warned) for one in around}
    return tuple(
        Unreached(around[one].name, around[one].phone or "", n - n % 5)
        for one, n in counted.items()
        if n >= 5 or (around[one].outline is not None and touches(zone, around[one]))
    )


def _beyond(there: Mapping[int, Ids], station_id: int, warned: Mapping[int, Ids]) -> int:
    """How many of a station's people there hear of it from nobody."""
    people = there.get(station_id)
    if people is None:
        return 0
    for heard in warned.values():
        people = np.setdiff1d(people, heard, assume_unique=True)
    return len(people)


async def _tell(desk: Desk, row: Row) -> None:
    async with desk.db.transaction() as tx:
        if not await tx.execute("sharing.tell", row["alert_id"], row["station_id"], desk.clock.now_ms()):
            return  # another node's
        sender, station = [await stations.by_id(tx, row[name]) for name in ("sender_id", "station_id")]
        phrase = "service.across_exercise" if row["exercise"] else "service.across"
        said = {"organisation": sender.name, "headline": row["headline"][:80]}
        bells = await call_deciders(tx, desk, station, phrase, said, sharing.PATH)
    for bell in bells:
        desk.db.ring(bell)
