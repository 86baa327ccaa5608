"""Apprise: its own asynchronous call to json://, fifty at a time, in one process and with no queue at all."""

import asyncio
import json
import os
from urllib.parse import quote

import apprise
from bench.wire import BODY, WIDTH


def enqueue(many: int) -> None:
    """Send them."""
    asyncio.run(_send(many))


async def _send(many: int) -> None:
    said, numbers, sender = json.loads(BODY), iter(range(many)), apprise.Apprise()
    extra = "&".join(f":{name}={quote(said[name])}" for name in ("to", "reference", "level"))
    sender.add(f"{os.environ['BENCH_SINK'].replace('http:', 'json:', 1)}?{extra}")

    async def one_after_the_other() -> None:
        for _ in numbers:
            assert await sender.async_notify(body=said["text"])

    await asyncio.gather(*(one_after_the_other() for _ in range(WIDTH)))
