"""Days on which a schedule keeps quiet: public holidays by department, school holidays by zone.

Public holidays follow the law (Code du travail L3133-1, L3134-13 for Alsace-Moselle, L3422-2 overseas), by the package
`holidays` (https://holidays.readthedocs.io). School holidays are what the Ministry published, in config/; what is beyond is
computed by the same package, and said to be.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from alertd.catalogue.school import ZONES, Period, SchoolCalendar, school_calendar
from alertd.errors import Refused

if TYPE_CHECKING:
    from holidays import HolidayBase

ALSACE_MOSELLE: Final = {"57": "57", "67": "6AE", "68": "6AE", "6AE": "6AE", "ALSACE-MOSELLE": "57"}
OVERSEAS: Final = {
    **{code: code for code in ("971", "972", "973", "974", "976")},
    "975": "PM",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
_MAINLAND: Final = re.compile(r"0[1-9]|[1-8]\d|9[0-5]|2[AB]", re.ASCII)
MAX_SKIPS: Final = 10
OWN_DAY: Final = "jour de fermeture"

_turn: Final = Lock()
Because = Callable[[date], str | None]


@dataclass(frozen=True, slots=True)
class Quiet:
    """The days that one schedule leaves out; called with a local day, says why, or None."""

    sources: tuple[Because, ...]
    zones: tuple[str, ...]

    def __call__(self, day: date) -> str | None:
        """The name of the holiday that this day is in, if it is in one."""
        return next(filter(None, (because(day) for because in self.sources)), None)

    def certain(self, day: date) -> bool:
        """Whether the answer about this day is published or law; False: computed, or sources differ."""
        return all(_published(zone, day) for zone in self.zones)


def read_skips(text: str, closed: str | None = None) -> Quiet:
    """Read "public:57,school:B"; Refused, code `skip`, for what has no calendar here.

    `closed`: a station's own days, first/last a line, which "own" is then; without a station there are none.
    """
    items = [item.strip() for item in text.split(",") if item.strip()]
    if len(items) > MAX_SKIPS:
        raise _refused(f"At most {MAX_SKIPS} calendars.", f"Au plus {MAX_SKIPS} calendriers.")
    found = [
        _own(closed) if item == "own" and closed is not None else _source(*_named(item)) for item in items
    ]
    zones = tuple(
        item.partition(":")[2].strip().upper()[-1:] for item in items if _named(item)[0] == "school"
    )
    return Quiet(tuple(found), zones)


def at_home(text: str, insee: str | None) -> str:
    """The same; a public calendar of no department is that of this commune: Alsace-Moselle and overseas have days of their own.

    A code that is no commune's, which nobody checked, changes nothing.
    """
    where = _department(insee or "")
    if where not in ALSACE_MOSELLE and where not in OVERSEAS and not _MAINLAND.fullmatch(where):
        return text
    items = [item.strip() for item in text.split(",")]
    return ",".join(f"public:{where}" if _named(item) == ("public", "") else item for item in items)


def _department(insee: str) -> str:
    """Of an INSEE code: "57", "2A", "974"."""
    code = insee.strip().upper()
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _named(item: str) -> tuple[str, str]:
    kind, _, where = item.partition(":")
    return kind.strip().lower(), where.strip().upper()


def _own(closed: str) -> Because:
    spans = [line.split("/") for line in closed.split("\n") if line]
    return lambda day: OWN_DAY if any(first <= day.isoformat() <= last for first, last in spans) else None


def _source(kind: str, where: str) -> Because:
    if kind == "public":
        calendar = _public(_subdivision(where))
        return lambda day: _name(calendar, day)
    if kind == "school":
        return _school(where)
    raise _refused(
        f"“{kind[:20]}” is no calendar: write public:57 or school:B.",
        f"« {kind[:20]} » n'est pas un calendrier : jours fériés, ou vacances scolaires A, B ou C.",
    )


def _subdivision(department: str) -> str | None:
    """The package's name of a department's own holidays; None where there are none of its own."""
    special = ALSACE_MOSELLE | OVERSEAS
    if department in special:
        return special[department]
    if department and not _MAINLAND.fullmatch(department):
        raise _refused(
            f"“{department[:20]}” is no department: write public:57, public:2A or public:974.",
            f"« {department[:20]} » n'est pas un département : écrivez 57, 2A ou 974.",
        )
    return None


def _school(zone: str) -> Because:
    letter = zone.removeprefix("ZONE").strip()
    if len(letter) != 1 or letter not in ZONES:
        raise _refused(
            f"“{zone[:20]}” is no school zone: A, B or C. Corsica and overseas have calendars of their own: type the dates.",
            f"« {zone[:20]} » n'est pas une zone scolaire : A, B ou C. La Corse et l'outre-mer ont les leurs : écrivez les jours.",
        )
    return lambda day: _no_school(letter, day)


def _no_school(zone: str, day: date) -> str | None:
    calendar = _calendar()
    if calendar.published_from <= day <= calendar.published_until:
        period = _period(calendar, zone, day)
        return period.name if period else None
    return _name(_computed(zone), day)


def _name(calendar: "HolidayBase", day: date) -> str | None:
    """The package fills a year in when it is first asked for: threads take turns."""
    with _turn:
        return calendar.get(day)


def _published(zone: str, day: date) -> bool:
    calendar = _calendar()
    period = _period(calendar, zone, day)
    return day <= calendar.published_until and not (period and period.unsure)


def _period(calendar: SchoolCalendar, zone: str, day: date) -> Period | None:
    return next(
        (each for each in calendar.periods if zone in each.zones and each.first <= day <= each.last), None
    )


@cache
def _calendar() -> SchoolCalendar:
    return school_calendar()


@cache
def _public(subdivision: str | None) -> "HolidayBase":
    from holidays import country_holidays

    return country_holidays("FR", subdiv=subdivision, language="fr")


@cache
def _computed(zone: str) -> "HolidayBase":
    from holidays import country_holidays

    return country_holidays("FR", subdiv=f"Zone {zone}", categories=("school",), language="fr")


def _refused(sentence: str, french: str) -> Refused:
    return Refused("skip", sentence, fields={"skip": sentence}, french=french)
