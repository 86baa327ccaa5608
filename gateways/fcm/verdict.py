"""What FCM's words mean for one message: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode.

FCM's own code decides, then Google's status word, then HTTP's number. One code alone says that an address is dead.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from gateways.contract import Outcome, Receipt, Trouble
from gateways.http import Answer, wait_s

Verdict = tuple[Outcome, Trouble | None]

_FAILED: Final = (Outcome.FAILED, None)
_LESS: Final = (Outcome.THROTTLED, Trouble.QUOTA)
_CREDENTIALS: Final = (Outcome.RETRY, Trouble.CREDENTIALS)
_PROVIDER: Final = (Outcome.RETRY, Trouble.PROVIDER)
_LOST: Final = (Outcome.UNKNOWN, Trouble.PROVIDER)

CODES: Final[dict[str, Verdict]] = {
    "UNREGISTERED": (Outcome.REFUSED, None),  # the app was removed, or has another registration now
    "SENDER_ID_MISMATCH": _FAILED,  # another project's phone, or our project is the wrong one: not for us to say
    "INVALID_ARGUMENT": _FAILED,  # our payload as well as the address
    "QUOTA_EXCEEDED": _LESS,
    "UNAVAILABLE": _PROVIDER,
    "INTERNAL": _PROVIDER,
    "THIRD_PARTY_AUTH_ERROR": _CREDENTIALS,  # the project's key at Apple: no iPhone is reached until it is renewed
    "APNS_AUTH_ERROR": _CREDENTIALS,
}
"""`errorCode` of a detail of type FcmError."""

STATUSES: Final[dict[str, Verdict]] = {
    "INVALID_ARGUMENT": _FAILED,
    "UNAUTHENTICATED": _CREDENTIALS,
    "PERMISSION_DENIED": _CREDENTIALS,  # the API is off, or the account may not send
    "NOT_FOUND": _CREDENTIALS,  # no such project: a phone that is gone is UNREGISTERED
    "RESOURCE_EXHAUSTED": _LESS,
    "DEADLINE_EXCEEDED": _LOST,
}
"""Google's words for a failed call: https://cloud.google.com/apis/design/errors."""

NUMBERS: Final[dict[int, Verdict]] = {
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    413: _FAILED,
    429: _LESS,
    # A proxy had no answer from what stands behind it, which may have taken the message all the same.
    502: _LOST,
    504: _LOST,
}
"""Where nothing that can be read was said; any other is a passing fault, and marks no message and no phone."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an error's body says; empty where it cannot be read."""

    code: str = ""
    status: str = ""
    sentence: str = ""


def judge(reference: str, answer: Answer, now_ms: int) -> Receipt:
    """Turn an answer into the receipt."""
    if 200 <= answer.status < 300:
        return _taken(reference, answer)
    said = read(answer.body)
    outcome, trouble = CODES.get(said.code) or STATUSES.get(said.status) or NUMBERS.get(answer.status, _PROVIDER)  # fmt: skip
    throttled = outcome is Outcome.THROTTLED
    return Receipt(
        reference,
        outcome,
        code=f"{answer.status} {said.code or said.status}".strip()[:60],
        detail=said.sentence[:300],
        retry_after_s=wait_s(answer.headers.get("Retry-After", ""), now_ms) if throttled else None,
        trouble=trouble,
    )


def stale(answer: Answer) -> bool:
    """Whether our word was refused, and not a key of the project's at Apple, of which FCM also says 401."""
    return answer.status == 401 and not read(answer.body).code


def read(body: bytes | None) -> Said:
    """An error's words, whatever is in its place."""
    error = _dict(_json(body)).get("error")
    told = _dict(error)
    details = told.get("details")
    codes = (_dict(each) for each in details[:20]) if isinstance(details, list) else ()
    code = next((each["errorCode"] for each in codes if _is_fcm(each)), "")
    return Said(code, _text(told.get("status")), " ".join(_text(told.get("message")).split()))


def _taken(reference: str, answer: Answer) -> Receipt:
    name = _dict(_json(answer.body)).get("name")
    if isinstance(name, str) and name:
        return Receipt(reference, Outcome.ACCEPTED, str(answer.status), provider_ref=name[:200])
    return Receipt(reference, Outcome.UNKNOWN, "unreadable", trouble=Trouble.PROVIDER)


def _is_fcm(detail: dict[str, Any]) -> bool:
    kind = _text(detail.get("@type"))
    return kind.endswith("google.firebase.fcm.v1.FcmError") and isinstance(detail.get("errorCode"), str)


def _json(body: bytes | None) -> Any:
    try:
        return json.loads(str(body or b"", "utf-8"))
    except (ValueError, RecursionError):
        return None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
