"""What the pages about ready texts are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """One ready text; `told` says whose words they are, `state_word` is empty while it is offered."""

    key: str
    label: str
    level: str
    level_word: str
    text: str
    told: str
    state_word: str


@dataclass(frozen=True, slots=True)
class ReadyTextsPage:
    template: ClassVar[str] = "ready_texts.html"
    frame: Frame
    texts: tuple[ReadyLine, ...]
    may_change: bool


@dataclass(frozen=True, slots=True)
class ReadyForm:
    """A ready text as it is typed; `locked` and `offered` are the keys of what is ticked, `base` see `templating.Hand`."""

    label: str
    topic: str
    level: str
    headline: str
    body: str
    instruction: str
    locked: frozenset[str]
    offered: frozenset[str]
    base: int


@dataclass(frozen=True, slots=True)
class PastVersion:
    """What was decided once: its words, "" where it has none; `id` of one that can be taken back, 0 else."""

    id: int
    what: str
    told: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadyTextPage:
    """One ready text, or a new one (`key` empty). `errors` has a sentence for each field to mend; `kinds` are the
    organisations that it may be offered to, none where this station has none under it; `acts` what else can be decided.
    """

    template: ClassVar[str] = "ready_text.html"
    frame: Frame
    notice: str
    key: str
    told: str
    text: str
    form: ReadyForm
    errors: Mapping[str, str]
    topics: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    parts: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    acts: tuple[Choice, ...]
    history: tuple[PastVersion, ...]
    may_write: bool
    may_change: bool
