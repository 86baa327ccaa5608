"""One banner to all operators: what the host of an instance has to say to everyone who logs in. Residents never see it."""

import json
from dataclasses import dataclass
from typing import Final

from alertd.clock import HOUR, Clock
from alertd.errors import Refused
from alertd.stations import audit
from alertd.store.database import Database, Transaction

KEY: Final = "announcement"
MOST: Final = 300
LONGEST_HOURS: Final = 24 * 366


@dataclass(frozen=True, slots=True)
class Announcement:
    """Shown from `since` to `until`, UTC milliseconds."""

    text: str
    since: int
    until: int


async def current(store: Database | Transaction, now: int) -> Announcement | None:
    """What is shown now; None when there is nothing to say, or no more."""
    rows = await store.fetch("instance.read_setting", KEY)
    found = Announcement(**json.loads(rows[0]["value"])) if rows else None
    return found if found is not None and now < found.until else None


async def say(tx: Transaction, clock: Clock, who: str, text: str, hours: int) -> Announcement:
    """Show it from now on, for so many hours, in place of any other.

    :raises Refused: `announcement_invalid`.
    """
    text = " ".join(text.split())
    if not text or len(text) > MOST or not text.isprintable():
        raise Refused("announcement_invalid", f"Say it in one line of 1 to {MOST} characters.")
    if not 1 <= hours <= LONGEST_HOURS:
        raise Refused("announcement_invalid", f"It is shown for 1 to {LONGEST_HOURS} hours.")
    now = clock.now_ms()
    said = {"text": text, "since": now, "until": now + hours * HOUR}
    await tx.execute("instance.write_setting", KEY, json.dumps(said, ensure_ascii=False))
    await audit.append(tx, clock, None, who, "announcement.say", "instance", {"text": text, "hours": hours})
    return Announcement(text, now, now + hours * HOUR)


async def clear(tx: Transaction, clock: Clock, who: str) -> None:
    """Nothing is shown any more."""
    await tx.execute("instance.drop_setting", KEY)
    await audit.append(tx, clock, None, who, "announcement.clear", "instance")
