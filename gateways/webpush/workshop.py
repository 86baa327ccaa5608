"""Where messages are sealed: a few here, between two turns of the loop; many in processes of their own.

A message costs a tenth of a millisecond of one core. A village is sealed here. Once a thousand were, and more are
waiting, a few processes are started; until they answer, and whenever they cannot, everything is sealed here as before.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future as Job
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Final

from gateways.webpush.seal import Work, seal_all

_HERE: Final = 8  # sealed before the loop gets its turn: under a millisecond
_WORTH: Final = 16  # waiting at once; for fewer the way to another process takes longer than the sealing
_MOST: Final = 128  # in one job: 13 ms of a core, and what a job costs on its way is shared by so many
_AHEAD: Final = 2  # jobs for each process: while one is sealed the next is already there
_MANY: Final = 1_000  # sealed here before processes are worth their start
_IDLE_S: Final = 60.0  # then they are sent home
_BREAKS: Final = 3  # times that processes may break before we do without

_Waiting = tuple[Work, "asyncio.Future[bytes]"]


class Workshop:
    """Seals for one event loop, with at most so many `processes`; with none, all here."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._waiting: deque[_Waiting] = deque()
        self._turning = False
        self._here = 0  # sealed here since processes last went home
        self._breaks = 0
        self._crew: ProcessPoolExecutor | None = None
        self._ready = False
        self._busy = 0
        self._home: asyncio.TimerHandle | None = None

    @property
    def has_crew(self) -> bool:
        """Whether processes are at work, or ready to be."""
        return self._ready

    def seal(self, work: Work) -> "asyncio.Future[bytes]":
        """Encrypt when it is this one's turn. Awaiting it raises `ValueError`, as `seal` does."""
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if len(self._waiting) >= _MOST:
            self._hand_out()  # who comes with a city at once keeps the loop, and the processes need not wait for it
        self._wake()
        return future

    async def close(self) -> None:
        """Send the processes home and wait for them. May be called twice."""
        crew = self._part()
        if crew is not None:
            await asyncio.to_thread(crew.shutdown, wait=True, cancel_futures=True)

    def _wake(self) -> None:
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._turning = False
        self._hand_out()
        if len(self._waiting) >= _WORTH and self._ready:
            return  # the end of a job wakes us
        self._seal_here(self._take(_HERE))
        if len(self._waiting) >= _WORTH:
            self._call_crew()
        if self._waiting:
            self._wake()

    def _hand_out(self) -> None:
        while len(self._waiting) >= _WORTH and self._ready and self._busy < _AHEAD * self._processes:
            self._hand_over(self._take(self._job()))

    def _job(self) -> int:
        """Smaller towards the end, so that all processes finish together."""
        return min(_MOST, max(_WORTH, len(self._waiting) // (_AHEAD * self._processes)))

    def _take(self, most: int) -> list[_Waiting]:
        """The oldest; who was cancelled meanwhile waits no more."""
        taken = list[_Waiting]()
        while self._waiting and len(taken) < most:
            each = self._waiting.popleft()
            if not each[1].done():
                taken.append(each)
        return taken

    def _seal_here(self, taken: Sequence[_Waiting]) -> None:
        self._here += len(taken)
        _answer(taken, seal_all([work for work, _ in taken]))

    def _call_crew(self) -> None:
        if self._crew is not None or self._here < _MANY or not self._processes:
            return
        try:
            context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
            self._crew = ProcessPoolExecutor(self._processes, context, _settle_in)
            self._send(self._crew, [])  # an empty job, to hear when they are ready
        except (OSError, ImportError, RuntimeError):  # a machine without shared semaphores, or at its limits
            self._break()

    def _hand_over(self, taken: list[_Waiting]) -> None:
        if taken and self._crew is not None:
            try:
                self._send(self._crew, taken)
            except RuntimeError:  # BrokenProcessPool is one
                self._break()
                self._waiting.extendleft(reversed(taken))

    def _send(self, crew: ProcessPoolExecutor, taken: list[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        job = crew.submit(seal_all, [work for work, _ in taken])
        self._busy += 1

        def tell(done: "Job[list[bytes | None]]") -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._done, crew, taken, done)

        job.add_done_callback(tell)

    def _done(self, crew: ProcessPoolExecutor, taken: list[_Waiting], job: "Job[list[bytes | None]]") -> None:
        if crew is self._crew:
            self._busy -= 1
        if job.cancelled() or job.exception() is not None:
            if crew is self._crew and not job.cancelled():
                self._break()
            self._waiting.extendleft(reversed(taken))
        else:
            _answer(taken, job.result())
            self._stay(crew)
        self._wake()

    def _stay(self, crew: ProcessPoolExecutor) -> None:
        """Ready for more; who hears nothing for a minute goes home."""
        if crew is self._crew:
            self._ready = True
            if self._home is not None:
                self._home.cancel()
            self._home = asyncio.get_running_loop().call_later(_IDLE_S, self._dismiss)

    def _break(self) -> None:
        self._breaks += 1
        if self._breaks >= _BREAKS:
            self._processes = 0
        self._dismiss()

    def _dismiss(self) -> None:
        crew = self._part()
        if crew is not None:
            crew.shutdown(wait=False, cancel_futures=True)

    def _part(self) -> ProcessPoolExecutor | None:
        if self._home is not None:
            self._home.cancel()
        crew, self._crew, self._home = self._crew, None, None
        self._ready, self._busy, self._here = False, 0, 0
        return crew


def _answer(taken: Sequence[_Waiting], sealed: Sequence[bytes | None]) -> None:
    for (_, future), each in zip(taken, sealed, strict=True):
        if future.done():
            continue
        if each is None:
            future.set_exception(ValueError("nothing can be encrypted for this subscription"))
        else:
            future.set_result(each)


def _settle_in() -> None:
    """Ctrl-C is the parent's to hear; and whose parent is gone, killed or not, goes too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)
