"""Breaker: whether a gateway works, judged by a rate of errors and by probes. Pure: it is told what happened and when.

It never opens for one error, nor because answers are slow; it opens within seconds when a provider is dead, closes only
after probes have succeeded for as long as its patience, and is more patient each time it opens again soon after: so it
does not flap. Shape after https://martinfowler.com/bliki/CircuitBreaker.html; the damping after the advice of those who
run two providers side by side (rates, not errors; resting points; nothing moves when all are slow).
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from alertd.clock import MINUTE, SECOND
from gateways.contract import Outcome, Receipt, Trouble

WINDOW_MS: Final = 20 * SECOND
ENOUGH: Final = 5
"""Fewer answers than this in the window say nothing."""
RATE: Final = 0.5
"""Share of failures in the window from which the gateway counts as down."""
PATIENCE_MS: Final = 15 * SECOND
MOST_PATIENCE_MS: Final = 10 * MINUTE
RELAPSE_MS: Final = 10 * MINUTE
"""Opening again so soon after closing doubles the patience."""
MOST_SAMPLES: Final = 500


class Condition(StrEnum):
    """Closed lets everything through; open, nothing but probes."""

    CLOSED = "closed"
    OPEN = "open"


@dataclass(slots=True)
class Breaker:
    """One gateway's. Times are monotonic or wall milliseconds, but always of one clock."""

    condition: Condition = Condition.CLOSED
    since: int = 0
    reason: str = ""
    _samples: deque[tuple[int, bool]] = field(default_factory=lambda: deque(maxlen=MOST_SAMPLES))
    _patience: int = PATIENCE_MS
    _good_since: int | None = None
    _closed_at: int | None = None

    @property
    def closed(self) -> bool:
        return self.condition is Condition.CLOSED

    def hear(self, receipt: Receipt, now: int) -> bool:
        """Take an answer into account; True when it changed the condition."""
        failed = is_failure(receipt)
        if failed is None or not self.closed:
            return False
        self._samples.append((now, failed))
        return failed and self._down(now) and self._open(now, receipt)

    def probed(self, receipt: Receipt, now: int) -> bool:
        """Take a probe's answer into account; True when it closed the breaker."""
        if self.closed:
            return False
        if is_failure(receipt) is not False:
            self._good_since = None
            return False
        self._good_since = now if self._good_since is None else self._good_since
        return now - self._good_since >= self._patience and self._close(now)

    def trip(self, receipt: Receipt, now: int) -> bool:
        """Open it on this answer alone: for a gateway that nobody speaks through, where moving costs nothing."""
        return self.closed and self._open(now, receipt)

    def share(self, now: int) -> float | None:
        """The share of failures of late; None when there were too few answers to say."""
        recent = [failed for at, failed in self._samples if now - at <= WINDOW_MS]
        return sum(recent) / len(recent) if len(recent) >= ENOUGH else None

    def _down(self, now: int) -> bool:
        share = self.share(now)
        return share is not None and share >= RATE

    def _open(self, now: int, receipt: Receipt) -> bool:
        relapsed = self._closed_at is not None and now - self._closed_at < RELAPSE_MS
        self._patience = min(MOST_PATIENCE_MS, self._patience * 2) if relapsed else PATIENCE_MS
        self.condition, self.since = Condition.OPEN, now
        self.reason = receipt.trouble.value if receipt.trouble else receipt.outcome.value
        self._good_since = None
        self._samples.clear()
        return True

    def _close(self, now: int) -> bool:
        self.condition, self.since, self.reason = Condition.CLOSED, now, ""
        self._closed_at = now
        return True


def is_failure(receipt: Receipt) -> bool | None:
    """Whether the gateway, rather than the message, is at fault; None when the answer says nothing of it.

    A provider that asks for less is alive: it is paced, not left.
    """
    if receipt.trouble is Trouble.QUOTA or receipt.outcome is Outcome.THROTTLED:
        return None
    if receipt.trouble is not None or receipt.outcome is Outcome.UNKNOWN:
        return True
    return None if receipt.outcome is Outcome.RETRY else False
