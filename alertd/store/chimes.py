"""Bells between nodes: PostgreSQL's LISTEN and NOTIFY on a connection of their own."""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

import asyncpg
import structlog

from alertd.store.bells import MOST_BELLS, Bells

CHANNEL = "alertd"
CONNECT_S = 10.0
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
LAST_RINGS_S = 1.0
"""A parting node's rings wake those that take over; a server that does not answer is not waited for."""

_log = structlog.get_logger(__name__)
_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


class Chimes:
    """This process's bells, rung by other nodes too.

    A payload is "NODE:BELL"; a node does not hear itself, its own waiters having been woken at once. One task
    holds the connection, makes it anew when it is lost, and sends what was rung meanwhile: many rings as one.
    """

    def __init__(self, dsn: str) -> None:
        self.bells = Bells()
        self._dsn = dsn
        self._node = secrets.token_hex(8)
        self._to_send: set[str] = set()
        self._news = asyncio.Event()
        self._listening = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, and go on until `stop`."""
        self._task = asyncio.create_task(self._keep_listening(), name="bells")

    async def stop(self) -> None:
        """Fall silent, once others have heard what was rung; may be called twice."""
        task, self._task = self._task, None
        if task is not None:
            if self._listening.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._sent.wait(), LAST_RINGS_S)
            task.cancel()
            await asyncio.wait((task,))

    def ring(self, bell: str) -> None:
        """Wake waiters here now; other nodes hear of it when the task gets to it."""
        self.bells.ring(bell)
        if self._task is not None and len(self._to_send) < MOST_BELLS:
            self._to_send.add(bell)
            self._sent.clear()
            self._news.set()

    async def listening(self, timeout_s: float) -> bool:
        """Wait until other nodes' rings arrive here; False when they do not within `timeout_s` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                return await self._listening.wait()
        return False

    async def _keep_listening(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            try:
                connection = await asyncpg.connect(
                    self._dsn, timeout=CONNECT_S, server_settings={"application_name": "alertd bells"}
                )
            except _LOST as error:
                _log.warning("bells_unreachable", error=type(error).__name__, retry_s=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
            else:
                pause = FIRST_PAUSE_S
                await self._listen(connection)

    async def _listen(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Until the connection is lost."""
        try:
            connection.add_termination_listener(self._on_lost)
            await connection.add_listener(CHANNEL, self._on_ring)
            self._listening.set()
            self.bells.ring_all()  # what was rung while nobody listened
            while not connection.is_closed():
                await self._send(connection)
        except _LOST as error:
            _log.warning("bells_lost", error=type(error).__name__)
        finally:
            self._listening.clear()
            connection.terminate()

    async def _send(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        await self._news.wait()
        self._news.clear()
        rung, self._to_send = self._to_send, set()
        payloads = [f"{self._node}:{bell}" for bell in rung]
        if payloads and not connection.is_closed():
            await connection.execute(
                "SELECT pg_notify($1, payload) FROM unnest(CAST($2 AS TEXT[])) AS payload",
                CHANNEL,
                payloads,
                timeout=CONNECT_S,
            )
        if not self._to_send:
            self._sent.set()

    def _on_lost(self, _: Any) -> None:
        self._news.set()

    def _on_ring(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        node, _, bell = str(payload).partition(":")
        if node != self._node:
            self.bells.ring(bell)
