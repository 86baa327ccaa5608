"""Several messages on the wire at once, and each receipt as it comes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import islice
from typing import Final

from gateways.contract import Message, Receipt

_INSIST_S: Final = 0.05


async def in_parallel(
    batch: Sequence[Message], width: int, send_one: Callable[[Message], Awaitable[Receipt]]
) -> AsyncIterator[Receipt]:
    """Work a batch with at most `width` messages at once; one receipt for each, in the order of the answers.

    A caller who stops early closes the generator (`contextlib.aclosing`): what is still on its way is then
    cancelled and awaited, so that no task outlives the call. What `send_one` raises is a bug, and is raised.
    """
    rest = iter(batch)
    pending: set[asyncio.Future[Receipt]] = set()
    try:
        while True:
            pending |= {
                asyncio.ensure_future(send_one(message)) for message in islice(rest, width - len(pending))
            }
            if not pending:
                return
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        await _end(pending)


async def _end(tasks: set[asyncio.Future[Receipt]]) -> None:
    """Cancel, and insist: before Python 3.12 `wait_for` may swallow a cancellation that comes with its answer.

    https://github.com/python/cpython/issues/86296. The tasks' own time-outs bound this.
    """
    running = tasks
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_INSIST_S)
    await asyncio.gather(*tasks, return_exceptions=True)
