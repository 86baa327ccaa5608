"""Hindsight: when the first, half and the last were really handed over, beside what was forecast at release."""

from dataclasses import dataclass
from typing import Final

from alertd.clock import SECOND
from alertd.deliver.figures import Figures
from alertd.store import Database

MOST: Final = 20
"""Messages under way that are looked at in one round."""
PARTS: Final = ("first", "half", "last")

Marks = tuple[int | None, int | None, int | None]
"""When the first, half, the last left, in UTC ms; None for what has not happened."""


@dataclass(frozen=True, slots=True)
class Hindsight:
    """What one node notes of it."""

    db: Database
    figures: Figures

    async def marks(self, message_id: int, toward: int | None = None) -> Marks:
        """By the attempts, half being that of `toward`, else of all. Read outside a transaction: they may be a million."""
        row = (await self.db.fetch("attempts.marks", message_id, toward))[0]
        return row["first_at"], row["half_at"], row["last_at"]

    async def look(self) -> None:
        """Note the first and half of what is under way, once each, as soon as the books say that they were reached. In line at
        the message's gate: the row alone would be had only when no claim holds a share of it, and that may be minutes.
        """
        for row in await self.db.fetch("messages.reaching", MOST):
            first, half, _ = await self.marks(row["id"], row["toward"])
            if first is not None:
                async with self.db.transaction() as tx:
                    await tx.fetch("gates.shut", row["id"])
                    await tx.execute("messages.mark", row["id"], first, half)

    async def tell(self, message_id: int) -> None:
        """How the forecast was kept, into the figures; an end and a correction have none."""
        for row in await self.db.fetch("messages.hindsight", message_id):
            for part in PARTS:
                at, forecast_s = row[f"{part}_at"], row[f"{part}_s"]
                if at is not None and forecast_s is not None:
                    self.figures.kept(part, max(0.0, (at - row["since"]) / SECOND), forecast_s)
