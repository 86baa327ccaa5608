"""The phrase book at work: what an author picked, said in every language at once; nothing is translated by a machine.

It is written as each language is, for those who read or hear it; an SMS of it is told in the alphabet of SMS (`wording.words`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date

from alertd.catalogue import Catalogue
from alertd.catalogue.nouns import BLANK, FRENCH
from alertd.clock import from_ms
from alertd.model import Content, Picks, Station, Text
from alertd.publish.wording import join, sentence

WITH_PLACE: Final = "near"
"""The phrase that is filled with a proper name."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What phrases are filled from: the end of the alert, and now, both UTC milliseconds; `body` is the author's own, in French."""

    station: Station
    expires: int
    now: int
    body: str = ""


@dataclass(frozen=True, slots=True)
class Phrased:
    """One language's text; `reviewed` once people have vetted every phrase in it."""

    text: Text
    reviewed: bool


def phrased(catalogue: Catalogue, picks: Picks, occasion: Occasion) -> Mapping[str, Phrased]:
    """The picks in every language of the book, French first. KeyError for a phrase that the book does not have."""
    return {locale: _Tongue(catalogue, locale).say(picks, occasion) for locale in catalogue.languages}


def says(catalogue: Catalogue, picks: Picks, blank: str) -> bool:
    """Whether the phrase for the time names `blank`: the `time` that the author gave, or the `end`."""
    return bool(picks.time) and blank in BLANK.findall(catalogue.find(FRENCH, f"time.{picks.time}").text)


def again(catalogue: Catalogue, station: Station, content: Content, now: int) -> Content:
    """The same content, its texts composed afresh of its picks: after its times have moved."""
    if content.picks is None:
        return content
    body = (content.texts.get(FRENCH) or next(iter(content.texts.values()))).body
    said = phrased(catalogue, content.picks, Occasion(station, content.expires, now, body))
    return replace(content, texts={locale: said[locale].text for locale in content.texts if locale in said})


class _Tongue:
    """One language that composes, and remembers which phrases it took."""

    def __init__(self, catalogue: Catalogue, locale: str) -> None:
        self._catalogue, self._locale = catalogue, locale
        self._taken: list[str] = []

    def say(self, picks: Picks, occasion: Occasion) -> Phrased:
        headline = join(*self._headline(picks, occasion), mark=", ")
        instruction = " ".join(self._instructions(picks))
        text = Text(headline, self._body(occasion.body), instruction)
        find = self._catalogue.find
        return Phrased(text, all(find(self._locale, key).reviewed for key in self._taken))

    def _headline(self, picks: Picks, occasion: Occasion) -> Iterator[str]:
        yield self._phrase(f"hazard.{picks.hazard}")
        if picks.place:
            yield self._phrase(f"place.{picks.place}", place=picks.name)
        if picks.time:
            at = occasion.now if picks.at is None else picks.at
            moments = {"time": at, "end": occasion.expires}
            said = {name: self._moment(moment, occasion) for name, moment in moments.items()}
            yield self._phrase(f"time.{picks.time}", **said)

    def _instructions(self, picks: Picks) -> Iterator[str]:
        for key in picks.instructions:
            yield sentence(self._phrase(f"instruction.{key}"))
        if picks.source:
            yield sentence(self._phrase("word.source", station=self._phrase(f"source.{picks.source}")))

    def _body(self, body: str) -> str:
        """The author's own words are nobody's but his: other languages are told that they are in French."""
        if not body or self._locale == FRENCH:
            return body
        return f"{self._catalogue.phrase(self._locale, 'word.french_text')} {body}"

    def _moment(self, moment: int, occasion: Occasion) -> str:
        """The hour on the station's clock; on another day than today with the day."""
        zone = ZoneInfo(occasion.station.timezone)
        local: datetime = from_ms(moment).astimezone(zone)
        clock = self._phrase("word.clock", hour=f"{local:%H}", minute=f"{local:%M}")
        if local.date() == from_ms(occasion.now).astimezone(zone).date():
            return clock
        return f"{clock} ({format_date(local, 'EEE d MMM', locale=self._locale)})"

    def _phrase(self, key: str, **blanks: str) -> str:
        self._taken.append(key)
        return self._catalogue.phrase(self._locale, key, **blanks)
