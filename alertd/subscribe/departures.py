"""Departures: who left what, so that it can be done again where an older backup has brought somebody back.

Ids alone, of people who may be nobody any more. `alertd.backup.replay` does them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alertd.clock import DAY, Clock
from alertd.store import ids
from alertd.store.database import Database, Transaction

KEPT_MS: Final = 400 * DAY
"""Longer than a usual backup is kept (`[backup] keep_monthly`); the file beside the backups keeps them for those that stay longer."""


class What(StrEnum):
    """What kind of leaving."""

    ERASED = "erased"
    LEFT = "left"  # one station; by a STOP, where an endpoint is named
    STOPPED = "stopped"  # one endpoint, by STOP
    RETURNED = "returned"  # START: what was left by STOP is taken up again


@dataclass(frozen=True, slots=True)
class Departure:
    """One leaving; `at` in UTC ms."""

    id: int
    at: int
    what: What
    subscriber_id: int
    station_id: int | None = None
    endpoint_id: int | None = None


async def note(
    tx: Transaction,
    what: What,
    subscriber_id: int,
    *,
    station_id: int | None = None,
    endpoint_id: int | None = None,
) -> None:
    """Remember it, in the transaction of the leaving."""
    number = await ids.take(tx, "departure")
    await tx.execute("departures.add", number, what.value, subscriber_id, station_id, endpoint_id)


async def after(db: Database, last: int, most: int) -> list[Departure]:
    """The next ones behind that id, in their order."""
    rows = await db.fetch("departures.page", last, most)
    return [
        Departure(
            row["id"],
            row["at"],
            What(row["what"]),
            row["subscriber_id"],
            row["station_id"],
            row["endpoint_id"],
        )
        for row in rows
    ]


async def forget(db: Database, clock: Clock) -> None:
    """Those that no usual backup could undo any more; they were noted in the file long ago."""
    async with db.transaction() as tx:
        await tx.execute("departures.forget", clock.now_ms() - KEPT_MS)


def standing(departures: Sequence[Departure]) -> list[Departure]:
    """Those that nobody took back: a START undoes the STOP before it."""
    last: dict[tuple[int, int | None, int | None], Departure] = {}
    for each in departures:
        key = (each.subscriber_id, each.station_id, each.endpoint_id)
        last.pop(key, None)
        if each.what is not What.RETURNED:
            last[key] = each
    return list(last.values())
