"""Numbers that were given since a backup: links, providers and what was noted of who left know them, so they are not given again."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alertd.store import Database, snapshots
from alertd.subscribe.departures import Departure

LEAP: Final = 1_000_000
"""More than were given since the last number that is known."""
ABROAD: Final = (
    "alert",
    "departure",
    "event",
    "inbound",
    "message",
    "receipt",
    "relay",
    "sharing",
    "station",
    "subscriber",
)
"""Nouns whose numbers left the database, or stand in what was noted: also those of which there was none yet."""


async def leap(db: Database, replaced: Path | None, noted: Sequence[Departure]) -> None:
    """Go on behind all that is known to have been given: in the database that is `replaced`, if there is one that can be read, and by
    what was noted.

    Before anything else is done in a restored database: what is done takes numbers, too.
    """
    known = await asyncio.to_thread(snapshots.counters, replaced) if replaced is not None else {}
    given = dict.fromkeys(ABROAD, 0) | known
    given["departure"] = max(given["departure"], max((each.id for each in noted), default=0))
    async with db.transaction() as tx:
        for noun, last in given.items():
            await tx.execute("ids.at_least", noun, last)
        await tx.execute("ids.leap", LEAP)
