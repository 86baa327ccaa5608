"""What a mail server's answer means for one message.

Codes: RFC 5321 section 4.2; enhanced codes: RFC 3463 and the IANA registry "SMTP Enhanced Status Codes".
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateways.contract import Outcome, Receipt, Trouble


class Stage(StrEnum):
    """How far the conversation had come when the server answered."""

    GREETING = "connect"
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


DEAD: Final = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10"})
"""No such mailbox, no valid address, moved without a trace, a domain that takes no mail (RFC 7505).

5.1.2 (no such domain) is left out: a relay whose own resolver is down says it of everybody."""

_DEAD_WORDS: Final = re.compile(
    r"(user|recipient|mailbox|address|account)\s+(is\s+)?(unknown|not found|does(n't| not) exist)"
    r"|(unknown|no such|invalid)\s+(user|recipient|mailbox|account)",
    re.IGNORECASE,
)
"""What servers without enhanced codes say with 550, 551 or 553. Those codes alone also mean "policy"."""

_RATE_WORDS: Final = re.compile(
    r"too (many|fast|much)|\brate\b|throttl|slow down|limit exceeded", re.IGNORECASE
)
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_CREDENTIALS: Final = frozenset({530, 534, 535, 538})
_RATE_WAIT_S: Final = 60.0  # servers do not say when; a minute is the shortest window they count in


def judge(reference: str, answer: Answer) -> Receipt:
    """Turn an answer into the message's receipt; what names no address dead marks none."""
    outcome, trouble = _outcome(answer)
    return Receipt(
        reference,
        outcome,
        code=f"{answer.code} {answer.status}".strip(),
        detail=f"{answer.stage}: {answer.text}"[:300],
        provider_ref=answer.text[:200] if outcome is Outcome.ACCEPTED else "",
        retry_after_s=_RATE_WAIT_S if outcome is Outcome.THROTTLED else None,
        trouble=trouble,
    )


def _outcome(answer: Answer) -> tuple[Outcome, Trouble | None]:
    if answer.code in _CREDENTIALS:
        return Outcome.RETRY, Trouble.CREDENTIALS
    if 400 <= answer.code < 500:
        return _temporary(answer)
    if answer.stage is Stage.PAYLOAD and 200 <= answer.code < 300:
        return Outcome.ACCEPTED, None
    if not 500 <= answer.code < 600:  # an answer that no RFC knows at this place: the message was not taken
        return Outcome.RETRY, Trouble.PROVIDER
    return _permanent(answer)


def _temporary(answer: Answer) -> tuple[Outcome, Trouble | None]:
    if _asks_for_less(answer):
        return Outcome.THROTTLED, Trouble.QUOTA
    return Outcome.RETRY, Trouble.PROVIDER if answer.stage is Stage.GREETING else None


def _permanent(answer: Answer) -> tuple[Outcome, Trouble | None]:
    if answer.stage is Stage.GREETING:
        return Outcome.RETRY, Trouble.PROVIDER
    if answer.stage is Stage.SENDER and answer.code != 552:  # 552: this message is too large; others may pass
        return Outcome.RETRY, Trouble.SENDER
    if answer.stage is Stage.RECIPIENT and _names_dead(answer):
        return Outcome.REFUSED, None
    return Outcome.FAILED, None


def _names_dead(answer: Answer) -> bool:
    if answer.status:
        return answer.status in DEAD
    return answer.code in {550, 551, 553} and bool(_DEAD_WORDS.search(answer.text))


def _asks_for_less(answer: Answer) -> bool:
    """A rate word, but not a full mailbox (4.2.x): that is one person's, not the account's."""
    return not answer.status.startswith("4.2.") and bool(_RATE_WORDS.search(answer.text))
