"""The window of a bind: what is written and not answered yet, what waits for room, and what is given up (2.9 of the standard)."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from gateways.smpp.pdu import Command, pdu
from gateways.smpp.way import UNANSWERED, UNSENT, Way
from gateways.smpp.wire import Wire

_Outstanding = tuple[Way, int, float]
"""Which segment of which message, and when it was written, on the loop's clock."""

NEVER: Final = float("-inf")


class Window:
    """At most `most` unanswered. `late` is called when some were given up: with when the newest of them was written."""

    def __init__(self, wire: Wire, most: int, timeout_s: float, late: Callable[[float], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._wire, self._most, self._timeout_s, self._late = wire, most, timeout_s, late
        self._pending: dict[int, _Outstanding] = {}
        self._outbox: deque[tuple[Way, int]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self.full = False  # what is written is not taken from us

    @property
    def room(self) -> int:
        """How many PDUs may be written now."""
        return 0 if self.full else self._most - len(self._pending) - len(self._outbox)

    @property
    def idle(self) -> bool:
        """Whether everything was answered."""
        return not self._pending

    def speak(self, way: Way) -> None:
        """Write a message's segments, those beyond the window as soon as there is room."""
        self._outbox.extend((way, part) for part in range(len(way.bodies)))
        self.drain()

    def drain(self) -> None:
        """Write what there is room for."""
        if self.full or not self._outbox:
            return
        now = self._loop.time()
        while self._outbox and len(self._pending) < self._most:
            way, part = self._outbox.popleft()
            sequence = self._wire.next()
            self._pending[sequence] = (way, part, now)
            self._wire.write(pdu(Command.SUBMIT_SM, sequence, way.bodies[part]))
        if self._timer is None:
            self._watch()

    def settle(self, sequence: int, status: int, identifier: str = "") -> bool:
        """It was answered. What was given up, or never asked, is answered to nobody: False."""
        found = self._pending.pop(sequence, None)
        if found is not None:
            way, part, _ = found
            way.answered(part, status, identifier)
        return found is not None

    def stop(self) -> None:
        """Nothing more is written; what was not has not left."""
        outbox, self._outbox = self._outbox, deque()
        for way, part in outbox:
            way.answered(part, UNSENT)

    def end(self) -> None:
        """The connection is lost: of what was written nobody can tell."""
        self.stop()
        if self._timer is not None:
            self._timer.cancel()
        pending, self._pending = self._pending, {}
        for way, part, _ in pending.values():
            way.answered(part, UNANSWERED)

    def _watch(self) -> None:
        """Look again when the oldest would have been answered."""
        oldest = next(iter(self._pending.values()))
        self._timer = self._loop.call_at(oldest[2] + self._timeout_s, self._give_up)

    def _give_up(self) -> None:
        """Free the room of what was not answered in time."""
        self._timer, until, newest = None, self._loop.time() - self._timeout_s, NEVER
        late = [(sequence, since) for sequence, (_, _, since) in self._pending.items() if since <= until]
        for sequence, since in late:
            newest = max(newest, since)
            self.settle(sequence, UNANSWERED)
        if self._pending:
            self._watch()
        self._late(newest)
