"""What the pages of the second person are given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web import contracts
from alertd.web.contracts import Frame
from alertd.web.contracts.schedule import DateLine


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One message that waits, or a schedule, at `path`; `whose` says whether this person wrote it, or may decide it."""

    path: str
    level: str
    level_word: str
    headline: str
    told: str
    whose: str


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
    wrong: str
    """Why it could not be taken as it was typed; empty for nothing wrong."""


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
    near: str
    """The electoral period in words; empty for none."""
    wrong: str
    """Why its days could not be taken."""
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
    mine: bool
    """Whether who looks at it wrote it: another agrees."""
    reason: str
    """As it was typed, where it could not be taken; `wrong` says why."""
    wrong: str


@dataclass(frozen=True, slots=True)
class ScheduleApprovalPage:
    """`told` is what each date sends, counted now; `saved` were counted when it was kept. `texts` are the days that have their own;
    `seen` goes back with the decision. `wrong` and `reason` are of a refusal that could not be taken.
    """

    template: ClassVar[str] = "schedule_approval.html"
    frame: Frame
    id: int
    told: contracts.PreviewPage
    asked: str
    plain: str
    lasting: str
    saved: str
    dates: tuple[DateLine, ...]
    texts: tuple[tuple[str, str], ...]
    seen: int
    may_agree: bool
    wrong: str
    reason: str
