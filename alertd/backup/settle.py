"""Settle: a database that other tools restored (pg_restore, a machine's snapshot) is made one that may go on.

What `alertd backup restore` does besides putting a file in its place, on either engine: nothing leaves until somebody has looked,
nobody is logged in, no number is given twice, and who left since has left.

To a database that nobody restored it would do harm alone, so it wants a sign that somebody did: something beside the backups is ahead of
it. There may be none, of a whole machine's snapshot or where that folder was lost; then a person says so.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.backup import shelf
from alertd.backup.journal import live_on, outlived
from alertd.backup.noted import Noted, heard
from alertd.backup.numbers import leap
from alertd.backup.replay import replay
from alertd.clock import Clock
from alertd.errors import Refused
from alertd.keys import Keyring
from alertd.settings import Settings
from alertd.stations import audit, sending_switch
from alertd.store import Database

ACTOR: Final = "cli"
BEGUN: Final = "settle.begun"
"""The setting that one bears which was interrupted: it may be given again."""
REASON: Final = "base restaurée : vérifiez ce qui est déjà parti, puis reprenez l'envoi"


@dataclass(frozen=True, slots=True)
class Settled:
    """How many departures are noted beside the backups, how many of them had to be done again, and what is to be doubted of them."""

    noted: int
    departures: int
    doubts: tuple[str, ...]


def noted_in(settings: Settings) -> Path:
    """Where departures are noted. :raises Refused: `backup_folder`: nowhere, on PostgreSQL without [backup] folder."""
    if not settings.backup.folder and not settings.store.url.startswith("sqlite:"):
        raise Refused(
            "backup_folder",
            "[backup] folder is not set: nobody noted who left since. Nothing was done; name the folder with departures-*.jsonl.",
        )
    return shelf.folder_of(settings)


async def settle(
    db: Database, clock: Clock, folder: Path, keyring: Keyring, *, surely: bool = False
) -> Settled:
    """Before the first node starts; may be done again where it was interrupted. `surely`: a person says that it was restored.

    :raises Refused: `settle_live`: nothing shows that this database was restored; nothing was done.
    """
    noted = await heard(db, folder, keyring)
    if not (surely or await restored(db, folder, noted)):
        raise Refused(
            "settle_live",
            f"Nothing shows that this database was restored: it knows all that nodes noted in {folder}. Nothing was done, for everybody "
            "would be logged out, and sending paused. If it was restored all the same: alertd backup settle --log-everybody-out",
        )
    async with db.transaction() as tx:
        await sending_switch.turn(tx, on=False)  # first of all, and without taking a number
        await tx.execute("instance.write_setting", BEGUN, "1")
    await leap(db, None, noted.departures)
    async with db.transaction() as tx:
        await tx.execute("sessions.end_all")
        detail = {"noted": len(noted.departures)}
        await audit.append(tx, clock, None, ACTOR, "backup.settle", "instance", detail)
        await sending_switch.decide(tx, clock, ACTOR, on=False, reason=REASON)
    done = await replay(db, noted.departures)
    await live_on(db, folder)
    async with db.transaction() as tx:
        await tx.execute("instance.drop_setting", BEGUN)
    return Settled(len(noted.departures), done, noted.doubts)


async def restored(db: Database, folder: Path, noted: Noted) -> bool:
    """Whether something shows that this database is an older one, put back: what nodes noted is ahead of it, or this was begun."""
    if await db.fetch("instance.read_setting", BEGUN) or await outlived(db, folder):
        return True
    given = {row["noun"]: row["last"] for row in await db.fetch("ids.all")}
    return any(each.id > given.get("departure", 0) for each in noted.departures)
