"""Bells: how one loop tells another that there is work. A hint; polling is the truth."""

import asyncio

MOST_BELLS = 4096


class Bells:
    """The bells of one process.

    Each bell has one loop that waits for it, and its name says which: "sender:12". A ring wakes everyone who
    waits; when nobody does, the bell stays rung, and the next wait returns at once. So a ring that comes while the
    loop works is not lost, and a thousand of them are one.
    """

    def __init__(self) -> None:
        self._rung: dict[str, None] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}

    def ring(self, bell: str) -> None:
        """Wake whoever waits, or leave the bell rung. The oldest of too many rung bells falls silent."""
        if woken := self._waiting.pop(bell, None):
            _wake(woken)
            return
        self._rung[bell] = None
        if len(self._rung) > MOST_BELLS:
            self._rung.pop(next(iter(self._rung)))

    def ring_all(self) -> None:
        """Wake everyone who waits: rings may have been missed."""
        for bell in tuple(self._waiting):
            self.ring(bell)

    async def wait(self, bell: str, timeout_s: float) -> bool:
        """True when it rang, since the last wait or within `timeout_s` seconds."""
        if self._rung.pop(bell, _ABSENT) is not _ABSENT:
            return True
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(bell, set()).add(turn)
        try:
            await asyncio.wait((turn,), timeout=timeout_s)
            return turn.done()
        finally:
            self._leave(bell, turn)

    def _leave(self, bell: str, turn: asyncio.Future[None]) -> None:
        others = self._waiting.get(bell)
        if others is not None:
            others.discard(turn)
            if not others:
                del self._waiting[bell]


_ABSENT = object()


def _wake(turns: set[asyncio.Future[None]]) -> None:
    for turn in turns:
        if not turn.done():
            turn.set_result(None)
