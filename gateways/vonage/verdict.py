"""What Vonage's words mean for one call: its answers to an order, and the events that it reports.

https://developer.vonage.com/en/api/voice and https://developer.vonage.com/en/voice/voice-api/webhook-reference. What is not
listed here fails its call and marks no number.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from gateways.contract import Outcome, Receipt, Trouble
from gateways.http import Answer
from gateways.patience import asked_s

_ON_THE_WAY: Final = frozenset({"started", "ringing", "answered"})
_NOBODY: Final = frozenset({"busy", "unanswered", "timeout"})
_GONE: Final = "number_out_of_service"
_THEIRS: Final = frozenset({"internal_error", "carrier_timeout", "unavailable"})
_TROUBLES: Final[Mapping[int, tuple[Outcome, Trouble]]] = {
    401: (Outcome.RETRY, Trouble.CREDENTIALS),
    402: (Outcome.RETRY, Trouble.CREDIT),
    403: (Outcome.RETRY, Trouble.CREDENTIALS),
    404: (Outcome.RETRY, Trouble.CREDENTIALS),  # no such application for this key
    429: (Outcome.THROTTLED, Trouble.QUOTA),
    503: (Outcome.RETRY, Trouble.PROVIDER),
}
_WAIT_S: Final = 5.0


def read(body: bytes | None) -> dict[str, Any]:
    """A JSON object, or an empty one where there is none."""
    try:
        said = json.loads(body or b"")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def judge(reference: str, answer: Answer) -> Receipt:
    """The receipt of a call from the answer to its order. Taken only with a key of its own: else it may be anywhere."""
    said = read(answer.body)
    uuid, status = said.get("uuid"), said.get("status")
    if 200 <= answer.status < 300:
        if not isinstance(uuid, str) or not uuid or not isinstance(status, str):
            return Receipt(reference, Outcome.UNKNOWN, code="unreadable")
        return Receipt(reference, Outcome.ACCEPTED, code=status[:60], provider_ref=uuid[:64])
    outcome, trouble = _refusal(answer.status, said)
    return Receipt(
        reference,
        outcome,
        code=str(answer.status),
        detail=str(said.get("detail") or said.get("title") or said.get("error_title") or "")[:300],
        retry_after_s=asked_s(answer.headers, _WAIT_S) if outcome is Outcome.THROTTLED else None,
        trouble=trouble,
    )


def reported(reference: str, said: Mapping[str, Any]) -> Receipt:
    """The receipt of a call from an event: whoever picked up has it, and who did not is called again."""
    outcome, code = _event(str(said.get("status", ""))[:60], str(said.get("detail") or "")[:60])
    return Receipt(reference, outcome, code=code, provider_ref=str(said.get("uuid", ""))[:64])


def _refusal(status: int, said: Mapping[str, Any]) -> tuple[Outcome, Trouble | None]:
    if status in _TROUBLES:
        return _TROUBLES[status]
    if status >= 500:  # what is behind a proxy may have the order
        return Outcome.UNKNOWN, Trouble.PROVIDER
    wrong = said.get("invalid_parameters")
    names = [each.get("name") for each in wrong if isinstance(each, dict)] if isinstance(wrong, list) else []
    if any(str(name).startswith("to") for name in names):
        return Outcome.REFUSED, None  # "invalid number": it cannot exist by its format
    if any(str(name).startswith("from") for name in names):
        return Outcome.RETRY, Trouble.SENDER
    return Outcome.FAILED, None


def _event(status: str, detail: str) -> tuple[Outcome, str]:
    if status in _ON_THE_WAY:
        return Outcome.ACCEPTED, status
    if status == "completed":
        return Outcome.DELIVERED, status
    if detail == _GONE:
        return Outcome.REFUSED, detail
    if status in _NOBODY or detail in _THEIRS:
        return Outcome.RETRY, detail if detail in _THEIRS else status
    if status in {"failed", "rejected", "cancelled"}:
        return Outcome.FAILED, detail or status
    return Outcome.UNKNOWN, status
