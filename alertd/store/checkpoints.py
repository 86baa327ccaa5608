"""Checkpoints: SQLite's log is copied into its file beside the writer, not by it.

SQLite would have the COMMIT that fills the thousandth page of the log copy all of them, and wait for the disk twice
(https://www.sqlite.org/wal.html#ckpt): half of what committing cost. A connection of its own copies what is there, and
keeps nobody waiting (PASSIVE). It may stay behind as long as there is no pause: at BACKSTOP pages the writer does the
rest itself, and the log begins anew.
"""

import asyncio
import sqlite3
from contextlib import suppress
from typing import Final

import aiosqlite

BACKSTOP: Final = 16_000
"""Pages of the log (64 MB) at which a COMMIT sees to it after all."""
EVERY_S: Final = 0.5


class Checkpoints:
    """One database's. `written` is told of each commit."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._turn())

    def written(self) -> None:
        """There is something to copy."""
        self._news.set()

    async def close(self) -> None:
        """Let go of the connection. The last connection to be closed, the writer's, copies what is left."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._connection.close()

    async def _turn(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(EVERY_S)
            self._news.clear()
            # A full or failing disk: the writer meets it too, and says so.
            with suppress(sqlite3.DatabaseError):
                await self._connection.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")
