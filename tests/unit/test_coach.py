"""The coach: what it recognises in words that somebody typed, and what it proposes instead."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd import catalogue
from alertd.catalogue.coaching import fold
from alertd.issue import coach
from alertd.model import Picks, Text
from gateways import text as sms

MONDAY = 1_773_054_000_000  # 2026-03-09, 12:00 in Paris
PARIS = "Europe/Paris"
BOOK = catalogue.load()


@pytest.mark.parametrize(
    ("headline", "instruction", "lacking"),
    [
        ("Incendie près de la gare à 14h30", "Fermez vos fenêtres.", set()),
        ("ROUTE COUPÉE D964, 8:30", "Ne pas circuler.", set()),
        ("Coupure d’eau aux Vignes, le 12/03", "Faites une réserve.", set()),
        ("Battue dimanche 15 mars", "Évitez les bois et les sentiers", set()),
        ("Bonjour à tous", "", {"hazard", "place", "instruction", "time"}),
        ("Fumées", "Rentrez", {"place", "time"}),
        ("Chez le notaire, assez", "", {"hazard", "place", "instruction", "time"}),
        ("Crue de la Meuse, rue Haute, jusqu'à nouvel avis", "", {"instruction"}),
    ],
)
def test_four_elements_are_recognised_in_free_words(headline, instruction, lacking):
    """Hazard, place, time and instruction, whatever the accents; the fifth is the station's name, before every message."""
    found = coach.elements(BOOK, Text(headline, "", instruction), None, ["Les Vignes", "Aux Vignes"])
    assert {
        name for name in ("hazard", "place", "instruction", "time") if not getattr(found, name)
    } == lacking


def test_of_phrases_it_knows_without_looking():
    """What was not picked is lacking."""
    found = coach.elements(BOOK, Text("x"), Picks("fire", instructions=("fire",)), ())
    assert found == coach.Elements(hazard=True, place=False, instruction=True, time=False)


@pytest.mark.parametrize(
    ("said", "vague"),
    [
        ("Coupure demain et Après-demain", {"demain": "mardi 10 mars", "après-demain": "mercredi 11 mars"}),
        ("Hier, aujourd’hui", {"hier": "dimanche 8 mars", "aujourd’hui": "lundi 9 mars"}),
        ("Retour ce soir, tout à l'heure", {"ce soir": "", "tout à l'heure": ""}),
        ("Fermé lundi prochain", {"lundi prochain": ""}),
        ("Fermé lundi 16 mars à 8 h, lendemain ouvert, rue du Demain-Matin", {}),
    ],
)
def test_what_is_true_today_alone_is_told(said, vague):
    """With the day where there is one; a date is none of them."""
    assert {one.said: one.day for one in coach.vague(BOOK, Text(said), MONDAY, PARIS)} == vague


def test_a_day_takes_the_place_of_tomorrow():
    """In the title and the instruction, whatever the capitals; what has no day stays."""
    text = Text("Demain: coupure d'eau", "Demain on ne sait pas", "Après-demain, ou ce soir.")
    told = coach.dated(BOOK, text, MONDAY, PARIS)
    assert told == Text("mardi 10 mars: coupure d'eau", text.body, "mercredi 11 mars, ou ce soir.")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_nothing_that_is_typed_breaks_it(headline, instruction):
    """Folding keeps the length, days leave nothing to mend, and the safe form costs no more."""
    text = Text(headline, "", instruction)
    assert len(fold(headline)) == len(headline)
    coach.elements(BOOK, text, None, [headline])
    dated = coach.dated(BOOK, text, MONDAY, PARIS)
    assert not any(one.day for one in coach.vague(BOOK, dated, MONDAY, PARIS))
    assert sms.segments(coach.safe(text).headline) <= sms.segments(headline)
