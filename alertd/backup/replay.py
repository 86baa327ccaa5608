"""Replay: what people left since a backup was made is left again in the database that was restored from it."""

from alertd.model import subscriber_of
from alertd.store import Database, Transaction, reach
from alertd.subscribe import stops
from alertd.subscribe.departures import Departure, What, note, standing
from alertd.subscribe.leave import erase, leave


async def replay(db: Database, departures: list[Departure]) -> int:
    """All that nobody took back; how many there were to be done."""
    done = 0
    for each in standing(departures):
        async with db.transaction() as tx:
            done += await _again(tx, each)
    return done


async def _again(tx: Transaction, departure: Departure) -> bool:
    """Whoever came under that id later is not meant."""
    if not await tx.fetch("departures.subscriber", departure.subscriber_id, departure.at):
        return False
    if departure.what is What.STOPPED:
        return await _stop(tx, departure)
    return await _leave(tx, departure)


async def _stop(tx: Transaction, departure: Departure) -> bool:
    if not await tx.execute("stops.end_endpoint", departure.endpoint_id):
        return False
    await note(tx, What.STOPPED, departure.subscriber_id, endpoint_id=departure.endpoint_id)
    await reach.derive(tx, [departure.subscriber_id])
    return True


async def _leave(tx: Transaction, departure: Departure) -> bool:
    """Of one station, or of all; an operator's own endpoints stay. A STOP stays an objection: no older list brings the person back."""
    person, endpoint = departure.subscriber_id, departure.endpoint_id
    rows = await tx.fetch("departures.subscriptions", person, departure.at, departure.station_id)
    for row in rows:
        if endpoint is not None and subscriber_of(endpoint) == person:
            await stops.part(tx, row["station_id"], endpoint, f"departure:{departure.id}", departure.at)
        else:
            await leave(tx, row["station_id"], person)
    if departure.what is What.ERASED and not await tx.fetch("departures.operators", person):
        await erase(tx, person)
        return True
    return bool(rows)
