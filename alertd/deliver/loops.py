"""Loops: a step, again and again, until the node is asked to stop. One that dies takes the node with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from alertd.errors import Damaged, Unavailable
from alertd.store import Database

log = structlog.get_logger(__name__)

Step = Callable[[], Awaitable[bool]]
"""One bounded piece of work; True when there may be more at once."""


class Beat(Protocol):
    """Told each time that a loop comes round, and whether the store was away from it."""

    def __call__(self, loop: str, *, away: bool = False) -> None: ...


@dataclass(slots=True)
class Loops:
    """The loops of one node. On leaving, or once `stopping` is set, each ends its step and no other is begun; what has not
    ended `grace_s` seconds after leaving is cut off.
    """

    db: Database
    poll_s: float
    grace_s: float
    beat: Beat
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def turning(self, steps: list[tuple[str, Step]]) -> AsyncIterator[None]:
        """Turn each step, woken by the bell of that name.

        :raises ExceptionGroup: a loop died; the block was cancelled.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._turn(bell, step, f"{bell}#{number}"), name=f"loop:{bell}")
                for number, (bell, step) in enumerate(steps)
            ]
            try:
                yield
            finally:
                await self._end(tasks, {bell for bell, _ in steps})

    async def _turn(self, bell: str, step: Step, loop: str) -> None:
        self.beat(loop)
        while not self.stopping.is_set():
            away = False
            try:
                busy = await step()
            except Damaged:
                raise  # waiting mends no file: the node ends, and says so
            except Unavailable as error:
                # The store is away: what was accepted is in it, so there is nothing to do but wait for it.
                log.warning("store_unavailable", action="loop_waits", loop=bell, code=error.code)
                busy, away = False, True
                await asyncio.sleep(self.poll_s)
            self.beat(loop, away=away)
            if not busy:
                await self.db.wait(bell, self.poll_s)

    async def _end(self, tasks: list[asyncio.Task[None]], bells: set[str]) -> None:
        self.stopping.set()
        for bell in bells:
            self.db.ring(bell)  # whoever waits for work need not wait to hear of it
        await asyncio.wait(tasks, timeout=self.grace_s)
        for task in tasks:
            task.cancel()
