"""What the pages of a « demande de relais » are given."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.contracts import Choice, Frame
from alertd.web.contracts.file import ShownFile


@dataclass(frozen=True, slots=True)
class RelayLine:
    """One in a list; `state` colours `state_word`."""

    id: int
    level: str
    level_word: str
    headline: str
    told: str
    state: str
    state_word: str


@dataclass(frozen=True, slots=True)
class RelaysPage:
    """`received` wait for this station, or did; `asked` are its own. `may_ask`: there are communes to ask."""

    template: ClassVar[str] = "relays.html"
    frame: Frame
    received: tuple[RelayLine, ...]
    asked: tuple[RelayLine, ...]
    may_ask: bool


@dataclass(frozen=True, slots=True)
class RelayNewPage:
    """`chosen` are the keys of the communes ticked, `minutes` the key of the time chosen."""

    template: ClassVar[str] = "relay_new.html"
    frame: Frame
    notice: str
    digest: str
    level: str
    level_word: str
    headline: str
    where: str
    communes: tuple[Choice, ...]
    chosen: frozenset[str]
    waits: tuple[Choice, ...]
    minutes: str
    words: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """What one commune made of it."""

    name: str
    state: str
    state_word: str
    told: str
    reason: str
    phone: str
    phone_shown: str


@dataclass(frozen=True, slots=True)
class RelayPage:
    """`answers` are there for who asked; `mine` is this station's own answer so far, with the alert it made (0: none)."""

    template: ClassVar[str] = "relay.html"
    frame: Frame
    notice: str
    id: int
    level: str
    level_word: str
    topic: str
    exercise: bool
    headline: str
    body: str
    instruction: str
    where: str
    picture: Markup
    files: tuple[ShownFile, ...]
    channels: str
    until: str
    asked: str
    words: str
    deadline: str
    summary: str
    answers: tuple[AnswerLine, ...]
    mine: str
    alert: int
    may_answer: bool
    may_withdraw: bool
