"""How fast a sender may speak, and so when people are reached: one model paces the senders and forecasts for the preview."""

from collections.abc import Sequence
from dataclasses import dataclass

from alertd.clock import Clock

UNLIMITED_PER_S = 1000.0
"""What the forecast assumes of a sender without a rate, in units a second: below what one node was seen to do."""


@dataclass(slots=True)
class Bucket:
    """A token bucket. It may go into debt: a message's cost in segments is known only once it is rendered, so a slice
    is charged after it was taken and the next one waits the debt out. `level` is in units.
    """

    clock: Clock
    rate: float | None
    burst: float
    level: float = 0.0
    filled_at: float = 0.0

    def __post_init__(self) -> None:
        self.filled_at = self.clock.monotonic()

    def wait_s(self, units: float = 1.0) -> float:
        """Seconds until so many may leave together, or as many as ever may; 0 when they may now."""
        self._fill()
        if self.rate is None:
            return max(0.0, -self.level)
        return max(0.0, (min(units, self.burst) - self.level) / self.rate)

    def room(self, most: int) -> int:
        """How many messages may be claimed now, at most `most`."""
        self._fill()
        if self.rate is None:
            return most if self.level >= 0 else 0
        return max(0, min(most, int(self.level)))

    def charge(self, units: float) -> None:
        """These units left now."""
        self._fill()
        if self.rate is not None:
            self.level -= units

    def hush(self, seconds: float) -> None:
        """The provider asked for silence: nothing leaves for so long."""
        self._fill()
        debt = seconds if self.rate is None else seconds * self.rate
        self.level = min(self.level, -debt)

    def begin(self, most: float) -> None:
        """Start with no more than this: what whoever spoke before has spent is not spent twice."""
        self._fill()
        self.level = min(self.level, most)

    def level_now(self) -> float:
        """The level at this moment."""
        self._fill()
        return self.level

    def _fill(self) -> None:
        now = self.clock.monotonic()
        passed, self.filled_at = max(0.0, now - self.filled_at), now
        rate = 1.0 if self.rate is None else self.rate
        ceiling = 0.0 if self.rate is None else self.burst
        self.level = min(ceiling, self.level + passed * rate)


@dataclass(frozen=True, slots=True)
class Load:
    """What one sender is given: `units` of its own unit, behind `ahead` units in more urgent lanes or of the same station,
    and beside `beside` units that `rivals` other stations wait with in the same lane: as long as they wait, it is shared
    in equal parts (`alertd.deliver.fairness`). None of them may leave before `after_s` seconds.
    """

    units: float
    ahead: float
    rate: float | None
    burst: float
    beside: float = 0.0
    rivals: int = 0
    after_s: float = 0.0

    def sent(self, seconds: float) -> float:
        """Units that have left after so long."""
        if seconds < self.after_s:
            return 0.0
        allowance = max(0.0, self._allowance(seconds) - self.ahead)
        left = max(allowance / (self.rivals + 1), allowance - self.beside)
        return min(self.units, left, self._allowance(seconds - self.after_s))

    def reaches(self, units: float) -> float:
        """Seconds until so many units have left."""
        allowance = min(units * (self.rivals + 1), units + self.beside)
        return max(self._seconds(self.ahead + allowance), self.after_s + self._seconds(units))

    def _allowance(self, seconds: float) -> float:
        return self.burst + (self.rate or UNLIMITED_PER_S) * seconds

    def _seconds(self, units: float) -> float:
        return max(0.0, (units - self.burst) / (self.rate or UNLIMITED_PER_S))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds from release until the first, half, and the last are handed over; None when there is nobody."""

    first_s: float | None
    half_s: float | None
    last_s: float | None


def forecast(loads: Sequence[Load]) -> Forecast:
    """When people are reached, if every sender keeps its pace."""
    given = [load for load in loads if load.units > 0]
    if not given:
        return Forecast(None, None, None)
    first = min(load.reaches(1.0) for load in given)
    last = max(load.reaches(load.units) for load in given)
    return Forecast(first, _half(given, last), last)


def _half(loads: Sequence[Load], last: float) -> float:
    """By bisection: the sum of what left is monotonous, and thirty steps are finer than anyone waits."""
    goal, low, high = sum(load.units for load in loads) / 2, 0.0, last
    for _ in range(30):
        middle = (low + high) / 2
        if sum(load.sent(middle) for load in loads) < goal:
            low = middle
        else:
            high = middle
    return high
