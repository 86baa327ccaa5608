"""Settle: a database that other tools restored (pg_restore, a machine's snapshot) is made one that may go on.

What `alertd backup restore` does besides putting a file in its place, on either engine: nothing leaves until somebody has looked,
nobody is logged in, no number is given twice, and who left since has left.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.backup import journal, shelf
from alertd.backup.numbers import leap
from alertd.backup.replay import replay
from alertd.clock import Clock
from alertd.errors import Refused
from alertd.settings import Settings
from alertd.stations import audit, sending_switch
from alertd.store import Database

ACTOR: Final = "cli"
REASON: Final = "base restaurée : vérifiez ce qui est déjà parti, puis reprenez l'envoi"


@dataclass(frozen=True, slots=True)
class Settled:
    """How many departures are noted beside the backups, and how many of them had to be done again."""

    noted: int
    departures: int


def noted_in(settings: Settings) -> Path:
    """Where departures are noted. :raises Refused: `backup_folder`: nowhere, on PostgreSQL without [backup] folder."""
    if not settings.backup.folder and not settings.store.url.startswith("sqlite:"):
        raise Refused(
            "backup_folder",
            "[backup] folder is not set: nobody noted who left since. Nothing was done; name the folder with departures-*.jsonl.",
        )
    return shelf.folder_of(settings)


async def settle(db: Database, clock: Clock, folder: Path) -> Settled:
    """Before the first node starts; may be done again where it was interrupted."""
    async with db.transaction() as tx:
        await sending_switch.turn(tx, on=False)  # first of all, and without taking a number
    noted = await asyncio.to_thread(journal.known, folder)
    await leap(db, None, noted)
    async with db.transaction() as tx:
        await tx.execute("sessions.end_all")
        await audit.append(tx, clock, None, ACTOR, "backup.settle", "instance", {"noted": len(noted)})
        await sending_switch.decide(tx, clock, ACTOR, on=False, reason=REASON)
    return Settled(len(noted), await replay(db, noted))
