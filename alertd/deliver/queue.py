"""A sender's queue: which messages wait in it, the most urgent first, asked without a lock before a slice is claimed."""

from collections.abc import Sequence
from typing import Final

from alertd.deliver.fairness import Waiting
from alertd.deliver.owners import Theirs
from alertd.deliver.routes import Sender
from alertd.model import Level
from alertd.store import Database

MOST_MESSAGES = 50
"""Messages among which a slice is shared out; those behind them have their turn when one of these is through."""
LOOKS: Final = 20
"""How often a sender looks further into a queue whose head is not for it: so many messages, or the rest of a lane, each time."""


async def waiting(db: Database, home: int, behind: Waiting | None = None) -> list[Waiting]:
    """What waits in the most urgent lane of a sender's queue, in order, or of what stands `behind` one: asked without a lock before a
    slice is claimed.
    """
    if behind is None:
        rows = await db.fetch("deliveries.waiting", home, MOST_MESSAGES)
    else:
        after = behind.lane, behind.message_id
        rows = await db.fetch("deliveries.waiting_behind", home, MOST_MESSAGES, *after)
    found = [
        Waiting(row["message_id"], row["station_id"], row["lane"], row["level"] == Level.DANGER)
        for row in rows
    ]
    return sorted(found, key=lambda one: one.message_id)


async def sayable(db: Database, sender: Sender, home: int, theirs: Theirs) -> Sequence[Waiting]:
    """The most urgent there of what is for this sender: what is not, and may wait for long, holds up nothing behind it."""
    found = await waiting(db, home)
    for _ in range(LOOKS):
        messages = await theirs(db, sender, home, found)
        if messages or not found:
            return messages
        found = await waiting(db, home, found[-1])
    return ()
