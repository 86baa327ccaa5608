"""This date and those after it: not any more, or at another hour; and schedules in and out of a calendar."""

from datetime import UTC, datetime, time
from types import SimpleNamespace

import pytest
from heart.test_schedules import at, decided, run_until, saved
from icalendar import Calendar

from alertd.errors import Conflict, Refused
from alertd.schedule import following, plans, saving, texts
from alertd.schedule.agenda import agenda, read_event
from alertd.schedule.following import Change
from alertd.schedule.recurrence import read_recurrence, upcoming
from alertd.schedule.stamps import read_local, read_zone

PARIS = read_zone("Europe/Paris")


async def test_nothing_is_sent_from_a_date_on(town):
    """What was before it is sent; it and those after it are not, nor what was moved behind it."""
    schedule = await saved(town, "FREQ=DAILY;COUNT=30")
    moved = read_local("2026-03-20T18:00", "to")
    await saving.move(town.desk, town.mayor, schedule, at("2026-03-19T06:30:00"), moved)
    await following.drop_following(town.desk, town.mayor, schedule, at("2026-03-05T06:30:00"))
    for day in range(3, 29):
        await run_until(town, at(f"2026-03-{day:02}T22:00:00") - 8 * 3_600_000 - 3_600_000)
    assert len(await decided(town, schedule)) == 2
    assert (await plans.plan(town.db, town.station.id, schedule)).state == "ended"


async def test_from_a_date_on_at_another_hour(town):
    """The first goes on until the eve, the second from there, with its dates left out, its count and its texts."""
    await town.person()
    schedule = await saved(town, "FREQ=DAILY;COUNT=10")
    await saving.drop(town.desk, town.mayor, schedule, at("2026-03-07T06:30:00"))
    plan = await plans.plan(town.db, town.station.id, schedule)
    words = {datetime(2026, 3, day, tzinfo=UTC).date(): f"Menu {day}" for day in (4, 8)}
    await texts.keep(town.desk, town.mayor, plan, words)
    fire_at = at("2026-03-05T06:30:00")
    other = await following.go_on(town.desk, town.mayor, schedule, fire_at, Change(time(11, 45)))
    with pytest.raises((Conflict, Refused)):
        await following.go_on(town.desk, town.mayor, schedule, fire_at, Change(time(11, 45)))
    first, second = [await plans.plan(town.db, town.station.id, one) for one in (schedule, other)]
    sent = [[f"{each:%d %H:%M}" for each in upcoming(one.recurrence, 20)] for one in (first, second)]
    assert sent == [["03 06:30", "04 06:30"], [f"{day:02} 10:45" for day in (5, 6, 8, 9, 10, 11, 12)]]
    day = datetime(2026, 3, 1, tzinfo=UTC).date()
    assert list((await texts.texts(town.db, other, day)).values()) == ["Menu 8"]


async def test_what_goes_on_keeps_no_day_left_out_from_before_it(town):
    """Neither of the two names a day that is the other's; what was put off to the same evening is still sent that evening."""
    schedule = await saved(town, "RRULE:FREQ=DAILY;COUNT=10\nEXDATE:20260304,20260310")
    await saving.drop(town.desk, town.mayor, schedule, at("2026-03-05T06:30:00"))
    evening = read_local("2026-03-08T18:00", "to")
    await saving.move(town.desk, town.mayor, schedule, at("2026-03-08T06:30:00"), evening)
    fire_at = at("2026-03-06T06:30:00")
    other = await following.go_on(town.desk, town.mayor, schedule, fire_at, Change(time(11, 45)))
    assert await sends(town, schedule, 9) == ["03 06:30"]
    assert await sends(town, other, 9) == [
        "06 10:45",
        "07 10:45",
        "08 17:00",
        "09 10:45",
        "11 10:45",
        "12 10:45",
    ]
    kept = [await plans.plan(town.db, town.station.id, one) for one in (schedule, other)]
    assert [len(one.recurrence.exdates) for one in kept] == [2, 2]
    again = read_local("2026-03-08T11:45", "to")
    await saving.move(town.desk, town.mayor, other, at("2026-03-08T17:00:00"), again)
    assert (await sends(town, other, 9))[2] == "08 10:45", "and back"


async def test_a_date_that_was_moved_by_hand_does_not_take_the_others_along(town):
    """It is said, and nothing changes."""
    schedule = await saved(town)
    to = read_local("2026-03-05T18:00", "to")
    await saving.move(town.desk, town.mayor, schedule, at("2026-03-05T06:30:00"), to)
    with pytest.raises(Refused) as refusal:
        await following.go_on(town.desk, town.mayor, schedule, at("2026-03-05T17:00:00"), Change(time(9, 0)))
    assert refusal.value.code == "date_by_hand"


async def sends(town, schedule, most=3):
    plan = await plans.plan(town.db, town.station.id, schedule)
    return [f"{each:%d %H:%M}" for each in upcoming(plan.recurrence, most)]


