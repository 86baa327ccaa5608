"""SQLite: one file, one writer at a time, readers beside it.

One connection writes, behind a lock, because coroutines that shared it would find themselves in each other's
transaction; BEGIN IMMEDIATE, because a read that turns into a write fails at once whatever the busy timeout
(https://www.sqlite.org/lang_transaction.html). synchronous=FULL: what was accepted survives a power cut.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import aiosqlite

from alertd.clock import Clock
from alertd.errors import Unavailable
from alertd.store import chain, failures
from alertd.store.bells import Bells
from alertd.store.checkpoints import BACKSTOP, Checkpoints
from alertd.store.complaints import translated, translation
from alertd.store.database import Row
from alertd.store.lockfile import LockFile
from alertd.store.migrations import history, migrate
from alertd.store.statements import Statement, Statements, load, schema

Taken = TypeVar("Taken")

BUSY_MS = 30_000
TURN_S = 30.0
"""The longest wait for the writer, or for a free reader: longer means that something is wrong."""


class SQLite:
    """The `alertd.store.database.Database` of one machine."""

    writers: Final = 1

    def __init__(
        self, path: Path | str, clock: Clock, *, readers: int = 2, statements: Statements | None = None
    ) -> None:
        self._path = Path(path)
        self._clock = clock
        self._most_readers = readers
        self._statements = schema() | (load("sqlite") if statements is None else dict(statements))
        self._turn = asyncio.Lock()
        self._writer: aiosqlite.Connection | None = None
        self._checkpoints: Checkpoints | None = None
        self._readers: list[aiosqlite.Connection] = []
        self._free: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._bells = Bells()
        self._lock = LockFile(self._path)

    async def open(self, node: str = "") -> None:
        """Make the file if need be (0600, in a folder 0700), bring its schema up to date; one node at a time."""
        if node:
            self._lock.take(node)
        try:
            with translated():
                _make_file(self._path)
                self._writer = await self._connect()
                await migrate(history("sqlite"), self._alone)
                self._checkpoints = Checkpoints(await self._connect(query_only=False))
                for _ in range(self._most_readers):
                    self._readers.append(await self._connect(query_only=True))
        except BaseException:
            await self.close()
            raise
        for reader in self._readers:
            self._free.put_nowait(reader)

    async def close(self) -> None:
        """Let go of every connection: each has a thread that would keep the process alive."""
        checkpoints, self._checkpoints = self._checkpoints, None
        if checkpoints is not None:
            await checkpoints.close()
        with suppress(Unavailable):  # closed already, or its transaction outlasted every patience
            async with self._writing() as writer:
                self._writer = None
                await writer.close()
        readers, self._readers, self._free = self._readers, [], asyncio.Queue()
        for reader in readers:
            await reader.close()
        self._lock.let_go()

    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Row]:
        """Read from the last commit, beside the writer."""
        statement = self._statements[query]
        bound = _bind(statement, arguments)
        async with self._reader() as reader:
            try:
                return await _rows(reader, statement.sql, bound)
            except sqlite3.DatabaseError as error:
                meaning = translation(error)
                if meaning is error or error.sqlite_errorcode == sqlite3.SQLITE_READONLY:
                    raise  # a statement that writes was sent to a reader: a bug, not the disk's fault
                raise meaning from error

    def transaction(self) -> AbstractAsyncContextManager["SQLiteTransaction"]:
        """Write. Commits on leaving; whatever else happens, cancellation included, it is rolled back."""
        return self._alone()

    def ring(self, bell: str, /) -> None:
        """Wake whoever waits in this process."""
        self._bells.ring(bell)

    async def wait(self, bell: str, timeout_s: float, /) -> bool:
        """Wait for a bell (see `alertd.store.bells`)."""
        return await self._bells.wait(bell, timeout_s)

    async def ping(self) -> None:
        """Take the write lock and let it go."""
        async with self.transaction():
            pass

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator["SQLiteTransaction"]:
        async with self._writing() as writer:
            transaction = SQLiteTransaction(writer, self._statements)
            try:
                await _run(writer, "BEGIN IMMEDIATE")
                yield transaction
                transaction.soundness.check()
                await _to_the_end(_run(writer, "COMMIT"))
                if self._checkpoints is not None:
                    self._checkpoints.written()
            except BaseException:
                await _to_the_end(writer.rollback())  # does nothing where nothing was begun
                raise

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[aiosqlite.Connection]:
        await _within(TURN_S, self._turn.acquire())
        try:
            if self._writer is None:
                raise failures.unreachable()
            yield self._writer
        finally:
            self._turn.release()

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[aiosqlite.Connection]:
        if not self._readers:
            raise failures.unreachable()
        free = self._free
        reader = await _within(TURN_S, free.get())
        try:
            yield reader
        finally:
            free.put_nowait(reader)

    async def _connect(self, *, query_only: bool = False) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self._path, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            await connection.create_function("now_ms", 0, self._clock.now_ms)
            await connection.create_function("audit_hash", 8, chain.link)
            for pragma in _pragmas(query_only=query_only):
                await connection.execute_fetchall(pragma)
        except BaseException:
            await connection.close()
            raise
        return connection


class SQLiteTransaction:
    """Statements between BEGIN IMMEDIATE and COMMIT. Each is one visit to the connection's thread."""

    def __init__(self, connection: aiosqlite.Connection, statements: Statements) -> None:
        self._connection = connection
        self._statements = statements
        self.soundness = failures.Soundness()

    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Row]:
        """All rows of a query."""
        statement = self._statements[query]
        with self.soundness.statement():
            return await _run(self._connection, statement.sql, _bind(statement, arguments))

    async def execute(self, query: str, /, *arguments: Any) -> int:
        """The number of rows changed; the schema has no cascade, and no trigger but those that refuse."""
        before = self._connection.total_changes  # unlike a cursor's rowcount, right for WITH ... UPDATE too
        await self.fetch(query, *arguments)
        return self._connection.total_changes - before

    async def execute_many(self, query: str, arguments: Sequence[Sequence[Any]], /) -> None:
        """One statement, once for each row of arguments."""
        statement = self._statements[query]
        rows = [_bind(statement, row) for row in arguments]
        with self.soundness.statement(), translated():
            await self._connection.executemany(statement.sql, cast("Iterable[Any]", rows))

    async def script(self, sql: str, /) -> None:
        """Several statements; sqlite3's own executescript would commit first."""
        for statement in _split(sql):
            with self.soundness.statement():
                await _run(self._connection, statement)


