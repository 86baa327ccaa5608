"""The form by which people join: text as typed, kept whatever happens, and read into an Enrolment.

A fault is told by the phrase that says what to mend (`join.wrong_...`), beside its field; "" is the form as a whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from multidict import MultiMapping
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alertd.catalogue import LANGUAGES, Catalogue
from alertd.catalogue.nouns import shared
from alertd.clock import FOREVER, to_ms
from alertd.errors import AlertdError, Refused
from alertd.model import Channel, Level, Station
from alertd.stations.drawings import Hamlet
from alertd.subscribe.addresses import canonical
from alertd.subscribe.nouns import LONGEST_STAY_DAYS, At, Enrolment
from alertd.web.posted import unreadable
from alertd.web.residents.join_places import LONGEST, NOWHERE, Asked, Where

KINDS: Final = ("home", "school", "work")
CONSENT: Final = "2026-11"
"""Which wording of the page's sentence on consent was shown; change it with the sentence. What is no commune has its own."""
WAYS: Final = {
    "sms": (Channel.SMS, "mobile"),
    "email": (Channel.EMAIL, "mailbox"),
    "voice": (Channel.VOICE, "telephone"),
}
"""What is ticked, with its channel and the field of its address. Notifications are brought by a script instead."""
FAULTS: Final = {
    "phone_invalid": "wrong_phone",
    "phone_fiction": "wrong_phone",
    "phone_not_mobile": "wrong_mobile",
    "phone_costly": "wrong_costly",
    "phone_abroad": "wrong_abroad",
    "email_invalid": "wrong_email",
    "address_invalid": "wrong_push",
    "push_service_unknown": "wrong_service",
    "no_gateway": "wrong_gateway",
    "codes_too_often": "wrong_codes",
    "join_too_often": "wrong_often",
}
"""The phrase for each refusal that a person can meet here."""
NO_MORE: Final[Mapping[str, str]] = {}
_LISTS: Final = frozenset({"topics", "ways", *(f"{kind}_topics" for kind in KINDS)})


class JoinForm(BaseModel):
    """What was chosen, as text. `ways` are keys of WAYS, or "push"; `home`, `school` and `work` are keys of places, beside the
    words typed for each and those for which it was picked; `_own`: it has topics of its own. `stay` is a date; `page` is the
    language in which the form is read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    subscription: str = Field("", max_length=4096)
    ways: tuple[str, ...] = Field((), max_length=10)
    mobile: str = Field("", max_length=100)
    mailbox: str = Field("", max_length=300)
    telephone: str = Field("", max_length=100)
    page: str = ""
    where: str = "everywhere"
    home: str = Field("", max_length=60)
    home_words: str = Field("", max_length=LONGEST)
    home_asked: str = Field("", max_length=LONGEST)
    home_own: str = ""
    home_topics: tuple[str, ...] = Field((), max_length=100)
    school: str = Field("", max_length=60)
    school_words: str = Field("", max_length=LONGEST)
    school_asked: str = Field("", max_length=LONGEST)
    school_own: str = ""
    school_topics: tuple[str, ...] = Field((), max_length=100)
    work: str = Field("", max_length=60)
    work_words: str = Field("", max_length=LONGEST)
    work_asked: str = Field("", max_length=LONGEST)
    work_own: str = ""
    work_topics: tuple[str, ...] = Field((), max_length=100)
    what: str = "all"
    topics: tuple[str, ...] = Field((), max_length=100)
    locale: str = "fr"
    until: str = "always"
    stay: str = Field("", max_length=40)

    @classmethod
    def read(cls, posted: MultiMapping[Any]) -> Self:
        """What a browser posted; Malformed when it is no form of ours."""
        names = cls.model_fields.keys() & posted.keys()
        fields = {name: posted.getall(name) if name in _LISTS else posted[name] for name in names}
        try:
            form = cls.model_validate(fields)
        except ValidationError as error:
            raise unreadable() from error
        if any("\0" in text for _, value in form for text in ((value,) if isinstance(value, str) else value)):
            raise unreadable()
        return form

    def of(self, kind: str, name: str) -> Any:
        """A kind's field: "words", "asked", "own", "topics"."""
        return getattr(self, f"{kind}_{name}")

    @property
    def asked(self) -> dict[str, Asked]:
        """The places, by kind, where the form asks for places at all."""
        if self.where != "places":
            return {}
        return {
            kind: Asked(getattr(self, kind), self.of(kind, "words"), self.of(kind, "asked")) for kind in KINDS
        }


