"""Reads config/*.toml into the catalogue: text enters here, checked by pydantic, and leaves as frozen values."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from alertd.catalogue.coach_words import read_coaching
from alertd.catalogue.files import Key, Reply, Table, Words, config_folder, read_file
from alertd.catalogue.nouns import FRENCH, LANGUAGES, Catalogue, Level, Phrase, Template, Topic
from alertd.catalogue.replies import Meaning, Replies, replies
from alertd.errors import ConfigurationError

Kind = Literal["commune", "intercommunality", "departement", "school", "association", "hotel", "service"]
LevelKey = Literal["danger", "warning", "info"]
Channel = Literal["sms", "push", "email", "voice", "display"]
Part = Literal["headline", "body", "instruction"]
Category = Literal[
    "Geo",
    "Met",
    "Safety",
    "Security",
    "Rescue",
    "Fire",
    "Health",
    "Env",
    "Transport",
    "Infra",
    "CBRNE",
    "Other",
]
"""CAP 1.2, element `category`: http://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html"""
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]


class _Labels(Table):
    fr: Words
    en: Words
    de: Words
    nl: Words
    es: Words
    it: Words


class _Level(Table):
    labels: _Labels
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    max_hours: int = Field(gt=0, le=24 * 366)
    deliver_within_minutes: int = Field(gt=0)


class _Topic(Table):
    level: LevelKey
    channels: tuple[Channel, ...] = Field(min_length=1)
    duration_hours: int = Field(gt=0)
    until_known: bool = False
    labels: _Labels
    recurrence: str = ""
    category: Category
    instruction: str
    hazards: tuple[Key, ...] = Field((), max_length=8)
    advice: tuple[Key, ...] = Field((), max_length=10)
    time: Key | Literal[""] = ""


