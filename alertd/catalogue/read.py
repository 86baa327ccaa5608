"""Reads config/*.toml into the catalogue: text enters here, checked by pydantic, and leaves as frozen values."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from alertd.catalogue.nouns import FRENCH, LANGUAGES, Catalogue, Level, Phrase, Template, Topic
from alertd.errors import ConfigurationError

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
Words = Annotated[str, Field(min_length=1, max_length=600)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]

MAX_FILE_BYTES: Final = 1 << 20


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Labels(_Table):
    fr: Words
    en: Words
    de: Words
    nl: Words
    es: Words
    it: Words


class _Level(_Table):
    labels: _Labels
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    max_hours: int = Field(gt=0, le=24 * 366)
    deliver_within_minutes: int = Field(gt=0)


class _Topic(_Table):
    level: LevelKey
    channels: tuple[Channel, ...] = Field(min_length=1)
    duration_hours: int = Field(gt=0)
    until_known: bool = False
    labels: _Labels
    recurrence: str = ""
    category: Category
    instruction: str


class _TopicsFile(_Table):
    levels: dict[LevelKey, _Level] = Field(min_length=3)
    topics: dict[Key, _Topic] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _durations_fit_levels(self) -> Self:
        for key, topic in self.topics.items():
            if topic.duration_hours > self.levels[topic.level].max_hours:
                message = f"topics.{key}.duration_hours is longer than level {topic.level} allows"
                raise ValueError(message)
        return self


class _Template(_Table):
    label: Words
    kind: Literal["alert", "end", "false_alert"] = "alert"
    topic: str = ""
    level: LevelKey | Literal[""] = ""
    headline: Words
    body: str = ""
    instruction: str = ""
    locked: frozenset[Part] = frozenset()


class _TemplatesFile(_Table):
    templates: dict[Key, _Template] = Field(max_length=200)


class _Phrase(_Table):
    text: Words
    reviewed: bool
    sms: str = ""


class _PhrasesFile(_Table):
    word: dict[Key, _Phrase]
    service: dict[Key, _Phrase]
    state: dict[Key, _Phrase]
    instruction: dict[Key, _Phrase]


File = TypeVar("File", bound=_Table)


def config_folder() -> Path:
    """Where topics, templates and phrases are: inside the installed package, else beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "config", package.parent / "config"):
        if (folder / "topics.toml").is_file():
            return folder
    raise ConfigurationError(
        code="catalogue_missing",
        message=f"config/topics.toml is neither in {package} nor beside it: reinstall alertd.",
    )


def load(folder: Path | None = None) -> Catalogue:
    """Read the catalogue from `folder`, by default the one alertd came with.

    Raises ConfigurationError, with the file and the place in it, for anything missing, misspelt or inconsistent.
    """
    folder = folder or config_folder()
    topics_file = _read(folder / "topics.toml", _TopicsFile)
    levels: dict[str, Level] = {key: _level(key, table) for key, table in topics_file.levels.items()}
    topics = {key: _topic(key, table) for key, table in topics_file.topics.items()}
    templates = _read(folder / "templates.toml", _TemplatesFile).templates
    catalogue = Catalogue(
        topics=MappingProxyType(topics),
        levels=MappingProxyType(levels),
        templates=MappingProxyType(
            {key: Template(key=key, **dict(table)) for key, table in templates.items()}
        ),
        phrases=MappingProxyType({locale: _phrases(folder, locale, topics, levels) for locale in LANGUAGES}),
    )
    _check_references(catalogue)
    return catalogue


def _read(path: Path, model: type[File]) -> File:
    try:
        with path.open("rb") as file:
            return model.model_validate(tomllib.loads(_bounded(file.read(MAX_FILE_BYTES + 1)).decode()))
    except OSError as error:
        raise ConfigurationError(code="catalogue_missing", message=f"{path}: {error.strerror}.") from error
    except ValidationError as error:
        raise ConfigurationError(code="catalogue_invalid", message=f"{path}: {_sentences(error)}") from error
    except ValueError as error:
        raise ConfigurationError(code="catalogue_invalid", message=f"{path} is not TOML: {error}.") from error


def _bounded(content: bytes) -> bytes:
    if len(content) > MAX_FILE_BYTES:
        message = "it is longer than 1 MiB"
        raise ValueError(message)
    return content


def _sentences(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:10])


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
    file = _read(folder / "phrases" / f"{locale}.toml", _PhrasesFile)
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


def _check_references(catalogue: Catalogue) -> None:
    french = catalogue.phrases[FRENCH]
    wrong = [
        *(
            f"topic {t.key}: no phrase {t.instruction}"
            for t in catalogue.topics.values()
            if t.instruction not in french
        ),
        *(
            f"template {t.key}: no topic {t.topic}"
            for t in catalogue.templates.values()
            if t.kind == "alert" and t.topic not in catalogue.topics
        ),
    ]
    if wrong:
        raise ConfigurationError(code="catalogue_invalid", message=f"config: {'; '.join(wrong)}.")
