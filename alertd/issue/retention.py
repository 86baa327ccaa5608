"""Retention: to whom an alert went, and where people once were, is dropped when its time is over; the counts stay.

By one node for all, in slices: a country's alert has millions of rows. What was dropped is reported in the audit. Limits:
`[retention]`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from alertd.clock import DAY
from alertd.issue.desk import Desk
from alertd.stations import audit
from alertd.store.database import Database, Transaction

ACTION: Final = "retention.forget"

_Kind: TypeAlias = Callable[[Transaction, int, int, "Dropped"], Awaitable[bool]]
"""Drops so many at most of what was over before then; False: there was none."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much one transaction drops, and how many there are in a round at most; what is over waits for the next."""

    rows: int = 1_000
    slices: int = 100


@dataclass(slots=True)
class Dropped:
    """How much one round dropped; `messages` counts those of which nothing is left."""

    messages: int = 0
    deliveries: int = 0
    places: int = 0


async def forget(desk: Desk, pace: Pace = Pace()) -> Dropped:
    """One round; what it dropped, which the audit says too."""
    kept, now, dropped = desk.settings.retention, desk.clock.now_ms(), Dropped()
    await _drop(desk.db, pace, _deliveries, now - kept.deliveries_days * DAY, dropped)
    await _drop(desk.db, pace, _places, now - kept.places_days * DAY, dropped)
    await _report(desk, dropped)
    return dropped


async def forgotten_at(db: Database, alert_id: int) -> int | None:
    """When it was dropped to whom an alert went, in UTC ms; None while it is there."""
    rows = await db.fetch("retention.of_alert", alert_id)
    return rows[0]["forgotten_at"] if rows else None


async def _drop(db: Database, pace: Pace, kind: _Kind, before: int, dropped: Dropped) -> None:
    """Slice by slice, as long as this node leads and the store has some."""
    for _ in range(pace.slices):
        async with db.transaction() as tx:
            if not await tx.fetch("chores.lead", "retention") or not await kind(
                tx, pace.rows, before, dropped
            ):
                return


async def _deliveries(tx: Transaction, most: int, before: int, dropped: Dropped) -> bool:
    """Some deliveries of the oldest message whose time is over, each with its attempts; False: there is none."""
    rows = await tx.fetch("retention.over", before)
    if not rows:
        return False
    message_id = rows[0]["id"]
    await tx.execute("retention.begin", message_id)
    await tx.execute("retention.attempts", message_id, most)
    n = await tx.execute("retention.deliveries", message_id, most)
    dropped.deliveries += n
    if n < most:
        await tx.execute("retention.pieces", message_id)
        await tx.execute("retention.cover", message_id)
        await tx.execute("retention.end", message_id)
        dropped.messages += 1
    return True


async def _places(tx: Transaction, most: int, before: int, dropped: Dropped) -> bool:
    n = await tx.execute("retention.places", before, most)
    dropped.places += n
    return n > 0


async def _report(desk: Desk, dropped: Dropped) -> None:
    told = {"messages": dropped.messages, "deliveries": dropped.deliveries, "places": dropped.places}
    if any(told.values()):
        async with desk.db.transaction() as tx:
            await audit.append(tx, desk.clock, None, "alertd", ACTION, "instance", told)
