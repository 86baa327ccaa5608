"""Reads config/school_holidays.toml: what the Ministry published, and until when."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from alertd.catalogue.files import Table, Words, config_folder, read_file

ZONES: Final = "ABC"


@dataclass(frozen=True, slots=True)
class Period:
    """Days without classes, both ends included; `unsure` where public sources differ."""

    name: str
    zones: str
    first: date
    last: date
    unsure: bool


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """The published periods; outside `published_from`..`published_until` nothing was read from the Ministry."""

    published_from: date
    published_until: date
    periods: tuple[Period, ...]


class _Period(Table):
    name: Words
    zones: Annotated[str, Field(pattern="^[ABC]{1,3}$")]
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    unsure: bool = False


class _SchoolFile(Table):
    published_from: date
    published_until: date
    periods: Annotated[tuple[_Period, ...], Field(max_length=1_000)]


def school_calendar(folder: Path | None = None) -> SchoolCalendar:
    """The calendar in `folder`, by default the one alertd came with; ConfigurationError names what is wrong."""
    file = read_file((folder or config_folder()) / "school_holidays.toml", _SchoolFile)
    periods = tuple(Period(**each.model_dump()) for each in file.periods)
    return SchoolCalendar(file.published_from, file.published_until, periods)
