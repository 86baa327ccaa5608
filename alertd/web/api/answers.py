"""What programs are told, as pydantic models: the API's and its documentation's one source."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from alertd.clock import from_ms
from alertd.model import Act, AlertState
from alertd.settings.sections import Channel
from alertd.web.api.bodies import LevelWord

Count: TypeAlias = Annotated[int, Field(ge=0)]
StateWord: TypeAlias = Literal[
    "waiting", "queued", "calling", "unknown", "accepted", "delivered", "seen",
    "refused", "stopped", "failed", "expired", "cancelled", "skipped",
]  # fmt: skip
LaneWord: TypeAlias = Literal["cancel", "danger", "warning", "service", "info"]
Tally: TypeAlias = Annotated[
    dict[StateWord, Count], Field(description="Deliveries by state; their sum is `planned`.")
]


def iso(moment: int) -> str:
    """UTC milliseconds as RFC 3339, in UTC."""
    return _iso(from_ms(moment))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment: TypeAlias = Annotated[
    datetime, PlainSerializer(_iso), WithJsonSchema({"type": "string", "format": "date-time"})
]


class Answer(BaseModel):
    """What all answers share."""

    model_config = ConfigDict(frozen=True)


class TextAnswer(Answer):
    """What is said in one language."""

    headline: str
    body: str
    instruction: str


class AttachmentAnswer(Answer):
    """A file as it was kept: its metadata gone, a picture drawn again."""

    digest: str = Field(description="SHA-256 of the clean file, as hex: what alerts name it by.")
    type: str
    bytes: Count
    width: Count = Field(description="Pixels; 0 for a PDF.")
    height: Count


class ShownAnswer(Answer):
    """A file that an alert shows, and its alternative text."""

    digest: str
    type: str
    alt: str
    width: Count
    height: Count


class TargetAnswer(Answer):
    """Whom it is for; one of the three is there."""

    zone: dict[str, Any] | None = None
    station: Literal[True] | None = None
    groups: list[int] | None = None


class TimesAnswer(Answer):
    """Seconds from release, or onset, until the first, half and the last are handed over; null: not known, or not yet."""

    first_s: float | None
    half_s: float | None
    last_s: float | None


class EventAnswer(Answer):
    """One instruction in the alert's thread. `planned` is null until everyone has been listed."""

    id: int
    act: Act
    msg_type: Literal["Alert", "Update", "Cancel"] = Field(description="CAP 1.2's word for the act.")
    created_at: Moment
    superseded: bool
    expected: Count = Field(description="Deliveries, as the preview said.")
    planned: Count | None
    tally: Tally
    channels: dict[Channel, Tally]
    forecast: TimesAnswer = Field(description="As it was made at release.")
    actual: TimesAnswer = Field(description="What happened; `last_s` once nothing waits any more.")


class AlertSummary(Answer):
    """An alert, in a list."""

    id: int
    state: AlertState
    level: LevelWord
    topic: str
    headline: str
    exercise: bool
    created_at: Moment
    expires_at: Moment
    closed_at: Moment | None


class AlertAnswer(AlertSummary):
    """An alert: `expected`, `planned` and `tally` are those of its newest event."""

    target: TargetAnswer
    texts: dict[str, TextAnswer]
    channels: list[Channel]
    url: str | None
    attachments: list[ShownAnswer]
    expected: Count
    planned: Count | None
    tally: Tally
    events: list[EventAnswer] = Field(description="Oldest first; none while it is a draft.")


class AlertPage(Answer):
    """Alerts, newest first."""

    alerts: list[AlertSummary]
    next: str | None = Field(description="What to give as `after` for the following ones; null at the end.")


class QuotaAnswer(Answer):
    """How the station stands today, in deliveries of informations, and of an organisation's warnings."""

    per_day: Count
    left: Count
    resumes_at: Moment = Field(description="The next midnight of the station's clock.")


