"""What a mail that came back says: a report of failure (RFC 3464), a complaint (RFC 5965), or nothing at all.

Read by the standard library's parser. Absence notices, delays, successes and whatever else people and robots write to
an address say nothing. A report that names several recipients (an alias's) means death only where all of them are dead.
"""

import base64
import json
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail
from html import unescape
from itertools import islice
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
    r"undeliver|not be delivered|could\s?n[o']t be delivered|unable to deliver|n[o't] delivered|permanent|returned|fail|error"
    r"|échec|non (?:remis|distribu|livr)|impossible de (?:remettre|livrer|distribuer)|n.a pas pu être|introuvable|unzustellbar|no se (?:ha )?p[uo]\w+ entregar|mancat",
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
_STATUS_TYPES: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_REACHED: Final = frozenset({"delivered", "relayed", "expanded"})
_MICROSOFT_S: Final = "X-HmXmrOriginalRecipient"
"""In a complaint, Microsoft sends the letter back with this header of its own instead of a report (JMRP)."""


def _line(name: str) -> re.Pattern[str]:
    return re.compile(rf"^{name}:[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE)


_FINAL: Final = _line("Final-Recipient")
_ACTION: Final = _line("Action")
_STATUS: Final = _line("Status")
_DIAGNOSTIC: Final = _line("Diagnostic-Code")
_FEEDBACK: Final = _line("Feedback-Type")
_FIELD: Final = re.compile(r"^(?=(?:Final|Original)-Recipient:)", re.IGNORECASE | re.MULTILINE)
_FOLD: Final = re.compile(r"\n[ \t]+(?=\S)")
_EMPTY: Final = re.compile(r"\n[ \t]*\n")


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
        if any(part.get(_MICROSOFT_S) for part in islice(mail.walk(), _MOST_PARTS)):
            return Report(Outcome.STOPPED, "complaint", "")
        parts = [*islice(_own(mail), _MOST_PARTS)]
        if any(map(_complains, parts)):
            return Report(Outcome.STOPPED, "complaint", "")
        return _failure(_words(mail, parts))
    except (MessageError, RecursionError, LookupError, ValueError, TypeError, AttributeError, AssertionError):
        return None  # what the standard library cannot take apart is nobody's report


def _failure(words: list[Word]) -> Report | None:
    """The first that failed speaks for all; dead only where each is. Where one of them has it, the letter did not fail."""
    if any(word.action == _COMPLAINED for word in words):
        return Report(Outcome.STOPPED, "complaint", "")
    failed = [word for word in words[:_MOST_WORDS] if word.action == "failed"]
    if not failed or any(word.action in _REACHED for word in words):
        return None
    fates = {fate(word.status, word.text) if word.action == "failed" else Fate.ALIVE for word in words}
    [first, *_] = sorted(failed, key=lambda word: fate(word.status, word.text) is Fate.DEAD)
    worst = fates.pop() if len(fates) == 1 else Fate.ALIVE
    code = f"{reply_code(first.text)} {first.status or first_status(first.text)}".strip() or "bounce"
    return Report(Outcome.REFUSED if worst is Fate.DEAD else Outcome.FAILED, code, first.text[:300], worst)


def _own(mail: Mail) -> Iterator[Mail]:
    """A mail and its parts, but not those of the mails that it encloses: what a report forwarded or returned tells is of others."""
    yield mail
    if mail.get_content_maintype() == "multipart" and mail.is_multipart():
        for part in mail.get_payload():
            yield from _own(part)  # type: ignore[arg-type]


def _complains(part: Mail) -> bool:
    """A feedback report of somebody who does not want these letters; "not-spam", viruses and frauds are no leaving."""
    if part.get_content_type() != "message/feedback-report":
        return False
    said = _field(_FEEDBACK, _source(part))
    return said.lower() in _LEFT


def _words(mail: Mail, parts: list[Mail]) -> list[Word]:
    """From the part that is made for machines, else from what stands in the text, else from a report that somebody passed on."""
    texts = _texts(parts)
    if words := _for_machines(parts):
        return words
    if texts[0].lstrip().startswith("{"):
        return [*_notified(texts[0])]
    by_a_server = bool(mail.get("X-Failed-Recipients") or _DAEMON.search(str(mail.get("From", ""))))
    if not by_a_server and _by_itself(mail):
        return []
    words = [word for text in texts for word in _fields(_QUOTED.sub("", text))]
    if by_a_server:
        return words or [*_written(mail, texts[0])]
    return words or _for_machines(islice(mail.walk(), _MOST_PARTS))


def _for_machines(parts: Iterable[Mail]) -> list[Word]:
    """The first report's."""
    reports = (part for part in parts if part.get_content_type() in _STATUS_TYPES)
    return next((words for part in reports if (words := [*_fields(_source(part))])), [])


def _by_itself(mail: Mail) -> bool:
    """Whether nobody wrote it: an absence, whatever report it encloses, tells of that one's letter and not of ours."""
    automatic = str(mail.get("Auto-Submitted", "no")).strip().lower() != "no"
    return automatic or bool(_AWAY.search(_subject(mail)))


def _fields(text: str) -> Iterator[Word]:
    """The groups of fields about one recipient each (RFC 3464, section 2.3), wherever they stand and in whichever order."""
    for group in _groups(_FOLD.sub(" ", text))[:_MOST_WORDS]:
        action = _field(_ACTION, group).partition("(")[0].strip().lower()
        status = first_status(_field(_STATUS, group)[:100])
        if not action and status.startswith("5"):
            action = "failed"
        if action:
            yield Word(
                "failed" if action.startswith("fail") else action, status, _told(_field(_DIAGNOSTIC, group))
            )


def _groups(text: str) -> list[str]:
    """What empty lines part; where those are lost, or stand behind each line, what begins with a recipient."""
    groups = [group for group in _EMPTY.split(text) if _FINAL.search(group)]
    whole = all(len(_FINAL.findall(group)) == 1 and _ACTION.search(group) for group in groups)
    return groups if whole else _FIELD.split(text, maxsplit=_MOST_WORDS)[1:]


def _field(name: re.Pattern[str], group: str) -> str:
    found = name.search(group)
    return found[1].strip() if found else ""


def _source(part: Mail) -> str:
    """The text of a part that the parser took for a mail, or for several; RFC 6533 lets it be encoded."""
    inner = part.get_payload()
    blocks = [each.as_bytes() for each in inner] if isinstance(inner, list) else []  # type: ignore[union-attr]
    content = b"\n\n".join(blocks) if blocks else str(inner).encode("utf-8", "surrogateescape")
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding == "base64":
        content = base64.b64decode(content)
    elif encoding == "quoted-printable":
        content = quopri.decodestring(content)
    return _in_letters(content)


def _told(diagnostic: str) -> str:
    """Without its kind ("smtp;"), on one line."""
    kind, _, said = diagnostic[:_MOST_TEXT].partition(";")
    return " ".join((said or kind).split())


def _texts(parts: list[Mail]) -> list[str]:
    """The texts of a mail, one at least; where there is only HTML, what a reader sees of it.

    One whose parts cannot be told apart, since another line parts them than was announced, is a text as a whole.
    """
    said = [_decoded(part) for part in parts if part.get_content_type() == "text/plain" or _unparted(part)]
    if any(text.strip() for text in said):
        return said
    pages = (_decoded(part) for part in parts if part.get_content_type() == "text/html")
    return [unescape(_TAG.sub(" ", next(pages, "")[:_MOST_PAGE]))]


def _unparted(part: Mail) -> bool:
    return part.get_content_maintype() == "multipart" and not part.is_multipart()


def _decoded(part: Mail) -> str:
    content = part.get_payload(decode=True)
    return _in_letters(content).replace("\r\n", "\n") if isinstance(content, bytes) else ""


def _in_letters(content: bytes) -> str:
    """What a mail announces is often not what it is written in: what is no UTF-8 is of western Europe."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _written(mail: Mail, text: str) -> Iterator[Word]:
    """From a report that only people can read: one by a mail server, which says that it gave up."""
    failed = mail.get("X-Failed-Recipients")
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
