"""A real store in trouble: it loses its disk, or pauses, before a statement of the test's choosing."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from alertd.errors import Unavailable
from alertd.store.database import Database, Row, Transaction

Around = Callable[[str], Awaitable[None]]


async def nothing(query: str) -> None:
    """All is well."""


class TroubledStore:
    """Everything goes to the store behind; `before` is awaited ahead of each statement of a transaction, `after` behind."""

    def __init__(self, behind: Database, before: Around, after: Around | None = None) -> None:
        self._behind = behind
        self._before = before
        self._after = after or nothing

    @property
    def writers(self) -> int:
        return self._behind.writers

    async def open(self, node: str = "") -> None:
        await self._behind.open(node)

    async def close(self) -> None:
        await self._behind.close()

    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Row]:
        return await self._behind.fetch(query, *arguments)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._behind.transaction() as tx:
            yield _Troubled(tx, self._before, self._after)

    def ring(self, bell: str, /) -> None:
        self._behind.ring(bell)

    async def wait(self, bell: str, timeout_s: float, /) -> bool:
        return await self._behind.wait(bell, timeout_s)

    async def ping(self) -> None:
        await self._behind.ping()


class _Troubled:
    def __init__(self, behind: Transaction, before: Around, after: Around) -> None:
        self._behind = behind
        self._before = before
        self._after = after

    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Row]:
        await self._before(query)
        rows = await self._behind.fetch(query, *arguments)
        await self._after(query)
        return rows

    async def execute(self, query: str, /, *arguments: Any) -> int:
        await self._before(query)
        return await self._behind.execute(query, *arguments)

    async def execute_many(self, query: str, arguments: Sequence[Sequence[Any]], /) -> None:
        await self._before(query)
        await self._behind.execute_many(query, arguments)


class FullDisk:
    """The disk is full at the `at`th statement from now (the first is 0); `met` says that it came to that."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.met = False

    async def __call__(self, query: str) -> None:
        if self._left == 0:
            self.met = True
            raise Unavailable("store_full", f"no room for {query}")
        self._left -= 1
