"""The form of an alert: text as typed, kept whatever happens, and read into a Content when nothing is wrong with it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from multidict import MultiMapping
from pydantic import BaseModel, ConfigDict, Field, ValidationError

import zones
from alertd.catalogue import Catalogue
from alertd.clock import HOUR, MINUTE, from_ms, to_ms
from alertd.errors import Refused
from alertd.issue.check import unseen, visible
from alertd.model import Channel, Content, Level, Station, Target, Text
from alertd.settings import Limits
from alertd.stations.drawings import Hamlet, SavedZone
from alertd.web.posted import unreadable
from alertd.web.words import CHANNELS, distance, number
from zones import Circle, Zone

RADII_M: Final = (300, 500, 1000, 2000, 3000, 5000)
LANGUAGE: Final = "fr"
_BLANK: Final = re.compile(r"\{\w+\}")
_LISTS: Final = frozenset({"channels", "groups"})


class ComposeForm(BaseModel):
    """What was typed and ticked, as text. `zone` is a drawn zone as JSON, kept when an alert is corrected."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: str = ""
    level: str = ""
    where: str = ""
    saved_zone: str = ""
    hamlet: str = ""
    radius_m: str = "1000"
    zone: str = ""
    groups: tuple[str, ...] = Field((), max_length=200)
    headline: str = ""
    body: str = ""
    instruction: str = ""
    channels: tuple[str, ...] = Field((), max_length=10)
    expires: str = ""
    exercise: str = ""

    @classmethod
    def read(cls, posted: MultiMapping[Any]) -> "ComposeForm":
        """What a browser posted; Malformed when it is no form of ours (a file, a thousand boxes, a NUL)."""
        if any("\0" in text for text in posted.values() if isinstance(text, str)):
            raise unreadable()
        names = cls.model_fields.keys() & posted.keys()
        fields = {name: posted.getall(name) if name in _LISTS else posted[name] for name in names}
        try:
            return cls.model_validate(fields)
        except ValidationError as error:
            raise unreadable() from error

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The form as hidden fields, so that a later refusal loses nothing."""
        for name, value in self:
            values = value if name in _LISTS else (value,)
            yield from ((name, text) for text in values if text)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a form is read against: the station, what it keeps at hand, the bounds, and the time."""

    station: Station
    catalogue: Catalogue
    limits: Limits
    now: int
    saved_zones: tuple[SavedZone, ...] = ()
    hamlets: tuple[Hamlet, ...] = ()
    groups: Mapping[int, str] | None = None


class _Fault(Exception):
    """A sentence for the person, beside one field."""


Reading = Callable[[ComposeForm, Surroundings], object]


def content(form: ComposeForm, around: Surroundings) -> Content:
    """What the form asks for.

    :raises Refused: `form_invalid`, with one sentence for each field to mend; nothing typed is ever changed.
    """
    faults = dict(_faults(form, around))
    if faults:
        raise Refused(
            "form_invalid", "Il reste quelque chose à corriger : voyez les lignes en rouge.", fields=faults
        )
    return Content(
        level=_level(form, around),
        topic=_topic(form, around),
        target=_target(form, around),
        texts={LANGUAGE: Text(*(_words(form, part) for part in ("headline", "body", "instruction")))},
        channels=_channels(form, around),
        expires=_expires(form, around),
        exercise=form.exercise == "on",
    )


def _faults(form: ComposeForm, around: Surroundings) -> Iterator[tuple[str, str]]:
    for field, reading in _READINGS.items():
        try:
            reading(form, around)
        except _Fault as fault:
            yield field, str(fault)


def _topic(form: ComposeForm, around: Surroundings) -> str:
    if form.topic not in around.catalogue.topics:
        raise _Fault("Choisissez un sujet dans la liste.")
    return form.topic


def _level(form: ComposeForm, around: Surroundings) -> Level:
    proposed = around.catalogue.topics[form.topic].level if form.topic in around.catalogue.topics else ""
    try:
        return Level.of(form.level or proposed)
    except KeyError:
        raise _Fault("Choisissez un niveau : urgence, alerte ou information.") from None


def _target(form: ComposeForm, around: Surroundings) -> Target:
    if form.where not in _TARGETS:
        raise _Fault("Dites où : rien n'est choisi d'avance.")
    return _TARGETS[form.where](form, around)


def _saved_zone(form: ComposeForm, around: Surroundings) -> Target:
    for saved in around.saved_zones:
        if str(saved.id) == form.saved_zone:
            return Target(zone=saved.zone)
    raise _Fault("Choisissez une zone dans la liste.")


def _around_hamlet(form: ComposeForm, around: Surroundings) -> Target:
    if form.radius_m not in {str(radius) for radius in RADII_M}:
        raise _Fault(f"Choisissez un rayon de {distance(RADII_M[0])} à {distance(RADII_M[-1])}.")
    for hamlet in around.hamlets:
        if str(hamlet.id) == form.hamlet:
            return Target(zone=Circle(hamlet.latitude, hamlet.longitude, float(form.radius_m)))
    raise _Fault("Choisissez un lieu dans la liste.")


def _drawn(form: ComposeForm, around: Surroundings) -> Target:  # noqa: ARG001 - one shape for all targets
    try:
        return Target(zone=zones.read(json.loads(form.zone)).zone)
    except (ValueError, RecursionError):
        raise _Fault("La zone n'a pas pu être relue : choisissez-la de nouveau.") from None
    except zones.ZoneError as error:
        raise _Fault(error.message) from None


