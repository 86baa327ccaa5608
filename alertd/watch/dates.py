"""Dates: what providers' answers say of this machine's clock, for an instance whose database has the same one.

An answer's Date is in whole seconds, and was written between the request and its end: what that allows is no difference.
"""

from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from alertd.clock import HOUR, SECOND, Clock, to_ms
from alertd.watch.machine import apart

FRESH_S: Final = HOUR / SECOND
MOST: Final = 50
"""Hosts that are remembered; a provider has one or two, push services a few dozen."""


@dataclass(slots=True)
class Dates:
    """One node's."""

    clock: Clock
    _heard: dict[str, tuple[float, int, int]] = field(default_factory=dict)

    def hear(self, host: str, elapsed_s: float, date: str) -> None:
        """An answer that has just been read, `elapsed_s` after its request was begun, bears this Date; what is none is passed over."""
        try:
            dated = parsedate_to_datetime(date)
            theirs = to_ms(dated if dated.tzinfo else dated.replace(tzinfo=UTC))
        except (ValueError, TypeError, OverflowError):
            return
        now = self.clock.now_ms()
        off = apart(now - round(elapsed_s * SECOND), theirs, now, within=SECOND)
        _, last, _ = self._heard.pop(host, (0.0, 0, 0))
        self._heard[host] = (self.clock.monotonic(), off, last)
        if len(self._heard) > MOST:
            del self._heard[next(iter(self._heard))]

    def off_ms(self) -> int:
        """By how much this clock is behind (ahead: below 0), as every host that answered within the hour says twice running; 0 where
        any of them agrees with it, or none was heard twice.
        """
        return min((off for _, *twice in self._fresh() for off in twice), key=abs, default=0)

    def known(self) -> bool:
        """Whether anybody answered within the hour, so that `off_ms` says something."""
        return bool(self._fresh())

    def _fresh(self) -> list[tuple[float, int, int]]:
        since = self.clock.monotonic() - FRESH_S
        return [heard for heard in self._heard.values() if heard[0] >= since]
