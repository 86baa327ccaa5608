"""What the pages about the team are given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame


@dataclass(frozen=True, slots=True)
class MemberLine:
    """`role` is the key of the role held; `login` as the person types it."""

    id: int
    name: str
    login: str
    role: str
    role_word: str


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """What waits for another mayor; `own`: this person wants it, and cannot agree."""

    id: int
    words: str
    told: str
    own: bool


@dataclass(frozen=True, slots=True)
class TeamPage:
    """`token` is a new key's, shown this once; `both`: two mayors decide together; `prove`: where to show who one is before
    anything is opened, "" where that was only now.
    """

    template: ClassVar[str] = "team.html"
    frame: Frame
    notice: str
    token: str
    prove: str
    both: bool
    proposals: tuple[ProposalLine, ...]
    members: tuple[MemberLine, ...]
    invited: tuple[Choice, ...]
    keys: tuple[Choice, ...]
    roles: tuple[Choice, ...]
    scopes: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """`known`: the person has a password already. `own`: the login of the account that is logged in here, and may take it at `with_own`;
    "" where nobody is, and `log_in` leads there.
    """

    template: ClassVar[str] = "invitation.html"
    frame: Frame
    error: str
    action: str
    inviter: str
    role: str
    login: str
    known: bool
    own: str
    with_own: str
    log_in: str