def _groups(form: ComposeForm, around: Surroundings) -> Target:
    known = {str(key): key for key in around.groups or {}}
    if not form.groups or not set(form.groups) <= known.keys():
        raise _Fault("Cochez au moins un groupe.")
    return Target(groups=tuple(sorted(known[key] for key in form.groups)))


_TARGETS: Final[Mapping[str, Callable[[ComposeForm, Surroundings], Target]]] = {
    "station": lambda _form, _around: Target(station=True),
    "saved_zone": _saved_zone,
    "hamlet": _around_hamlet,
    "zone": _drawn,
    "groups": _groups,
}


def _words(form: ComposeForm, part: str) -> str:
    text: str = getattr(form, part)
    lines = text.replace("\r\n", "\n").strip()
    return lines.replace("\n", " ") if part == "headline" else lines


def _text(part: str) -> Reading:
    """How one part of the text is read: bounded, its blanks filled, no character that shows nothing."""

    def read(form: ComposeForm, around: Surroundings) -> str:
        text, most = _words(form, part), getattr(around.limits, f"{part}_chars")
        if part == "headline" and not visible(text):
            raise _Fault("Écrivez un titre : ce qui se passe, et où.")
        if unseen(text):
            raise _Fault("Ce texte contient un signe que les téléphones n'affichent pas : enlevez-le.")
        if len(text) > most:
            raise _Fault(f"Ce texte a {number(len(text))} caractères : gardez-en {number(most)} au plus.")
        if blank := _BLANK.search(text):
            raise _Fault(f"Remplacez {blank[0]} par ce qu'il faut dire.")
        return text

    return read


def _channels(form: ComposeForm, around: Surroundings) -> frozenset[Channel]:  # noqa: ARG001
    words = {channel.word: channel for channel in CHANNELS}
    if not form.channels or not set(form.channels) <= words.keys():
        raise _Fault("Cochez au moins un moyen d'envoi.")
    return frozenset(words[word] for word in form.channels)


def _expires(form: ComposeForm, around: Surroundings) -> int:
    try:
        local = datetime.fromisoformat(form.expires)
        moment = to_ms(local.replace(tzinfo=ZoneInfo(around.station.timezone), fold=1))
    except (ValueError, OverflowError):
        raise _Fault("Indiquez le jour et l'heure de la fin.") from None
    if moment <= around.now:
        raise _Fault("Cette heure est déjà passée : choisissez une fin à venir.")
    most = around.catalogue.levels[_level(form, around).word].max_hours
    if moment > around.now + most * HOUR:
        raise _Fault(f"C'est trop loin : à ce niveau, {_lasting(most)} au plus.")
    return moment


def _lasting(hours: int) -> str:
    return f"{hours} heures" if hours < 72 else f"{hours // 24} jours"


_READINGS: Final[Mapping[str, Reading]] = {
    "topic": _topic,
    "level": _level,
    "where": _target,
    "headline": _text("headline"),
    "body": _text("body"),
    "instruction": _text("instruction"),
    "channels": _channels,
    "expires": _expires,
}


def blank(topic: str, around: Surroundings) -> ComposeForm:
    """A form about a topic, with its level, channels, usual end and standard instruction; where is left to say."""
    known = around.catalogue.topics[topic]
    end = around.now + known.duration_hours * HOUR
    return ComposeForm(
        topic=topic,
        level=known.level,
        channels=known.channels,
        instruction=around.catalogue.phrase_sms(LANGUAGE, known.instruction),
        expires=local_time(-(-end // (5 * MINUTE)) * 5 * MINUTE, around.station),
    )


def filled(template: str, around: Surroundings) -> ComposeForm:
    """A form that begins with a ready text, its blanks still to be replaced."""
    found = around.catalogue.templates[template]
    texts = {"headline": found.headline, "body": found.body, "instruction": found.instruction}
    return blank(found.topic, around).model_copy(update={"level": found.level, **texts})


def form_of(kept: Content, around: Surroundings) -> ComposeForm:
    """The form that would give this content, to change it."""
    text = kept.texts.get(LANGUAGE) or next(iter(kept.texts.values()))
    return ComposeForm(
        topic=kept.topic,
        level=kept.level.word,
        headline=text.headline,
        body=text.body,
        instruction=text.instruction,
        channels=tuple(channel.word for channel in CHANNELS if channel in kept.channels),
        expires=local_time(kept.expires, around.station),
        exercise="on" if kept.exercise else "",
        **_where(kept.target, around),
    )


def _where(target: Target, around: Surroundings) -> dict[str, Any]:
    if target.station:
        return {"where": "station"}
    if target.zone is None:
        return {"where": "groups", "groups": tuple(str(group) for group in target.groups)}
    return _zone_fields(target.zone, around)


def _zone_fields(zone: Zone, around: Surroundings) -> dict[str, str]:
    for saved in around.saved_zones:
        if saved.zone == zone:
            return {"where": "saved_zone", "saved_zone": str(saved.id)}
    for hamlet in around.hamlets:
        if isinstance(zone, Circle) and (zone.lat, zone.lon) == (hamlet.latitude, hamlet.longitude):
            return {"where": "hamlet", "hamlet": str(hamlet.id), "radius_m": f"{zone.radius_m:g}"}
    return {"where": "zone", "zone": json.dumps(zones.as_json(zone))}


def local_time(moment: int, station: Station) -> str:
    """UTC milliseconds as `datetime-local` wants them, on the station's clock, down to what is not zero."""
    local = from_ms(moment).astimezone(ZoneInfo(station.timezone)).replace(tzinfo=None)
    return local.isoformat(timespec="auto" if local.second or local.microsecond else "minutes")
