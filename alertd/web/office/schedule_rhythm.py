"""How often a rule falls, in French: "Chaque lundi", "Le premier et le troisième mardi de chaque mois", "Chaque année, le 11 novembre".

A rule with more in it than a sentence holds says that its dates are of their own: they are listed on its page.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from babel.dates import format_date, get_month_names

from alertd.schedule.rule import WEEKDAYS, Rule

DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NTH: Final = {
    1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", 5: "cinquième", -1: "dernier", -2: "avant-dernier"
}  # fmt: skip
UNSAID: Final = "À des dates particulières"
_MONTHS: Final = get_month_names("wide", locale="fr")
_CLOCK: Final = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_APART: Final = frozenset({"COUNT", "WKST", "INTERVAL", "BYMONTH"})


def rhythm(rule: Rule, starts: datetime) -> str:
    """The sentence's beginning; its hour and its limits follow."""
    parts = rule.parts
    if _CLOCK & parts.keys():
        return UNSAID
    every, known = int(parts.get("INTERVAL", "1")), _KNOWN.get(frozenset(parts) - _APART)
    months = tuple(_MONTHS[int(each)] for each in _values(parts, "BYMONTH"))
    return (known(parts, every, starts, months) if known else "") or UNSAID


def joined(words: list[str]) -> str:
    """Reads "lundi, mercredi et vendredi"."""
    return " et ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _alone(parts: Mapping[str, str], every: int, starts: datetime, months: tuple[str, ...]) -> str:
    if parts["FREQ"] == "DAILY":
        return ("Chaque jour" if every == 1 else f"Tous les {every} jours") + _in(months)
    if parts["FREQ"] == "WEEKLY":
        return _weekly([DAYS[starts.weekday()]], every) + _in(months)
    if parts["FREQ"] == "MONTHLY" or len(months) > 1:
        return _monthly(f"Le {_ordinal(starts.day)}", parts, every, months)
    month = months[0] if months else format_date(starts, "MMMM", locale="fr")
    return f"{_years(every)}, le {_ordinal(starts.day)} {month}"


def _by_day(parts: Mapping[str, str], every: int, starts: datetime, months: tuple[str, ...]) -> str:  # noqa: ARG001 - one shape for all
    days = _values(parts, "BYDAY")
    if parts["FREQ"] in {"DAILY", "WEEKLY"} and set(days) <= set(WEEKDAYS):
        told = [word for key, word in zip(WEEKDAYS, DAYS, strict=True) if key in days]
        return _weekly(told, every) + _in(months) if parts["FREQ"] == "WEEKLY" or every == 1 else ""
    if any(not each[:-2] or int(each[:-2]) not in NTH for each in days):
        return ""
    told = [f"le {NTH[int(each[:-2])]} {DAYS[WEEKDAYS.index(each[-2:])]}" for each in days]
    return _monthly(_capital(joined(told)), parts, every, months)


def _by_month_day(parts: Mapping[str, str], every: int, starts: datetime, months: tuple[str, ...]) -> str:  # noqa: ARG001
    days = _values(parts, "BYMONTHDAY")
    if parts["FREQ"] not in {"MONTHLY", "YEARLY"} or any(int(each) < -1 for each in days):
        return ""
    told = ["le dernier jour" if each == "-1" else f"le {_ordinal(int(each))}" for each in days]
    if parts["FREQ"] == "YEARLY" and len(months) == 1:
        of = " de" if "-1" in days else ""
        return f"{_years(every)}, {joined(told)}{of} {months[0]}"
    return _monthly(_capital(joined(told)), parts, every, months)


def _monthly(told: str, parts: Mapping[str, str], every: int, months: tuple[str, ...]) -> str:
    """A rule of years without months is of no month that can be said, but for one that counts days of each."""
    if parts["FREQ"] == "YEARLY" and (every > 1 or not months):
        return ""
    if months:
        return f"{told} de {joined(list(months))}" if every == 1 else ""
    return f"{told} de chaque mois" if every == 1 else f"{told}, tous les {every} mois"


def _weekly(days: list[str], every: int) -> str:
    if every == 1:
        return f"Chaque {joined(days)}"
    rhythm = "Une semaine sur deux" if every == 2 else f"Toutes les {every} semaines"
    return f"{rhythm}, {joined([f'le {day}' for day in days])}"


def _years(every: int) -> str:
    return "Chaque année" if every == 1 else f"Tous les {every} ans"


def _in(months: tuple[str, ...]) -> str:
    return f" en {joined(list(months))}" if months else ""


def _ordinal(day: int) -> str:
    return "1er" if day == 1 else str(day)


def _values(parts: Mapping[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_Said = Callable[[Mapping[str, str], int, datetime, tuple[str, ...]], str]
_KNOWN: Final[Mapping[frozenset[str], _Said]] = {
    frozenset({"FREQ"}): _alone,
    frozenset({"FREQ", "BYDAY"}): _by_day,
    frozenset({"FREQ", "BYMONTHDAY"}): _by_month_day,
}
