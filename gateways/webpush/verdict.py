"""What a push service's answer means for one message (RFC 8030, and what the services document)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from gateways.contract import Outcome, Receipt, Trouble

_REFUSALS: Final[dict[int, tuple[Outcome, Trouble | None]]] = {
    404: (Outcome.REFUSED, None),  # RFC 8030, section 7.3: the subscription is not there any more
    410: (Outcome.REFUSED, None),
    401: (Outcome.RETRY, Trouble.CREDENTIALS),
    403: (Outcome.RETRY, Trouble.CREDENTIALS),
    429: (Outcome.THROTTLED, Trouble.QUOTA),
    408: (Outcome.RETRY, None),
    425: (Outcome.RETRY, None),
}
"""Any other 4xx is about this message (413: too large), and says nothing of the subscription."""
_WAIT_S: Final = 60.0
_LONGEST_S: Final = 3_600.0


def judge(
    reference: str, status: int, body: str, *, location: str = "", retry_after: str = "", now_ms: int = 0
) -> Receipt:
    """Turn an answer into the receipt. Any answer but 2xx says that the message was not taken, so none is `unknown`."""
    outcome, trouble = _outcome(status)
    return Receipt(
        reference,
        outcome,
        code=str(status),
        detail=body[:300],
        provider_ref=location[:200] if outcome is Outcome.ACCEPTED else "",
        retry_after_s=wait_s(retry_after, now_ms) if outcome is Outcome.THROTTLED else None,
        trouble=trouble,
    )


def wait_s(retry_after: str, now_ms: int) -> float:
    """Retry-After in seconds, from 1 to 3,600: a number or a date; a minute where it is neither."""
    try:
        until = parsedate_to_datetime(retry_after) if not retry_after.isdecimal() else None
        wait = float(retry_after) if until is None else _since(until, now_ms)
    except (ValueError, TypeError, OverflowError):
        return _WAIT_S
    return min(max(wait, 1.0), _LONGEST_S)


def _since(until: datetime, now_ms: int) -> float:
    return (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now_ms / 1000


def _outcome(status: int) -> tuple[Outcome, Trouble | None]:
    if 200 <= status < 300:
        return Outcome.ACCEPTED, None
    if 400 <= status < 500:
        return _REFUSALS.get(status, (Outcome.FAILED, None))
    return Outcome.RETRY, Trouble.PROVIDER  # 5xx; or a redirection, which is followed for nobody