def _pragmas(*, query_only: bool) -> tuple[str, ...]:
    mine = (
        ("PRAGMA query_only = ON",)
        if query_only
        else (
            "PRAGMA journal_mode = WAL",
            f"PRAGMA wal_autocheckpoint = {BACKSTOP}",
            # What is deleted is written over. ON, not FAST, which leaves whole pages that were freed as they were
            # (https://www.sqlite.org/pragma.html#pragma_secure_delete): the price is paid where many rows go at once, by
            # chores. A row that is changed is written over in a page that is written anyway.
            "PRAGMA secure_delete = ON",
        )
    )
    return (
        f"PRAGMA busy_timeout = {BUSY_MS}",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        *mine,
    )


def _make_file(path: Path) -> None:
    """Before SQLite does, with narrower rights; its -wal and -shm files take after it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise failures.unreachable() from error


def _bind(statement: Statement, arguments: Sequence[Any]) -> dict[str, Any]:
    """By name: a tuple would be bound to `$n` in the order of first appearance in the text."""
    if len(arguments) != statement.parameters:
        raise TypeError(f"{statement.name} takes {statement.parameters} arguments, not {len(arguments)}")
    return {str(position): value for position, value in enumerate(arguments, 1)}


async def _rows(connection: aiosqlite.Connection, sql: str, bound: dict[str, Any]) -> list[Row]:
    return cast("list[Row]", await connection.execute_fetchall(sql, cast("Iterable[Any]", bound)))


async def _run(connection: aiosqlite.Connection, sql: str, bound: dict[str, Any] | None = None) -> list[Row]:
    with translated():
        return await _rows(connection, sql, bound or {})


async def _within(seconds: float, turn: Coroutine[Any, Any, Taken]) -> Taken:
    """Not `asyncio.wait_for`, which may take the lock and lose it: https://github.com/python/cpython/issues/86296."""
    try:
        async with asyncio.timeout(seconds):
            return await turn
    except TimeoutError as error:
        raise failures.busy() from error


async def _to_the_end(work: Coroutine[Any, Any, Any]) -> None:
    """Await it whole, however often the waiting is cancelled: the next writer must find no transaction open."""
    task, cancelled = asyncio.ensure_future(work), None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancelled = error
    await task
    if cancelled is not None:
        raise cancelled


def _split(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
