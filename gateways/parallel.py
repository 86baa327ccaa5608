"""Several messages on the wire at once, and each receipt as it comes."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Final, cast

from gateways.contract import Message, Receipt

_INSIST_S: Final = 0.05

SendOne = Callable[[Message], Awaitable[Receipt]]


class Desk:
    """A gateway's: at most `width` messages at once, of all the batches that were handed to it, in turns.

    Where the last messages of one batch are on their way, those of the next have begun: no connection is idle, and none
    has to be waited for. Workers come with a batch and leave when there is nothing to draw; a task for each message would
    cost as much as its posting.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._batches: deque[_Batch] = deque()
        self._workers: set[asyncio.Task[None]] = set()

    async def in_parallel(self, batch: Sequence[Message], send_one: SendOne) -> AsyncIterator[Receipt]:
        """One receipt for each message that is drawn, in the order of the answers; a batch may end early.

        A caller who stops early closes the generator (`contextlib.aclosing`): what is still on its way is then
        cancelled and awaited, so that nothing outlives the call. What `send_one` raises is a bug, and is raised.
        """
        mine = _Batch(iter(batch), send_one)
        self._batches.append(mine)
        self._hire(max(1, len(batch)))  # of an empty one, somebody must say so
        try:
            while receipts := await mine.some():
                for receipt in receipts:
                    yield receipt
        finally:
            self._forget(mine)
            await mine.end()
            self._hire(self._width if self._batches else 0)  # in the place of those who were cancelled

    def in_time(
        self, batch: Sequence[Message], send_one: Callable[[Message, float], Awaitable[Receipt]]
    ) -> AsyncIterator[Receipt]:
        """As `in_parallel`; `send_one` is also given when its message is over, on the loop's clock.

        The validity counts from this call: a process that froze since must not go on with what is too late.
        """
        now = asyncio.get_running_loop().time()
        return self.in_parallel(batch, lambda message: send_one(message, now + message.expires_in_s))

    def _hire(self, most: int) -> None:
        for _ in range(min(most, self._width - len(self._workers))):
            self._workers.add(asyncio.create_task(self._work()))

    async def _work(self) -> None:
        """Draw from each batch in turn, until there is nothing left to draw."""
        worker = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            while self._batches:
                batch = self._batches[0]
                if (message := batch.draw()) is None:
                    self._forget(batch)
                else:
                    self._batches.rotate(-1)
                    await batch.speak(message, worker)
        finally:
            self._workers.discard(worker)  # at once: whoever comes next must not count on this one

    def _forget(self, batch: "_Batch") -> None:
        """There is nothing more to draw from it."""
        if batch in self._batches:
            self._batches.remove(batch)


def in_parallel(batch: Sequence[Message], width: int, send_one: SendOne) -> AsyncIterator[Receipt]:
    """At a desk of its own: where a gateway's batches need not share one."""
    return Desk(width).in_parallel(batch, send_one)


class _Batch:
    """What is left to draw, who is speaking for it, and the receipts that nobody took. Compared by identity."""

    def __init__(self, rest: Iterator[Message], send_one: SendOne) -> None:
        self._rest: Iterator[Message] | None = rest
        self._send_one = send_one
        self._receipts: list[Receipt] = []
        self._fault: BaseException | None = None
        self._left = asyncio.Event()
        self.speaking: set[asyncio.Task[None]] = set()

    def draw(self) -> Message | None:
        """The next message; None when there is none."""
        message = next(self._rest, None) if self._rest is not None else None
        if message is None:
            self._rest = None
            self._left.set()
        return message

    async def speak(self, message: Message, worker: asyncio.Task[None]) -> None:
        """See a message through that was drawn just now."""
        self.speaking.add(worker)
        try:
            receipt = await self._send_one(message)
            self._receipts.append(receipt)  # looked up now: the list is another one once somebody took it
        except BaseException as fault:
            self._fault, self._rest = fault, None
            if not isinstance(fault, Exception):
                raise
        finally:
            self.speaking.discard(worker)
            self._left.set()

    async def some(self) -> list[Receipt]:
        """The receipts that nobody took, the oldest first; what came before a fault is given first. None when all were
        given: several may come in one turn of the loop, and each need not wake whoever waits.
        """
        while not self._receipts:
            if self._fault is not None:
                raise self._fault
            if self._rest is None and not self.speaking:
                break
            self._left.clear()
            await self._left.wait()
        receipts, self._receipts = self._receipts, []
        return receipts

    async def end(self) -> None:
        """Cancel, and insist: before Python 3.12 `wait_for` may swallow a cancellation that comes with its answer.

        https://github.com/python/cpython/issues/86296. The senders' own time-outs bound this.
        """
        self._rest = None
        while self.speaking:
            for worker in self.speaking:
                worker.cancel()
            await asyncio.wait(set(self.speaking), timeout=_INSIST_S)
