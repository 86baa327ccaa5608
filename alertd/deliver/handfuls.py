"""Receipts by the handful: whatever comes first, so many of them or so long a wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TypeVar

Item = TypeVar("Item")


async def handfuls(
    items: AsyncIterator[Item], most: int, seconds: float, patience_s: float
) -> AsyncIterator[list[Item]]:
    """Lists of up to `most` items, none kept back much longer than `seconds` after it came.

    :raises TimeoutError: nothing came for `patience_s` seconds. What `items` raises is raised after everything that came before it was given; leaving early ends `items` too.
    """
    queue: asyncio.Queue[Item | None] = asyncio.Queue(maxsize=most)
    feeding = asyncio.create_task(_feed(items, queue))
    try:
        while (item := await asyncio.wait_for(queue.get(), patience_s)) is not None:
            handful, ended = await _fill([item], queue, most, seconds)
            yield handful
            if ended:
                break
        await feeding
    finally:
        feeding.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await feeding


async def _feed(items: AsyncIterator[Item], queue: "asyncio.Queue[Item | None]") -> None:
    try:
        async for item in items:
            await queue.put(item)
    except Exception:
        await queue.put(None)
        raise
    await queue.put(None)  # not when cancelled: nobody listens, and there may be no room


async def _fill(
    handful: list[Item], queue: "asyncio.Queue[Item | None]", most: int, seconds: float
) -> tuple[list[Item], bool]:
    """Add what comes in time; True when there is no more."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while len(handful) < most:
                item = await queue.get()
                if item is None:
                    return handful, True
                handful.append(item)
    return handful, False
