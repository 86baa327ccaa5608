"""PostgreSQL: several nodes on one database, READ COMMITTED, row locks where the queries ask for them.

Besides the pool, one connection of its own listens for the bells of other nodes (`alertd.store.chimes`).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from alertd.errors import ConfigurationError
from alertd.store import failures
from alertd.store.chimes import Chimes
from alertd.store.database import Row
from alertd.store.migrations import history, migrate
from alertd.store.names import Name
from alertd.store.statements import Statements, load, schema

CONNECT_S = 10.0
CLOSE_S = 5.0
TURN_S = 30.0
"""The longest wait for a free connection."""
STATEMENT_S = 60.0
_MIGRATION_LOCK = 0x616C65727464  # "alertd" in ASCII: the advisory lock of whoever changes the schema
_CHANGES = {"INSERT", "UPDATE", "DELETE", "MERGE"}

_SESSION = {
    "application_name": "alertd",
    "jit": "off",  # its compilation costs more than any query here takes
    # Queues are read in the order of an index, a slice at a time. Right after a fan-out there are no statistics yet, and
    # a bitmap over the whole queue, sorted for every slice, would look cheaper than it is.
    "enable_bitmapscan": "off",
    "default_transaction_isolation": "read committed",
    "lock_timeout": "10s",
    # A node that froze inside a transaction, or whose machine went dark, lets go of its rows within half a minute.
    "idle_in_transaction_session_timeout": "15s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

_Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

_BUSY = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    TimeoutError,
)
_UNREACHABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # the server's farewell came while we began to speak
    asyncpg.OperatorInterventionError,  # the server stops, starts, or was told to drop us
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


_RAISED = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class Postgres:
    """The `alertd.store.database.Database` of several machines. `now_ms()` is the server's clock."""

    writers: Final = 2
    """One is read and rendered for here while the other is written there; each is a process of the server (docs/performance.md)."""

    def __init__(
        self, dsn: str, *, pool: int = 8, offset_ms: int = 0, statements: Statements | None = None
    ) -> None:
        self._dsn = dsn
        self._size = pool
        self._offset_ms = offset_ms
        self._moved = offset_ms != 0
        self._statements = schema() | (load("postgres") if statements is None else dict(statements))
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._chimes = Chimes(dsn)
        self._name: Name | None = None

    async def open(self, node: str = "") -> None:
        """Connect, bring the schema up to date, hold the node's name, listen."""
        try:
            await self._connect()
            await migrate(history("postgres"), self._alone)
            if node:
                await self._take(node)
        except BaseException:
            await self.close()
            raise
        self._chimes.start()

    async def close(self) -> None:
        """Let go; connections still in use after a while are cut."""
        await self._chimes.stop()
        pool, self._pool = self._pool, None
        if pool is not None:
            with suppress(TimeoutError):  # when it has been cancelled, it has cut them
                await asyncio.wait_for(pool.close(), CLOSE_S)
        name, self._name = self._name, None
        if name is not None:
            await name.let_go()

    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Row]:
        """Read what is committed."""
        sql = self._statements[query].sql
        async with self._connection() as connection:
            with translated(connection):
                return await connection.fetch(sql, *arguments)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresTransaction"]:
        """Write. Commits on leaving; rolls back on an exception. A node that has lost its name waits for it first."""
        if self._name is not None:
            await self._name.ours()
        async with self._connection() as connection:
            transaction = PostgresTransaction(connection, self._statements)
            block = connection.transaction()
            with translated(connection):
                await block.start()
            try:
                yield transaction
                transaction.soundness.check()
            except BaseException:
                with suppress(
                    asyncpg.PostgresError, asyncpg.InterfaceError, OSError
                ):  # the server did it for us
                    await block.rollback()
                raise
            with translated(connection):
                await block.commit()

    def ring(self, bell: str, /) -> None:
        """Wake whoever waits here at once, and on every other node soon."""
        self._chimes.ring(bell)

    async def wait(self, bell: str, timeout_s: float, /) -> bool:
        """Wait for a bell (see `alertd.store.bells`)."""
        return await self._chimes.bells.wait(bell, timeout_s)

    async def listening(self, timeout_s: float) -> bool:
        """Wait until other nodes' rings arrive here; False when they do not within `timeout_s` seconds."""
        return await self._chimes.listening(timeout_s)

    async def ping(self) -> None:
        """Ask the server whether it takes writes: a standby does not."""
        async with self._connection() as connection:
            with translated(connection):
                read_only = await connection.fetchval("SHOW transaction_read_only")
        if read_only == "on":
            raise failures.unreachable()

    @property
    def offset_ms(self) -> int:
        """How far `now_ms()` is from the server's clock, in milliseconds."""
        return self._offset_ms

    def set_offset(self, milliseconds: int) -> None:
        """Move `now_ms()` away from the server's clock, for every statement begun from now on."""
        self._offset_ms, self._moved = milliseconds, True

    async def _connect(self) -> None:
        try:
            with translated():
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=1,
                    max_size=self._size,
                    setup=self._set_up,
                    reset=_keep,
                    timeout=CONNECT_S,
                    command_timeout=STATEMENT_S,
                    statement_cache_size=500,
                    server_settings=_SESSION,
                )
        except ValueError as error:
            raise ConfigurationError(
                "store_url", f"The database's address cannot be read: {error}"
            ) from error

    async def _take(self, node: str) -> None:
        name = Name(self._dsn, node, _SESSION)
        with translated():
            await name.take()
        self._name = name

    async def _set_up(self, connection: _Connection) -> None:
        if self._moved:
            await connection.execute("SELECT set_config('alertd.offset_ms', $1, false)", str(self._offset_ms))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator["PostgresTransaction"]:
        async with self.transaction() as transaction:
            await transaction.lock(_MIGRATION_LOCK)
            yield transaction

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[_Connection]:
        pool = self._pool
        if pool is None:
            raise failures.unreachable()
        with translated():
            connection = await pool.acquire(timeout=TURN_S)
        try:
            yield connection
        finally:
            await pool.release(connection)


