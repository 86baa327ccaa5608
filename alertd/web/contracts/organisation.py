"""What the pages about organisations are given."""

from dataclasses import dataclass
from typing import ClassVar

from alertd.web.contracts import Choice, Frame
from alertd.web.contracts.approval import Beforehand


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """One organisation under the commune; `state_word` is empty while it is open."""

    id: int
    name: str
    kind: str
    followers: str
    alerts: str
    state_word: str


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What was asked, by whom, and what was answered; `open`: nothing yet."""

    id: int
    other: str
    words: str
    told: str
    open: bool
    answer: str


@dataclass(frozen=True, slots=True)
class OrganisationsPage:
    """`typed` is the form of a new organisation as it was sent, `kinds` what it may be."""

    template: ClassVar[str] = "organisations.html"
    frame: Frame
    notice: str
    requests: tuple[RequestLine, ...]
    organisations: tuple[OrganisationLine, ...]
    answers: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    typed: dict[str, str]
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """A ready text of danger, and whether the organisation may send it."""

    key: str
    label: str
    text: str
    granted: bool


@dataclass(frozen=True, slots=True)
class Head:
    """Who answers for it. `names` is "" where nobody does: then whom the mayor `invited`, and whether one may be; `both`: the
    commune's two mayors decide together; `prove`: where to show who one is first, "" where that was only now.
    """

    names: str
    invited: tuple[Choice, ...]
    may_invite: bool
    both: bool
    prove: str


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """`alerts` were sent lately; `page` is the organisation's public page, "" where it has none. `payer` is the key of
    who pays SMS and calls.
    """

    template: ClassVar[str] = "organisation.html"
    frame: Frame
    notice: str
    id: int
    kind: str
    page: str
    followers: str
    suspended: bool
    head: Head
    quota: str
    quota_word: str
    payer: str
    payers: tuple[Choice, ...]
    grants: tuple[Granted, ...]
    beforehand: tuple[Beforehand, ...]
    topics: tuple[Choice, ...]
    levels: tuple[Choice, ...]
    alerts: tuple[Choice, ...]
    may_decide: bool


@dataclass(frozen=True, slots=True)
class RequestsPage:
    template: ClassVar[str] = "requests.html"
    frame: Frame
    notice: str
    mairie: str
    phone: str
    words: str
    requests: tuple[RequestLine, ...]
