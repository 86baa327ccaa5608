"""The catalogue's nouns: frozen values that the rest of the house reads and never changes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from alertd.catalogue import french
from alertd.catalogue.coaching import Coaching
from alertd.catalogue.replies import Replies

FRENCH: Final = "fr"
LANGUAGES: Final = ("fr", "en", "de", "nl", "es", "it")
"""The languages in which every word of the catalogue exists; French is the one that others fall back to."""

BLANK: Final = re.compile(r"\{(\w+)\}")
"""A place to fill in a template or a phrase: `{lieu}`."""


@dataclass(frozen=True, slots=True)
class Level:
    """How grave an alert is, with what CAP 1.2 calls it and how long it may live.

    `max_hours` is the longest time from onset to `expires`; `deliver_within_minutes` gives the default
    `deliver_by`, counted from onset and never later than `expires`.
    """

    key: str
    labels: Mapping[str, str]
    severity: str
    urgency: str
    certainty: str
    max_hours: int
    deliver_within_minutes: int


@dataclass(frozen=True, slots=True)
class Topic:
    """What an alert is about. `channels` are in the order in which screens show them.

    `duration_hours` is the default time to `expires`; `until_known` says that the end is a date the
    author must be asked for (the works', the act's), the duration being only what the form proposes.
    `recurrence` is the usual rhythm in French, empty when there is none; `instruction` is a phrase's key.
    `category` is CAP's. `hazards` and `advice` are keys of the phrase book that are offered first, `time` the one that is
    picked unless the author picks another; a topic without hazards is written in the author's own words.
    """

    key: str
    level: str
    channels: tuple[str, ...]
    duration_hours: int
    until_known: bool
    labels: Mapping[str, str]
    recurrence: str
    category: str
    instruction: str
    hazards: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    time: str = ""

    def label(self, locale: str) -> str:
        """The topic's name for a reader of `locale`, in French where the language has none."""
        return self.labels.get(language(locale), self.labels[FRENCH])


@dataclass(frozen=True, slots=True)
class Template:
    """A French text ready to be sent once its blanks are filled.

    `kind` is alert, end or false_alert; `topic` and `level` are empty for the last two, which serve any alert.
    `locked` names the parts (headline, body, instruction) whose words an author may not change. `withheld` are the kinds of
    station that are not offered it. `version` is the row of a station's own words, 0 for those that alertd came with.
    """

    key: str
    label: str
    kind: str
    topic: str
    level: str
    headline: str
    body: str
    instruction: str
    locked: frozenset[str]
    withheld: frozenset[str] = frozenset()
    version: int = 0

    @property
    def text(self) -> str:
        """Headline, body and instruction as one paragraph, blanks unfilled."""
        return " ".join(part for part in (self.headline, self.body, self.instruction) if part)

    @property
    def blanks(self) -> tuple[str, ...]:
        """The names to fill, each once, in the order in which they are read."""
        return tuple(dict.fromkeys(BLANK.findall(self.text)))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence of the phrase book. `sms`, when there is one, says the same in the SMS alphabet (GSM-7).

    `reviewed` is true once a native speaker has vetted it.
    """

    text: str
    reviewed: bool
    sms: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Catalogue:
    """Everything that config/ says; read once, at start. Whoever shows what holds it does not print a book.

    `kinds` are the topics that a kind of station offers unless it decides otherwise; a kind that is not named offers all. `offer`
    is what one station offers (`stations.topics.of`), None: all that there are; `topics` has the others too.
    """

    topics: Mapping[str, Topic]
    levels: Mapping[str, Level]
    templates: Mapping[str, Template]
    phrases: Mapping[str, Mapping[str, Phrase]]
    replies: Replies
    coaching: Coaching
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    offer: frozenset[str] | None = None

    @property
    def offered(self) -> Mapping[str, Topic]:
        """The topics to choose among, in their order."""
        return {key: one for key, one in self.topics.items() if self.offer is None or key in self.offer}

    def usual(self, kind: str) -> Iterable[str]:
        """What a kind of station offers unless it decides otherwise."""
        return self.kinds.get(kind, tuple(self.topics))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a phrase book, French first."""
        return tuple(self.phrases)

    def find(self, locale: str, key: str) -> Phrase:
        """The phrase in the reader's language (`de`, `de-CH`), else in French; KeyError for an unknown key."""
        return self.phrases.get(language(locale), {}).get(key) or self.phrases[FRENCH][key]

    def phrase(self, locale: str, key: str, **blanks: str) -> str:
        """The phrase with its blanks filled. KeyError for an unknown key or a blank left empty: both are bugs."""
        found = self.find(locale, key)
        return self._filled(key, found, found.text, blanks)

    def phrase_sms(self, locale: str, key: str, **blanks: str) -> str:
        """Like `phrase`, in its wording for the SMS alphabet where it has one."""
        found = self.find(locale, key)
        return self._filled(key, found, found.sms or found.text, blanks)

    def _filled(self, key: str, found: Phrase, text: str, blanks: Mapping[str, str]) -> str:
        said = french.fill if found is self.phrases[FRENCH].get(key) else fill
        return said(text, blanks)

    def stand_in(self, locale: str, *, topic: str, level: str, place: str, until: str, french: str) -> str:
        """What a reader gets of an alert that nobody wrote in his language: the facts in it, then the French text.

        `place` and `until` are already in the reader's way of writing; `french` is the text as it was sent.
        """
        facts = (
            f"{self.phrase(locale, f'level.{level}')} - {self.phrase(locale, f'topic.{base(topic)}')}.",
            f"{self.phrase(locale, 'word.place', place=place)}.",
            f"{self.phrase(locale, 'word.until', time=until)}.",
            self.phrase(locale, self.topics[base(topic)].instruction),
        )
        return f"{' '.join(facts)}\n\n{self.phrase(locale, 'word.french_text')}\n{french}"


def base(topic: str) -> str:
    """The catalogue's topic that this one is, or is like: a station's own are written `event.2`."""
    return topic.partition(".")[0]


def is_own(topic: str) -> bool:
    """Whether it is a station's own."""
    return "." in topic


def shared(topics: Iterable[str]) -> tuple[str, ...]:
    """Those of the catalogue, which mean the same wherever they are chosen."""
    return tuple(key for key in topics if not is_own(key))


def language(locale: str) -> str:
    """The language of a locale: `nl` for `nl-BE`, `nl_BE` and `NL`."""
    return re.split(r"[-_]", locale, maxsplit=1)[0].lower()


def fill(text: str, blanks: Mapping[str, str]) -> str:
    """The text with each `{blank}` replaced; what is filled in is never read again for blanks."""
    return BLANK.sub(lambda blank: blanks[blank[1]], text)
