"""Counts and days as screens say them in French."""

from datetime import UTC, datetime

import pytest

from alertd.clock import DAY
from alertd.web import words


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0\u00a0abonné"), (1, "moins de 5 abonnés"), (4, "moins de 5 abonnés"), (5, "5\u00a0abonnés")],
)
def test_a_few_are_not_told_apart_and_none_is_singular(number, said):
    """French has the singular below two."""
    assert words.few(number, "abonné") == said


@pytest.mark.parametrize(("day", "said"), [(1, "mardi 1er décembre"), (2, "mercredi 2 décembre")])
def test_the_first_of_a_month_is_the_first(day, said):
    """As French writes it: the others are plain numbers; another year is named."""
    noon = int(datetime(2026, 12, day, 12, tzinfo=UTC).timestamp() * 1000)
    assert words.day(noon, "Europe/Paris", noon - 20 * DAY) == said
    assert words.day(noon, "Europe/Paris", noon - 400 * DAY) == f"{said} 2026"
