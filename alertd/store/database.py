"""The seam: one Protocol, two engines (`alertd.store.sqlite`, `alertd.store.postgres`), queries by name.

A query is called by the name it has in `queries/*.sql`, as "noun.verb", with its `$1..$n` arguments in order.
The same text runs on both engines; a file of the same name under `queries/postgres/` replaces single queries.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Row(Protocol):
    """One row, by column name or position."""

    def __getitem__(self, key: Any, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...


class Transaction(Protocol):
    """One writer at a time per row; everything in it happens, or nothing does."""

    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Row]:
        """All rows of a query (also `... RETURNING`)."""

    async def execute(self, query: str, /, *arguments: Any) -> int:
        """Run a statement; the number of rows it changed."""

    async def execute_many(self, query: str, arguments: Sequence[Sequence[Any]], /) -> None:
        """Run one statement for each row of arguments."""


class Database(Protocol):
    """A store that remembers. Seven methods.

    :raises alertd.errors.Unavailable: when the engine cannot be reached, or is full.
    """

    @property
    def writers(self) -> int:
        """How many large transactions a node does well to have under way at once: one where there is one writer."""

    async def open(self, node: str = "") -> None:
        """Connect, bring the schema up to date, refuse a newer one (ConfigurationError `schema_newer`).

        With `node`, the name by which a running node is known, hold that name until it is closed: another process that
        has it is a ConfigurationError `node_running`, also later, from any transaction, should the name have been lost.
        """

    async def close(self) -> None:
        """Let go; may be called twice."""

    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Row]:
        """Read, beside whoever writes."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Write: BEGIN IMMEDIATE on SQLite; commits on leaving, rolls back on an exception."""

    def ring(self, bell: str, /) -> None:
        """Wake whoever waits for `bell`, on every node; only a hint, polling is the truth. Never raises."""

    async def wait(self, bell: str, timeout_s: float, /) -> bool:
        """Wait until `bell` rings, or the time has passed; True when it rang (also since the last wait)."""

    async def ping(self) -> None:
        """Raise Unavailable unless the store answers and can be written to."""
