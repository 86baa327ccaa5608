"""Time is passed in. The composition root makes one clock; nothing else asks the machine what time it is."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

FOREVER = 253_402_300_799_000
"""The end of the year 9999, in UTC milliseconds: "no end" in the store, so that comparisons need no null."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Wall time in UTC milliseconds, and a monotonic time in seconds for durations."""

    def now_ms(self) -> int: ...
    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class SetClock:
    """A clock that stands where it is put: time is an input, in tests and in rehearsals of a year."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._now_ms / 1000

    def advance(self, milliseconds: int) -> None:
        self._now_ms += milliseconds


@dataclass(slots=True)
class Watch:
    """By how much a clock was set back since it was looked at last, where that is a second or more."""

    _now: int = 0
    _monotonic: float = 0.0

    def set_back(self, now: int, monotonic: float) -> int:
        """Milliseconds, 0 for a clock that goes on; `now` in UTC ms, `monotonic` in seconds."""
        back = self._now + round((monotonic - self._monotonic) * SECOND) - now if self._now > 0 else 0
        self._now, self._monotonic = now, monotonic
        return back if back > SECOND else 0


def from_ms(moment: int) -> datetime:
    """UTC milliseconds to an aware datetime."""
    return datetime.fromtimestamp(moment / 1000, UTC)


def to_ms(moment: datetime) -> int:
    """An aware datetime to UTC milliseconds; a naive one is a bug."""
    if moment.tzinfo is None:
        msg = "a time without its zone is not a moment"
        raise ValueError(msg)
    return round(moment.timestamp() * 1000)
