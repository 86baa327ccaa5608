"""What the page about gateways is given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class GatewayLine:
    """One gateway of a channel: how it is doing in a word, the class that colours it, and what was noticed."""

    name: str
    word: str
    colour: str
    notes: tuple[str, ...]
    ranges: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class VoicePart:
    """One channel: who speaks and why, its gateways in order; `imposed` is the one that an administrator imposed. `own` names the
    stations whose own these are; empty: everyone's.
    """

    channel: str
    own: str
    title: str
    explained: str
    queue: str
    gateways: tuple[GatewayLine, ...]
    imposed: str


@dataclass(frozen=True, slots=True)
class GatewaysPage:
    template: ClassVar[str] = "gateways.html"
    frame: Frame
    notice: str
    seen_at: str
    voices: tuple[VoicePart, ...]
    decisions: tuple[Choice, ...]
    may_choose: bool
