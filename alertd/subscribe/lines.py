"""A line of a list into a person ready to be kept, or the reason, in French, why not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alertd.clock import DAY, FOREVER, to_ms
from alertd.errors import Refused
from alertd.model import Channel, Level
from alertd.subscribe.addresses import email_address, phone_address
from alertd.subscribe.nouns import LONGEST_STAY_DAYS, PLACE_KINDS, STAY, At, Enrolment, Ready
from alertd.subscribe.prepare import Setting, prepare, read_locale, read_ref
from alertd.subscribe.table import Line, Refusal

_FRENCH_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_BETWEEN_TOPICS: Final = re.compile(r"[\s|;,]+")

WHY: Final[Mapping[str, tuple[str, str]]] = {
    "phone_invalid": (
        "phone",
        "numéro de téléphone non valable : écrivez-le avec son indicatif, +33612345678",
    ),
    "phone_fiction": (
        "phone",
        "numéro réservé à la fiction, qui ne joint personne : pour un essai, réglez subscribers.fiction_numbers",
    ),
    "phone_costly": ("phone", "numéro surtaxé, gratuit ou à coût partagé : donnez celui de la personne"),
    "phone_not_mobile": ("phone", "un SMS demande un numéro de mobile"),
    "email_invalid": ("email", "adresse e-mail non valable"),
    "endpoints_missing": (
        "phone",
        "ni téléphone ni e-mail : donnez au moins un moyen de joindre la personne",
    ),
    "place_invalid": ("lat", "lieu non valable : latitude et longitude en degrés"),
    "kind_invalid": ("kind", f"type de lieu inconnu : {', '.join(PLACE_KINDS)}"),
    "place_far": (
        "lat",
        "lieu à plus de 1 000 km de la commune : la latitude vient d'abord, la longitude ensuite",
    ),
    "place_halved": ("lat", "latitude et longitude vont ensemble : remplissez les deux, ou aucune"),
    "unknown_topic": ("topics", "sujet inconnu"),
    "locale_invalid": ("locale", "langue inconnue : deux lettres de la norme ISO 639, fr ou nl"),
    "level_invalid": ("min_level", "niveau inconnu : info, warning ou danger"),
    "ref_invalid": ("ref", "référence non valable : 120 caractères imprimables au plus"),
    "date_invalid": ("valid_until", "date illisible : 2026-12-31 ou 31/12/2026"),
    "stay_invalid": ("stay_until", "dernier jour du séjour illisible : 2026-08-31 ou 31/08/2026"),
    "stay_over": ("stay_until", "ce séjour est déjà fini : la personne ne recevrait rien"),
    "stay_too_long": (
        "stay_until",
        f"un séjour dure {LONGEST_STAY_DAYS} jours au plus : vérifiez l'année, ou inscrivez la personne sans fin",
    ),
    "stay_twice": ("stay_until", "un séjour a une seule fin : laissez vide valid_until"),
    "stay_at_home": (
        "kind",
        "un séjour n'est ni un domicile, ni une école, ni un travail : laissez vide kind, ou mettez stay",
    ),
    "valid_until_past": ("valid_until", "cette date est passée : la personne ne recevrait rien"),
    "consent_missing": (
        "consent_source",
        "dites où le consentement a été recueilli (formulaire, mairie, téléphone)",
    ),
    "consent_undated": (
        "consent_at",
        "dites quand le consentement a été recueilli : 2026-01-31 ou 31/01/2026",
    ),
    "consent_in_future": ("consent_at", "le consentement ne peut pas être dans l'avenir"),
    "import_crowd": ("phone", "trop de personnes partagent cette adresse"),
    "consent_withdrawn": (
        "phone",
        "cette personne est partie depuis : un consentement plus récent est nécessaire",
    ),
}
"""For each code, the column to look at and what is wrong with it."""


class Reader:
    """Reads the lines of one list for one station."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._zone = ZoneInfo(setting.station.timezone)

    def read(self, line: Line) -> Ready | Refusal:
        """The person on this line, or why there is none; with a ref, another line may give the addresses."""
        try:
            said = self._enrolment(line.cells)
            return prepare(said, self._setting, least_endpoints=0 if said.ref else 1)
        except Refused as error:
            return refusal(line.number, error.code)

    def _enrolment(self, cells: Mapping[str, str]) -> Enrolment:
        station = self._setting.station
        return Enrolment(
            endpoints=self._endpoints(cells),
            consent_source=cells["consent_source"],
            consent_at=self._moment(cells["consent_at"], "consent_undated", _first_moment),
            locale=read_locale(cells["locale"] or station.locale),
            places=_places(cells, STAY if cells["stay_until"] else "home"),
            topics=tuple(word for word in _BETWEEN_TOPICS.split(cells["topics"]) if word),
            min_level=_level(cells["min_level"] or "info"),
            valid_until=self._until(cells),
            ref=read_ref(cells["ref"]),
        )

    def _endpoints(self, cells: Mapping[str, str]) -> tuple[tuple[Channel, str], ...]:
        """A mobile gets SMS, a fixed line is called."""
        endpoints = []
        if cells["phone"]:
            region, fiction = self._setting.station.region, self._setting.fiction
            endpoints.append(phone_address(cells["phone"], region, fiction=fiction))
        if cells["email"]:
            endpoints.append((Channel.EMAIL, email_address(cells["email"])))
        return tuple(endpoints)

    def _until(self, cells: Mapping[str, str]) -> int:
        if cells["stay_until"]:
            return self._stay(cells)
        text = cells["valid_until"]
        return self._moment(text, "date_invalid", _last_moment) if text else FOREVER

    def _stay(self, cells: Mapping[str, str]) -> int:
        """The end of a tourist's stay, after which they are erased: a day that is to come, not too far."""
        until, now = self._moment(cells["stay_until"], "stay_invalid", _last_moment), self._setting.now
        for wrong, code in (
            (cells["valid_until"], "stay_twice"),
            (cells["kind"] not in {"", STAY}, "stay_at_home"),
            (until <= now, "stay_over"),
            (until > now + (LONGEST_STAY_DAYS + 1) * DAY, "stay_too_long"),
        ):
            if wrong:
                raise Refused(code, "A stay ends once, on a day to come, within a year.")
        return until

    def _moment(self, text: str, code: str, of_day: "Callable[[date, ZoneInfo], datetime]") -> int:
        """UTC milliseconds of a date (`of_day` says which moment of it) or of a time, in the station's zone."""
        try:
            found = _FRENCH_DATE.fullmatch(text)
            if found:
                return to_ms(of_day(date(int(found[3]), int(found[2]), int(found[1])), self._zone))
            if len(text) <= 10:
                return to_ms(of_day(date.fromisoformat(text), self._zone))
            moment = datetime.fromisoformat(text)
            return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=self._zone))
        except (ValueError, OverflowError) as error:
            raise Refused(code, "This is not a date.") from error


