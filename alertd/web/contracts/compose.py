"""What the form of an alert is given, and the parts of it that come again while it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.contracts import Choice, Choices, Frame
from alertd.web.contracts.file import FileSlot
from alertd.web.writing.compose_form import ComposeForm


@dataclass(frozen=True, slots=True)
class BookPart:
    """The phrases to tap; `other_` are those of other topics."""

    hazards: tuple[Choice, ...]
    other_hazards: tuple[Choice, ...]
    places: tuple[Choice, ...]
    times: tuple[Choice, ...]
    advice: tuple[Choice, ...]
    other_advice: tuple[Choice, ...]
    sources: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class BlankPart:
    """One blank of a ready text, with what can be tapped for it; `follows`: the place of the zone fills it, where that has a name."""

    name: str
    label: str
    items: tuple[Choice, ...]
    chosen: str
    follows: bool


@dataclass(frozen=True, slots=True)
class TopicsPage:
    """`action` is where the form of a topic is; `demand` is the request that the message is begun from, 0 where there is none, and
    `words` what it says.
    """

    template: ClassVar[str] = "topics.html"
    frame: Frame
    exercise: bool
    action: str
    groups: tuple[Choices, ...]
    ready_texts: tuple[Choice, ...]
    demand: int
    words: str


@dataclass(frozen=True, slots=True)
class ComposePage:
    """`errors` has a sentence for each field to mend, and one under "" for the whole; `leaflet` is where the map's script is,
    "" where it is not installed. `coach` is how the words would read.
    """

    template: ClassVar[str] = "compose.html"
    frame: Frame
    action: str
    form: ComposeForm
    errors: Mapping[str, str]
    thread: str
    """Where the alert is that this would correct, when something is in the way; "" else."""
    lost: str
    """What of the message cannot be kept by this form; "" for nothing."""
    topics: tuple[Choices, ...]
    levels: tuple[Choice, ...]
    everyone: str
    saved_zones: tuple[Choice, ...]
    near: tuple[Choice, ...]
    """Places at hand, chosen at one tap; they are in the list too."""
    hamlets: tuple[Choice, ...]
    names: tuple[Choices, ...]
    searches: bool
    addresses: Markup
    radii: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    channels: tuple[Choice, ...]
    ready_texts: tuple[Choice, ...]
    locked: str
    """What of the ready text is not to be changed; "" where there is nothing."""
    blanks: tuple[BlankPart, ...]
    book: BookPart
    coach: Markup
    slots: tuple[FileSlot, ...]
    files_open: bool
    """Whether a file is there already, or is to be mended."""
    file_hint: str
    again: bool
    election: str
    leaflet: str
    farthest: int
    """The largest radius that the map offers, in metres."""
