"""What programs send, as pydantic models: the API's and its documentation's one source.

Nothing unknown is let through, nothing is guessed: a flag is true or false, a moment carries its offset. How long a
text may be, and in how many languages, is the instance's to say (settings.limits) and `alertd.issue.check`'s to hold:
no second limit stands here, only the body's own (http.max_body_bytes) and a ceiling on what one answer may list.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    model_validator,
)

from alertd.settings.sections import Channel

PLACE_KINDS: TypeAlias = Literal["home", "school", "work", "stay", "current"]
LevelWord: TypeAlias = Literal["info", "warning", "danger"]

LINK: Final = r"^https://[!-~]+$"
LOCALE: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"
LANGUAGE: Final = r"^[a-z]{2}([-_][A-Za-z]{2})?$"

# Besides control characters those that turn the direction of reading: the rest of an SMS would be shown backwards.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})")


def _printable(text: str) -> str:
    if _CONTROLS.search(text):
        raise ValueError("control characters are not text: remove them")
    return text.replace("\r\n", "\n")


def _written(moment: Any) -> Any:
    if isinstance(moment, datetime):
        return moment
    if not isinstance(moment, str) or not _MOMENT.fullmatch(moment):
        raise ValueError("write a moment as 2027-01-31T18:00:00+01:00, with its offset or Z")
    return moment


def _this_age(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2200:
        raise ValueError("the year must lie between 2000 and 2199")
    return moment


_CLEAN: Final = AfterValidator(_printable)

Word: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), _CLEAN
]
Prose: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True), _CLEAN]
Address: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2048), _CLEAN
]
Flag: TypeAlias = Annotated[bool, Strict()]
Id: TypeAlias = Annotated[int, Strict(), Field(gt=0, le=2**53)]
Moment: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_this_age)]
Locale: TypeAlias = Annotated[str, StringConstraints(pattern=LOCALE)]
Degrees: TypeAlias = Annotated[float, Strict(), Field(allow_inf_nan=False)]


class Body(BaseModel):
    """What all bodies share: frozen, and a misspelt key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TextBody(Body):
    """What is said in one language."""

    headline: Prose
    body: Prose = ""
    instruction: Prose = ""


Texts: TypeAlias = Annotated[
    dict[Locale, TextBody], Field(max_length=1000, json_schema_extra={"additionalProperties": False})
]


class TargetBody(Body):
    """Whom it is for. Exactly one of the three: there is no default target."""

    zone: dict[str, Any] | None = Field(
        None,
        description="A circle {type: Circle, center: [lon, lat], radius_m} or GeoJSON polygons.",
    )
    station: Literal[True] | None = Field(None, description="Everyone subscribed to the station.")
    groups: Annotated[list[Id], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Ids of the station's groups."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(aim is not None for aim in (self.zone, self.station, self.groups)) != 1:
            raise ValueError("give exactly one of zone, station and groups")
        return self


class AttachmentBody(Body):
    """A file that was brought before, and what it shows in words."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    alt: Prose = Field(description="For those who cannot see it.")


_REPEAT: Any = Field(
    default=False,
    description="Release also what went out in the last ten minutes, to the same target; else 409 `sent_lately`.",
)


class AlertBody(Body):
    """An alert, as it is drafted, previewed and released."""

    level: LevelWord
    topic: Word = Field(
        description="A topic's key, of those that the station offers: fire, flood, water, event.1..."
    )
    target: TargetBody
    texts: Texts = Field(description="Headline, body and instruction by language: {'fr': {...}}.")
    channels: Annotated[list[Channel], Field(min_length=1, max_length=5)]
    expires_at: Moment = Field(description="When it ends by itself; nothing leaves after it.")
    onset: Moment | None = Field(None, description="When what is announced begins; now when left out.")
    deliver_by: Moment | None = Field(None, description="When it is no use any more to the one it reaches.")
    exercise: Flag = False
    url: Annotated[str, StringConstraints(pattern=LINK)] | None = None
    template: Word | None = Field(
        None,
        description="The ready text (config/templates.toml, or the station's own) that the French words were made of: its locked parts stay word "
        "for word, their blanks filled. Left out, the words are your own.",
    )
    attachments: Annotated[list[AttachmentBody], Field(max_length=3)] = Field(
        default=[], description="Pictures and PDFs beside the words, in this order; each is brought first."
    )
    preview_digest: Word | None = Field(
        None, description="Of the preview that was looked at; without it a draft is kept."
    )
    repeat: Flag = _REPEAT


class PreviewBody(AlertBody):
    """An alert to look at before it is released, or an update of the alert whose id is `alert`."""

    alert: Id | None = Field(None, description="The alert that this would update.")
    neutral: Flag = Field(
        False,
        description="While an election is near: this promotes nobody (needed for event, council, mairie and club).",
    )
    preview_digest: None = Field(None, description="Never here: it is what the answer holds.")


class DigestBody(Body):
    """What was previewed, released as it was shown."""

    preview_digest: Word
    repeat: Flag = _REPEAT


class TextsBody(Body):
    """The words of an end or a cancellation; left out, the standard ones are used."""

    texts: Texts | None = None


class EndpointBody(Body):
    """One way to reach the subscriber."""

    channel: Channel
    address: Address


class PlaceBody(Body):
    """Where to be warned. The coordinates become a cell of some twenty metres and are dropped."""

    lat: Degrees = Field(ge=-90, le=90)
    lon: Degrees = Field(ge=-180, le=180)
    kind: PLACE_KINDS = "home"


class ConsentBody(Body):
    """Where and when the person agreed; the law asks it of whoever takes a list over."""

    source: Word
    at: Moment


class SubscriberBody(Body):
    """A person whom the station may warn."""

    locale: Annotated[str, StringConstraints(pattern=LANGUAGE)] = "fr"
    endpoints: Annotated[list[EndpointBody], Field(min_length=1, max_length=8)]
    places: Annotated[list[PlaceBody], Field(max_length=10)] = Field(
        default=[], description="None: the person is warned wherever it happens in the station."
    )
    topics: Annotated[list[Word], Field(min_length=1, max_length=64)] | None = Field(
        None, description="Left out: every topic, those to come included."
    )
    min_level: LevelWord = "info"
    valid_until: Moment | None = None
    exercises: Flag = False
    ref: Word | None = Field(None, description="Your own key for this person; comes back in deliveries.")
    consent: ConsentBody
