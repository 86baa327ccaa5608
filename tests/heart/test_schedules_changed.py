"""Schedules changed: dates dropped and moved, words of their own, what cannot be a schedule, and who may not touch one."""

from datetime import UTC, datetime, time, timedelta

import pytest
from heart.scheduled import at, decided, run_until, saved
from heart.test_approval import rule, who
from heart.town import mayor_of

from alertd.clock import HOUR
from alertd.errors import Missing, NotAllowed, Refused
from alertd.issue.reading import alert
from alertd.model import Level
from alertd.schedule import agreeing, closed, firing, following, restoring, saving, texts
from alertd.schedule.following import Change
from alertd.schedule.plans import plan
from alertd.schedule.saving import ONCE, Wish
from alertd.schedule.stamps import read_local
from alertd.stations.approval_rules import DROP


async def test_one_date_is_dropped_and_another_moved(town):
    """The others stay where they are."""
    schedule = await saved(town)
    await saving.drop(town.desk, town.mayor, schedule, at("2026-03-03T06:30:00"))
    moved = read_local("2026-03-04T18:00", "to")
    await saving.move(town.desk, town.mayor, schedule, at("2026-03-04T06:30:00"), moved)
    for day in ("03T06:30", "04T06:30", "04T17:00", "05T06:30"):
        await run_until(town, at(f"2026-03-{day}:00"))
    fired = [fire_at for fire_at, _, _ in await decided(town, schedule)]
    assert fired == [at("2026-03-04T17:00:00"), at("2026-03-05T06:30:00")]


async def test_a_date_that_was_dropped_may_be_moved_to(town):
    """And so may one be moved there and back: it fires where it was put last."""
    schedule = await saved(town)
    third, fourth = at("2026-03-03T06:30:00"), at("2026-03-04T06:30:00")
    await saving.drop(town.desk, town.mayor, schedule, third)
    await saving.move(town.desk, town.mayor, schedule, fourth, read_local("2026-03-03T07:30", "to"))
    assert (await plan(town.db, town.station.id, schedule)).next_at == third
    await saving.move(town.desk, town.mayor, schedule, third, read_local("2026-03-04T07:30", "to"))
    assert (await plan(town.db, town.station.id, schedule)).next_at == fourth


async def _drop(town, schedule):
    await saving.drop(town.desk, town.mayor, schedule, at("2026-03-05T06:30:00"))


async def _move(town, schedule):
    to = read_local("2026-03-05T18:00", "to")
    await saving.move(town.desk, town.mayor, schedule, at("2026-03-05T06:30:00"), to)


async def _shift(town, schedule):
    await following.go_on(town.desk, town.mayor, schedule, at("2026-03-05T06:30:00"), Change(time(9, 0)))


async def _close(town, schedule):
    del schedule
    day = datetime(2026, 3, 5, tzinfo=UTC).date()
    await closed.keep(town.desk, town.mayor, [(day, day)])


@pytest.mark.parametrize("change", [_drop, _move, _shift, _close])
async def test_a_date_that_is_due_is_not_lost_by_a_change_of_another(town, change):
    """Made in the moment between its minute and the clock's tick: it leaves all the same, once."""
    schedule, third = await saved(town, skips="own"), at("2026-03-03T06:30:00")
    town.clock.advance(third + 1_000 - town.clock.now_ms())
    await change(town, schedule)
    await firing.tick(town.desk)
    await firing.tick(town.desk)
    assert await decided(town, schedule) == [(third, "fired", None)]


async def test_a_due_date_that_is_held_for_a_second_person_is_not_lost_by_a_change_either(town):
    """It waits on, and is told when nobody answered."""
    await rule(town, DROP, Level.INFO)
    schedule, third = await saved(town), at("2026-03-03T06:30:00")
    town.clock.advance(third - town.clock.now_ms() - 60_000)
    await saving.pause(town.desk, town.mayor, schedule)
    await saving.resume(town.desk, town.mayor, schedule)
    await run_until(town, third + 1_000)
    assert await decided(town, schedule) == []
    await _drop(town, schedule)
    await run_until(town, third + HOUR)
    assert await decided(town, schedule) == [(third, "skipped", "unanswered")]


