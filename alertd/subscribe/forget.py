"""Forget: who never proved a phone within a day, and whose stay ended a day ago; slice by slice."""

from typing import Final

from alertd.clock import DAY, Clock
from alertd.stations import audit
from alertd.store.database import Database, Transaction
from alertd.subscribe import guests
from alertd.subscribe.leave import leave

KEPT_MS: Final = DAY
"""After the end of a stay: an alert that reached the person may still be ended or corrected."""
SLICE: Final = 50
"""People of either kind forgotten in one transaction."""
SLICES: Final = 40
"""At most in one round; who is over waits for the next."""


async def forget(db: Database, clock: Clock) -> None:
    """End these subscriptions, and erase whoever has none left; one node at a time does it for all."""
    for _ in range(SLICES):
        async with db.transaction() as tx:
            if not await tx.fetch("chores.lead", "forget") or not await _forget(tx, clock):
                return


async def _forget(tx: Transaction, clock: Clock) -> int:
    before = clock.now_ms() - KEPT_MS
    unproven = await tx.fetch("endpoints.unproven", before, SLICE)
    over = await tx.fetch("endpoints.stays_over", before, SLICE)
    pairs = {(row["station_id"], row["subscriber_id"]) for row in (*unproven, *over)}
    for station_id, subscriber_id in sorted(pairs):
        left = await leave(tx, station_id, subscriber_id)
        said = {"left": left.value}
        await audit.append(
            tx, clock, station_id, "alertd", "subscriber.forget", f"subscriber:{subscriber_id}", said
        )
    await tx.execute("spoken.erase", 0, before)
    return len(pairs) + await guests.forget(tx, before, SLICE)
