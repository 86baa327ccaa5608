"""An event in the words that its readers were sent, for documents that others read: one telling a language."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import FRENCH, base, language
from alertd.model import Act, Event, Station, Wording
from alertd.publish import wording
from alertd.publish.wording import Speech
from zones import Circle

NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Telling:
    """`title` begins with what kind of message it is; an exercise says so in it, and again last (`closing`)."""

    title: str
    body: str
    instruction: str
    closing: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What to do, then what happened; the word that it is an exercise last."""
        return tuple(part for part in (self.instruction, self.body, self.closing) if part)

    @property
    def summary(self) -> str:
        return "\n".join(self.paragraphs)


def telling(catalogue: Catalogue, station: Station, event: Event, locale: str) -> Telling:
    """The event as a reader of `locale` was told it."""
    content = event.content
    speech = Speech(station.name, station.timezone, station.locale, event.act, content, content.expires)
    how = Wording.UPDATE if event.act is Act.UPDATE else Wording.FIRST
    said = wording.words(catalogue, speech, locale, how)
    return Telling(said.title, said.text.body, said.text.instruction, said.closing)


def locale_of(station: Station, event: Event) -> str:
    """The language of a feed's entry: the station's where the event was written in it."""
    texts = event.content.texts
    return station.locale if station.locale in texts else next(iter(texts))


def label(catalogue: Catalogue, event: Event, locale: str) -> str:
    """What the event's topic was called when it was released."""
    return topic_label(catalogue, event.content.topic, locale, event.labels)


def topic_label(catalogue: Catalogue, topic: str, locale: str, kept: Mapping[str, str] = NONE) -> str:
    """What a topic was called (`kept`, by language), else its name; its key for one that the catalogue has dropped since."""
    if kept:
        return kept.get(language(locale), kept[FRENCH])
    known = catalogue.topics.get(topic) or catalogue.topics.get(base(topic))
    return known.label(locale) if known else topic


def where(station: Station, event: Event) -> str:
    """The place in words that need no language: the station, a circle's radius in metres."""
    zone = event.content.target.zone
    return f"{station.name} ({zone.radius_m:.0f} m)" if isinstance(zone, Circle) else station.name
