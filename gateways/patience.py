"""How long a provider asks us to wait: Retry-After (RFC 9110, section 10.2.3)."""

from collections.abc import Mapping
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


def asked_s(headers: Mapping[str, str] | None, otherwise: float) -> float:
    """What an answer's Retry-After asks, from 1 to 3,600 s. A date is measured from the answer's own Date, so that no clock
    but the provider's counts; `otherwise` where nothing readable is asked.
    """
    told = headers or {}
    try:
        asked = float(told.get("Retry-After", ""))
    except ValueError:
        asked = _between(told.get("Date", ""), told.get("Retry-After", ""))
    return min(max(asked, 1.0), _LONGEST_S) if asked == asked else otherwise  # noqa: PLR0124 - NaN


def _between(said: str, until: str) -> float:
    """Seconds from one HTTP date to another; NaN where either is none."""
    try:
        return _since(parsedate_to_datetime(until), parsedate_to_datetime(said).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        return float("nan")


def _since(until: datetime, now_ms: float) -> float:
    return (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now_ms / 1000
