"""The one switch that stops all sending. It is a row, so that every node obeys it."""

import json
from dataclasses import dataclass
from typing import Final

from alertd.clock import Clock
from alertd.stations import audit
from alertd.store.database import Database, Transaction

KEY = "sending"
ON, PAUSED = "on", "paused"
MOST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Pause:
    """All sending is stopped since `since` (UTC ms; 0: the audit does not tell), by whom and why; "" without a reason."""

    since: int = 0
    actor: str = ""
    reason: str = ""


async def is_on(store: Database | Transaction) -> bool:
    """Whether messages leave; they do unless somebody paused them."""
    rows = await store.fetch("instance.read_setting", KEY)
    return not rows or rows[0]["value"] == ON


async def paused(store: Database | Transaction) -> Pause | None:
    """The pause that holds, as the audit tells it; None while messages leave."""
    if await is_on(store):
        return None
    rows = await store.fetch("audit.last_switch")
    return (
        Pause(rows[0]["at"], rows[0]["actor"], json.loads(rows[0]["detail"]).get("reason", ""))
        if rows
        else Pause()
    )


async def turn(tx: Transaction, *, on: bool) -> None:
    """Pause all sending, or resume it."""
    await tx.execute("instance.write_setting", KEY, ON if on else PAUSED)


async def decide(tx: Transaction, clock: Clock, who: str, *, on: bool, reason: str = "") -> None:
    """Turn it, and enter in the audit who did and why: 500 characters at most."""
    await turn(tx, on=on)
    kept = reason.strip()[:MOST_REASON]
    action = "sending.resume" if on else "sending.pause"
    await audit.append(tx, clock, None, who, action, "instance", {"reason": kept} if kept else None)
