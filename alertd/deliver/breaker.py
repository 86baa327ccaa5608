"""Breaker: whether a gateway works, judged by a rate of errors and by probes. Pure: it is told what happened and when.

It never opens for one error, nor because answers are slow, unless the error is one that only a person can mend (keys,
certificate, credit, sender); it opens within seconds when a provider is dead, closes only after probes have succeeded for as long as its patience, and is more patient each time it opens again soon after: so it
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
LASTING: Final = frozenset({Trouble.CREDENTIALS, Trouble.TLS, Trouble.CREDIT, Trouble.SENDER})
"""What no time mends: nothing passes until somebody has seen to the account."""


class Condition(StrEnum):
    """Closed lets everything through; open, nothing but probes."""

    CLOSED = "closed"
    OPEN = "open"


@dataclass(slots=True)
class Breaker:
    """One gateway's. Times are monotonic or wall milliseconds, but always of one clock.

    `suspect`: some messages meet a lasting trouble while others pass, and a probe should say which is the rule.
    Where `at_once` is false a lasting trouble is an error like others: of a push service's host, one reader's own
    subscription may have been made for other keys.
    """

    at_once: bool = True
    condition: Condition = Condition.CLOSED
    since: int = 0
    reason: str = ""
    word: str = ""  # the provider's own, which tells a revoked account from a wrong password
    suspect: bool = False
    _samples: deque[tuple[int, bool]] = field(default_factory=lambda: deque(maxlen=MOST_SAMPLES))
    _patience: int = PATIENCE_MS
    _good_since: int | None = None
    _closed_at: int | None = None
    _probed: bool = False
    _relapsed: bool = False

    @property
    def closed(self) -> bool:
        return self.condition is Condition.CLOSED

    @property
    def lasting(self) -> bool:
        """Open for what only a person can mend."""
        return not self.closed and self.reason in LASTING

    @property
    def stopped(self) -> bool:
        """Nothing leaves by it, also where there is no other: its account would be locked, or messages wasted.

        Where a probe is good it may have been a slip of the provider's; that a sender is refused, few probes can see.
        """
        return self.lasting and (self._good_since is None or self.reason == Trouble.SENDER)

    @property
    def seen_by_probe(self) -> bool:
        """The last probe, too, says that it does not work."""
        return self._probed and self._good_since is None

    @property
    def certain(self) -> bool:
        """Lasting, and not by one answer alone: a probe says the same, cannot see it, or it came back after it was well."""
        return self.lasting and (self._relapsed or (self._probed and self.stopped))

    def hear(self, receipt: Receipt, now: int) -> bool:
        """Take an answer into account; True when it changed the condition."""
        failed = is_failure(receipt)
        if failed is None or not self.closed:
            return False
        self._samples.append((now, failed))
        return failed and (self._tells(receipt, now) or self._down(now)) and self._open(now, receipt)

    def probed(self, receipt: Receipt, now: int) -> bool:
        """Take a probe's answer into account; True when it closed the breaker."""
        if self.closed:
            return False
        self._probed = True
        if is_failure(receipt) is not False:
            self._good_since = None
            if receipt.trouble and is_lasting(receipt):
                self.reason, self.word = receipt.trouble.value, receipt.code
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

    def _tells(self, receipt: Receipt, now: int) -> bool:
        """This answer is enough, unless others pass: then it may be one country's, or one make of telephone's. A probe is asked
        for; of a sender, which few probes see, five refusals in a row are enough.
        """
        if not self.at_once or not is_lasting(receipt):
            return False
        recent = [failed for at, failed in self._samples if now - at <= WINDOW_MS]
        if all(recent):
            return True
        self.suspect = receipt.trouble is not Trouble.SENDER
        return not self.suspect and all(recent[-ENOUGH:])  # a good one among them, were there fewer

    def _down(self, now: int) -> bool:
        share = self.share(now)
        return share is not None and share >= RATE

    def _open(self, now: int, receipt: Receipt) -> bool:
        self._relapsed = self._closed_at is not None and now - self._closed_at < RELAPSE_MS
        self._probed = False
        self._patience = min(MOST_PATIENCE_MS, self._patience * 2) if self._relapsed else PATIENCE_MS
        self.condition, self.since = Condition.OPEN, now
        self.reason = receipt.trouble.value if receipt.trouble else receipt.outcome.value
        self.word = receipt.code
        self._good_since = None
        self._samples.clear()
        return True

    def _close(self, now: int) -> bool:
        self.condition, self.since, self.reason, self.word = Condition.CLOSED, now, "", ""
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


def is_lasting(receipt: Receipt) -> bool:
    """Whether only a person can mend it. A credit that a probe finds too low (below a driver's floor) still carries messages."""
    spare = receipt.credit is not None and receipt.credit.left > 0
    return receipt.trouble in LASTING and not (receipt.trouble is Trouble.CREDIT and spare)