class PostgresTransaction:
    """Statements between BEGIN and COMMIT."""

    def __init__(self, connection: _Connection, statements: Statements) -> None:
        self._connection = connection
        self._statements = statements
        self.soundness = failures.Soundness()

    async def fetch(self, query: str, /, *arguments: Any) -> Sequence[Row]:
        """All rows of a query."""
        sql = self._statements[query].sql
        with self.soundness.statement(), translated(self._connection):
            return await self._connection.fetch(sql, *arguments)

    async def execute(self, query: str, /, *arguments: Any) -> int:
        """The number of rows changed."""
        sql = self._statements[query].sql
        with self.soundness.statement(), translated(self._connection):
            return _changed(await self._connection.execute(sql, *arguments))

    async def execute_many(self, query: str, arguments: Sequence[Sequence[Any]], /) -> None:
        """One statement, once for each row of arguments."""
        sql = self._statements[query].sql
        with self.soundness.statement(), translated(self._connection):
            await self._connection.executemany(sql, arguments)

    async def script(self, sql: str, /) -> None:
        """Several statements, without arguments."""
        with self.soundness.statement(), translated(self._connection):
            await self._connection.execute(sql)

    async def lock(self, number: int, /) -> None:
        """Wait for this transaction's turn; its end gives the turn to the next."""
        with self.soundness.statement(), translated(self._connection):
            await self._connection.execute("SELECT pg_advisory_xact_lock($1)", number)


async def _keep(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Nothing sets session state here but `_set_up`, so that giving a connection back costs no round trip."""


def _changed(status: str) -> int:
    """Rows changed, from a command's status: "INSERT 0 3", "UPDATE 2", "SELECT 5" (none)."""
    words = status.split()
    return int(words[-1]) if words[0] in _CHANGES else 0


@contextmanager
def translated(connection: "_Connection | None" = None) -> Iterator[None]:
    try:
        yield
    except _RAISED as error:
        translation = _translation(error, gone=connection is not None and _gone(connection))
        if translation is error:
            raise
        raise translation from error


def _gone(connection: _Connection) -> bool:
    """A lost connection is closed, or the pool has taken it back already."""
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True


def _translation(error: Exception, *, gone: bool) -> Exception:
    if isinstance(error, asyncpg.UniqueViolationError):
        return failures.NotUnique(error.table_name or "")
    if isinstance(error, _BUSY):
        return failures.busy()
    if isinstance(error, asyncpg.DiskFullError):
        return failures.full()
    return failures.unreachable() if gone or isinstance(error, _UNREACHABLE) else error
