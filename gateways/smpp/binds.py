"""An account's binds: each is made, lost and made again by itself, while the others go on."""

import asyncio
import random
from contextlib import suppress
from typing import Final

from gateways.contract import Trouble
from gateways.smpp.bind import Bind, Hear
from gateways.smpp.wire import Fault, Terms

FIRST_S: Final = 0.2
MOST_S: Final = 30.0
REFUSED_S: Final = 5.0
"""Before an SMSC that knows us not is asked again: many lock an account after a few attempts."""
_AGAIN_S: Final = (
    0.1  # after a failure, where a message waits: a daily restart of theirs must not cost half a minute
)


class Binds:
    """`count` binds on the same terms. What each hears goes to `hear`."""

    def __init__(self, terms: Terms, count: int, hear: Hear) -> None:
        self._terms, self._count, self._hear = terms, count, hear
        self._up: list[Bind] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._news = asyncio.Event()
        self._wanted = asyncio.Event()
        self._known = asyncio.Event()  # whether the last attempt was not refused for who we are
        self._waiting = 0
        self._fault: Fault | None = None
        self._attempts = 0  # begun
        self._failed = 0  # the latest of them that failed

    def open(self) -> None:
        """Begin to bind; whether that succeeds is found out by whoever wants to speak. May be called twice."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._hold(leads=n == 0)) for n in range(self._count)]

    async def close(self) -> None:
        """Unbind all at once, each hearing out what is on its wire."""
        tasks, self._tasks = self._tasks, []
        up, self._up = self._up, []
        await asyncio.gather(*(bind.leave() for bind in up))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def free(self) -> Bind | None:
        """The bind with the most room, if any has some."""
        best, most = None, 0
        for bind in self._up:
            if bind.room > most:
                best, most = bind, bind.room
        return best

    async def room(self) -> Bind:
        """A bind that takes a message, waited for as long as the time-out. Raises `Fault`: what hinders."""
        if bind := self.free():
            return bind
        self._waiting += 1
        self._wanted.set()
        try:
            async with asyncio.timeout(self._terms.timeout_s):
                return await self._waited(self._attempts)
        except TimeoutError:
            raise self._hindrance("no room") from None
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._wanted.clear()

    async def alive(self) -> Bind:
        """A bind that is up, with or without room. Raises `Fault`."""
        for bind in self._up:
            if bind.alive:
                return bind
        return await self.room()

    async def _waited(self, attempts: int) -> Bind:
        """Where none is up, the next attempt decides, and it is made at once."""
        while True:
            self._news.clear()
            if bind := self.free():
                return bind
            if self._is_hopeless(attempts):
                raise self._hindrance("not bound")
            await self._news.wait()

    def _hindrance(self, otherwise: str) -> Fault:
        """What hindered the last attempt, without the traces of whom it was told to."""
        fault = self._fault or Fault(
            Trouble.CONNECTION, otherwise, "every bind has as much unanswered as it may"
        )
        return fault.with_traceback(None)

    def _is_hopeless(self, attempts: int) -> bool:
        """Whether an attempt that was begun since has failed, or none will be made soon."""
        if self._fault is None or any(bind.alive for bind in self._up):
            return False
        return self._failed > attempts or self._fault.trouble is Trouble.CREDENTIALS

    async def _hold(self, *, leads: bool) -> None:
        """One bind, for ever: longer pauses between attempts the more of them fail."""
        pause_s = FIRST_S
        while True:
            if not leads:  # a wrong password is tried once, and not by all of them
                await self._known.wait()
            fault = await self._live()
            if fault is None:
                pause_s = FIRST_S
                continue
            if fault.trouble is Trouble.CREDENTIALS:
                pause_s = max(pause_s, REFUSED_S)
            await self._rest(fault, random.uniform(pause_s / 2, pause_s))  # noqa: S311 - spreads load, guards nothing
            pause_s = min(2 * pause_s, MOST_S)

    async def _live(self) -> Fault | None:
        """A bind's whole life; the fault where it could not even begin."""
        attempt = self._attempts = self._attempts + 1
        try:
            bind = await Bind.make(self._terms, self._hear, self._news.set)
        except Fault as fault:
            self._fault, self._failed = fault, max(self._failed, attempt)
            if fault.trouble is Trouble.CREDENTIALS:
                self._known.clear()
            else:
                self._known.set()
            self._news.set()
            return fault
        self._fault = None
        self._known.set()
        self._up.append(bind)
        self._news.set()
        try:
            await bind.live()
        finally:
            bind.lose("given up")
            with suppress(ValueError):  # `close` has taken it out
                self._up.remove(bind)
        # One that breaks as soon as it is made must not be made again at once, for ever.
        await asyncio.sleep(_AGAIN_S)
        return None

    async def _rest(self, fault: Fault, pause_s: float) -> None:
        """Cut short where a message waits, but never for an SMSC that refuses us."""
        await asyncio.sleep(_AGAIN_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                if fault.trouble is Trouble.CREDENTIALS:
                    await asyncio.Event().wait()
                await self._wanted.wait()
