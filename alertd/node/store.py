"""The store as the settings name it. The command line opens it here, too, without all that a serving node takes along."""

from alertd.backup.create import before_migration
from alertd.clock import Clock
from alertd.settings import Settings
from alertd.store import Database, connect


def store_of(settings: Settings, clock: Clock) -> Database:
    """The store that the settings name, not yet opened."""
    return connect(settings.store.url, clock, readers=settings.store.readers)


async def open_store(settings: Settings, clock: Clock, node: str = "") -> Database:
    """The store, open and up to date; a SQLite database that is to be changed for that is backed up first.

    :raises ConfigurationError: `backup_before_migration`, and what opening raises.
    """
    await before_migration(settings, clock)
    db = store_of(settings, clock)
    await db.open(node)
    return db