def refusal(line: int, code: str) -> Refusal:
    """The French reason of a code."""
    column, why = WHY.get(code, ("", "ligne refusée"))
    return Refusal(line, column, why)


def _places(cells: Mapping[str, str], usual: str) -> tuple[At, ...]:
    lat, lon = cells["lat"], cells["lon"]
    if not lat and not lon:
        return ()
    if not lat or not lon:
        raise Refused("place_halved", "Latitude and longitude go together.")
    kind = cells["kind"] or usual
    if kind not in PLACE_KINDS:
        raise Refused("kind_invalid", f"A place's kind is one of {', '.join(PLACE_KINDS)}.")
    return (At(_degrees(lat), _degrees(lon), kind),)


def _degrees(text: str) -> float:
    """A number as programs or French spreadsheets write it."""
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise Refused("place_invalid", "Degrees are numbers.") from error


def _level(word: str) -> Level:
    try:
        return Level.of(word)
    except KeyError as error:
        raise Refused("level_invalid", "A level is info, warning or danger.") from error


def _first_moment(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _last_moment(day: date, zone: ZoneInfo) -> datetime:
    """The night after: the whole day is meant."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def with_place_topics(row: Ready, topics: int) -> Ready:
    """The row with its own topics beside each place, where the person's (`topics`) are others."""
    if row.terms.topics == topics:
        return row
    places = tuple(replace(place, topics=row.terms.topics) for place in row.places)
    return replace(row, places=places)
