"""How long a provider asks us to wait: Retry-After (RFC 9110, section 10.2.3)."""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from gateways.contract import Outcome

_WAIT_S: Final = 60.0
_LONGEST_S: Final = 3_600.0


def wait_s(retry_after: str, now_ms: float, otherwise: float = _WAIT_S) -> float:
    """Retry-After in seconds, from 1 to 3,600: a number or a date; `otherwise` where it is neither."""
    try:
        asked = float(retry_after)
    except ValueError:
        since = (_moment_ms(retry_after) - now_ms) / 1000
        asked = since if math.isnan(since) else max(since, 0.0)
    return min(max(asked, 1.0), _LONGEST_S) if asked >= 0 else otherwise  # not a number, or less than nothing


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
    return wait_s(told.get("Retry-After", ""), _moment_ms(told.get("Date", "")), otherwise)


def _moment_ms(date: str) -> float:
    """An HTTP date in UTC milliseconds; NaN where it is none."""
    try:
        read = parsedate_to_datetime(date)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000
    except (ValueError, TypeError, OverflowError):
        return math.nan
