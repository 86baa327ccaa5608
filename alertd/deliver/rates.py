"""Rates: of what was handed to each gateway, how much arrived and was seen, also by range of numbers.

Counted now and then over the latest messages, as many as can be read at once, and kept: a page costs nothing. What is
read is never exact. A mayor who writes to five neighbours must not learn from the figures which operator one of them has:
counts are rounded down to fives, those below five are not told apart, a range needs five different addresses, and at
least a million numbers begin as it does (see `alertd.subscribe.addresses.prefix_of`).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from alertd.clock import DAY, SECOND, Clock
from alertd.model import Channel
from alertd.store import Database, Row

PERIOD_MS: Final = 7 * DAY
EVERY_S: Final = 300.0
MESSAGES: Final = 1_000
DELIVERIES: Final = 50_000
"""As many of the latest deliveries are counted: less than a second's work on either engine."""
FEW: Final = 5
MOST: Final = 1_000
"""Lines that are read: a world of prefixes is not shown."""
_ALL: Final = 2**62

Parts = tuple[int, int, int, int]
"""Addresses, handed, delivered, seen."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A gateway's on one channel, as a whole (no `prefix`) or for one range of numbers.

    The counts are rounded down to fives; None is one to four, or whatever a range of fewer than five addresses has.
    """

    channel: Channel
    gateway: str
    prefix: str
    handed: int | None
    delivered: int | None
    seen: int | None

    def share(self, part: int | None) -> int | None:
        """Of what was handed over, in percent of the rounded counts; None where either is not told, or zero."""
        return round(100 * part / self.handed) if part and self.handed else None


async def read(db: Database) -> list[Rate]:
    """What was counted last, each gateway as a whole before its ranges."""
    return [_rate(row) for row in await db.fetch("rates.all", MOST)]


@dataclass(slots=True)
class Rates:
    """One node's turns at counting; whoever comes first counts for all."""

    db: Database
    clock: Clock
    most: int = DELIVERIES
    _at: float = float("-inf")

    async def step(self) -> bool:
        """Count, when it is time."""
        now = self.clock.monotonic()
        if now - self._at < EVERY_S:
            return False
        self._at = now
        if not await self.db.fetch("rates.fresh", round(EVERY_S * SECOND / 2)):
            await self.count()
        return False

    async def count(self) -> None:
        """Over the latest messages; read beside whoever writes, and written at once."""
        chosen = await self._latest()
        rows = list(_lines(await self.db.fetch("rates.count", json.dumps(chosen)))) if chosen else []
        async with self.db.transaction() as tx:
            if not await tx.fetch("chores.lead", "rates"):
                return
            await tx.execute("rates.forget")
            if rows:
                await tx.execute_many("rates.keep", rows)

    async def _latest(self) -> dict[int, int]:
        """The messages that are counted, and of each the last endpoint: all but of the oldest, which may be cut."""
        since, chosen, left = self.clock.now_ms() - PERIOD_MS, dict[int, int](), self.most
        for row in await self.db.fetch("rates.messages", since, MESSAGES):
            chosen[row["id"]] = await self._cut(row["id"], left) if row["n"] > left else _ALL
            left -= row["n"]
            if left <= 0:
                break
        return chosen

    async def _cut(self, message_id: int, most: int) -> int:
        rows = await self.db.fetch("deliveries.reached_boundary", message_id, 0, most)
        return int(rows[0]["id"]) if rows else _ALL


def _lines(counted: Sequence[Row]) -> Iterator[tuple[int, str, str, int, int, int, int]]:
    """Each gateway as a whole, then its ranges."""
    whole: dict[tuple[int, str], Counter[str]] = {}
    for row in counted:
        parts = {part: row[part] for part in ("addresses", "handed", "delivered", "seen")}
        whole.setdefault((row["channel"], row["gateway"]), Counter()).update(parts)
        if row["prefix"]:
            yield row["channel"], row["gateway"], row["prefix"], *_parts(parts)
    for (channel, gateway), sums in whole.items():
        yield channel, gateway, "", *_parts(sums)


def _parts(counts: Mapping[str, int]) -> Parts:
    return counts["addresses"], counts["handed"], counts["delivered"], counts["seen"]


def _rate(row: Row) -> Rate:
    few = bool(row["prefix"]) and row["addresses"] < FEW
    counts = (None if few else _coarse(row[part]) for part in ("handed", "delivered", "seen"))
    return Rate(Channel(row["channel"]), row["gateway"], row["prefix"], *counts)


def _coarse(count: int) -> int | None:
    return None if 0 < count < FEW else count - count % FEW
