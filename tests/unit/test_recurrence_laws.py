"""Laws of rules, on rules that nobody thought of: as dateutil says, from wherever a rule is taken up, and never a trace."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from alertd.errors import Refused
from alertd.schedule.leap import leap
from alertd.schedule.recurrence import read_recurrence, upcoming
from alertd.schedule.rule import read_rule
from alertd.schedule.stamps import read_local

ZONES = (
    "Europe/Paris",
    "America/Guadeloupe",
    "Indian/Reunion",
    "Pacific/Noumea",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

numbers = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules as people and calendars write them."""
    parts = [f"FREQ={draw(st.sampled_from(['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']))}"]
    options = {
        "INTERVAL": st.integers(1, 5).map(str),
        "BYMONTH": numbers.map(lambda found: ",".join(map(str, found))),
        "BYDAY": st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True).map(",".join),
        "BYMONTHDAY": st.lists(st.sampled_from([-31, -2, -1, 1, 13, 29, 30, 31]), min_size=1, max_size=3).map(
            lambda found: ",".join(map(str, found))
        ),
        "BYHOUR": st.lists(st.integers(0, 23), min_size=1, max_size=3).map(
            lambda found: ",".join(map(str, found))
        ),
        "WKST": st.sampled_from(DAYS),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(options)), max_size=4, unique=True))
    parts += [f"{name}={draw(options[name])}" for name in chosen]
    if {"BYDAY", "BYMONTHDAY"} & set(chosen) and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from([1, 2, -1]))}")
    return ";".join(parts)


starts = st.integers(0, 36_500 * 86_400).map(
    lambda seconds: read_local("1990-01-01", "start") + timedelta(seconds=seconds)
)


@settings(max_examples=60, deadline=None)
@given(rule=rules(), start=starts, zone=st.sampled_from(ZONES))
def test_every_rule_fires_when_dateutil_says_in_order_and_once(rule: str, start: datetime, zone: str) -> None:
    """Against dateutil in the years as they are: the same wall times, resolved one by one."""
    local = ZoneInfo(zone)
    bounded = f"{rule};UNTIL={start.replace(year=start.year + 60):%Y%m%dT%H%M%S}" if start.day < 29 else None
    wanted = rrulestr(bounded or rule, dtstart=start)
    walls = list(islice(wanted.xafter(start, inc=True), 60)) if bounded else list(islice(wanted, 3))
    try:
        found = upcoming(read_recurrence(rule, start, local), 25)
    except Refused:
        assert not walls
        return
    expected = sorted({wall.replace(tzinfo=local).astimezone(UTC) for wall in walls})
    shared = min(len(found), len(expected), 25 if bounded else 2)
    assert found[:shared] == expected[:shared]
    assert found == sorted(set(found))
    assert not bounded or len(found) >= min(25, len(expected))


@settings(max_examples=60, deadline=None)
@given(rule=rules(), start=starts, zone=st.sampled_from(ZONES), years=st.floats(0.01, 60))
def test_a_rule_taken_up_near_a_moment_goes_on_as_from_its_start(
    rule: str, start: datetime, zone: str, years: float
) -> None:
    """Whatever the rule leaves unsaid, and however its intervals count."""
    moment = start.replace(tzinfo=UTC) + timedelta(days=365 * years)
    try:
        found = read_recurrence(rule, start, ZoneInfo(zone))
    except Refused:
        return
    slowly = [each.at for each in islice((each for each in found.firings() if each.at > moment), 3)]
    taken_up = [
        each.at for each in islice((each for each in found.firings(None, moment) if each.at > moment), 3)
    ]
    assert taken_up[: len(slowly)] == slowly


@pytest.mark.parametrize("rule", ["DAILY", "WEEKLY;INTERVAL=2", "MONTHLY;BYMONTHDAY=31", "MONTHLY", "YEARLY"])
def test_an_old_rule_is_not_unfolded_from_its_first_date_on(rule: str) -> None:
    """A century of quarters of an hour would take a minute at each firing."""
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    _, start = leap(read_rule(f"FREQ={rule}"), datetime(1901, 1, 31, 7, 30), moment)  # noqa: DTZ001
    assert moment.replace(tzinfo=None) - timedelta(days=366) < start <= moment.replace(tzinfo=None)


@settings(max_examples=60, deadline=None)
@given(text=st.text(alphabet="FREQ=DAILY;BYCOUNTUL0123456789-+,:\n ZTMWS", max_size=80))
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    """Nothing that is typed breaks the reader."""
    with suppress(Refused):
        assert read_rule(text).parts["FREQ"]
