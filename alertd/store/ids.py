"""Ids are made by the application, in blocks: the order of making is the order of keys."""

from typing import Final

from alertd.store.database import Transaction

MOST: Final = 1_000_000


async def take(tx: Transaction, noun: str, n: int = 1) -> int:
    """The first of `n` consecutive new ids of `noun`. A block that was committed is never given again."""
    if not 1 <= n <= MOST:
        message = f"a block of ids has 1 to {MOST}"
        raise ValueError(message)
    rows = await tx.fetch("ids.take_block", noun, n)
    return int(rows[0]["last"]) - n + 1
