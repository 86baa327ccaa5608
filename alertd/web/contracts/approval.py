"""What the pages of the second person are given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web import contracts
from alertd.web.contracts import Frame


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One message that waits; `own`: this person wrote it."""

    id: int
    level: str
    level_word: str
    headline: str
    told: str
    own: bool


@dataclass(frozen=True, slots=True)
class RulePart:
    """What a station decided for a level; `on`: a second person agrees."""

    level: str
    level_word: str
    explained: str
    on: bool
    minutes: str
    deputy_minutes: str
    sends: bool


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What may leave without waiting: `what`, and by whom and when that was agreed."""

    id: int
    what: str
    told: str


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """`beforehand` is what the commune lets this organisation send without waiting."""

    template: ClassVar[str] = "approvals.html"
    frame: Frame
    notice: str
    waiting: tuple[WaitingLine, ...]
    rules: tuple[RulePart, ...]
    may_decide: bool
    first: str
    last: str
    beforehand: tuple[Beforehand, ...]


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """`told` is what its author saw, counted afresh; `mark` and `people` go back with the decision. `outcome` once decided."""

    template: ClassVar[str] = "approval.html"
    frame: Frame
    notice: str
    id: int
    told: contracts.PreviewPage
    asked: str
    deadline: str
    outcome: str
    mark: str
    people: int
    may_agree: bool
    may_change: bool
