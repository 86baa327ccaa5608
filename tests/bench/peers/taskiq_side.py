"""taskiq: one task a message, on aiohttp."""

import asyncio
import json
import os

import aiohttp
from bench.wire import BODY
from taskiq import TaskiqEvents, TaskiqState
from taskiq_redis import ListQueueBroker

AT_ONCE = 25
"""For each of two workers."""

broker = ListQueueBroker(os.environ["BENCH_REDIS"], queue_name="alertd-bench-taskiq")
_running = asyncio.new_event_loop()


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def start(state: TaskiqState) -> None:
    state.client = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=AT_ONCE), cookie_jar=aiohttp.DummyCookieJar()
    )


@broker.task
async def post(body: str) -> None:
    """One message, over one of the worker's connections."""
    client: aiohttp.ClientSession = broker.state.client
    headers = {"Content-Type": "application/json"}
    async with client.post(os.environ["BENCH_SINK"], data=body.encode(), headers=headers) as response:
        json.loads(await response.read())


def enqueue(many: int) -> None:
    """Fifty at a time."""
    _running.run_until_complete(_enqueue(many))


async def _enqueue(many: int) -> None:
    if not broker.is_worker_process and not getattr(_enqueue, "started", False):
        await broker.startup()
        _enqueue.started = True  # type: ignore[attr-defined]
    body, numbers = BODY.decode(), iter(range(many))

    async def one_after_the_other() -> None:
        for _ in numbers:
            await post.kiq(body)

    await asyncio.gather(*(one_after_the_other() for _ in range(50)))
