"""What each page is given: one frozen dataclass per template, ready to be shown. A template knows nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from alertd.web.forms import ComposeForm


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page. `live` is the stream that keeps it fresh, `refresh_s` what does so without script."""

    title: str
    operator: str = ""
    station: str = ""
    csrf: str = ""
    training: bool = False
    several_stations: bool = False
    live: str = ""
    refresh_s: int = 0


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
    template: ClassVar[str] = "error.html"
    frame: Frame
    status: int
    heading: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LoginPage:
    template: ClassVar[str] = "login.html"
    frame: Frame
    action: str
    login: str
    error: str


@dataclass(frozen=True, slots=True)
class StationsPage:
    template: ClassVar[str] = "stations.html"
    frame: Frame
    posts: tuple[Choice, ...]


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
class HistoryPage:
    template: ClassVar[str] = "history.html"
    frame: Frame
    alerts: tuple[AlertLine, ...]
    may_compose: bool
    sees_gateways: bool
    older: int
    paused: str
    """Since when and why nothing leaves; "" while messages leave."""


@dataclass(frozen=True, slots=True)
class TopicsPage:
    template: ClassVar[str] = "topics.html"
    frame: Frame
    groups: tuple[Choices, ...]
    ready_texts: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ComposePage:
    """`errors` has a sentence for each field to mend, and one under "" for the whole."""

    template: ClassVar[str] = "compose.html"
    frame: Frame
    action: str
    form: ComposeForm
    errors: Mapping[str, str]
    topics: tuple[Choices, ...]
    levels: tuple[Choice, ...]
    everyone: str
    saved_zones: tuple[Choice, ...]
    hamlets: tuple[Choice, ...]
    radii: tuple[Choice, ...]
    groups: tuple[Choice, ...]
    channels: tuple[Choice, ...]
    ready_texts: tuple[Choice, ...]
    again: bool


@dataclass(frozen=True, slots=True)
class SmsText:
    """The words of an SMS and what they cost; `unsafe` are the characters that make it dear."""

    sender: str
    text: str
    cost: str
    unsafe: str


@dataclass(frozen=True, slots=True)
class MailText:
    subject: str
    text: str


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
    until: str
    sms: SmsText | None
    mail: MailText | None
    button: str
    must_confirm: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a bar: its word, its class, how many, where it begins and how wide it is in percent."""

    word: str
    slug: str
    count: str
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One channel's deliveries: the slices add up to the total. `said` is the same in words."""

    channel: str
    total: str
    slices: tuple[Slice, ...]
    said: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One of first, half, last: how long it was to take, and how long it took; empty where it is not known."""

    label: str
    foreseen: str
    actual: str


@dataclass(frozen=True, slots=True)
class Books:
    """One event's deliveries. `heading` is empty where there is only one event."""

    heading: str
    summary: str
    settled: str
    bars: tuple[Bar, ...]
    times: tuple[TimeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgressPart:
    """What the stream sends again while an alert is under way: its events, the newest first."""

    template: ClassVar[str] = "_progress.html"
    events: tuple[Books, ...]
    left: str


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
    exercise: bool
    where: str
    picture: Markup
    until: str
    steps: tuple[Step, ...]
    progress: Markup
    may_end: bool
    may_cancel: bool
    correct: str


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


@dataclass(frozen=True, slots=True)
class GatewayLine:
    """One gateway of a channel: how it is doing in a word, the class that colours it, and what was noticed."""

    name: str
    word: str
    colour: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoicePart:
    """One channel: who speaks and why, its gateways in order; `imposed` is the one that an administrator imposed."""

    channel: str
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
