"""An event's words for one reader: written by people where his language is among them, composed from the phrases
where it is not; first, again or good-bye; and what an SMS says of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel import localedata
from babel.dates import format_datetime

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import FRENCH, base, language
from alertd.clock import from_ms
from alertd.model import Act, Content, Level, Text, Wording
from alertd.publish.links import NOBODY, Links
from gateways.text import gsm_safe

_Phrase = Callable[..., str]
_ADDRESS: Final = re.compile(r"(?:^|\s|\()(?:\w+://|www\.|(?:[\w-]+[.@])+[a-z]{2,}(?:/|$))\S*$")
"""The last word is of the web: with or without its scheme, or a mailbox."""


@dataclass(frozen=True, slots=True)
class Speech:
    """One event as its station says it."""

    station: str
    timezone: str
    locale: str  # the station's own
    act: Act
    content: Content
    expires: int


@dataclass(frozen=True, slots=True)
class Words:
    """`kind` says what kind of message it is (update, end), `closing` that it is an exercise: the first word and the last.

    `quoted` ends the instruction of a stand-in: what the station wrote, in its own language.
    """

    kind: str
    text: Text
    closing: str
    stand_in: bool
    quoted: str = ""

    @property
    def title(self) -> str:
        """The headline with what kind of message it is."""
        return join(join(self.closing, self.kind, mark=" - "), self.text.headline)

    def signed(self, station: str) -> str:
        """The same with who speaks, still after the word that it is an exercise."""
        return join(self.closing, f"{station}: {join(self.kind, self.text.headline)}", mark=" - ")


def words(
    catalogue: Catalogue, speech: Speech, locale: str, wording: Wording, *, short: bool = False
) -> Words:
    """What a reader of `locale` is told; `short` prefers wordings in the alphabet of SMS."""
    phrase = catalogue.phrase_sms if short else catalogue.phrase
    exercise = phrase(locale, "word.exercise") if speech.content.exercise else ""
    kind = _kind(speech, locale, wording, phrase)
    if written := _written(speech, locale):
        ready = speech.content.picks or speech.content.template
        written = _plain(written) if short and ready else written
        return Words(kind, written, exercise, stand_in=False)
    quoted = _quoted(speech)
    text = _stand_in(catalogue, speech, locale, phrase, quoted)
    return Words(kind, text, exercise, stand_in=True, quoted=quoted)


def sms(
    catalogue: Catalogue,
    station: str,
    content: Content,
    locale: str,
    links: Links,
    *,
    own: str = "",
    timezone: str = "Europe/Paris",
    greeter: str = "",
) -> str:
    """A first SMS to a reader of `locale` as the preview counts it, with links of the right length; `own` is the station's
    language, left out where it is the reader's; `greeter`: as a reader gets it whom that station signed up.
    """
    speech = Speech(station, timezone, own or locale, Act.ALERT, content, content.expires)
    said = words(catalogue, speech, locale, Wording.FIRST, short=True)
    welcome = greet(catalogue, locale, greeter, links.leaving(NOBODY, sms=True)) if greeter else ""
    return sms_text(station, said, links.alert(NOBODY, sms=True), welcome)


def greet(catalogue: Catalogue, locale: str, station: str, leaving: str) -> str:
    """Who writes, and how to leave: said once, to whoever was taken over from a list."""
    return catalogue.phrase_sms(locale, "service.imported", station=station, link=leaving)


def sms_text(station: str, said: Words, link: str, greeting: str = "") -> str:
    """Station, headline, instruction, link; an exercise says so first and last. An author's own words are not folded silently."""
    told = sentence(said.signed(station)), sentence(said.text.instruction)
    return join(*told, link, greeting, said.closing, mark=" ")


def when(moment: int, timezone: str, locale: str) -> str:
    """A moment as people of that language write it, on the station's clock: "dim. 22 nov. 18:30". In French, as the
    phrases are, for a language that nobody knows: two letters are all that is asked of a subscriber's.
    """
    local: datetime = from_ms(moment).astimezone(ZoneInfo(timezone))
    spoken = language(locale)
    known = spoken if localedata.exists(spoken) else FRENCH
    return format_datetime(local, "EEE d MMM HH:mm", locale=known)


def join(*parts: str, mark: str = ": ") -> str:
    """The parts that say something, with the mark between them."""
    return mark.join(part for part in parts if part)


def sentence(text: str) -> str:
    """The text with a full stop, unless it has an end of its own, announces something, or is empty; or ends in an address,
    into which a phone would take it.
    """
    return text if not text or text[-1] in ".!?…:" or _ADDRESS.search(text) else f"{text}."


def _kind(speech: Speech, locale: str, wording: Wording, phrase: _Phrase) -> str:
    if wording is Wording.LEAVING:
        return phrase(locale, "word.no_longer_covered")
    keys = {Act.END: "word.all_clear", Act.CANCEL: "word.false_alert"}
    if speech.act in keys:
        return phrase(locale, keys[speech.act])
    return phrase(locale, "word.update") if wording is Wording.UPDATE else ""


def _written(speech: Speech, locale: str) -> Text | None:
    texts = speech.content.texts
    return texts.get(locale) or texts.get(language(locale))


def _plain(text: Text) -> Text:
    """What was picked from the phrase book, or begun with a ready text, in the alphabet of SMS: its author is not charged for an
    accent that he did not type, nor for one that he is not to change.
    """
    return replace(text, headline=gsm_safe(text.headline), instruction=gsm_safe(text.instruction))


def _quoted(speech: Speech) -> str:
    """The text as it was written, in one line."""
    texts = speech.content.texts
    original = texts.get(speech.locale) or next(iter(texts.values()))
    parts = (original.headline, original.body, original.instruction)
    return join(*(sentence(part) for part in parts), mark=" ")


def over_word(act: Act, level: Level) -> str:
    """The phrase that says that it is over, or never was. An information spoke of no danger: it does not say that there is none."""
    if act is Act.CANCEL:
        return "word.retracted" if level is Level.INFO else "word.mistake"
    return "word.finished" if level is Level.INFO else "word.no_danger"


def _stand_in(catalogue: Catalogue, speech: Speech, locale: str, phrase: _Phrase, quoted: str) -> Text:
    """Topic, level, place, time and what to do from the phrases; then what was written."""
    content, topic = speech.content, catalogue.topics[base(speech.content.topic)]
    facts = (
        phrase(locale, "word.place", place=speech.station),
        phrase(locale, "word.until", time=when(speech.expires, speech.timezone, locale)),
    )
    over = speech.act in {Act.END, Act.CANCEL}
    todo = phrase(locale, over_word(speech.act, content.level) if over else topic.instruction)
    return Text(
        headline=f"{phrase(locale, f'level.{content.level.word}')} - {phrase(locale, f'topic.{topic.key}')}",
        body="" if over else f"{'. '.join(facts)}.",
        instruction=f"{sentence(todo)} {phrase(locale, 'word.french_text')} {quoted}",
    )
