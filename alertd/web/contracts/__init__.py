"""What each page is given: one frozen dataclass per template, ready to be shown. A template knows nothing else."""

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.model import Accent
from alertd.web.contracts.address import CoverageCard
from alertd.web.contracts.file import ShownFile
from alertd.web.contracts.wording import Advice, Wordings


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page. `live` is the stream that keeps it fresh, `refresh_s` what does so without script."""

    title: str
    operator: str = ""
    station: str = ""
    accent: str = Accent.BLUE
    """By name, the colour at the head of the page: its station's."""
    csrf: str = ""
    training: bool = False
    others: "tuple[PostLine, ...]" = ()
    """The person's other stations, a button each, as far as they fit in a row; all stand behind one link where there are more (`many_stations`)."""
    many_stations: bool = False
    live: str = ""
    refresh_s: int = 0
    again: str = ""
    """Where it is refreshed from; "" for its own address."""
    arrived: str = ""
    """Which station the page itself led to; "" where one was there before."""
    reminder: str = ""
    """What the account lacks: "secure", or nothing."""
    prove: str = ""
    """Where to show who one is before an emergency; "" where that was lately."""
    announcement: str = ""
    """What the host of the instance tells all operators."""
    owner: str = ""
    """Whose what this page leaves on the telephone is: the operator and the station; "" for a page that leaves nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to pick: what the form sends, what the person reads, and a second line."""

    key: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices under one heading; `level` colours them."""

    label: str
    level: str
    items: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """In the visitor's language where residents read; `home` is where the button leads, `back` what it says."""

    template: ClassVar[str] = "error.html"
    frame: Frame
    locale: str
    number: str
    heading: str
    sentence: str
    back: str
    home: str
    skip: str


@dataclass(frozen=True, slots=True)
class LoginPage:
    template: ClassVar[str] = "login.html"
    frame: Frame
    action: str
    login: str
    error: str
    passkey: str
    """Where a passkey is shown; "" where none can be."""


@dataclass(frozen=True, slots=True)
class PostLine:
    """A station that an operator may act for: its id, its name, their role there, its colour by name."""

    id: int
    station: str
    role: str
    accent: str


@dataclass(frozen=True, slots=True)
class StationsPage:
    """`onward`: the page to go on with."""

    template: ClassVar[str] = "stations.html"
    frame: Frame
    posts: tuple[PostLine, ...]
    onward: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert in the list."""

    id: int
    level: str
    level_word: str
    state: str
    state_word: str
    topic: str
    headline: str
    exercise: bool
    when: str
    reached: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """An emergency that is about to leave, or the exercise of one."""

    id: int
    exercise: bool
    said: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    template: ClassVar[str] = "history.html"
    frame: Frame
    alerts: tuple[AlertLine, ...]
    may_compose: bool
    urgent: tuple[Choice, ...]
    """Emergencies whose words are ready, for whoever may send them."""
    sees_gateways: bool
    schedules: str
    doors: tuple[Choice, ...]
    older: int
    leaving: tuple[Leaving, ...]
    paused: str
    """Since when and why nothing leaves; "" while messages leave."""


@dataclass(frozen=True, slots=True)
class PreviewPage:
    template: ClassVar[str] = "preview.html"
    frame: Frame
    notice: str
    digest: str
    fields: tuple[tuple[str, str], ...]
    edit: str
    level: str
    level_word: str
    topic: str
    exercise: bool
    again: bool
    people: str
    nobody: bool
    channels: tuple[Choice, ...]
    warnings: tuple[str, ...]
    price: str
    pace: str
    silence: tuple[str, ...]
    quota: str
    where: str
    picture: Markup
    coverage: CoverageCard | None
    until: str
    wordings: Wordings
    advice: Advice
    mend: str
    """Where the same form is mended."""
    files: tuple[ShownFile, ...]
    button: str
    held: bool
    """An emergency: its button is held, or tapped twice."""
    second: bool
    """The second tap."""
    known: int
    """The newest alert like it of which the notice tells; 0 for none."""
    fresh_until: int
    """Until when it releases, in UTC ms: a telephone without a network says so."""
    later: str
    """Where it may be sent later, or again and again; "" for what is sent now or never."""
    relay: str
    """Where communes are asked to send it on; "" where there are none, or it cannot be."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the thread."""

    word: str
    when: str
    by: str
    headline: str


@dataclass(frozen=True, slots=True)
class AlertPage:
    template: ClassVar[str] = "alert.html"
    frame: Frame
    id: int
    level_word: str
    colour: str
    state_word: str
    topic: str
    headline: str
    body: str
    instruction: str
    files: tuple[ShownFile, ...]
    exercise: bool
    where: str
    picture: Markup
    until: str
    steps: tuple[Step, ...]
    notice: str
    denied: str
    """That a second person said no to what was written, and why."""
    ending: str
    """Half an hour before the end: what is asked; "" at other times."""
    undo: Markup
    progress: Markup
    reached: Markup
    forgotten: str
    """Since when it is not kept any more to whom it went; "" while it is."""
    may_end: bool
    may_cancel: bool
    may_prolong: bool
    share: Markup
    """What is copied for the commune's other pages; empty for what is not everyone's."""
    correct: str
    copy: str
    left: str
    """How many left after it."""
    ready: str
    """Which ready text it came from; "" where it came from none."""
    rolls: tuple[str, ...]
    """Class by class, of how many children a parent has seen it; where there are children."""
    may_call: bool


@dataclass(frozen=True, slots=True)
class ClosePage:
    template: ClassVar[str] = "close.html"
    frame: Frame
    id: int
    act: str
    heading: str
    explanation: str
    text: str
    button: str
