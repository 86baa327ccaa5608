"""What Twilio's words mean for one call: its answers to an order, and the statuses that it reports.

Statuses: https://www.twilio.com/docs/voice/api/call-resource#call-status-values. Codes, each on a page of its own:
https://www.twilio.com/docs/api/errors. What is not listed here fails its call and marks no number.
"""

from collections.abc import Mapping
from typing import Any, Final

from twilio.http.response import Response

from gateways.contract import Outcome, Receipt, Trouble
from gateways.twilio.verdict import CODES, Verdict, read, refused

_FAILED: Final = (Outcome.FAILED, None)
_SENDER: Final = (Outcome.RETRY, Trouble.SENDER)

CALL_CODES: Final[Mapping[int, Verdict]] = {
    **CODES,
    21214: _FAILED,  # "cannot be reached": of this moment, or of this carrier
    21215: _FAILED,  # the account may not call that country: every other one still passes
    21216: _FAILED,  # nor that number
    21219: _FAILED,  # a trial account calls verified numbers only
    13224: _FAILED,  # "not supported, or invalid": it does not say which
    13227: _FAILED,
    21210: _SENDER,  # the number that calls is not the account's, nor verified
    21213: _SENDER,
    10004: (Outcome.THROTTLED, Trouble.QUOTA),  # as many calls at once as the account may have
}
"""An SMS' codes and those of calls."""

_ON_THE_WAY: Final = frozenset({"queued", "initiated", "ringing", "in-progress"})
_NOBODY: Final = frozenset({"busy", "no-answer"})
_GONE: Final = frozenset({"410", "604"})
"""SIP's words for a number that is no more, or nowhere (RFC 3261). 404 is not among them: carriers say it of their own troubles."""


def judge_call(reference: str, response: Response) -> Receipt:
    """The receipt of a call from the answer to its order. Taken only with a SID: else it may be anywhere."""
    if not 200 <= response.status_code < 300:
        return refused(reference, response, CALL_CODES)
    said = read(response.text)
    sid, status = said.get("sid"), said.get("status")
    if not isinstance(sid, str) or not sid or not isinstance(status, str):
        return Receipt(reference, Outcome.UNKNOWN, code="unreadable")
    return Receipt(reference, Outcome.ACCEPTED, code=status[:60], provider_ref=sid[:64])


def reported_call(reference: str, said: Mapping[str, Any]) -> Receipt:
    """The receipt of a call from a later word about it: whoever picked up has it, and who did not is called again."""
    status, sid = str(said.get("CallStatus", ""))[:60], str(said.get("CallSid", ""))[:64]
    outcome, code = _outcome(status, said)
    return Receipt(reference, outcome, code=code, detail=status, provider_ref=sid)


def _outcome(status: str, said: Mapping[str, Any]) -> tuple[Outcome, str]:
    if status in _ON_THE_WAY:
        return Outcome.ACCEPTED, status
    if status in _NOBODY:
        return Outcome.RETRY, status
    if status == "completed":
        fax = said.get("AnsweredBy") == "fax"
        return (Outcome.FAILED, "fax") if fax else (Outcome.DELIVERED, status)
    if status == "failed":
        return _failure(str(said.get("SipResponseCode", ""))[:10])
    return (Outcome.FAILED, status) if status == "canceled" else (Outcome.UNKNOWN, status)


def _failure(sip: str) -> tuple[Outcome, str]:
    """A number that is gone is dead; a carrier in trouble (5xx) is tried again; what else failed, failed."""
    if sip in _GONE:
        return Outcome.REFUSED, sip
    carrier = len(sip) == 3 and sip.startswith("5") and sip.isascii() and sip.isdecimal()
    return (Outcome.RETRY if carrier else Outcome.FAILED), sip or "failed"