@dataclass(frozen=True, slots=True)
class Around:
    """What the form is read against; `where`: what its places mean, `now`: UTC milliseconds; `unpaid` and `closed`: see `payers`."""

    station: Station
    catalogue: Catalogue
    hamlets: tuple[Hamlet, ...]
    now: int
    where: Where = NOWHERE
    unpaid: frozenset[Channel] = frozenset()
    closed: frozenset[Channel] = frozenset()

    @property
    def chosen_topics(self) -> tuple[str, ...]:
        """Those that a person may leave out: not those of dangers."""
        return tuple(key for key, topic in self.catalogue.offered.items() if topic.level != "danger")


def enrolment(form: JoinForm, around: Around, more: Mapping[str, str] = NO_MORE) -> Enrolment:
    """What the person wants; `more` is what is known to be wrong already, told with the rest.

    :raises Refused: `join_incomplete`, with a phrase for each field to mend.
    """
    wrong = dict(_faults(form, around)) | dict(more)
    if wrong:
        raise Refused("join_incomplete", "The form is to be mended.", fields=wrong)
    staying = form.until == "stay"
    return Enrolment(
        endpoints=tuple(_endpoints(form)),
        consent_source=f"page /s/{around.station.slug}",
        consent_at=around.now,
        consent_proof=f"wording {CONSENT}{'' if around.station.kind == 'commune' else ' elsewhere'}",
        locale=form.locale,
        places=tuple(_places(form, around, "stay" if staying else "")),
        topics=_topics(form, around),
        min_level=Level.WARNING if form.what == "serious" else Level.INFO,
        valid_until=_end(form, around) if staying else FOREVER,
    )


def brought(query: Mapping[str, str], around: Around) -> tuple[Hamlet | None, date | None]:
    """The place and the last day that a poster's code brings along; what is none of the station's, or over, is left out."""
    place = next((one for one in around.hamlets if str(one.id) == query.get("lieu", "")), None)
    first, last = stay_bounds(around)
    day = query.get("fin", "")
    return place, _date(day) if first <= day <= last else None


