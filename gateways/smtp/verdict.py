"""What a mail server's answer means for one message.

Codes: RFC 5321 section 4.2; enhanced codes: RFC 3463 and the IANA registry "SMTP Enhanced Status Codes".
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateways.contract import Outcome, Receipt, Trouble
from gateways.smtp.bounce_words import Fate, fate


class Stage(StrEnum):
    """How far the conversation had come when the server answered."""

    GREETING = "connect"
    RESET = "RSET"
    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    START = "DATA"  # the command
    PAYLOAD = "message"  # and what follows it


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer: a code of three digits and its text, one line for each line of the answer."""

    stage: Stage
    code: int
    text: str

    @property
    def status(self) -> str:
        """The enhanced status code (`5.1.1`), or nothing."""
        found = _STATUS.match(self.text)
        return found[0] if found else ""


_RATE_WORDS: Final = re.compile(
    r"too (many|fast|much)|\brate\b|throttl|slow down|limit exceeded", re.IGNORECASE
)
_SENDER_WORDS: Final = re.compile(
    r"sender\b.{0,80}\b(?:rejected|not\s(?:owned|allowed|permitted|verified|authori[sz]ed)|unauthori[sz]ed|refused)"
    r"|send\sas\sthis\ssender|(?:from|envelope)\saddress\b.{0,40}\bnot\s(?:allowed|verified|permitted)"
    r"|email\saddress\sis\snot\sverified|unverified\s(?:address|domain)",
    re.IGNORECASE,
)
"""What relays say when they refuse us and not the recipient, often only after RCPT or the message itself."""

_CREDIT_WORDS: Final = re.compile(
    r"\bcredits?\b.{0,40}\b(?:exhausted|exceeded|insufficient|left|none)|(?:insufficient|no|out\sof|not\senough)\s(?:credit|funds|balance)"
    r"|(?:your|sending|sender)\s(?:account|subscription|plan)\b.{0,40}\b(?:suspended|expired|disabled|unpaid|blocked)|payment\s(?:required|overdue|due)",
    re.IGNORECASE,
)
_QUOTA_WORDS: Final = re.compile(
    r"(?:sending|daily|hourly|monthly|message|mail)\s(?:user\s)?(?:sending\s)?(?:limit|quota|rate)\b.{0,40}\b(?:exceeded|reached)",
    re.IGNORECASE,
)
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_CREDENTIALS: Final = frozenset({530, 534, 535, 538})
_RATE_WAIT_S: Final = 60.0  # servers do not say when; a minute is the shortest window they count in


def judge(reference: str, answer: Answer) -> Receipt:
    """Turn an answer into the message's receipt; what names no address dead marks none."""
    if answer.stage is Stage.PAYLOAD and 200 <= answer.code < 300:  # the usual, and quick
        said = answer.text[:200]
        return Receipt(reference, Outcome.ACCEPTED, _code(answer), f"message: {said}", provider_ref=said)
    outcome, trouble = _outcome(answer)
    return Receipt(
        reference,
        outcome,
        code=_code(answer),
        detail=f"{answer.stage}: {answer.text}"[:300],
        retry_after_s=_RATE_WAIT_S if outcome is Outcome.THROTTLED else None,
        trouble=trouble,
    )


def _code(answer: Answer) -> str:
    return f"{answer.code} {answer.status}".rstrip()


def _outcome(answer: Answer) -> tuple[Outcome, Trouble | None]:
    if answer.code in _CREDENTIALS:
        return Outcome.RETRY, Trouble.CREDENTIALS
    if answer.code >= 400 and _CREDIT_WORDS.search(answer.text):
        return Outcome.RETRY, Trouble.CREDIT
    if 400 <= answer.code < 500:
        return _temporary(answer)
    if not 500 <= answer.code < 600:  # an answer that no RFC knows at this place: the message was not taken
        return Outcome.RETRY, Trouble.PROVIDER
    return _permanent(answer)


def _temporary(answer: Answer) -> tuple[Outcome, Trouble | None]:
    if _asks_for_less(answer):
        return Outcome.THROTTLED, Trouble.QUOTA
    return Outcome.RETRY, Trouble.PROVIDER if answer.stage is Stage.GREETING else None


def _permanent(answer: Answer) -> tuple[Outcome, Trouble | None]:
    if answer.status == "5.4.5" or _QUOTA_WORDS.search(answer.text):
        return Outcome.THROTTLED, Trouble.QUOTA
    if answer.stage is Stage.GREETING:
        return Outcome.RETRY, Trouble.PROVIDER
    if answer.stage is Stage.SENDER and answer.code != 552:  # 552: this message is too large; others may pass
        return Outcome.RETRY, Trouble.SENDER
    if _SENDER_WORDS.search(answer.text):
        return Outcome.RETRY, Trouble.SENDER
    if answer.stage is Stage.RECIPIENT and _names_dead(answer):
        return Outcome.REFUSED, None
    return Outcome.FAILED, None


def _names_dead(answer: Answer) -> bool:
    """As in a report: the words may say something else than the code. 550, 551 and 553 alone also mean "policy"."""
    told = bool(answer.status) or answer.code in {550, 551, 553}
    return told and fate(answer.status, answer.text) is Fate.DEAD


def _asks_for_less(answer: Answer) -> bool:
    """A rate word, but not a full mailbox (4.2.x): that is one person's, not the account's."""
    return not answer.status.startswith("4.2.") and bool(_RATE_WORDS.search(answer.text))
