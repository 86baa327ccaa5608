"""Days on which a schedule keeps quiet: by department, by school zone, and how sure that is."""

from datetime import date, timedelta

import pytest
from holidays import country_holidays

from alertd.catalogue.school import school_calendar
from alertd.errors import Refused
from alertd.schedule.holidays import read_skips


@pytest.mark.parametrize(
    ("skip", "day", "name"),
    [
        ("public", date(2026, 7, 14), "Fête nationale"),
        ("public:75", date(2026, 4, 3), None),
        ("public:57", date(2026, 4, 3), "Vendredi saint"),
        ("public:67", date(2026, 12, 26), "Saint-Étienne"),
        ("public:68", date(2026, 12, 26), "Saint-Étienne"),
        ("public:2A", date(2026, 12, 26), None),
        ("public:971", date(2026, 5, 27), "Abolition de l'esclavage"),
        ("public:972", date(2026, 5, 22), "Abolition de l'esclavage"),
        ("public:973", date(2026, 6, 10), "Abolition de l'esclavage"),
        ("public:974", date(2026, 12, 20), "Abolition de l'esclavage"),
        ("public:976", date(2026, 4, 27), "Abolition de l'esclavage"),
        ("public:988", date(2026, 9, 24), "Fête de la Citoyenneté"),
        ("school:A", date(2027, 2, 13), "Vacances d'hiver"),
        ("school:B", date(2027, 2, 13), None),
        ("school:C", date(2027, 2, 13), "Vacances d'hiver"),
        ("school:zone b", date(2027, 2, 20), "Vacances d'hiver"),
        ("public:57, school:B", date(2026, 10, 19), "Vacances de la Toussaint"),
        ("", date(2026, 7, 14), None),
    ],
)
def test_a_day_is_quiet_where_it_is_a_holiday(skip: str, day: date, name: str | None) -> None:
    """Alsace-Moselle and each overseas department have their own; each school zone its weeks."""
    assert read_skips(skip)(day) == name


@pytest.mark.parametrize(
    "skip", ["public:99", "school:D", "school:", "school:2A", "lunar:B", "school:AB", "B"]
)
def test_a_calendar_that_is_not_known_is_refused(skip: str) -> None:
    """No date is invented for Corsica, overseas or a slip of the pen."""
    with pytest.raises(Refused):
        read_skips(skip)


def test_what_is_beyond_the_published_calendar_is_not_certain() -> None:
    """Computed dates answer, and say that they are computed; so does a day on which sources differ."""
    quiet = read_skips("school:B")
    assert quiet.certain(date(2027, 5, 3))
    assert not quiet.certain(date(2027, 9, 1))
    assert quiet(date(2029, 12, 26)) is not None
    assert not quiet.certain(date(2029, 12, 26))
    assert read_skips("public:57").certain(date(2040, 5, 1))


@pytest.mark.parametrize("zone", "ABC")
def test_the_published_calendar_agrees_with_an_independent_one(zone: str) -> None:
    """Each published day, in or out, is as the package `holidays` has it."""
    judge = country_holidays("FR", subdiv=f"Zone {zone}", categories=("school",), language="fr")
    calendar, quiet = school_calendar(), read_skips(f"school:{zone}")
    days = (calendar.published_until - calendar.published_from).days + 1
    published = [calendar.published_from + timedelta(days=each) for each in range(days)]
    assert [day for day in published if bool(quiet(day)) != (day in judge)] == []