def arriving(query: Mapping[str, str], around: Around, locale: str) -> JoinForm:
    """The form as most people would fill it, at the wall where they stand."""
    place, until = brought(query, around)
    return JoinForm(
        locale=locale,
        page=locale,
        where="places" if place else "everywhere",
        home=f"h{place.id}" if place else "",
        home_words=place.name if place else "",
        home_asked=place.name if place else "",
        until="stay" if until else "always",
        stay=until.isoformat() if until else "",
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def stay_bounds(around: Around) -> tuple[str, str]:
    """The first and the last day that a stay may end, as a date field wants them."""
    today = _today(around)
    return today.isoformat(), (today + timedelta(days=LONGEST_STAY_DAYS)).isoformat()


def fault(error: AlertdError, form: JoinForm) -> dict[str, str]:
    """The phrases for a refusal, by field; empty for one that is none of the form's."""
    if error.code == "join_incomplete":
        return error.fields
    phrase = FAULTS.get(error.code)
    if phrase is None:
        return {}
    field = next(
        (_field(form, int(key.split(".")[1])) for key in error.fields if key.startswith("endpoints.")), ""
    )
    return {field: phrase}


def address_faults(form: JoinForm, region: str, *, fiction: bool) -> dict[str, str]:
    """The phrases for each address that is none, by field: all of them at once."""
    wrong = dict[str, str]()
    for position, (channel, text) in enumerate(_endpoints(form)):
        try:
            canonical(channel, text, region, fiction=fiction)
        except Refused as error:
            if error.code in FAULTS:
                wrong[_field(form, position)] = FAULTS[error.code]
    return wrong


def _field(form: JoinForm, position: int) -> str:
    fields = (["ways"] if form.subscription else []) + [
        field for way, (_, field) in WAYS.items() if way in form.ways
    ]
    return fields[position] if position < len(fields) else "ways"


def _endpoints(form: JoinForm) -> Iterator[tuple[Channel, str]]:
    if form.subscription:
        yield Channel.PUSH, form.subscription if form.subscription.lstrip().startswith("{") else "{}"
    for way, (channel, field) in WAYS.items():
        if way in form.ways:
            yield channel, getattr(form, field)


def _faults(form: JoinForm, around: Around) -> Iterator[tuple[str, str]]:
    if "push" in form.ways and not form.subscription:
        yield "ways", "wrong_push"
    elif not form.subscription and not WAYS.keys() & set(form.ways):
        yield "ways", "wrong_way"
    elif any(channel in around.closed for channel, _ in _endpoints(form)):
        yield "ways", "wrong_unpaid"
    if form.where == "places" and not around.where.spots:
        yield "where", "wrong_where"
    yield from ((kind, f"wrong_{why}") for kind, why in around.where.wrong.items())
    if form.locale not in LANGUAGES:
        yield "locale", "wrong_locale"
    if form.until == "stay" and not _is_coming(form, around):
        yield "stay", "wrong_stay"
    for name, known in (("where", {"everywhere", "places"}), ("what", {"all", "serious", "chosen"}),
                        ("until", {"always", "stay"})):  # fmt: skip
        if getattr(form, name) not in known:
            yield name, "wrong_choice"
    ticked = {*form.topics, *(topic for kind in KINDS for topic in form.of(kind, "topics"))}
    if not ticked <= set(around.chosen_topics):
        yield "what", "wrong_topics"


def _places(form: JoinForm, around: Around, kind: str) -> Iterator[At]:
    offered = shared(around.chosen_topics)
    for each, spot in around.where.spots.items():
        own = _of(form.of(each, "topics"), around, offered) if form.of(each, "own") == "on" else None
        yield At(spot.latitude, spot.longitude, kind or each, own)


def _topics(form: JoinForm, around: Around) -> tuple[str, ...]:
    return _of(form.topics, around, around.chosen_topics) if form.what == "chosen" else ()


def _of(ticked: tuple[str, ...], around: Around, offered: tuple[str, ...]) -> tuple[str, ...]:
    """None named means all, those to come included. Dangers are never left out, nor what nobody was asked about."""
    if set(ticked) == set(offered):
        return ()
    return (*(key for key in around.catalogue.topics if key not in offered), *ticked)


def _end(form: JoinForm, around: Around) -> int:
    """Midnight after the last day, on the station's clock."""
    last = date.fromisoformat(form.stay) + timedelta(days=1)
    return to_ms(datetime.combine(last, time(), ZoneInfo(around.station.timezone)))


def _is_coming(form: JoinForm, around: Around) -> bool:
    try:
        last = date.fromisoformat(form.stay)
    except ValueError:
        return False
    return timedelta(0) <= last - _today(around) <= timedelta(days=LONGEST_STAY_DAYS)


def _today(around: Around) -> date:
    return datetime.fromtimestamp(around.now / 1000, ZoneInfo(around.station.timezone)).date()


def checked_topics(form: JoinForm, around: Around) -> Mapping[str, bool]:
    """Which topics stand ticked: all of them until somebody has chosen."""
    return {key: form.what != "chosen" or key in form.topics for key in around.chosen_topics}


def checked_here(form: JoinForm, around: Around, kind: str) -> Mapping[str, bool]:
    """The same of one place."""
    own = form.of(kind, "own") == "on"
    return {key: not own or key in form.of(kind, "topics") for key in shared(around.chosen_topics)}
