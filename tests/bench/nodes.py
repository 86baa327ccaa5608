"""Two nodes on one PostgreSQL, each a daemon in its own process, where every answer takes 100 ms."""

import contextlib
import time
from pathlib import Path
from typing import Final

from bench import children, node, wire
from bench.copies import Copy

ANSWER_MS: Final = 100
RATIO = "two nodes, times one"
_WITHIN_S: Final = 300.0
Figures = dict[str, float]


async def measure(copy: Copy, secret: Path, deliveries: int) -> Figures:
    """The same alert by one node, then by two; each has as many connections as the other."""
    figures: Figures = {}
    async with wire.sink(ANSWER_MS) as sink:
        for many, name in ((1, "one node"), (2, "two nodes")):
            async with copy() as database:
                figures |= await _serve(database, secret, sink, many, name, deliveries)
    return figures | {RATIO: figures["two nodes, messages/s"] / figures["one node, messages/s"]}


async def _serve(
    database: str, secret: Path, sink: wire.Sink, many: int, name: str, deliveries: int
) -> Figures:
    async with contextlib.AsyncExitStack() as stack:
        town = await stack.enter_async_context(node.town(database))
        processes = [
            await stack.enter_async_context(
                children.module("bench.serve", database, str(secret), f"node-{number}", sink.url)
            )
            for number in range(many)
        ]
        for process in processes:
            assert await children.line(process) == "runs"
        alert = await town.alert(await town.radius_for(deliveries))
        accepted = await town.all_accepted(alert, _WITHIN_S)
        took = time.perf_counter() - alert.at
    return {f"{name}, deliveries": accepted, f"{name}, messages/s": accepted / took}
