"""The one switch that stops all sending. It is a row, so that every node obeys it."""

from alertd.store.database import Database, Transaction

KEY = "sending"
ON, PAUSED = "on", "paused"


async def is_on(store: Database | Transaction) -> bool:
    """Whether messages leave; they do unless somebody paused them."""
    rows = await store.fetch("instance.read_setting", KEY)
    return not rows or rows[0]["value"] == ON


async def turn(tx: Transaction, *, on: bool) -> None:
    """Pause all sending, or resume it."""
    await tx.execute("instance.write_setting", KEY, ON if on else PAUSED)
