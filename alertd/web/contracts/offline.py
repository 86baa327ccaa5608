"""What the page is given that a telephone keeps for the hours without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Choices, Frame
from alertd.web.contracts.compose import BookPart
from alertd.web.writing.compose_form import ComposeForm


@dataclass(frozen=True, slots=True)
class Beginning:
    """A topic or a ready text: `fields` are the form's, as JSON, with how many `hours` such an alert lasts and what phrases suit it."""

    label: str
    level: str
    fields: str


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Under one heading."""

    label: str
    items: tuple[Beginning, ...]


@dataclass(frozen=True, slots=True)
class OfflinePage:
    """The form, with all that it needs in it: what it begins from, the places of the station, levels and channels."""

    template: ClassVar[str] = "offline.html"
    frame: Frame
    beginnings: tuple[Beginnings, ...]
    levels: tuple[Choice, ...]
    near: tuple[Choice, ...]
    hamlets: tuple[Choice, ...]
    names: tuple[Choices, ...]
    radii: tuple[Choice, ...]
    saved_zones: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    everyone: str
    channels: tuple[Choice, ...]
    form: ComposeForm
    book: BookPart
    leaflet: str
    farthest: int
    errors: Mapping[str, str]
