"""What a message reads like, channel by channel and language by language, and what the coach says of it."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class SmsText:
    """The words of an SMS and what they cost; `unsafe` are the characters that make it dear, `saved` what the safe form costs."""

    sender: str
    text: str
    cost: str
    unsafe: str
    saved: str


@dataclass(frozen=True, slots=True)
class MailText:
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class PushText:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TongueText:
    """An SMS in another language: `code` is the language's, `mark` what its reader should know of the translation, or nothing."""

    code: str
    language: str
    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class Wordings:
    """What is None goes by no chosen channel."""

    sms: SmsText | None
    push: PushText | None
    mail: MailText | None
    others: tuple[TongueText, ...]
    others_heading: str


@dataclass(frozen=True, slots=True)
class ElementLine:
    """One of the five: whether the message has it, and what is said of it."""

    there: bool
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Advice:
    """`vague` are sentences; `days`: some of them can be mended by one tap."""

    elements: tuple[ElementLine, ...]
    vague: tuple[str, ...]
    days: str


@dataclass(frozen=True, slots=True)
class CoachPart:
    """Beside the form while it is written; `wrong` is what stands in the way of composing."""

    template: ClassVar[str] = "_coach.html"
    wrong: str
    picked: bool
    wordings: Wordings | None
    advice: Advice | None
    script: bool
    """Asked for by a script: the button that a page without one needs is left out."""
    action: str
    """Where its buttons go without one."""
