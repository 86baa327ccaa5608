"""A SQLite instance becomes a PostgreSQL one: every table in key order, slice by slice, compared at the end.

It may be killed at any moment and started again: the target remembers the last key of each table, committed with its
slice, and until all tables were found equal no daemon runs on it. The source is read and never written.
"""

import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from alertd.errors import ConfigurationError
from alertd.store.complaints import translated as _sqlite_said
from alertd.store.postgres import translated as _postgres_said
from alertd.store.transfer.digest import Digest
from alertd.store.transfer.source import Source, held
from alertd.store.transfer.tables import Table, Values
from alertd.store.transfer.target import Cursor, Target, differs, reached

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called after each slice: "move" or "check", rows done, rows of all tables (of both sides for "check")."""

POSTGRESQL: Final = re.compile(r"postgres(ql)?://.+")


@dataclass(frozen=True, slots=True)
class Moved:
    """One table, found equal on both sides. `digest` does not depend on the order of rows."""

    table: str
    rows: int
    digest: str


async def move(source: str, target: str, progress: Progress) -> Sequence[Moved]:
    """Move the instance at `source` (sqlite:PATH) to the empty database at `target` (postgresql://...).

    :raises ConfigurationError: an address is of the wrong kind; see `held`, `reached`.
    :raises Conflict: `move_target_taken`, `move_running`, `move_source_changed`, `move_differs`.
    :raises Refused: `move_text`: a text that PostgreSQL cannot store. :raises Unavailable: a side does not answer.
    """
    path = _path(source)
    if not POSTGRESQL.fullmatch(target):
        raise ConfigurationError("store_url", "--to takes an address of the form postgresql://HOST/NAME.")
    with _sqlite_said(), _postgres_said():
        async with held(path) as ours, reached(target) as theirs:
            tables = await ours.tables()
            cursors = await theirs.take(tables, await ours.identity())
            counts = {table.name: await ours.count(table) for table in tables}
            await _Copy(ours, theirs, _Meter(progress, "move", sum(counts.values()))).run(tables, cursors)
            meter = _Meter(progress, "check", 2 * sum(counts.values()))
            moved = [await _compared(ours, theirs, table, meter) for table in tables]
            await theirs.finish()
    return moved


def _path(url: str) -> Path:
    scheme, _, rest = url.partition(":")
    if scheme != "sqlite":
        raise ConfigurationError(
            "move_source_kind", "[store] url is not a SQLite database: there is nothing to move."
        )
    return Path(rest.removeprefix("//"))


class _Meter:
    """Adds up what was done in one stage."""

    def __init__(self, progress: Progress, stage: str, total: int) -> None:
        self._progress = progress
        self._stage = stage
        self._total = total
        self._done = 0

    def add(self, rows: int) -> None:
        self._done += rows
        self._progress(self._stage, self._done, self._total)


@dataclass(frozen=True, slots=True)
class _Copy:
    source: Source
    target: Target
    meter: _Meter

    async def run(self, tables: Sequence[Table], cursors: Mapping[str, Cursor]) -> None:
        self.meter.add(sum(cursor.rows for cursor in cursors.values()))
        for table in tables:
            await self._table(table, cursors[table.name].last)

    async def _table(self, table: Table, after: Values | None) -> None:
        async with aclosing(self.source.slices(table, after)) as slices:
            async for rows in slices:
                await self.target.add(table, rows)
                self.meter.add(len(rows))


async def _compared(source: Source, target: Target, table: Table, meter: _Meter) -> Moved:
    ours = await _digest(source.pieces(table), meter)
    theirs = await _digest(target.pieces(table), meter)
    if ours != theirs:
        raise differs(table)
    return Moved(table.name, ours.rows, ours.text)


async def _digest(pieces: AsyncGenerator[list[Values], None], meter: _Meter) -> Digest:
    digest = Digest()
    async with aclosing(pieces):
        async for rows in pieces:
            digest.add(rows)
            meter.add(len(rows))
    return digest
