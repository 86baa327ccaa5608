"""What PostgreSQL's own tools made: alertd sees none of it, so whoever makes it says when one is done (`alertd backup done`)."""

from typing import Final

from alertd.clock import Clock
from alertd.errors import Refused
from alertd.settings import Settings
from alertd.stations import audit
from alertd.store.database import Database, Transaction

KEY: Final = "backup.done"
ACTOR: Final = "cli"


def refuse_own(settings: Settings) -> None:
    """:raises Refused: `backup_own`: of a SQLite instance the backups themselves tell their age."""
    if settings.store.url.startswith("sqlite:"):
        raise Refused(
            "backup_own",
            "alertd makes this instance's backups, and sees how old they are: alertd backup create, or alertd-backup.timer.",
        )


async def tell(tx: Transaction, clock: Clock) -> None:
    """One is done now."""
    await tx.execute("instance.write_setting", KEY, str(clock.now_ms()))
    await audit.append(tx, clock, None, ACTOR, "backup.done", "instance")


async def last(db: Database) -> int | None:
    """When the last one was done, UTC ms; None where nobody ever told of one."""
    rows = await db.fetch("instance.read_setting", KEY)
    return int(rows[0]["value"]) if rows else None