async def test_a_date_that_was_dropped_is_put_back(town):
    """As it was, days left out by name apart; one that was never dropped, or is past, is none of these."""
    schedule = await saved(town, "RRULE:FREQ=DAILY\nEXDATE:20260305")
    third, fourth = at("2026-03-03T06:30:00"), at("2026-03-04T06:30:00")
    for moment in (third, fourth):
        await saving.drop(town.desk, town.mayor, schedule, moment)
    kept = await plan(town.db, town.station.id, schedule)
    assert [f"{each.at:%d}" for each in restoring.dropped(kept, town.clock.now_ms())] == ["03", "04"]
    await restoring.restore(town.desk, town.mayor, schedule, third)
    assert (await plan(town.db, town.station.id, schedule)).next_at == third
    await run_until(town, fourth)
    for moment in (third, fourth, at("2026-03-05T06:30:00"), at("2026-03-07T06:30:00")):
        with pytest.raises(Refused) as refusal:
            await restoring.restore(town.desk, town.mayor, schedule, moment)
        assert refusal.value.code == "date_unknown"


async def test_a_date_that_is_put_back_on_a_holiday_is_told_to_be_left_out(town):
    """A calendar that came later leaves the day out all the same."""
    schedule = await saved(town, skips="own")
    third = at("2026-03-03T06:30:00")
    await saving.drop(town.desk, town.mayor, schedule, third)
    day = datetime(2026, 3, 3, tzinfo=UTC).date()
    await closed.keep(town.desk, town.mayor, [(day, day)])
    with pytest.raises(Refused) as refusal:
        await restoring.restore(town.desk, town.mayor, schedule, third)
    assert refusal.value.code == "date_excluded"


async def test_to_put_a_date_back_asks_a_second_person(town):
    """Dropping it asked nobody."""
    await rule(town, DROP, Level.INFO)
    schedule, third = await saved(town), at("2026-03-03T06:30:00")
    await agreeing.agree(town.desk, who(town, "operator:le-second"), schedule, 1)
    await saving.drop(town.desk, town.mayor, schedule, third)
    assert not (await plan(town.db, town.station.id, schedule)).waits
    await restoring.restore(town.desk, town.mayor, schedule, third)
    assert (await plan(town.db, town.station.id, schedule)).waits


async def test_each_date_says_its_own_words(town):
    """The menu of the day in place of the usual instruction; a day without has the usual one."""
    schedule = await saved(town)
    menus = texts.read_texts("03/03/2026\tPoulet rôti\tharicots verts\n05/03/2026\tPoisson", 500)
    await texts.keep(town.desk, town.mayor, await plan(town.db, town.station.id, schedule), menus)
    for day in (3, 4, 5):
        await run_until(town, at(f"2026-03-0{day}T06:30:00"))
    alerts = [row["alert_id"] for row in reversed(await town.db.fetch("schedules.decided", schedule, 10))]
    said = [(await alert(town.desk, each)).content.texts["fr"].instruction for each in alerts]
    assert said == ["Poulet rôti, haricots verts", "Fermez vos fenêtres.", "Poisson"]


def test_a_table_comes_as_spreadsheets_give_it():
    """Its heading is no day, and the dishes that stand below one another in a cell are told apart."""
    table = (
        'Date\tMenu\tDessert\r\n03/03/2026\t"Poulet rôti\nharicots verts"\tCompote\r\n05/03/2026\tPoisson\r\n'
    )
    assert list(texts.read_texts(table, 500).values()) == ["Poulet rôti, haricots verts, Compote", "Poisson"]


async def test_words_for_a_day_without_a_message_are_told(town):
    """A text on a day on which nothing leaves would be lost without a word."""
    schedule = await saved(town, "FREQ=WEEKLY;BYDAY=TU")
    kept = await plan(town.db, town.station.id, schedule)
    menus = texts.read_texts("03/03/2026;Poulet\n04/03/2026;Poisson\n10/03/2026;Soupe\n01/04/2026;Riz", 500)
    missed = texts.unsaid(kept, town.clock.now_ms(), menus)
    assert [f"{day:%d/%m}" for day in missed] == ["04/03", "01/04"]


