"""Checkpoints: SQLite's log is copied into its file beside the writer, not by it.

SQLite would have the COMMIT that fills the thousandth page of the log copy all of them, and wait for the disk twice
(https://www.sqlite.org/wal.html#ckpt): half of what committing cost. A connection of its own copies what is there, and
keeps nobody waiting (PASSIVE). It may stay behind as long as there is no pause: at BACKSTOP pages the writer does the
rest itself, and the log begins anew.

Copied is not forgotten: the log keeps what stood in a page before somebody was erased until it is written over, which a
village's may not be for weeks. So it is cut to nothing every half minute in which something was written (TRUNCATE), where
no reader looks at an older state. That takes the writer's turn, for as long as PATIENCE_MS at most.
"""

import asyncio
import sqlite3
from contextlib import suppress
from typing import Final

import aiosqlite

BACKSTOP: Final = 16_000
"""Pages of the log (64 MB) at which a COMMIT sees to it after all."""
EVERY_S: Final = 0.5
EMPTIED_S: Final = 30.0
PATIENCE_MS: Final = 50
"""For a writer, then for readers; whoever wants to write meanwhile waits as long."""


class Checkpoints:
    """One database's. `written` is told of each commit."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._news = asyncio.Event()
        self._full = True  # of an earlier life
        self._tasks = [asyncio.create_task(self._turn()), asyncio.create_task(self._emptying())]

    def written(self) -> None:
        """There is something to copy."""
        self._full = True
        self._news.set()

    async def close(self) -> None:
        """Let go of the connection. The last connection to be closed, the writer's, copies what is left."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self._connection.close()

    async def empty(self) -> bool:
        """Copy the log and cut it to nothing; False: somebody is at it, and the next time will do."""
        self._full = False
        try:
            await self._connection.execute_fetchall(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            await self._connection.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")
            (said,) = await self._connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            emptied = not said[0]
        except sqlite3.DatabaseError:  # a full or failing disk: the writer meets it too, and says so
            emptied = False
        self._full = self._full or not emptied
        return emptied

    async def _emptying(self) -> None:
        while True:
            await asyncio.sleep(EMPTIED_S)
            if self._full:
                await self.empty()

    async def _turn(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(EVERY_S)
            self._news.clear()
            # A full or failing disk: the writer meets it too, and says so.
            with suppress(sqlite3.DatabaseError):
                await self._connection.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")
