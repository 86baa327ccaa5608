"""The contract of the page at the counter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Choices, Frame
from alertd.web.office.counter_form import CounterForm
from alertd.web.residents.place_fields import Finder, PlaceField
from alertd.web.tongue import Say


@dataclass(frozen=True, slots=True)
class CounterPage:
    """`errors` has a sentence for each field to mend, and one under "" for the whole; `done` says who was just enrolled. `present`: people
    who stand there may prove their ways; `offered` are the ways that the station has, `unpaid` what to know of those that
    nobody pays for.
    """

    template: ClassVar[str] = "counter.html"
    frame: Frame
    say: Say
    slug: str
    done: str
    present: bool
    offered: tuple[str, ...]
    unpaid: str
    form: CounterForm
    errors: Mapping[str, str]
    hamlets: tuple[Choice, ...]
    finder: Finder
    places: tuple[PlaceField, ...]
    dangers: str
    topics: tuple[Choices, ...]
    ticked: Mapping[str, bool]
    languages: tuple[Choice, ...]
    first_day: str
    last_day: str
    today: str
    oldest: str
