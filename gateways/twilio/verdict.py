"""What Twilio's words mean for one message: its answers, its statuses and its error codes.

Statuses: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values. Codes, each on a page of its
own: https://www.twilio.com/docs/api/errors. A code that is not listed here fails its message and marks no number.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from twilio.http.response import Response

from gateways.contract import Outcome, Receipt, Trouble
from gateways.patience import asked_s

Verdict = tuple[Outcome, Trouble | None]

_DEAD: Final = (Outcome.REFUSED, None)
_FAILED: Final = (Outcome.FAILED, None)
_LESS: Final = (Outcome.THROTTLED, Trouble.QUOTA)
_SENDER: Final = (Outcome.RETRY, Trouble.SENDER)
_CREDENTIALS: Final = (Outcome.RETRY, Trouble.CREDENTIALS)
_CREDIT: Final = (Outcome.RETRY, Trouble.CREDIT)
_PROVIDER: Final = (Outcome.RETRY, Trouble.PROVIDER)

CODES: Final[Mapping[int, Verdict]] = {
    # The number itself: it cannot exist by its format, or no SMS can ever reach it.
    21211: _DEAD,  # "not a valid phone number"; alertd's are E.164 before they come here
    21217: _DEAD,  # "does not appear to be valid"
    21614: _DEAD,  # "not a valid mobile number": what Twilio says of a French landline
    21635: _DEAD,  # "cannot be a landline", split off from 21614
    21610: (Outcome.STOPPED, None),  # answered STOP to this sender
    # One message, or a moment: the phone is off (30003), blocked (30004), "may no longer exist" (30005), a landline "or an
    # unreachable carrier" (30006), filtered (30007), unknown (30008), too late (30036). None says that the number is dead.
    30003: _FAILED,
    30004: _FAILED,
    30005: _FAILED,
    30006: _FAILED,
    30007: _FAILED,
    30008: _FAILED,
    30036: _FAILED,
    21408: _FAILED,  # the account is not allowed to this country: every other one still passes
    21608: _FAILED,  # a trial account speaks to verified numbers only
    21612: _FAILED,  # not from this sender to this number
    21617: _FAILED,  # longer than 1,600 characters
    # Less, please.
    20429: _LESS,
    14107: _LESS,
    21611: _LESS,  # ten hours of messages already wait for this sender
    30001: _LESS,
    30022: _LESS,
    # Nothing passes until somebody mends the account: every message is tried again, by another gateway where there is one.
    20003: _CREDENTIALS,
    20403: _CREDENTIALS,
    20404: _CREDENTIALS,  # no such account for these keys
    20005: _CREDIT,  # the account is not active
    10001: _CREDIT,
    30002: _CREDIT,  # suspended
    63038: _CREDIT,  # the account's messages of the day are used up: it would be wrong to wait for tomorrow
    21212: _SENDER,
    21603: _SENDER,
    21606: _SENDER,
    21659: _SENDER,
    21660: _SENDER,
    21661: _SENDER,
    21701: _SENDER,
    21703: _SENDER,  # the Messaging Service has no number
    21705: _SENDER,  # or is none
}  # fmt: skip

_ON_THE_WAY: Final = frozenset({"queued", "accepted", "scheduled", "sending", "sent"})
_ARRIVED: Final[Mapping[str, Outcome]] = {"delivered": Outcome.DELIVERED, "read": Outcome.SEEN}
_NEVER: Final = frozenset({"failed", "undelivered", "canceled"})
_WAIT_S: Final = 5.0  # 429 is about requests at the same time; Twilio names a second where it names anything
_QUEUE_WAIT_S: Final = 60.0


def judge(reference: str, response: Response) -> Receipt:
    """The receipt of a message from the answer to its posting."""
    if 200 <= response.status_code < 300:
        return _taken(reference, read(response.text))
    return refused(reference, response, CODES)


def refused(reference: str, response: Response, codes: Mapping[int, Verdict]) -> Receipt:
    """The receipt of what Twilio did not take, by a table of its codes."""
    said = read(response.text)
    code = _number(said.get("code"))
    outcome, trouble = _refusal(response.status_code, code, codes)
    return Receipt(
        reference,
        outcome,
        code=str(code or response.status_code),
        detail=str(said.get("message", ""))[:300],
        retry_after_s=_wait(response, code) if outcome is Outcome.THROTTLED else None,
        trouble=trouble,
    )


def reported(reference: str, status: str, code: object, sid: str) -> Receipt:
    """The receipt of a message from a later word about it.

    What failed after it was taken is failed for good: to try again is decided when it is handed over, not later.
    """
    if status in _ARRIVED or status in _ON_THE_WAY:
        return Receipt(reference, _ARRIVED.get(status, Outcome.ACCEPTED), code=status, provider_ref=sid)
    if status not in _NEVER:
        return Receipt(reference, Outcome.UNKNOWN, code=status[:60], provider_ref=sid)
    number = _number(code)
    outcome = CODES.get(number, _FAILED)[0]
    lasting = outcome if outcome in {Outcome.REFUSED, Outcome.STOPPED} else Outcome.FAILED
    return Receipt(reference, lasting, code=str(number or status), detail=status, provider_ref=sid)


def read(text: str) -> dict[str, Any]:
    """A JSON object, or an empty one where there is none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _taken(reference: str, said: Mapping[str, Any]) -> Receipt:
    """Taken only with a SID: what answers 200 without one may be anybody, and the message anywhere."""
    sid, status = said.get("sid"), said.get("status")
    if not isinstance(sid, str) or not sid or not isinstance(status, str):
        return Receipt(reference, Outcome.UNKNOWN, code="unreadable")
    receipt = reported(reference, status, said.get("error_code"), sid[:64])
    if receipt.outcome is Outcome.UNKNOWN:  # a status of tomorrow; Twilio has it all the same
        return Receipt(reference, Outcome.ACCEPTED, code=receipt.code, provider_ref=receipt.provider_ref)
    return receipt


def _refusal(status: int, code: int, codes: Mapping[int, Verdict]) -> Verdict:
    if code in codes:
        return codes[code]
    if status == 429:
        return _LESS
    if status in {401, 403}:
        return _CREDENTIALS
    if code and 400 <= status < 500:
        return _FAILED
    if not code and status in {500, 502, 504}:  # a proxy's word: what is behind it may have the message
        return Outcome.UNKNOWN, Trouble.PROVIDER
    return _PROVIDER


def _wait(response: Response, code: int) -> float:
    """Seconds to wait, within an hour; a full queue empties within a minute."""
    return asked_s(response.headers, _QUEUE_WAIT_S if code in {21611, 30001} else _WAIT_S)


def _number(code: object) -> int:
    """A code as a number, 0 where there is none."""
    text = str(code)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
