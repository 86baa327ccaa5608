"""What OVHcloud's words mean for one message.

Answers of POST /sms/{serviceName}/jobs: https://eu.api.ovh.com/console/?section=%2Fsms. Delivery reports (dlr, ptt):
https://docs.ovhcloud.com/fr/guides/web-cloud/messaging/sms/tout-savoir-sur-les-utilisateurs-sms
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from gateways.contract import Outcome, Receipt, Trouble
from gateways.patience import asked_s

_WAIT_S: Final = 5.0  # where a 429 does not say how long
_MOST_WAIT_S: Final = 300.0
_CLOCK: Final = re.compile(r"query_time_out|out of time|timestamp", re.IGNORECASE)

Verdict = tuple[Outcome, Trouble | None]

_SENDER: Final = (Outcome.RETRY, Trouble.SENDER)
_CREDIT: Final = (Outcome.RETRY, Trouble.CREDIT)
_CREDENTIALS: Final = (Outcome.RETRY, Trouble.CREDENTIALS)
_PROVIDER: Final = (Outcome.RETRY, Trouble.PROVIDER)

WORDS: Final[tuple[tuple[re.Pattern[str], Verdict], ...]] = (
    (re.compile(r"credits?\b", re.IGNORECASE), _CREDIT),
    (re.compile(r"service.{0,40}expired", re.IGNORECASE), _CREDIT),
    # "cannot send contact information with shortcode": no link passes by a short number, so no message of ours does
    (re.compile(r"\bsenders?\b|short ?code|contact information", re.IGNORECASE), _SENDER),
    (re.compile(r"signature|query_time_out|out of time|timestamp", re.IGNORECASE), _CREDENTIALS),
)
"""Words of a 400 that speak of the account, whichever the message."""

STATUSES: Final[dict[int, Verdict]] = {
    401: _CREDENTIALS,
    402: _CREDIT,
    403: _CREDENTIALS,
    404: _CREDENTIALS,  # no such service for these keys: said of the account, never of a number
    408: (Outcome.RETRY, None),
    409: (Outcome.RETRY, None),
    429: (Outcome.THROTTLED, Trouble.QUOTA),
    460: _CREDIT,  # the service has expired
    # A proxy had no answer from what stands behind it, which may have taken the message all the same.
    502: (Outcome.UNKNOWN, Trouble.PROVIDER),
    504: (Outcome.UNKNOWN, Trouble.PROVIDER),
}

DEAD: Final = frozenset({23})
"""ptt of a number "incorrect / invalid / blacklisted / permanently barred", which "should not be used again"."""
_UNTOLD: Final = frozenset({1, 2, 3, 6})
"""ptt of a message that is still tried, or of which the operator will never tell."""
_REPORTS: Final = {0: Outcome.ACCEPTED, 1: Outcome.DELIVERED, 4: Outcome.ACCEPTED, 8: Outcome.ACCEPTED}
"""dlr: in creation, success, waiting, buffered."""
_FAILURES: Final = frozenset({2, 16})  # failed, in error and not billed


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `said` is its JSON, None where it is none."""

    status: int
    said: Any
    wait_s: float | None = None

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def word(self) -> str:
        """OVHcloud's own word for an error (`NOT_GRANTED_CALL`), and its sentence."""
        said = self.said if isinstance(self.said, dict) else {}
        return f"{said.get('errorCode', '')} {said.get('message', '')}".strip()

    @property
    def about_the_clock(self) -> bool:
        """Whether the call was refused because its timestamp is not of now."""
        return self.status in {400, 401, 403} and bool(_CLOCK.search(self.word))


def read(status: int, body: bytes, retry_after: str = "", date: str = "") -> Answer:
    """Read an answer's body; what is no JSON, or too deep to be any, says nothing."""
    wait = min(asked_s({"Retry-After": retry_after, "Date": date}, _WAIT_S), _MOST_WAIT_S)
    try:
        return Answer(status, json.loads(body), wait)
    except (ValueError, RecursionError):
        return Answer(status, None, wait)


def judge(reference: str, answer: Answer) -> Receipt:
    """Turn the answer to a job of one receiver into the message's receipt."""
    if answer.good:
        return _job(reference, answer.said)
    outcome, trouble = _refusal(answer)
    return Receipt(
        reference,
        outcome,
        code=_code(answer),
        detail=_unnumbered(answer.word)[:300],
        retry_after_s=(answer.wait_s or _WAIT_S) if outcome is Outcome.THROTTLED else None,
        trouble=trouble,
    )


def report(reference: str, outgoing: Any) -> Receipt | None:
    """Turn GET /sms/{serviceName}/outgoing/{id} into a receipt; None where it is not of this reference."""
    if not isinstance(outgoing, dict) or outgoing.get("tag") != reference:
        return None
    dlr, ptt = outgoing.get("deliveryReceipt"), outgoing.get("ptt")
    outcome = _reported(dlr, ptt)
    if outcome is None:
        return None
    return Receipt(
        reference, outcome, code=f"dlr {dlr} ptt {ptt}"[:60], provider_ref=number(outgoing.get("id"))
    )


def number(value: Any) -> str:
    """An SMS's identifier as text; empty where it is none."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63 else ""


def _reported(dlr: Any, ptt: Any) -> Outcome | None:
    if not isinstance(dlr, int):
        return None
    if dlr not in _FAILURES:
        return _REPORTS.get(dlr, Outcome.ACCEPTED)
    cause = ptt if isinstance(ptt, int) else None
    if cause in _UNTOLD:
        return Outcome.ACCEPTED
    return Outcome.REFUSED if cause in DEAD else Outcome.FAILED


def _job(reference: str, said: Any) -> Receipt:
    """One receiver was named: it has an identifier, or it stands among the invalid ones, or nobody can tell."""
    ids, invalid = _listed(said, "ids"), _listed(said, "invalidReceivers")
    if len(ids) == 1 and number(ids[0]):
        return Receipt(reference, Outcome.ACCEPTED, code="job", provider_ref=number(ids[0]))
    if not ids and len(invalid) == 1 and not _listed(said, "validReceivers"):
        return Receipt(reference, Outcome.REFUSED, code="invalidReceivers")
    return Receipt(reference, Outcome.UNKNOWN, code="unreadable", trouble=Trouble.PROVIDER)


def _listed(said: Any, name: str) -> list[Any]:
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, list) else []


def _refusal(answer: Answer) -> Verdict:
    if answer.status == 400:
        found = (verdict for words, verdict in WORDS if words.search(answer.word))
        return next(found, (Outcome.FAILED, None) if answer.word else (Outcome.RETRY, Trouble.PROVIDER))
    if answer.status == 403 and re.search(r"credits?\b", answer.word, re.IGNORECASE):
        return _CREDIT
    if 400 < answer.status < 500 and answer.status not in STATUSES:
        return (Outcome.FAILED, None)
    return STATUSES.get(answer.status, _PROVIDER)


def _code(answer: Answer) -> str:
    word = answer.said.get("errorCode") if isinstance(answer.said, dict) else ""
    return f"{answer.status} {word if isinstance(word, str) else ''}".strip()[:60]


def _unnumbered(text: str) -> str:
    """Without numbers that may be somebody's telephone: receipts are kept, and read in logs."""
    return re.sub(r"\+?\d{6,}", "…", text)
