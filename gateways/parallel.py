"""Several messages on the wire at once, and each receipt as it comes."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
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
    desk = _Desk(iter(batch), send_one)
    workers = {asyncio.create_task(desk.work()) for _ in range(min(width, len(batch)))}
    try:
        while receipt := await desk.next(workers):
            yield receipt
    finally:
        await _end(workers)


class _Desk:
    """Where workers take messages and leave receipts: a task for each message would cost as much as its posting."""

    def __init__(self, rest: Iterator[Message], send_one: Callable[[Message], Awaitable[Receipt]]) -> None:
        self._rest = rest
        self._send_one = send_one
        self._receipts: deque[Receipt] = deque()
        self._left = asyncio.Event()

    async def work(self) -> None:
        try:
            for message in self._rest:
                self._receipts.append(await self._send_one(message))
                self._left.set()
        finally:
            self._left.set()

    async def next(self, workers: set[asyncio.Task[None]]) -> Receipt | None:
        """The oldest receipt that nobody took; what came before a worker's fault is given first. None when the workers
        have found nothing more: a batch may end early.
        """
        while not self._receipts:
            ended = [worker for worker in workers if worker.done()]
            for worker in ended:
                worker.result()
            if len(ended) == len(workers):
                return None
            self._left.clear()
            await self._left.wait()
        return self._receipts.popleft()


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel, and insist: before Python 3.12 `wait_for` may swallow a cancellation that comes with its answer.

    https://github.com/python/cpython/issues/86296. The tasks' own time-outs bound this.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_INSIST_S)
    await asyncio.gather(*tasks, return_exceptions=True)
