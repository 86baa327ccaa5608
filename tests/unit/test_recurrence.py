"""Rules unfolded: RFC 5545 in the local time of a station, an instant each, each once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alertd.errors import Refused
from alertd.schedule.recurrence import following, read_recurrence, upcoming
from alertd.schedule.stamps import read_local, read_zone

PARIS = ZoneInfo("Europe/Paris")


def fires(rule: str, start: str, zone: str = "Europe/Paris", count: int = 5) -> list[str]:
    found = upcoming(read_recurrence(rule, read_local(start, "start"), ZoneInfo(zone)), count)
    return [each.strftime("%Y-%m-%dT%H:%MZ") for each in found]


def refusal(rule: str, start: str = "2026-01-01T08:00") -> str:
    with pytest.raises(Refused) as caught:
        read_recurrence(rule, read_local(start, "start"), PARIS)
    return caught.value.message


def test_half_past_two_happens_at_half_past_three_on_the_spring_change() -> None:
    """A wall time that does not exist is later by what the clock left out."""
    assert fires("FREQ=DAILY", "2026-03-28T02:30", count=3) == [
        "2026-03-28T01:30Z",
        "2026-03-29T01:30Z",
        "2026-03-30T00:30Z",
    ]


def test_half_past_two_happens_once_in_autumn() -> None:
    """A wall time that comes twice is the first of the two."""
    assert fires("FREQ=DAILY", "2026-10-24T02:30", count=3) == [
        "2026-10-24T00:30Z",
        "2026-10-25T00:30Z",
        "2026-10-26T01:30Z",
    ]


def test_half_an_hour_is_left_out_on_lord_howe() -> None:
    """A gap of half an hour moves by half an hour."""
    assert fires("FREQ=DAILY", "2026-10-03T02:15", "Australia/Lord_Howe", 3) == [
        "2026-10-02T15:45Z",
        "2026-10-03T15:45Z",
        "2026-10-04T15:15Z",
    ]


def test_times_that_a_gap_puts_out_of_order_come_in_order_and_once() -> None:
    """2:45 becomes 3:45 after 3:00, and 2:30 with 3:30 is one instant."""
    assert fires("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,45", "2026-03-29T00:00", count=3) == [
        "2026-03-29T01:00Z",
        "2026-03-29T01:45Z",
        "2026-03-30T00:00Z",
    ]


def test_many_times_that_a_gap_puts_out_of_order_come_in_order_and_once() -> None:
    """Every time of the hour that is left out has one in the next: each of the next comes once, in its place."""
    assert fires("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,15,45", "2026-03-29T00:00", count=4) == [
        "2026-03-29T01:00Z",
        "2026-03-29T01:15Z",
        "2026-03-29T01:45Z",
        "2026-03-30T00:00Z",
    ]


def test_a_time_that_a_gap_puts_behind_the_end_does_not_end_the_rule() -> None:
    """2:45 becomes 3:45 and is over; 3:00, which comes before it, is not."""
    rule = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,45;UNTIL=20260329T013000Z"
    assert fires(rule, "2026-03-29T02:30") == ["2026-03-29T01:00Z"]


def test_a_rule_whose_dates_are_left_out_for_months_goes_on_after() -> None:
    """A daily bus that never runs in July and August is not over on the first of July."""
    daily = read_recurrence("FREQ=DAILY", read_local("2026-06-01T08:00", "start"), PARIS)
    found = following(
        daily, datetime(2026, 6, 30, 12, tzinfo=UTC), lambda day: "été" if day.month in {7, 8} else None
    )
    assert found is not None
    assert found.at == datetime(2026, 9, 1, 6, tzinfo=UTC)


def test_a_day_that_samoa_never_had_fires_once() -> None:
    """30 December 2011 did not exist in Apia: its firing is that of the 31st."""
    assert fires("FREQ=DAILY", "2011-12-29T08:00", "Pacific/Apia", 3) == [
        "2011-12-29T18:00Z",
        "2011-12-30T18:00Z",
        "2011-12-31T18:00Z",
    ]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260330T073000", "2026-03-30T05:30Z"),
        ("20260330T072959", "2026-03-29T05:30Z"),
        ("20260330T053000Z", "2026-03-30T05:30Z"),
        ("20260330T052959Z", "2026-03-29T05:30Z"),
        ("20260330", "2026-03-30T05:30Z"),
    ],
)
def test_until_is_included_in_local_time_in_utc_and_as_a_day(until: str, last: str) -> None:
    """UNTIL bounds inclusively, in whichever form it is written."""
    assert fires(f"FREQ=DAILY;UNTIL={until}", "2026-03-27T07:30", count=99)[-1] == last


def test_count_counts_before_dates_are_left_out() -> None:
    """COUNT bounds the rule; EXDATE then takes away, RDATE adds, an added date twice is one."""
    lines = (
        "RRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260102T080000,20260103\nRDATE:20260110T080000,20260104T070000Z"
    )
    assert fires(lines, "2026-01-01T08:00") == ["2026-01-01T07:00Z", "2026-01-04T07:00Z", "2026-01-10T07:00Z"]


def test_a_skipped_day_uses_up_its_count_and_an_added_one_is_kept() -> None:
    """What is skipped was counted; what was added by hand is sent on a holiday too."""
    rule = read_recurrence(
        "RRULE:FREQ=DAILY;COUNT=3\nRDATE:20260501T100000", read_local("2026-05-01T08:00", "s"), PARIS
    )
    sent = upcoming(rule, 9, lambda day: "Fête du Travail" if day.day == 1 else None)
    assert [(each.day, each.hour) for each in sent] == [(1, 8), (2, 6), (3, 6)]


def test_dates_may_name_a_zone_of_their_own() -> None:
    """As calendars write them: EXDATE;TZID=...: and VALUE=DATE."""
    lines = (
        "RRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=America/Martinique:20260102T030000\nEXDATE;VALUE=DATE:20260103"
    )
    assert fires(lines, "2026-01-01T08:00") == ["2026-01-01T07:00Z"]
    assert "TZID" in refusal("RRULE:FREQ=DAILY\nEXDATE;RANGE=THISANDFUTURE:20260102T080000")


def test_the_end_of_all_calendars_is_an_end_and_no_date() -> None:
    """UNTIL=99991231T235959Z says for ever; what begins in 9999 ends before the calendar does."""
    assert len(fires("FREQ=DAILY;UNTIL=99991231T235959Z", "2026-01-01T08:00", count=7)) == 7
    assert fires("FREQ=DAILY", "9999-12-28T08:00", "America/Martinique") == [
        "9999-12-28T12:00Z",
        "9999-12-29T12:00Z",
    ]
    assert fires("FREQ=WEEKLY", "9990-01-01T08:00", "UTC", 9_999)[-1].startswith("9999-12-2")


def test_month_ends_and_leap_days() -> None:
    """-1 is the last of each month; 29 February is every four years; the 31st is not made up."""
    assert fires("FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-01T12:00", "UTC", 3) == [
        "2028-01-31T12:00Z",
        "2028-02-29T12:00Z",
        "2028-03-31T12:00Z",
    ]
    assert fires("FREQ=YEARLY", "2024-02-29T12:00", "UTC", 2)[1] == "2028-02-29T12:00Z"
    assert fires("FREQ=MONTHLY", "2026-01-31T12:00", "UTC", 2)[1] == "2026-03-31T12:00Z"


def test_the_last_working_day_of_each_month() -> None:
    """BYSETPOS=-1 takes the last of what the other parts give."""
    assert fires("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-01T08:00", "UTC", 3) == [
        "2026-01-30T08:00Z",
        "2026-02-27T08:00Z",
        "2026-03-31T08:00Z",
    ]


def test_the_first_day_of_the_week_decides_every_second_week() -> None:
    """RFC 5545's own example: WKST changes what "every second week" means."""
    rule = "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST="
    assert fires(rule + "MO", "1997-08-05T09:00", "UTC")[1] == "1997-08-10T09:00Z"
    assert fires(rule + "SU", "1997-08-05T09:00", "UTC")[1] == "1997-08-17T09:00Z"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=HOURLY", "too often"),
        ("FREQ=MINUTELY;COUNT=2", "too often"),
        ("COUNT=2", "FREQ is missing"),
        ("FREQ=FORTNIGHTLY", "not known"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101T000000Z", "exclude each other"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;COUNT=10001", "from 1 to 10000"),
        ("FREQ=DAILY;COUNT=٣", "COUNT"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=DAILY;FREQ=DAILY", "twice"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
        ("FREQ=YEARLY;BYMONTH=0", "BYMONTH"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=DAILY;BYSECOND=60", "BYSECOND"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY"),
        ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=WEEKLY;WKST=LU", "WKST"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL"),
        ("FREQ=DAILY;UNTIL=20261301T000000Z", "UNTIL"),
        ("FREQ=DAILY;BYEASTER=0", "BYEASTER"),
        ("RSCALE=CHINESE;FREQ=YEARLY", "RSCALE"),
        ("FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=" + ",".join(map(str, range(60))), "times a day"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=FR", "never"),
        ("RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "one only"),
        ("RRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY", "EXRULE"),
        ("RRULE:FREQ=DAILY\nRDATE:20260401", "RDATE"),
        ("", "one only"),
        ("nonsense", "NAME=VALUE"),
        ("FREQ=DAILY;" * 600, "characters"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_with_a_sentence(rule: str, said: str) -> None:
    """Each part that is wrong, too often or impossible says what is."""
    assert said in refusal(rule)


@pytest.mark.parametrize(
    "start", ["10000-01-01T00:00", "9999-12-30T00:00", "0001-01-01T00:00", "2026-01-01T08:00Z", ""]
)
def test_a_start_beyond_what_calendars_count_or_with_an_offset_is_refused(start: str) -> None:
    """A start is a wall time of the years that a schedule can have."""
    with pytest.raises(Refused):
        read_local(start, "--dtstart")


@pytest.mark.parametrize("zone", ["Europe/Lutece", "", "../../etc/passwd", "Europe", "\0"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    """What is no zone gets a sentence, not a trace."""
    with pytest.raises(Refused):
        read_zone(zone)


def test_the_next_firing_is_strictly_after_an_instant() -> None:
    """What fired is not found again; a rule that is over has no next."""
    rule = read_recurrence("FREQ=DAILY;COUNT=2", read_local("2026-01-01T08:00", "s"), PARIS)
    first = datetime(2026, 1, 1, 7, tzinfo=UTC)
    assert following(rule, first - timedelta(seconds=1)).at == first  # type: ignore[union-attr]
    second = following(rule, first)
    assert second is not None
    assert second.at == first + timedelta(days=1)
    assert following(rule, second.at) is None


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY",
        "FREQ=DAILY;COUNT=3;UNTIL=20260401",
        "FREQ=DAILY;COUNT=0",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=demain",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "nonsense",
    ],
)
def test_what_is_wrong_with_a_rule_is_said_in_both_languages(rule):
    """English for the command line and programs, French for pages, and for each field."""
    with pytest.raises(Refused) as refused:
        read_recurrence(rule, datetime(2026, 3, 2, 7, 30), ZoneInfo("Europe/Paris"))  # noqa: DTZ001
    error = refused.value
    assert error.french != error.message
    assert set(error.french_fields.values()) <= {error.french}
