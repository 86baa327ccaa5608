"""Schedules in French: "Chaque lundi à 7 h 30, sauf jours fériés", and why a date is left out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from babel.dates import format_date

from alertd.clock import HOUR
from alertd.schedule.plans import Plan
from alertd.schedule.rule import WEEKDAYS, Rule
from alertd.web import words

STATES: Final[Mapping[str, str]] = {"active": "Programmé", "paused": "En pause", "ended": "Terminé"}
DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NTH: Final = {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", -1: "dernier"}
MOST_LISTED: Final = 10
REASONS: Final[Mapping[str, str]] = {
    "election_tick": "période électorale : relisez-la, et enregistrez-la de nouveau",
    "late": "trop tard : rien ne tournait à cette heure-là",
    "unreadable": "la règle ne peut plus être lue : refaites la programmation",
    "station_suspended": "l'envoi était suspendu pour cette commune",
    "quota_exceeded": "le quota d'information était épuisé",
    "group_unknown": "un des groupes n'existe plus",
    "topic_unknown": "le sujet n'existe plus",
    "doubled": "deux fois plus de personnes que prévu, ou davantage : vérifiez",
}


def plain(plan: Plan) -> str:
    """When it is sent, in a sentence; a rule that has no such words is given as it is written."""
    rule = plan.recurrence.rule
    if rule.parts.get("COUNT") == "1":
        return f"Une fois, {day(plan.starts)} à {clock(plan.starts)}"
    told = f"{_rhythm(rule, plan.starts)} à {clock(plan.starts)}"
    days = sum(not isinstance(each, datetime) for each in plan.recurrence.exdates)
    left_out = [*([skipped(plan.skips)] if plan.skips else []), *([_chosen(days)] if days else [])]
    if left_out:
        told += f", sauf {joined(left_out)}"
    if rule.until is not None:
        told += f", jusqu'au {day(rule.until, weekday=False)}"
    return told


def skipped(skips: str) -> str:
    """Reads "jours fériés et vacances scolaires de la zone B"."""
    named = [each.partition(":") for each in skips.split(",")]
    public = ["jours fériés"] if any(kind == "public" for kind, _, _ in named) else []
    zones = [f"vacances scolaires de la zone {zone}" for kind, _, zone in named if kind == "school"]
    return joined([*public, *zones])


def joined(words: list[str]) -> str:
    """Reads "lundi, mercredi et vendredi"."""
    return " et ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def day(when: date, *, weekday: bool = True) -> str:
    """Reads "lundi 9 mars 2026", and "1er mars 2026"."""
    number = "d'er'" if when.day == 1 else "d"
    return str(format_date(when, f"{'EEEE ' if weekday else ''}{number} MMMM y", locale="fr"))


def listed(days: Sequence[date]) -> str:
    """Reads "9 mars 2026, 16 mars 2026", ten at most, and how many beyond."""
    named = ", ".join(day(each, weekday=False) for each in days[:MOST_LISTED])
    beyond = len(days) - MOST_LISTED
    return f"{named}, et {words.count(beyond, 'autre')}" if beyond > 0 else named


def clock(when: datetime) -> str:
    """Reads "7 h 30"."""
    return f"{when.hour}\u00a0h\u00a0{when.minute:02d}"


def reason(word: str | None) -> str:
    """Why a date was skipped, or what was noticed; a code without a sentence is said as it is."""
    return REASONS.get(word or "", f"ne pouvait pas partir en l'état ({word})") if word else ""


def _chosen(days: int) -> str:
    return f"{days} jours choisis" if days > 1 else "un jour choisi"


def _rhythm(rule: Rule, starts: datetime) -> str:
    parts = {name: value for name, value in rule.parts.items() if name not in {"COUNT", "WKST"}}
    known = _KNOWN.get(frozenset(parts) - {"INTERVAL"})
    every = int(parts.pop("INTERVAL", "1"))
    told = known(parts, every, starts) if known else ""
    return told or f"Selon la règle {rule.text}"


def _alone(parts: Mapping[str, str], every: int, starts: datetime) -> str:
    if parts["FREQ"] == "DAILY":
        return "Chaque jour" if every == 1 else f"Tous les {every} jours"
    if parts["FREQ"] == "WEEKLY":
        return _weekly([DAYS[starts.weekday()]], every)
    if every > 1:
        return ""
    if parts["FREQ"] == "MONTHLY":
        return f"Le {starts.day} de chaque mois"
    return f"Chaque année, le {format_date(starts, 'd MMMM', locale='fr')}"


def _by_day(parts: Mapping[str, str], every: int, starts: datetime) -> str:  # noqa: ARG001 - one shape for all
    days = parts["BYDAY"].split(",")
    if parts["FREQ"] == "WEEKLY" and set(days) <= set(WEEKDAYS):
        return _weekly([word for key, word in zip(WEEKDAYS, DAYS, strict=True) if key in days], every)
    number, weekday = days[0][:-2], days[0][-2:]
    if parts["FREQ"] != "MONTHLY" or every > 1 or len(days) > 1 or number not in {str(each) for each in NTH}:
        return ""
    return f"Le {NTH[int(number)]} {DAYS[WEEKDAYS.index(weekday)]} de chaque mois"


def _by_month_day(parts: Mapping[str, str], every: int, starts: datetime) -> str:  # noqa: ARG001
    if parts["FREQ"] != "MONTHLY" or every > 1 or "," in parts["BYMONTHDAY"]:
        return ""
    number = parts["BYMONTHDAY"]
    return "Le dernier jour de chaque mois" if number == "-1" else f"Le {number} de chaque mois"


def _weekly(days: list[str], every: int) -> str:
    if every == 1:
        return f"Chaque {joined(days)}"
    rhythm = "Une semaine sur deux" if every == 2 else f"Toutes les {every} semaines"
    return f"{rhythm}, {joined([f'le {day}' for day in days])}"


_KNOWN: Final = {
    frozenset({"FREQ"}): _alone,
    frozenset({"FREQ", "BYDAY"}): _by_day,
    frozenset({"FREQ", "BYMONTHDAY"}): _by_month_day,
}


def lasting(milliseconds: int) -> str:
    """Reads "Chaque message vaut 2 heures après son envoi.", in days from three on."""
    hours = max(1, round(milliseconds / HOUR))
    lasts = words.count(hours, "heure") if hours < 72 else words.count(round(hours / 24), "jour")
    return f"Chaque message vaut {lasts} après son envoi."