async def test_the_words_of_a_day_go_with_a_date_that_is_moved(town):
    """On the new day those of the old one are said, unless that day has words of its own."""
    schedule = await saved(town)
    menus = texts.read_texts("03/03/2026\tPoulet rôti\n05/03/2026\tPoisson\n06/03/2026\tRaviolis", 500)
    await texts.keep(town.desk, town.mayor, await plan(town.db, town.station.id, schedule), menus)
    for day, to in ((3, "2026-03-04T09:00"), (5, "2026-03-06T09:00")):
        fire_at = at(f"2026-03-0{day}T06:30:00")
        await saving.move(town.desk, town.mayor, schedule, fire_at, read_local(to, "to"))
    since = datetime(2026, 3, 4, tzinfo=UTC).date()
    kept = await texts.texts(town.db, schedule, since)
    assert [kept[since + timedelta(days=n)] for n in (0, 2)] == ["Poulet rôti", "Raviolis"]


@pytest.mark.parametrize(
    "table", ["demain ; soupe", "03/03/2026", "31/02/2026 ; soupe", "03/03/2026;a\n3/3/2026;b", "x" * 100_001]
)
def test_a_table_that_cannot_be_read_is_refused_whole(table):
    """A line that is wrong says so: no menu is put on another day."""
    with pytest.raises(Refused):
        texts.read_texts(table, 500)


async def test_dropping_the_only_date_ends_it(town):
    """Nothing is left to fire."""
    schedule = await saved(town, ONCE)
    await saving.drop(town.desk, town.mayor, schedule, at("2026-03-03T06:30:00"))
    assert (await plan(town.db, town.station.id, schedule)).state == "ended"


async def test_a_date_that_is_none_of_its_dates_cannot_be_dropped(town):
    """Neither one in between nor one that is past."""
    schedule = await saved(town)
    for moment in (at("2026-03-03T06:31:00"), at("2026-03-01T06:30:00")):
        with pytest.raises(Refused, match="none of the dates"):
            await saving.drop(town.desk, town.mayor, schedule, moment)


async def test_a_preview_saves_one_schedule(town):
    """A second click gives the same one."""
    shown = await town.preview(level=Level.INFO, topic="waste")
    wish = Wish(ONCE, read_local("2026-03-03T07:30", "starts"))
    first = await saving.save(town.desk, town.mayor, town.station, shown.digest, wish)
    assert await saving.save(town.desk, town.mayor, town.station, shown.digest, wish) == first


@pytest.mark.parametrize(
    ("changes", "wish", "code"),
    [
        ({"level": Level.DANGER}, Wish(ONCE, read_local("2026-03-03T07:30", "s")), "schedule_danger"),
        ({}, Wish(ONCE, read_local("2026-03-01T07:30", "s")), "schedule_over"),
        ({}, Wish("FREQ=HOURLY", read_local("2026-03-03T07:30", "s")), "rule"),
        ({}, Wish("FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2", read_local("2026-03-03T07:30", "s")), "rule_never"),
        ({}, Wish(ONCE, read_local("2026-03-03T07:30", "s"), "school:Z"), "skip"),
    ],
)
async def test_what_cannot_be_a_schedule_is_refused_before_saving(town, changes, wish, code):
    """Danger is for now; a rule has a date to come, and a calendar that is known."""
    shown = await town.preview(**({"level": Level.INFO, "topic": "waste"} | changes))
    with pytest.raises(Refused) as caught:
        await saving.save(town.desk, town.mayor, town.station, shown.digest, wish)
    assert caught.value.code == code
    assert await town.db.fetch("schedules.of_station", town.station.id, 10) == []


async def test_who_may_not_release_may_not_schedule_nor_stop(town):
    """The level's right is asked at saving and at every change; another station's schedule does not exist."""
    schedule = await saved(town, level=Level.WARNING, topic="fire")
    publisher = mayor_of(town.station, Level.INFO)
    with pytest.raises(NotAllowed):
        await saving.pause(town.desk, publisher, schedule)
    with pytest.raises(Missing):
        await saving.end(town.desk, mayor_of(town.neighbour), schedule)
