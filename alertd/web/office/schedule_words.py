"""Schedules in French: "Chaque lundi à 7 h 30, sauf jours fériés", and why a date is left out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from babel.dates import format_date

from alertd.clock import HOUR
from alertd.schedule.plans import Plan
from alertd.schedule.stamps import instant_of
from alertd.web import words
from alertd.web.office.schedule_rhythm import UNSAID, joined, rhythm

STATES: Final[Mapping[str, str]] = {"active": "Programmé", "paused": "En pause", "ended": "Terminé"}
MOST_LISTED: Final = 10
MOST_ADDED: Final = 3
REASONS: Final[Mapping[str, str]] = {
    "election_tick": "période électorale : relisez-la, et enregistrez-la de nouveau",
    "unanswered": "personne n'a donné son accord à temps",
    "late": "trop tard : rien ne tournait à cette heure-là",
    "unreadable": "la règle ne peut plus être lue : refaites la programmation",
    "station_suspended": "l'envoi était suspendu pour cette commune",
    "quota_exceeded": "le quota du jour était épuisé",
    "group_unknown": "un des groupes n'existe plus",
    "topic_unknown": "le sujet n'existe plus",
    "doubled": "deux fois plus de personnes que prévu, ou davantage : vérifiez",
}


def state(plan: Plan) -> str:
    """Reads "Programmé"; "À relire" while a second person has not agreed, "Refusé" where they did not."""
    if plan.waits:
        return "À relire"
    return "Refusé" if plan.state == "paused" and plan.refused else STATES[plan.state]


def plain(plan: Plan) -> str:
    """When it is sent, in a sentence; what is more than a sentence stands in its dates."""
    rule, also = plan.recurrence.rule, _also(plan)
    if rule.parts.get("COUNT") == "1":
        return f"Une fois, {day(plan.starts)} à {clock(plan.starts)}{also}"
    often = rhythm(rule, plan.starts)
    told = often if often == UNSAID else f"{often} à {clock(plan.starts)}"
    if "COUNT" in rule.parts:
        told += f", {rule.parts['COUNT']} fois"
    days = sum(not isinstance(each, datetime) for each in plan.recurrence.exdates)
    left_out = [*([skipped(plan.skips)] if plan.skips else []), *([_chosen(days)] if days else [])]
    if left_out:
        told += f", sauf {joined(left_out)}"
    if rule.until is not None:
        told += f", jusqu'au {day(rule.until, weekday=False)}"
    return told + also


def _also(plan: Plan) -> str:
    """Reads ", et aussi le 24 décembre 2026 à 18 h 00", of three dates at most; of more, how many."""
    zone = plan.recurrence.zone
    added = sorted(instant_of(each, zone).astimezone(zone) for each in plan.recurrence.rdates)
    if len(added) > MOST_ADDED:
        return f", et aussi à {len(added)} autres dates"
    told = [f"le {day(each, weekday=False)} à {clock(each)}" for each in added]
    return f", et aussi {joined(told)}" if told else ""


def skipped(skips: str) -> str:
    """Reads "jours fériés et vacances scolaires de la zone B"."""
    named = [each.partition(":") for each in skips.split(",")]
    public = ["jours fériés"] if any(kind == "public" for kind, _, _ in named) else []
    zones = [f"vacances scolaires de la zone {zone}" for kind, _, zone in named if kind == "school"]
    own = ["nos jours de fermeture"] if any(kind == "own" for kind, _, _ in named) else []
    return joined([*public, *zones, *own])


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


def lasting(milliseconds: int) -> str:
    """Reads "Chaque message vaut 2 heures après son envoi.", in days from three on."""
    hours = max(1, round(milliseconds / HOUR))
    lasts = words.count(hours, "heure") if hours < 72 else words.count(round(hours / 24), "jour")
    return f"Chaque message vaut {lasts} après son envoi."
