"""Ticks: chores at a steady pace, run by APScheduler with its memory store: it is a timer and remembers nothing.

https://apscheduler.readthedocs.io/en/3.x/ - misfire_grace_time=None: a late tick still happens; coalesce: once.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Chore = Callable[[], Awaitable[None]]


@contextmanager
def ticking(chores: dict[Chore, float]) -> Iterator[None]:
    """Run each chore every so many seconds until left; one that is still running is not started again."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for chore, seconds in chores.items():
        scheduler.add_job(
            chore, "interval", seconds=seconds, misfire_grace_time=None, coalesce=True, max_instances=1
        )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