class AcrossAnswer(Answer):
    """People of another commune who are in the zone, and are not warned: no sharing is signed with it."""

    station: str
    people: Count = Field(description="In fives; 0 is fewer than five.")


class CoverageAnswer(Answer):
    """The doors of the streets that the target touches, by the station's address list."""

    points: Count = Field(description="Doors in all.")
    covered: Count = Field(
        description="Doors with a home of this audience within 25 m; in fives, 1 is one to four."
    )
    visitors: Count = Field(
        description="People there for a stay or just now, beside homes; in fives, 1 is one to four."
    )
    empty: list[str] = Field(description="Streets and hamlets where no door is covered, at most 100.")
    more: Count = Field(description="How many such streets there are beyond those.")


class PreviewAnswer(Answer):
    """What would happen, and the digest that releases it exactly as shown."""

    preview_digest: str
    expires_at: Moment = Field(description="Until when the digest releases.")
    people: Count
    endpoints: dict[Channel, Count]
    unreached: Count = Field(description="People of the target without an endpoint on a chosen channel.")
    delayed: dict[Channel, Count] = Field(
        description="Of these endpoints, those that wait for a silence: spared when the person's phone acknowledges."
    )
    silence: dict[Channel, Count] = Field(description="Seconds that they wait, as the station decided.")
    price: float | None = Field(
        description="Euros, if nobody's phone acknowledges; null when a tariff is not known."
    )
    price_low: float | None = Field(description="Euros, if everybody's phone acknowledges in time.")
    first_s: float | None = Field(description="Seconds from release to the first person reached.")
    half_s: float | None
    last_s: float | None
    without_gateway: list[Channel]
    quota: QuotaAnswer | None = Field(
        description="The station's daily quota of informations, of an organisation's warnings too, for one of these; null without."
    )
    target: TargetAnswer = Field(description="As it was read, the zone's repairs made.")
    repairs: list[str] = Field(description="What was repaired in the zone, to be looked at.")
    shared: list[str] = Field(
        description="Other stations whose followers in the zone are warned too, and counted in `people`."
    )
    coverage: CoverageAnswer | None = Field(
        description="Null for groups, and where the station has no address list or fewer than five doors are touched."
    )
    across: list[AcrossAnswer] = Field(
        description="Of a danger: who is left out beyond the commune's border."
    )


class DeliveryAnswer(Answer):
    """One message to one endpoint; never its address."""

    message: int
    endpoint: int
    subscriber: int
    ref: str | None
    channel: Channel
    state: StateWord
    reason: str | None
    tries: Count
    code: str | None = Field(description="The provider's own word for its last answer.")


class DeliveryPage(Answer):
    """An alert's deliveries, in the order of their keys."""

    deliveries: list[DeliveryAnswer]
    next: str | None


class ConsentAnswer(Answer):
    """Where and when the person agreed, as it was given."""

    source: str
    at: Moment


class SubscriberAnswer(Answer):
    """A subscription, as its station may see it: no address, no place."""

    id: int
    ref: str | None
    locale: str
    scope: Literal["places", "everywhere"]
    topics: list[str] | None = Field(description="Null: every topic, those to come included.")
    min_level: LevelWord
    exercises: bool
    channels: dict[Channel, Count] = Field(description="Active endpoints by channel; 15 means 15 or more.")
    places: dict[str, Count] = Field(description="How many places of each kind; where is not told.")
    since: Moment
    valid_until: Moment | None
    consent: ConsentAnswer


class Enrolled(Answer):
    """Who was enrolled. Whether another station knew an address already is not told."""

    id: int
    ref: str | None
    declined: list[int] = Field(description="Positions of the endpoints whose owner left after that consent.")


class SubscriberPage(Answer):
    """Subscribers, in the order of their ids."""

    subscribers: list[SubscriberAnswer]
    next: str | None


class Problem(Answer):
    """An error (RFC 9457). `code` never changes; `fields` points at what to mend."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: dict[str, str] = {}
