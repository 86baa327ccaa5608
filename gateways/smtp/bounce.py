"""What a mail that came back says: a report of failure (RFC 3464), a complaint (RFC 5965), or nothing at all.

Read by the standard library's parser. Absence notices, delays, successes and whatever else people and robots write to
an address say nothing. A report that names several recipients (an alias's) means death only where all of them are dead.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.parser import HeaderParser
from html import unescape
from typing import Final

from gateways.contract import Outcome
from gateways.smtp.bounce_words import Fate, fate, first_status, reply_code

MOST_BYTES: Final = 262_144
"""So much of a mail is read: reports stand before what they return."""

_BLANKS: Final = bytes.maketrans(b"\x00\x0b\x0c\x1c\x1d\x1e", b"      ")
"""What Python takes for the end of a line, and mail does not: a header behind one is no header, and its parser gives up."""
_MOST_PARTS: Final = 50
_MOST_WORDS: Final = 20
_MOST_TEXT: Final = 4000
_MOST_PAGE: Final = 20_000
_COMPLAINED: Final = "complained"
_LEFT: Final = frozenset({"abuse", "opt-out", "opt-out-list", "complaint"})
_DAEMON: Final = re.compile(r"mailer-daemon|postmaster|mail[ -]?delivery|mail system|daemon@", re.IGNORECASE)
_ROBOT: Final = re.compile(r"mailer-daemon|mail[ -]?delivery|mail system", re.IGNORECASE)
_GIVEN_UP: Final = re.compile(
    r"undeliver|not be delivered|could\s?n[o']t be delivered|permanent|returned|fail|error"
    r"|échec|non (?:remis|distribu)|n.a pas pu être|introuvable|unzustellbar|no se (?:ha )?p[uo]\w+ entregar|mancat",
    re.IGNORECASE,
)
_LATER: Final = re.compile(
    r"warning only|warning message only|still being retried|will be retried|will retry|keep trying|delayed|undelivered after"
    r"|not yet been delivered|n.a pas encore|noch nicht zugestellt|a[uú]n no se ha|non (?:è )?ancora|nog niet",
    re.IGNORECASE,
)
_AWAY: Final = re.compile(
    r"^\W*(?:automatic reply|auto-?reply|out of (?:the )?office|r\S{1,2}ponse automatique|absen(?:ce|t)|automatische antwort|abwesen"
    r"|automatisch antwoord|afwezig|respuesta autom\S{1,2}tica|fuera de|risposta automatica|fuori ufficio)",
    re.IGNORECASE,
)
"""How the subject of an absence begins, whoever sends it: the words below may be somebody's about an old address."""
_RETURNED: Final = re.compile(
    r"^(?:--.{0,60}(?:original|copy|returned|undelivered|unsent|message)|return-path:)",
    re.IGNORECASE | re.MULTILINE,
)
_TAG: Final = re.compile(
    r"<(?:style|script)\b(?:(?!<(?:style|script)\b).)*?</(?:style|script)>|<[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
"""What begins anew is not looked through for its end twice: many that never end take no longer than one."""
_QUOTED: Final = re.compile(r"^(?:> ?)+", re.MULTILINE)
_FIELD: Final = re.compile(r"^(?=(?:Final|Original)-Recipient:)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Word:
    """What a report says of one recipient: `action` as RFC 3464 has it, an enhanced code or nothing, a diagnostic."""

    action: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a letter. `fate` is set for a failure."""

    outcome: Outcome
    code: str
    text: str
    fate: Fate | None = None


def read(raw: bytes) -> Report | None:
    """What a mail reports; None when it is no report, or reports nothing that is final."""
    try:
        plain = raw[:MOST_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").translate(_BLANKS)
        mail = message_from_bytes(plain)
        parts = [part for part, _ in zip(mail.walk(), range(_MOST_PARTS), strict=False)]
        if any(map(_complains, parts)):
            return Report(Outcome.STOPPED, "complaint", "")
        return _failure([*_words(mail, parts)])
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError, AssertionError):
        return None  # what the standard library cannot take apart is nobody's report


def _failure(words: list[Word]) -> Report | None:
    """The first that failed speaks for all; dead only where each is."""
    if any(word.action == _COMPLAINED for word in words):
        return Report(Outcome.STOPPED, "complaint", "")
    failed = [word for word in words[:_MOST_WORDS] if word.action == "failed"]
    if not failed:
        return None
    fates = {fate(word.status, word.text) for word in failed}
    [first, *_] = sorted(failed, key=lambda word: fate(word.status, word.text) is Fate.DEAD)
    worst = fates.pop() if len(fates) == 1 else Fate.ALIVE
    code = f"{reply_code(first.text)} {first.status or first_status(first.text)}".strip() or "bounce"
    return Report(Outcome.REFUSED if worst is Fate.DEAD else Outcome.FAILED, code, first.text[:300], worst)


def _complains(part: Mail) -> bool:
    """A feedback report of somebody who does not want these letters; "not-spam", viruses and frauds are no leaving.

    Microsoft sends the letter back with a header of its own instead (JMRP).
    """
    if part.get("X-HmXmrOriginalRecipient"):
        return True
    if part.get_content_type() != "message/feedback-report":
        return False
    inner = part.get_payload()
    text = str(inner[0] if isinstance(inner, list) else inner)
    fields = HeaderParser().parsestr(text.strip())
    return str(fields.get("Feedback-Type", "")).strip().lower() in _LEFT


def _words(mail: Mail, parts: list[Mail]) -> Iterator[Word]:
    """From the part that is made for machines, else from what stands in the text."""
    for part in parts:
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            blocks = part.get_payload()
            text = "\n\n".join(map(str, blocks)) if isinstance(blocks, list) else str(blocks)
            yield from _fields(text)
            return
    text = _text(parts)
    if text.lstrip().startswith("{"):
        yield from _notified(text)
    else:
        yield from list(_fields(_QUOTED.sub("", text))) or _written(mail, text)


def _fields(text: str) -> Iterator[Word]:
    """The groups of fields about one recipient each (RFC 3464, section 2.3), wherever they stand."""
    for block in _FIELD.split(text, maxsplit=_MOST_WORDS)[1:]:
        fields = HeaderParser().parsestr(block.strip())
        action = str(fields.get("Action", "")).partition("(")[0].strip().lower()
        status = first_status(str(fields.get("Status", ""))[:100])
        if action:
            yield Word(action, status, _told(str(fields.get("Diagnostic-Code", ""))))


def _told(diagnostic: str) -> str:
    """Without its kind ("smtp;"), on one line."""
    kind, _, said = diagnostic[:_MOST_TEXT].partition(";")
    return " ".join((said or kind).split())


def _text(parts: list[Mail]) -> str:
    """The first text of a mail; where there is only HTML, what a reader sees of it."""
    for part in parts:
        if part.get_content_type() == "text/plain":
            return _decoded(part)
    pages = (_decoded(part) for part in parts if part.get_content_type() == "text/html")
    return unescape(_TAG.sub(" ", next(pages, "")[:_MOST_PAGE]))


def _decoded(part: Mail) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace").replace("\r\n", "\n") if isinstance(content, bytes) else ""


def _written(mail: Mail, text: str) -> Iterator[Word]:
    """From a report that only people can read: one by a mail server, which says that it gave up."""
    failed = mail.get("X-Failed-Recipients")
    if not (failed or _DAEMON.search(str(mail.get("From", "")))):
        return
    said, subject = " ".join(_RETURNED.split(text)[0].split())[:_MOST_TEXT], _subject(mail)
    if _asks_back(mail, said) or (_AWAY.search(subject) and not failed):
        return
    if _GIVEN_UP.search(f"{subject} {said}") and not _LATER.search(f"{subject} {said}"):
        yield Word("failed", first_status(said), said)


def _subject(mail: Mail) -> str:
    """In letters, where it is written in a character set that there is."""
    written = str(mail.get("Subject", ""))[:500]
    try:
        return str(make_header(decode_header(written)))
    except (MessageError, LookupError, ValueError):
        return written


def _asks_back(mail: Mail, said: str) -> bool:
    """Whether it is a postmaster's robot that answers (an absence, "confirm your message"), and no server that gave up."""
    answers = str(mail.get("Auto-Submitted", "")).lower().startswith("auto-replied")
    failed = mail.get("X-Failed-Recipients") or _ROBOT.search(str(mail.get("From", "")))
    return answers and not (failed or first_status(said) or reply_code(said))


def _notified(text: str) -> Iterator[Word]:
    """From a notification of Amazon SES, which sends JSON.

    https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
    """
    content, _ = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    complaint, bounce = content.get("complaint"), content.get("bounce")
    if isinstance(complaint, dict) and complaint.get("complaintFeedbackType") != "not-spam":
        yield Word(_COMPLAINED, "", "")
    if not isinstance(bounce, dict):
        return
    for one in bounce.get("bouncedRecipients", ()):
        action = "failed" if bounce.get("bounceType") == "Permanent" else str(one.get("action", ""))
        status = first_status(str(one.get("status", ""))[:100])
        yield Word(action, status, _told(str(one.get("diagnosticCode", ""))))
