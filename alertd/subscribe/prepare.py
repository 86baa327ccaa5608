"""From what is said of a person to what is kept: checked, canonical, without coordinates. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from babel import Locale

import zones
from alertd.clock import DAY
from alertd.errors import Refused
from alertd.model import Mode, Station
from alertd.subscribe.addresses import canonical
from alertd.subscribe.nouns import (
    EVERYWHERE,
    PLACE_KINDS,
    PLACES,
    Address,
    At,
    Enrolment,
    Place,
    Ready,
    Terms,
)
from alertd.subscribe.topics import Bits, mask

MOST_ENDPOINTS: Final = 8
MOST_PLACES: Final = 10
FARTHEST_M: Final = 1_000_000.0
CLOSE_DEGREES: Final = 5.0
"""Under 560 km, wherever on the globe."""
MOST_REF: Final = 120
MOST_SOURCE: Final = 200
LOCALE: Final = re.compile(r"([a-z]{2})(?:[-_]([A-Za-z]{2}))?")


@dataclass(frozen=True, slots=True)
class Setting:
    """What an enrolment is read with: its station, the topics' bits, the time, and whether nobody's numbers pass."""

    station: Station
    bits: Bits
    now: int
    fiction: bool

    @classmethod
    def of(cls, station: Station, bits: Bits, now: int, *, fiction: bool = False) -> "Setting":
        """Numbers that belong to nobody are for training stations, and where the settings allow them."""
        return cls(station, bits, now, fiction or station.mode is Mode.TRAINING)


def prepare(enrolment: Enrolment, setting: Setting, *, least_endpoints: int = 1) -> Ready:
    """The person, ready to be kept. A line of a list that only adds a place needs no endpoint of its own.

    :raises Refused: with the first thing to mend: a field in `fields`, codes `locale_invalid`, `endpoints_missing`,
        `endpoints_too_many`, `places_too_many`, `place_invalid`, `unknown_topic`, `ref_invalid`, `consent_missing`,
        `consent_in_future`, `valid_until_past`, and those of `addresses.canonical`.
    """
    _check(enrolment, setting.now, least_endpoints)
    places = tuple(dict.fromkeys(_place(at, setting) for at in enrolment.places))
    return Ready(
        read_locale(enrolment.locale),
        tuple(dict.fromkeys(_addresses(enrolment, setting))),
        places,
        _terms(enrolment, setting.bits, PLACES if places else EVERYWHERE),
    )


def read_locale(text: str) -> str:
    """A language as it is kept, "fr" or "nl-BE"; Refused `locale_invalid`."""
    found = LOCALE.fullmatch(text.strip())
    if not found or found[1] not in _languages():
        raise _refused("locale", "locale_invalid", "A language is two letters of ISO 639, as fr, or fr-BE.")
    return found[1] + (f"-{found[2].upper()}" if found[2] else "")


@cache
def _languages() -> frozenset[str]:
    """All that CLDR has a name for, more than it has words of: Tahitian is one."""
    return frozenset(Locale("en").languages)


def read_ref(text: str | None) -> str | None:
    """The station's key for a person, None for none; Refused `ref_invalid`."""
    ref = (text or "").strip() or None
    if ref is not None and (len(ref) > MOST_REF or not ref.isprintable()):
        raise _refused("ref", "ref_invalid", f"A ref has 1 to {MOST_REF} printable characters.")
    return ref


def cell(latitude: float, longitude: float, station: Station) -> int:
    """The cell of a place; Refused `place_invalid`, or `place_far`: whoever lies in the wrong sea is never warned."""
    try:
        found = zones.cell(latitude, longitude)
    except zones.ZoneError as error:
        raise _refused(
            "places", "place_invalid", "A place is a latitude and a longitude in degrees."
        ) from error
    if _far(latitude, longitude, station):
        sentence = "This place is over 1,000 km from the station: are latitude and longitude in that order?"
        raise _refused("places", "place_far", sentence)
    return found


def _far(latitude: float, longitude: float, station: Station) -> bool:
    """The geodesic only where a glance at the degrees does not settle it: a list has a million places."""
    if abs(latitude - station.latitude) + abs(longitude - station.longitude) < CLOSE_DEGREES:
        return False
    return zones.distance_m(latitude, longitude, station.latitude, station.longitude) > FARTHEST_M


def _refused(field: str, code: str, sentence: str) -> Refused:
    return Refused(code, sentence, fields={field: sentence})


def _check(enrolment: Enrolment, now: int, least: int) -> None:
    for holds, field, code, sentence in _rules(enrolment, now, least):
        if not holds:
            raise _refused(field, code, sentence)


def _rules(said: Enrolment, now: int, least: int) -> Iterator[tuple[bool, str, str, str]]:
    endpoints, places, source = len(said.endpoints), len(said.places), said.consent_source.strip()
    yield endpoints >= least, "endpoints", "endpoints_missing", "Give at least one way to reach the person."
    few = endpoints <= MOST_ENDPOINTS
    yield few, "endpoints", "endpoints_too_many", f"A person has at most {MOST_ENDPOINTS} endpoints."
    yield places <= MOST_PLACES, "places", "places_too_many", f"A person has at most {MOST_PLACES} places."
    sourced = 1 <= len(source) <= MOST_SOURCE
    yield (
        sourced,
        "consent",
        "consent_missing",
        f"Say where the consent was given, in 1 to {MOST_SOURCE} characters.",
    )
    dated = 0 < said.consent_at <= now + DAY  # a day: clocks and time zones differ
    yield dated, "consent", "consent_in_future", "Say when the consent was given: a date that is past."
    yield (
        said.valid_until > now,
        "valid_until",
        "valid_until_past",
        "This subscription would be over already.",
    )


def _addresses(enrolment: Enrolment, setting: Setting) -> Iterator[Address]:
    for position, (channel, text) in enumerate(enrolment.endpoints):
        try:
            yield Address(channel, canonical(channel, text, setting.station.region, fiction=setting.fiction))
        except Refused as error:
            error.fields[f"endpoints.{position}.address"] = error.message
            raise


def _place(at: At, setting: Setting) -> Place:
    if at.kind not in PLACE_KINDS:
        raise _refused("places", "place_invalid", f"A place's kind is one of {', '.join(PLACE_KINDS)}.")
    where = cell(at.latitude, at.longitude, setting.station)
    return Place(where, at.kind, None if at.topics is None else mask(setting.bits, at.topics))


def _terms(said: Enrolment, bits: Bits, scope: str) -> Terms:
    return Terms(
        scope=scope,
        topics=mask(bits, said.topics),
        min_level=int(said.min_level),
        exercises=said.exercises,
        valid_until=said.valid_until,
        ref=read_ref(said.ref),
        consent_source=said.consent_source.strip(),
        consent_at=said.consent_at,
        consent_proof=said.consent_proof,
    )