class _TopicsFile(Table):
    levels: dict[LevelKey, _Level] = Field(min_length=3)
    topics: dict[Key, _Topic] = Field(min_length=1, max_length=54)
    kinds: dict[Kind, tuple[Key, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _durations_fit_levels(self) -> Self:
        for key, topic in self.topics.items():
            if topic.duration_hours > self.levels[topic.level].max_hours:
                message = f"topics.{key}.duration_hours is longer than level {topic.level} allows"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _kinds_name_topics(self) -> Self:
        for kind, keys in self.kinds.items():
            if unknown := set(keys) - self.topics.keys():
                message = f"kinds.{kind}: no topic {min(unknown)}"
                raise ValueError(message)
        return self


class _Template(Table):
    label: Words
    kind: Literal["alert", "end", "false_alert"] = "alert"
    topic: str = ""
    level: LevelKey | Literal[""] = ""
    headline: Words
    body: str = ""
    instruction: str = ""
    locked: frozenset[Part] = frozenset()
    withheld: frozenset[Kind] = frozenset()


class _TemplatesFile(Table):
    templates: dict[Key, _Template] = Field(max_length=200)


class _Phrase(Table):
    text: Words
    reviewed: bool
    sms: str = ""


class _PhrasesFile(Table):
    word: dict[Key, _Phrase]
    service: dict[Key, _Phrase]
    push: dict[Key, _Phrase]
    voice: dict[Key, _Phrase]
    join: dict[Key, _Phrase]
    mine: dict[Key, _Phrase]
    trial: dict[Key, _Phrase]
    follow: dict[Key, _Phrase]
    paper: dict[Key, _Phrase]
    error: dict[Key, _Phrase]
    state: dict[Key, _Phrase]
    instruction: dict[Key, _Phrase]
    hazard: dict[Key, _Phrase]
    place: dict[Key, _Phrase]
    time: dict[Key, _Phrase]
    source: dict[Key, _Phrase]


class _RepliesFile(Table):
    stop: tuple[Reply, ...] = Field(min_length=1, max_length=500)
    stop_alone: tuple[Reply, ...] = Field(default=(), max_length=500)
    messages: tuple[Reply, ...] = Field(default=(), max_length=500)
    start: tuple[Reply, ...] = Field(min_length=1, max_length=500)
    help: tuple[Reply, ...] = Field(min_length=1, max_length=500)
    rescue: tuple[Reply, ...] = Field(default=(), max_length=500)
    polite: tuple[Reply, ...] = Field(max_length=500)

    @property
    def replies(self) -> Replies:
        return replies({Meaning(name): phrases for name, phrases in self})

    @model_validator(mode="after")
    def _means_one_thing(self) -> Self:
        _ = self.replies
        return self


def load(folder: Path | None = None) -> Catalogue:
    """The catalogue in `folder`, by default the one alertd came with, which is read once in a process.

    Raises ConfigurationError, with the file and the place in it, for anything missing, misspelt or inconsistent.
    """
    return _shipped() if folder is None else _read(folder)


@cache
def _shipped() -> Catalogue:
    return _read(config_folder())


def _read(folder: Path) -> Catalogue:
    topics_file = read_file(folder / "topics.toml", _TopicsFile)
    levels: dict[str, Level] = {key: _level(key, table) for key, table in topics_file.levels.items()}
    topics = {key: _topic(key, table) for key, table in topics_file.topics.items()}
    templates = read_file(folder / "templates.toml", _TemplatesFile).templates
    phrases = {locale: _phrases(folder, locale, topics, levels) for locale in LANGUAGES}
    catalogue = Catalogue(
        topics=MappingProxyType(topics),
        levels=MappingProxyType(levels),
        templates=MappingProxyType(
            {key: Template(key=key, **dict(table)) for key, table in templates.items()}
        ),
        phrases=MappingProxyType(phrases),
        replies=read_file(folder / "replies.toml", _RepliesFile).replies,
        coaching=read_coaching(folder, phrases[FRENCH]),
        kinds=MappingProxyType({str(kind): keys for kind, keys in topics_file.kinds.items()}),
    )
    _check_references(catalogue)
    return catalogue


def _labels(table: _Labels) -> Mapping[str, str]:
    return MappingProxyType(dict(table))


def _level(key: str, table: _Level) -> Level:
    return Level(key=key, **(dict(table) | {"labels": _labels(table.labels)}))


def _topic(key: str, table: _Topic) -> Topic:
    return Topic(key=key, **(dict(table) | {"labels": _labels(table.labels)}))


def _phrases(
    folder: Path, locale: str, topics: Mapping[str, Topic], levels: Mapping[str, Level]
) -> Mapping[str, Phrase]:
    """One language's phrases by dotted key; the names of topics and levels are phrases too."""
    file = read_file(folder / "phrases" / f"{locale}.toml", _PhrasesFile)
    named: dict[str, Mapping[str, Any]] = {"topic": topics, "level": levels}
    labels = {
        f"{group}.{key}": Phrase(noun.labels[locale], reviewed=locale == FRENCH)
        for group, nouns in named.items()
        for key, noun in nouns.items()
    }
    book = {
        f"{group}.{key}": Phrase(**dict(table)) for group, tables in file for key, table in tables.items()
    }
    return MappingProxyType(labels | book)


def _named(topic: Topic) -> Iterator[str]:
    """The phrases that a topic names."""
    yield topic.instruction
    yield from (f"hazard.{key}" for key in topic.hazards)
    yield from (f"instruction.{key}" for key in topic.advice)
    if topic.time:
        yield f"time.{topic.time}"


def _check_references(catalogue: Catalogue) -> None:
    french = catalogue.phrases[FRENCH]
    wrong = [
        *(
            f"topic {t.key}: no phrase {phrase}"
            for t in catalogue.topics.values()
            for phrase in _named(t)
            if phrase not in french
        ),
        *(
            f"template {t.key}: no topic {t.topic}"
            for t in catalogue.templates.values()
            if t.kind == "alert" and t.topic not in catalogue.topics
        ),
    ]
    if wrong:
        raise ConfigurationError(code="catalogue_invalid", message=f"config: {'; '.join(wrong)}.")
