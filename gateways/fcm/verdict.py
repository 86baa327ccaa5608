"""What FCM's words mean for one message: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode.

FCM's own code decides, then Google's status word, then HTTP's number. One code says that an address is dead, and one sentence
that it never was one: https://firebase.google.com/docs/cloud-messaging/error-codes.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from gateways.contract import Outcome, Receipt, Trouble
from gateways.http import Answer
from gateways.patience import patience_s

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


_NEVER_ONE: Final = "The registration token is not a valid FCM registration token"
_DELAY: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?s")


@dataclass(frozen=True, slots=True)
class Said:
    """What an error's body says; empty where it cannot be read. `wait` are the seconds that a RetryInfo asks for; `crowded`: it is this phone alone
    that gets more than it may.
    """

    code: str = ""
    status: str = ""
    sentence: str = ""
    wait: str = ""
    crowded: bool = False


def judge(reference: str, answer: Answer, now_ms: int) -> Receipt:
    """Turn an answer into the receipt."""
    if 200 <= answer.status < 300:
        return _taken(reference, answer)
    said = read(answer.body)
    outcome, trouble = _verdict(answer, said)
    asked = answer.headers.get("Retry-After", "") or said.wait
    return Receipt(
        reference,
        outcome,
        code=f"{answer.status} {said.code or said.status}".strip()[:60],
        detail=said.sentence[:300],
        retry_after_s=patience_s(outcome, asked, now_ms),
        trouble=trouble,
    )


def _verdict(answer: Answer, said: Said) -> Verdict:
    if said.code == "INVALID_ARGUMENT" and said.sentence.startswith(_NEVER_ONE):
        return Outcome.REFUSED, None
    if said.code == "QUOTA_EXCEEDED" and said.crowded:
        return Outcome.RETRY, None
    return CODES.get(said.code) or STATUSES.get(said.status) or NUMBERS.get(answer.status, _PROVIDER)


def stale(answer: Answer) -> bool:
    """Whether our word was refused, and not a key of the project's at Apple, of which FCM also says 401."""
    return answer.status == 401 and not read(answer.body).code


def read(body: bytes | None) -> Said:
    """An error's words, whatever is in its place."""
    error = _dict(_json(body)).get("error")
    told = _dict(error)
    listed = told.get("details")
    details = [_dict(each) for each in listed[:20]] if isinstance(listed, list) else []
    code = next((each["errorCode"] for each in details if _is_fcm(each)), "")
    delays = (_text(each.get("retryDelay")) for each in details)
    wait = next((_seconds(delay) for delay in delays if _DELAY.fullmatch(delay)), "")
    sentence = " ".join(_text(told.get("message")).split())
    return Said(code, _text(told.get("status")), sentence, wait, any(map(_is_one_phone_s, details)))


def _seconds(delay: str) -> str:
    """Whole seconds, never too few, of Google's way to write them: "90s", "3.5s"."""
    return str(math.ceil(float(delay.removesuffix("s"))))


def _is_one_phone_s(detail: dict[str, Any]) -> bool:
    """Whether a quota that was exceeded is a phone's own, and not the project's."""
    violations = detail.get("violations")
    told = (_dict(each) for each in violations[:20]) if isinstance(violations, list) else ()
    words = (f"{_text(each.get('subject'))} {_text(each.get('description'))}" for each in told)
    return any("device" in word.lower() for word in words)


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
