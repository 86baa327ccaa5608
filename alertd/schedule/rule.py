"""A recurrence rule as it is typed: read, checked part by part, and refused with a sentence where it cannot be kept.

RFC 5545, 3.3.10: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10. DAILY and coarser: nobody is warned by the hour
for ever, and a rule of minutes with an old start is a loop of millions of steps. Where the RFC forbids a part at a frequency
(BYYEARDAY with MONTHLY), it is taken as a filter, as RFC 2445 and python-dateutil do.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from alertd.errors import Refused
from alertd.schedule.stamps import Stamp, read_stamp

FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
TOO_FINE: Final = ("SECONDLY", "MINUTELY", "HOURLY")
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_TEXT: Final = 4_000
MAX_VALUES: Final = 366
MAX_COUNT: Final = 10_000
"""Dates that are counted from the first one on, each time the next is asked for; UNTIL ends a rule of more."""
MAX_TIMES_A_DAY: Final = 96
"""One every quarter of an hour, all day: more is not a schedule but a leak."""

_RANGES: Final = {
    "BYSECOND": (0, 59),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
}
_MOST: Final = {"COUNT": MAX_COUNT, "INTERVAL": 999_999}
_NUMBER: Final = re.compile(r"[+-]?\d{1,4}", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,6}", re.ASCII)
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_SELECTING: Final = frozenset(_RANGES) - {"BYSETPOS"} | {"BYDAY"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was checked: its parts in upper case without COUNT's rival, UNTIL apart.

    `until` is an aware datetime (an instant), a naive one (local wall time) or a date (that whole day); all inclusive.
    """

    parts: Mapping[str, str]
    until: Stamp | None

    @property
    def text(self) -> str:
        """The rule without UNTIL, as python-dateutil reads it."""
        return ";".join(f"{name}={value}" for name, value in self.parts.items())


def read_rule(text: str) -> Rule:
    """Read the value of an RRULE; raises Refused, code `rule`, with a sentence that says which part and why."""
    if len(text) > MAX_TEXT:
        raise _refused(
            f"A rule has at most {MAX_TEXT} characters.", f"Une règle a {MAX_TEXT} caractères au plus."
        )
    parts = _parts(text.strip())
    until = read_stamp(parts.pop("UNTIL"), "UNTIL") if "UNTIL" in parts else None
    if until is not None and "COUNT" in parts:
        raise _refused(
            "COUNT and UNTIL exclude each other: keep the number of times, or the last day.",
            "COUNT et UNTIL s'excluent : gardez le nombre de fois, ou le dernier jour.",
        )
    _check_frequency(parts)
    for name, value in parts.items():
        _check_part(name, value)
    _check_together(parts)
    return Rule(MappingProxyType(parts), until)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for pair in text.upper().removesuffix(";").split(";"):
        name, equals, value = pair.strip().partition("=")
        if not (name and equals and value):
            raise _refused(
                f"A rule is NAME=VALUE parts between semicolons; “{pair[:40]}” is not one.",
                f"Une règle est faite de NOM=VALEUR entre points-virgules ; « {pair[:40]} » n'en est pas.",
            )
        if name in parts:
            raise _refused(f"{name[:40]} is given twice.", f"{name[:40]} est donné deux fois.")
        parts[name] = value
    return parts


def _check_frequency(parts: Mapping[str, str]) -> None:
    frequency = parts.get("FREQ")
    if frequency is None:
        raise _refused(
            "FREQ is missing: DAILY, WEEKLY, MONTHLY or YEARLY.",
            "Il manque FREQ : DAILY, WEEKLY, MONTHLY ou YEARLY.",
        )
    if frequency in TOO_FINE:
        raise _refused(
            f"FREQ={frequency} is too often: a message repeats each day at most (FREQ=DAILY).",
            f"FREQ={frequency} est trop souvent : un message se répète chaque jour au plus (FREQ=DAILY).",
        )
    if frequency not in FREQUENCIES:
        raise _refused(
            f"FREQ={frequency[:20]} is not known: DAILY, WEEKLY, MONTHLY or YEARLY.",
            f"FREQ={frequency[:20]} est inconnu : DAILY, WEEKLY, MONTHLY ou YEARLY.",
        )


def _check_part(name: str, value: str) -> None:
    if name in _MOST:
        if not _COUNT.fullmatch(value) or not 1 <= int(value) <= _MOST[name]:
            raise _refused(
                f"{name} is a whole number from 1 to {_MOST[name]}, not “{value[:20]}”.",
                f"{name} est un nombre entier de 1 à {_MOST[name]}, pas « {value[:20]} ».",
            )
    elif name == "WKST":
        if value not in WEEKDAYS:
            raise _refused(
                f"WKST is a day (MO TU WE TH FR SA SU), not “{value[:20]}”.",
                f"WKST est un jour (MO TU WE TH FR SA SU), pas « {value[:20]} ».",
            )
    elif name == "BYDAY":
        _check_days(_values(name, value))
    elif name in _RANGES:
        _check_numbers(name, _values(name, value))
    elif name != "FREQ":
        raise _refused(
            f"{name[:40]} is not a part of a rule that is known here (RFC 5545).",
            f"{name[:40]} n'est pas un élément de règle connu ici (RFC 5545).",
        )


def _values(name: str, value: str) -> list[str]:
    values = value.split(",")
    if len(values) > MAX_VALUES:
        raise _refused(f"{name} has at most {MAX_VALUES} values.", f"{name} a {MAX_VALUES} valeurs au plus.")
    return values


def _check_numbers(name: str, values: list[str]) -> None:
    low, high = _RANGES[name]
    for value in values:
        number = int(value) if _NUMBER.fullmatch(value) else None
        if number is None or not low <= number <= high or (number == 0 and (low < 0 or name == "BYMONTH")):
            without, sauf = (" without 0", " sauf 0") if low < 0 else ("", "")
            raise _refused(
                f"{name} takes whole numbers from {low} to {high}{without}, not “{value[:20]}”.",
                f"{name} prend des nombres entiers de {low} à {high}{sauf}, pas « {value[:20]} ».",
            )


def _check_days(values: list[str]) -> None:
    for value in values:
        found = _DAY.fullmatch(value)
        nth = int(found[1]) if found and found[1] else 1
        if found is None or not 1 <= abs(nth) <= 53:
            raise _refused(
                f"BYDAY takes days such as MO, 1MO or -1FR, not “{value[:20]}”.",
                f"BYDAY prend des jours comme MO, 1MO ou -1FR, pas « {value[:20]} ».",
            )


def _check_together(parts: Mapping[str, str]) -> None:
    if "BYSETPOS" in parts and not _SELECTING & parts.keys():
        raise _refused(
            "BYSETPOS chooses among what another part gives: add BYDAY, BYMONTHDAY or the like.",
            "BYSETPOS choisit parmi ce que donne un autre élément : ajoutez BYDAY, BYMONTHDAY ou un semblable.",
        )
    times = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= len(set(parts.get(name, "").split(",")))
    if times > MAX_TIMES_A_DAY:
        raise _refused(
            f"This rule fires {times} times a day; {MAX_TIMES_A_DAY} is the most.",
            f"Cette règle tombe {times} fois par jour ; {MAX_TIMES_A_DAY} est le plus.",
        )


def _refused(sentence: str, french: str) -> Refused:
    """For the command line and programs, and for a page."""
    return Refused("rule", sentence, fields={"rrule": sentence}, french=french)
