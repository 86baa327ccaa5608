"""Rules in French: whatever an agenda brings is said as a person would, or leads to its dates; never as programs write it."""

from dataclasses import replace
from datetime import datetime

import pytest

from alertd.model import Channel, Content, Level, Target, Text
from alertd.schedule.plans import Plan
from alertd.web.office.schedule_words import plain

CONTENT = Content(
    Level.INFO, "waste", Target(station=True), {"fr": Text("Collecte")}, frozenset({Channel.SMS}), 0
)
PLAN = Plan(1, 1, "x", "active", "", datetime(2026, 3, 9, 7, 30), "Europe/Paris", "", CONTENT, 1, 0, None, 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=WEEKLY;BYDAY=MO;COUNT=12", "Chaque lundi à 7 h 30, 12 fois"),
        ("FREQ=YEARLY", "Chaque année, le 9 mars à 7 h 30"),
        ("FREQ=YEARLY;INTERVAL=2", "Tous les 2 ans, le 9 mars à 7 h 30"),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=11", "Chaque année, le 11 novembre à 7 h 30"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "Le dernier dimanche de mars à 7 h 30"),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU", "Le premier mardi et le troisième mardi de chaque mois à 7 h 30"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "Le 1er et le 15 de chaque mois à 7 h 30"),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=5", "Le 5, tous les 3 mois à 7 h 30"),
        ("FREQ=MONTHLY;BYMONTH=6,9;BYMONTHDAY=-1", "Le dernier jour de juin et septembre à 7 h 30"),
        ("FREQ=WEEKLY;BYDAY=MO;BYMONTH=7,8", "Chaque lundi en juillet et août à 7 h 30"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "Chaque lundi, mardi, mercredi, jeudi et vendredi à 7 h 30"),
    ],
)
def test_a_rule_is_said_as_a_person_would(rule, said):
    """Its number of times, its years, its months."""
    assert plain(replace(PLAN, rule=rule)).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
        "FREQ=DAILY;BYHOUR=7,18",
        "FREQ=YEARLY;BYMONTHDAY=1",
        "FREQ=YEARLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "FREQ=DAILY;INTERVAL=2;BYDAY=MO",
    ],
)
def test_what_no_sentence_holds_leads_to_the_dates(rule):
    """Nobody reads a rule as programs write it."""
    assert plain(replace(PLAN, rule=rule)) == "À des dates particulières"


def test_dates_that_were_added_are_said_three_at_most():
    """Beyond, how many they are."""
    some = "RRULE:FREQ=DAILY\nRDATE:20261224T180000"
    assert plain(replace(PLAN, rule=some)).endswith("et aussi le 24 décembre 2026 à 18\u00a0h\u00a000")
    many = some + "".join(f"\nRDATE:2026122{day}T180000" for day in (5, 6, 7))
    assert plain(replace(PLAN, rule=many)).endswith("et aussi à 4 autres dates")
