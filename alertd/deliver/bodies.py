"""What a message says on each channel: the same words, as long as the channel allows and as it is read or heard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from alertd.catalogue import Catalogue
from alertd.deliver.letter import Letter
from alertd.model import Act, Attachment, Channel
from alertd.publish.kinds import PDF
from alertd.publish.spoken import spoken
from alertd.publish.wording import Speech, Words, join, sentence, sms_text, when
from gateways.tongues import quoted


@dataclass(frozen=True, slots=True)
class Piece:
    """All that one reader's message is made of. `leaving` is the way out, `greeting` says who writes to whoever is new."""

    catalogue: Catalogue
    speech: Speech
    said: Words
    locale: str
    link: str
    greeting: str
    leaving: str


@dataclass(frozen=True, slots=True)
class Body:
    """The words of one channel; `subject` is a notification's title, too, `html` an e-mail's alone."""

    text: str
    subject: str = ""
    html: str = ""


def _sms(piece: Piece) -> Body:
    return Body(sms_text(piece.speech.station, piece.said, piece.link, piece.greeting))


def _push(piece: Piece) -> Body:
    text = piece.said.text
    body = join(text.instruction, text.body, piece.said.closing, mark="\n")
    return Body(body or piece.said.title, subject=piece.said.signed(piece.speech.station))


def _voice(piece: Piece) -> Body:
    """As it is said aloud; what a stand-in quotes is said in the station's language, and by its voice."""
    said, own = piece.said, piece.speech.locale
    todo = said.text.instruction.removesuffix(said.quoted)
    parts = [spoken(part, piece.locale) for part in (said.signed(piece.speech.station), said.text.body, todo)]
    aloud = quoted(sentence(spoken(said.quoted, own)), own)
    return Body(join(*(sentence(part) for part in parts), aloud, sentence(said.closing), mark=" "))


def _display(piece: Piece) -> Body:
    said = piece.said
    return Body(join(said.title, said.text.instruction, said.closing, mark="\n"), subject=said.title)


def _email(piece: Piece) -> Body:
    letter = _letter(piece)
    return Body(letter.text, letter.subject, letter.html)


def _letter(piece: Piece) -> Letter:
    speech, locale, phrase = piece.speech, piece.locale, piece.catalogue.phrase
    level, over = speech.content.level, speech.act in {Act.END, Act.CANCEL}
    until = when(speech.expires, speech.timezone, locale)
    return Letter(
        station=speech.station,
        said=piece.said,
        locale=locale,
        quoted_in=speech.locale,
        level=None if over else level,
        level_word=phrase(locale, f"level.{level.word}"),
        until="" if over else phrase(locale, "word.until", time=until),
        link=piece.link,
        more=phrase(locale, "word.more").rstrip(" :"),
        foot=piece.greeting or phrase(locale, "word.stop", link=piece.leaving),
        leaving=piece.leaving,
        leave=phrase(locale, "word.stop", link="").rstrip(" :"),
        enclosed=[(_label(one), f"{piece.link}/{one.mark}") for one in speech.content.attachments],
    )


def _label(one: Attachment) -> str:
    return f"{one.alt} (PDF)" if one.kind == PDF else one.alt


COMPOSERS: Final[Mapping[Channel, Callable[[Piece], Body]]] = {
    Channel.SMS: _sms,
    Channel.PUSH: _push,
    Channel.EMAIL: _email,
    Channel.VOICE: _voice,
    Channel.DISPLAY: _display,
}
