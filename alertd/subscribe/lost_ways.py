"""Lost ways: whose number or mailbox died is told so by another of their ways, before the day on which it is missed.

Once for each way, by what costs nothing where there is such a one, never by a call, and never to many at once: a provider that
declares a town dead by mistake must not have a town written to.
"""

from typing import Final

from alertd.clock import DAY, HOUR
from alertd.deliver.service import House, Limit, Note, Written, service
from alertd.model import Channel
from alertd.stations import stations, throttle
from alertd.store.database import Database, Row, Transaction

LATELY_MS: Final = 20 * HOUR
"""Under a day: so long a bucket remembers that it was told."""
SLICE: Final = 50
SLICES: Final = 4
"""Told in one round: two hundred every ten minutes."""
LOOKED: Final = 40
"""Slices looked through in one round, those told before included."""
EACH: Final = Limit("lost", burst=2, every_ms=DAY)


async def announce(db: Database, house: House, public_url: str, per_day: int) -> None:
    """Tell those whose way died lately; one node at a time does it for all."""
    since = house.clock.now_ms() - LATELY_MS
    place, told = (0, 0), 0
    for _ in range(LOOKED):
        async with db.transaction() as tx:
            leads = await tx.fetch("chores.lead", "forget")
            rows = await tx.fetch("lost.lately", since, *place, SLICE) if leads else ()
            bells = [await _tell(tx, house, row, public_url, per_day) for row in rows]
        for bell in {each for each in bells if each}:
            db.ring(bell)
        told += len([each for each in bells if each])
        if len(rows) < SLICE or told >= SLICE * SLICES:
            return
        place = rows[-1]["closed_at"], rows[-1]["id"]


async def _tell(tx: Transaction, house: House, row: Row, public_url: str, per_day: int) -> str:
    """The bell to ring; empty where it was told before, or cannot be now."""
    if not await throttle.spare(tx, house.clock, f"lost-way:{row['id']}", 1, DAY):
        return ""
    station = await stations.by_id(tx, row["station_id"])
    path = f"/s/{station.slug}/mes-choix"
    note = Note(
        f"service.lost_{Channel(row['channel']).word}",
        {"link": public_url + path},
        title="service.lost_title",
        station_id=station.id,
        within_ms=DAY,
        path=path,
        thread=f"lost-{row['id']}",
        limit=EACH,
    )
    [reader] = await tx.fetch("service.reader", row["other"], station.id)
    costs = reader["channel"] == Channel.SMS
    if costs and not await throttle.code_of_the_day(tx, house.clock, station.id, per_day):
        return ""
    written = await service(tx, house, row["other"], note)
    return written.bell if isinstance(written, Written) else ""