async def test_this_date_alone_has_another_hour_day_and_text(town):
    """The others stay as they are; of one date there is one day."""
    schedule = await saved(town, "FREQ=WEEKLY;BYDAY=TU")
    this = at("2026-03-10T06:30:00")
    with pytest.raises(Refused):
        await following.change_one(town.desk, town.mayor, schedule, this, Change(days=("MO", "WE")))
    change = Change(time(9, 0), ("TH",), "Bacs jaunes")
    await following.change_one(town.desk, town.mayor, schedule, this, change)
    assert await sends(town, schedule) == ["03 06:30", "12 08:00", "17 06:30"]
    said = await texts.texts(town.db, schedule, datetime(2026, 3, 1, tzinfo=UTC).date())
    assert {f"{day:%d}": words for day, words in said.items()} == {"12": "Bacs jaunes"}


async def test_from_a_date_on_on_another_weekday_with_another_text(town):
    """From Tuesday to Monday in the same week, where that is still to come; the text of the first stays its own."""
    schedule = await saved(town, "FREQ=WEEKLY;BYDAY=TU;INTERVAL=2;COUNT=5")
    change = Change(days=("MO",), words="Bacs jaunes")
    other = await following.go_on(town.desk, town.mayor, schedule, at("2026-03-17T06:30:00"), change)
    assert await sends(town, schedule) == ["03 06:30"]
    assert await sends(town, other, 9) == ["16 06:30", "30 05:30", "13 05:30", "27 05:30"]
    kept = [(await plans.plan(town.db, town.station.id, one)).content for one in (schedule, other)]
    assert [one.texts["fr"].instruction for one in kept] == ["Fermez vos fenêtres.", "Bacs jaunes"]


async def test_all_that_are_to_come_have_another_hour_text_and_weekday(town):
    """From the next date of the rule on; the first schedule ends, with what it sent; what was put by hand is no rule."""
    schedule = await saved(town, "FREQ=WEEKLY;BYDAY=TU")
    await run_until(town, at("2026-03-03T06:30:00"))
    other = await following.change_all(
        town.desk, town.mayor, schedule, Change(time(8, 0), ("MO", "TH"), "Bacs")
    )
    assert (await plans.plan(town.db, town.station.id, schedule)).state == "ended"
    assert await sends(town, other) == ["09 07:00", "12 07:00", "16 07:00"]


async def test_what_is_not_of_each_week_has_no_other_weekday(town):
    """It is said, and nothing changes."""
    schedule = await saved(town, "FREQ=MONTHLY;BYMONTHDAY=5")
    with pytest.raises(Refused) as refusal:
        await following.change_all(town.desk, town.mayor, schedule, Change(days=("MO",)))
    assert refusal.value.code == "rule"


async def test_what_goes_out_to_a_calendar_comes_in_again(town):
    """The same instants, holidays left out, across the change of clocks; the text of the event is the message's title."""
    schedule = await saved(town, "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260622", skips="public:57,school:B")
    plan = await plans.plan(town.db, town.station.id, schedule)
    body = agenda(town.station, [plan], town.clock.now_ms(), "alertes.example")
    event = Calendar.from_ical(body).walk("VEVENT")[0]
    assert event["dtstart"].params["TZID"] == "Europe/Paris"
    wish = read_event(body.decode(), town.station)
    again = read_recurrence(wish.rule, wish.starts, PARIS)
    assert upcoming(again, 50) == upcoming(plan.recurrence, 50, plan.quiet)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("DTSTART;TZID=Europe/Paris:20260309T073000\nRRULE:FREQ=WEEKLY;COUNT=2", "2026-03-09T06:30"),
        ("DTSTART:20260309T063000Z", "2026-03-09T06:30"),
        ("DTSTART:20260309T073000\nRDATE:20260310T090000\nRRULE:FREQ=YEARLY", "2026-03-09T06:30"),
    ],
)
def test_an_event_of_a_calendar_gives_its_dates(town_station, text, first):
    """With a zone, as an instant, or in the time of the place; alone, without the calendar around it."""
    wish = read_event(f"BEGIN:VEVENT\nUID:x\n{text}\nSUMMARY:Essai\nEND:VEVENT", town_station)
    found = upcoming(read_recurrence(wish.rule, wish.starts, PARIS), 3)
    assert f"{found[0]:%Y-%m-%dT%H:%M}" == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bonjour",
        "BEGIN:VEVENT\nEND:VEVENT",
        "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260309\nEND:VEVENT",
        "BEGIN:VEVENT\nDTSTART:20260309T073000\nRRULE:FREQ=SECONDLY\nEND:VEVENT",
        "x" * 30_000,
    ],
)
def test_what_is_no_event_is_refused_with_a_sentence(town_station, text):
    """Nothing, prose, no hour, too often, too long."""
    with pytest.raises(Refused):
        read_event(text, town_station)


@pytest.fixture
def town_station():
    """Of all a station is, its zone is asked for."""
    return SimpleNamespace(timezone="Europe/Paris")
