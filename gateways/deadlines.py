"""Deadlines: time-outs that all last the same share one timer.

`asyncio.timeout` sets a timer of the loop for each call and cancels it moments later: a quarter of what a whole call costs.
Where all are given the same time, whoever began first is over first, and one timer sees to all.
"""

import asyncio
from types import TracebackType
from typing import Final, cast

_EARLY_S: Final = 0.001
"""By how much a loop's timer may come too early: uvloop counts in milliseconds."""


class Deadlines:
    """Of one event loop: `with deadlines.begin():` raises TimeoutError after `seconds`, as `asyncio.timeout` does."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: dict[Deadline, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> "Deadline":
        """For what the current task does next."""
        loop = asyncio.get_running_loop()
        deadline = Deadline(self, loop.time() + self._seconds)
        if self._timer is None:
            self._timer = loop.call_at(deadline.at, self._ring, loop)
        return deadline

    def add(self, deadline: "Deadline") -> None:
        """It counts from now on."""
        self._running[deadline] = None

    def drop(self, deadline: "Deadline") -> None:
        """It has been kept, or is over."""
        self._running.pop(deadline, None)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        over = loop.time() + _EARLY_S
        for deadline in [each for each in self._running if each.at <= over]:
            self.drop(deadline)
            deadline.pass_by()
        first = next(iter(self._running), None)
        self._timer = loop.call_at(first.at, self._ring, loop) if first is not None else None


class Deadline:
    """One task's; `at` is on the loop's clock. Compared by identity."""

    __slots__ = ("_all", "_cancelling", "_passed", "_task", "at")

    def __init__(self, all_: Deadlines, at: float) -> None:
        self._all = all_
        self._passed = False
        self.at = at

    def __enter__(self) -> None:
        self._task = cast("asyncio.Task[object]", asyncio.current_task())
        self._cancelling = self._task.cancelling()
        self._all.add(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Whoever else cancelled the task meanwhile is not passed over."""
        self._all.drop(self)
        mine = self._passed and self._task.uncancel() <= self._cancelling
        if mine and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def pass_by(self) -> None:
        """It is over: the task is told, wherever it waits."""
        self._passed = True
        self._task.cancel()
