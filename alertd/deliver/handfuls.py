"""Receipts by the handful: whatever comes first, so many of them or so long a wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")


async def handfuls(
    items: AsyncIterator[Item], most: int, seconds: float, patience_s: float
) -> AsyncIterator[list[Item]]:
    """Lists of up to `most` items, none kept back much longer than `seconds` after it came.

    :raises TimeoutError: nothing came for `patience_s` seconds. What `items` raises is raised after everything that came before it was given; leaving early ends `items` too.
    """
    basket: _Basket[Item] = _Basket(most)
    feeding = asyncio.create_task(_feed(items, basket))
    try:
        while await basket.filled(seconds, patience_s):
            yield basket.take()
        await feeding
    finally:
        feeding.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await feeding


async def _feed(items: AsyncIterator[Item], basket: "_Basket[Item]") -> None:
    try:
        async for item in items:
            basket.add(item)
    finally:
        basket.close()


class _Basket(Generic[Item]):
    """What came and was not taken yet. A queue would wake somebody for each item: at thousands a second that is felt."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: list[Item] = []
        self._closed = False
        self._some = asyncio.Event()
        self._full = asyncio.Event()

    def add(self, item: Item) -> None:
        self._items.append(item)
        self._some.set()
        if len(self._items) >= self._most:
            self._full.set()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._some.set()
        self._full.set()

    async def filled(self, seconds: float, patience_s: float) -> bool:
        """Wait for a first item, then for as many as come in time; False when all has been given."""
        await asyncio.wait_for(self._some.wait(), patience_s)
        if self._items:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._full.wait()
        return bool(self._items)

    def take(self) -> list[Item]:
        taken, self._items = self._items[: self._most], self._items[self._most :]
        if not (self._items or self._closed):
            self._some.clear()
        if len(self._items) < self._most and not self._closed:
            self._full.clear()
        return taken
