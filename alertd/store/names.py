"""A node's name, held on PostgreSQL by an advisory lock on a connection of its own, for as long as the node lives.

The server lets go of the lock with the connection: at once when the process dies, within half a minute when the
machine does. A node whose connection is lost may no longer be the one of its name: until it has the lock again it
writes nothing, and when another has it, it ends.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, TypeAlias

import asyncpg
import structlog

from alertd.errors import ConfigurationError
from alertd.store import failures

CONNECT_S: Final = 10.0
LOOK_S: Final = 5.0
"""How often the connection is tried, and how long it may take: it must be known as lost before the server gives it up."""
AT_START_S: Final = 3.0
"""How long a new process waits for an earlier life of it that is just being buried."""
PAUSE_S: Final = 0.2
TURN_S: Final = 10.0
"""How long a transaction waits for the name to be ours again."""

log = structlog.get_logger(__name__)

_KEY: Final = "hashtextextended('node ' || current_schema() || ' ' || CAST($1 AS TEXT), 0)"
"""Advisory locks are the whole database's: the schema's name keeps two instances in one apart."""
_LOCK: Final = f"SELECT pg_try_advisory_lock({_KEY})"
_HOLDER: Final = f"""
SELECT l.pid FROM pg_locks l, (SELECT {_KEY} AS key) k
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND CAST(l.classid AS BIGINT) = ((k.key >> 32) & 4294967295)
   AND CAST(l.objid AS BIGINT) = (k.key & 4294967295)
"""  # noqa: S608 - made of constants of this file  # nosec B608

_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Name:
    """One process's hold on `node`, unique in this schema of this database."""

    def __init__(self, dsn: str, node: str, session: Mapping[str, str]) -> None:
        self._dsn = dsn
        self._node = node
        self._session = {**session, "idle_session_timeout": "0"}
        self._held = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def take(self) -> None:
        """Hold the name from now on.

        :raises ConfigurationError: `node_running`: another process has it. What the driver raises is the caller's.
        """
        connection = await self._connect()
        for _ in range(round(AT_START_S / PAUSE_S)):
            if await self._lock(connection):
                break
            await asyncio.sleep(PAUSE_S)
        else:
            connection.terminate()
            raise _running(self._node)
        self._held.set()
        self._task = asyncio.create_task(self._keep(connection), name="name")

    async def let_go(self) -> None:
        """Another may have it; may be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
        self._held.clear()

    async def ours(self) -> None:
        """Come back when the name is ours.

        :raises Unavailable: it is not known to be, for too long. :raises ConfigurationError: it is another's.
        """
        if self._held.is_set() or self._task is None:
            return
        waiting = asyncio.ensure_future(self._held.wait())
        try:
            await asyncio.wait((waiting, self._task), timeout=TURN_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self._task.done():
            self._task.result()  # why the name is not ours any more
        if not self._held.is_set():
            raise failures.unreachable()

    async def _connect(self) -> _Connection:
        return await asyncpg.connect(self._dsn, timeout=CONNECT_S, server_settings=self._session)

    async def _lock(self, connection: _Connection) -> bool:
        return bool(await connection.fetchval(_LOCK, self._node, timeout=LOOK_S))

    async def _keep(self, connection: _Connection) -> None:
        """Look after the connection, and make it anew when it is lost, until another has the name.

        :raises ConfigurationError: `node_running`.
        """
        while True:
            pid = connection.get_server_pid()
            try:
                await self._watch(connection)
            finally:
                self._held.clear()
                connection.terminate()
            log.warning("name_lost", action="take_again", node=self._node)
            connection = await self._again(pid)

    async def _watch(self, connection: _Connection) -> None:
        """Until the connection is lost: told by the driver, or found out by asking."""
        lost = asyncio.Event()

        def tell(_: Any) -> None:
            self._held.clear()  # here and now: the next statement may be a claim
            lost.set()

        connection.add_termination_listener(tell)
        with suppress(*_LOST, TimeoutError):
            while not lost.is_set():
                await connection.fetchval("SELECT 1", timeout=LOOK_S)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await lost.wait()

    async def _again(self, before: int) -> _Connection:
        """A connection that holds the name, however long the server is away.

        :raises ConfigurationError: `node_running`: another process has it.
        """
        while True:
            with suppress(*_LOST, TimeoutError):
                connection = await self._connect()
                if await self._lock(connection):
                    self._held.set()
                    return connection
                anothers = await self._is_anothers(connection, before)
                connection.terminate()
                if anothers:
                    raise _running(self._node)
            await asyncio.sleep(PAUSE_S)

    async def _is_anothers(self, connection: _Connection, before: int) -> bool:
        """Not when it is our own lost session, which the server has not given up yet: it is asked to."""
        holder = await connection.fetchval(_HOLDER, self._node, timeout=LOOK_S)
        if holder == before:
            await connection.execute("SELECT pg_terminate_backend($1)", before, timeout=LOOK_S)
        return holder not in {None, before}


def _running(node: str) -> ConfigurationError:
    return ConfigurationError(
        "node_running",
        f"A node named {node} is already running on this database. Stop it, or give this one another name "
        "([node] name).",
    )
