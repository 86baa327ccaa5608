"""How long a provider asks us to wait: Retry-After (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from gateways.contract import Outcome

_WAIT_S: Final = 60.0
_LONGEST_S: Final = 3_600.0


def wait_s(retry_after: str, now_ms: int) -> float:
    """Retry-After in seconds, from 1 to 3,600: a number or a date; a minute where it is neither."""
    try:
        until = parsedate_to_datetime(retry_after) if not retry_after.isdecimal() else None
        wait = float(retry_after) if until is None else _since(until, now_ms)
    except (ValueError, TypeError, OverflowError):
        return _WAIT_S
    return min(max(wait, 1.0), _LONGEST_S)


def patience_s(outcome: Outcome, retry_after: str, now_ms: int) -> float | None:
    """How long a message waits that a provider did not take. One who is away may say so, too (503): a minute at most is
    believed, since that it is back is found out by a probe.
    """
    if outcome is Outcome.THROTTLED:
        return wait_s(retry_after, now_ms)
    return min(wait_s(retry_after, now_ms), _WAIT_S) if outcome is Outcome.RETRY and retry_after else None


def _since(until: datetime, now_ms: int) -> float:
    return (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now_ms / 1000
