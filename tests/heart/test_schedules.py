"""Schedules: saved from a preview, fired at their minute, once; late ones skipped and said to be; by two nodes as by one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from heart.scheduled import at, decided, run_until, saved
from heart.town import bounded
from heart.troubled_store import FullDisk, TroubledStore

from alertd.clock import DAY, HOUR, MINUTE, SECOND, to_ms
from alertd.errors import Conflict, Unavailable
from alertd.model import Level
from alertd.schedule import firing, saving
from alertd.schedule.plans import plan
from alertd.schedule.saving import ONCE
from alertd.schedule.stamps import read_local
from alertd.stations import stations


async def test_a_message_for_later_leaves_at_its_minute_and_once(town):
    """Nothing before; then an alert to those who are there now, also who joined since; nothing more after."""
    await town.person()
    schedule = await saved(town, ONCE)
    newcomer = await town.person()
    await run_until(town, at("2026-03-03T06:29:59"))
    assert await decided(town, schedule) == []
    await run_until(town, at("2026-03-03T06:30:00"))
    assert await decided(town, schedule) == [(at("2026-03-03T06:30:00"), "fired", "doubled")]
    await town.run()
    assert newcomer in {row["endpoint_id"] >> 8 for row in await town.deliveries()}
    assert len(await town.deliveries()) == 2
    await run_until(town, at("2026-03-06T06:30:00"))
    assert len(await decided(town, schedule)) == 1
    assert (await plan(town.db, town.station.id, schedule)).state == "ended"


async def test_half_past_seven_stays_half_past_seven_when_the_clock_changes(town):
    """In local time: 6:30 UTC in winter, 5:30 from the last Sunday of March on."""
    schedule = await saved(town, starts="2026-03-27T07:30")
    for day in ("27T06:30", "28T06:30", "29T05:30", "30T05:30"):
        await run_until(town, at(f"2026-03-{day}:00"))
    assert [fire_at for fire_at, _, _ in await decided(town, schedule)] == [
        at(f"2026-03-{day}:00") for day in ("27T06:30", "28T06:30", "29T05:30", "30T05:30")
    ]


@pytest.mark.parametrize(
    ("level", "topic", "late", "state"),
    [
        (Level.INFO, "waste", 2 * HOUR, "fired"),
        (Level.INFO, "waste", 2 * HOUR + 1, "skipped"),
        (Level.WARNING, "fire", 30 * MINUTE, "fired"),
        (Level.WARNING, "fire", 30 * MINUTE + 1, "skipped"),
    ],
)
async def test_what_is_later_than_its_grace_is_skipped_and_reported(town, level, topic, late, state):
    """Two hours for an information, half an hour for a warning; a skipped one is in the audit and the schedule goes on."""
    schedule = await saved(town, level=level, topic=topic)
    await run_until(town, at("2026-03-03T06:30:00") + late)
    assert [what for _, what, _ in await decided(town, schedule)] == [state]
    assert (await plan(town.db, town.station.id, schedule)).next_at == at("2026-03-04T06:30:00")
    reported = await town.db.fetch("schedules.skipped_lately", town.station.id, 0, 10)
    assert [row["reason"] for row in reported] == (["late"] if state == "skipped" else [])


async def test_every_date_missed_while_the_node_was_down_is_reported_one_by_one(town):
    """Five days away: four are skipped, today's is sent."""
    schedule = await saved(town)
    await run_until(town, at("2026-03-07T07:00:00"))
    assert [what for _, what, _ in await decided(town, schedule)] == ["skipped"] * 4 + ["fired"]


async def test_a_clock_set_back_sends_nothing_twice(town):
    """What was decided stays decided, whatever the clock on the wall says next."""
    schedule = await saved(town)
    await run_until(town, at("2026-03-03T06:30:10"))
    await run_until(town, at("2026-03-03T06:29:00"))
    await run_until(town, at("2026-03-03T06:30:00"))
    assert len(await decided(town, schedule)) == 1
    assert len(await town.db.fetch("heart.messages")) == 1


async def test_a_date_put_on_a_clock_that_was_set_back_is_not_sent_twice(town):
    """A change made meanwhile finds the date anew, and what follows it is not lost."""
    schedule = await saved(town)
    await run_until(town, at("2026-03-03T06:30:10"))
    await run_until(town, at("2026-03-03T06:29:00"))
    await saving.pause(town.desk, town.mayor, schedule)
    await saving.resume(town.desk, town.mayor, schedule)
    await run_until(town, at("2026-03-03T06:30:00"))
    await run_until(town, at("2026-03-04T06:30:00"))
    assert [what for _, what, _ in await decided(town, schedule)] == ["fired", "fired"]
    assert len(await town.db.fetch("heart.messages")) == 2


async def test_two_nodes_fire_once(postgres_town):
    """Both tick at the same instant: one occurrence, one event."""
    town = postgres_town
    schedules = [await saved(town) for _ in range(3)]
    town.clock.advance(at("2026-03-03T06:30:00") - town.clock.now_ms())
    await bounded(asyncio.gather(*(firing.tick(town.desk) for _ in range(4))))
    assert [len(await decided(town, each)) for each in schedules] == [1, 1, 1]
    assert len(await town.db.fetch("heart.messages")) == 3


async def test_wherever_the_disk_fails_a_firing_is_whole_or_not_at_all(town):
    """Each statement in turn finds the disk full: neither occurrence nor event nor next date; then it fires."""
    await town.person()
    schedule = await saved(town)
    town.clock.advance(at("2026-03-03T06:30:00") - town.clock.now_ms())
    for place in range(100):
        desk = replace(town.desk, db=TroubledStore(town.db, FullDisk(place)))
        try:
            await firing.tick(desk)
        except Unavailable:
            assert await decided(town, schedule) == []
            assert await town.db.fetch("heart.messages") == []
            continue
        break
    assert place > 10
    assert [what for _, what, _ in await decided(town, schedule)] == ["fired"]


async def test_a_schedule_changed_while_it_fires_is_decided_by_one_of_the_two(town):
    """The change that was read before the firing is refused; the firing that was read before a change does nothing."""
    schedule = await saved(town)
    read = await plan(town.db, town.station.id, schedule)
    await run_until(town, at("2026-03-03T06:30:00"))
    with pytest.raises(Conflict) as caught:
        await saving._change(town.desk, town.mayor, read, replace(read, state="paused"), "schedule.pause")
    assert caught.value.code == "schedule_changed"
    due = await plan(town.db, town.station.id, schedule)
    await saving.end(town.desk, town.mayor, schedule)
    town.clock.advance(DAY)
    await firing._decide(town.desk, due)
    assert len(await decided(town, schedule)) == 1


async def test_nothing_fires_while_paused_and_what_passed_is_not_made_up_for(town):
    """Resumed, it goes on with the next date."""
    schedule = await saved(town)
    await saving.pause(town.desk, town.mayor, schedule)
    await run_until(town, at("2026-03-05T06:30:00"))
    await saving.resume(town.desk, town.mayor, schedule)
    await run_until(town, at("2026-03-06T06:30:00"))
    assert [fire_at for fire_at, _, _ in await decided(town, schedule)] == [at("2026-03-06T06:30:00")]


async def test_schedules_that_are_broken_do_not_silence_the_others(town):
    """What cannot be read stays, and is logged; the next one fires, though more are broken than are read at a time."""
    broken, whole = await saved(town), await saved(town, starts="2026-03-03T07:30:01")
    await town.do("heart.break_schedule", broken)
    for copy in range(firing.AT_ONCE):
        await town.do("heart.copy_schedule", broken, 1_000 + copy)
    await run_until(town, at("2026-03-03T06:30:01"))
    assert [what for _, what, _ in await decided(town, whole)] == ["fired"]
    assert await decided(town, broken) == []


async def test_what_cannot_be_sent_any_more_is_skipped_with_its_reason(town):
    """A suspended station sends nothing; the schedule says why, and goes on when it is let in again."""
    schedule = await saved(town)
    async with town.db.transaction() as tx:
        await stations.suspend(tx, town.station.id, town.clock.now_ms())
    await run_until(town, at("2026-03-03T06:30:00"))
    async with town.db.transaction() as tx:
        await stations.suspend(tx, town.station.id, None)
    await run_until(town, at("2026-03-04T06:30:00"))
    assert [(what, why) for _, what, why in await decided(town, schedule)] == [
        ("skipped", "station_suspended"),
        ("fired", None),
    ]


async def test_a_year_of_mondays_save_holidays_each_at_its_minute_and_none_twice(sqlite, clock):
    """Every Monday at 7:30 save public holidays in Moselle and the holidays of zone B, with the node away for a week."""
    from heart.town import build
    from holidays import country_holidays

    town = await build(sqlite, clock)
    schedule = await saved(town, "FREQ=WEEKLY;BYDAY=MO", "2026-03-02T07:30", "public:57,school:B")
    away = at("2026-09-20T00:00:00")
    while (due := (await plan(town.db, town.station.id, schedule)).next_at) < at("2027-03-02T00:00:00"):
        late = 7 * DAY if away < due < away + 7 * DAY else 40 * SECOND
        await run_until(town, due + late)
        await firing.tick(town.desk)
    public = country_holidays("FR", subdiv="57")
    school = country_holidays("FR", subdiv="Zone B", categories=("school",))
    first = read_local("2026-03-09T07:30", "first")
    mondays = [first + timedelta(days=7 * week) for week in range(51)]
    meant = [each for each in mondays if each.date() not in public and each.date() not in school]
    found = await decided(town, schedule)
    assert [fire_at for fire_at, _, _ in found] == [
        to_ms(each.replace(tzinfo=saving_zone(town))) for each in meant
    ]
    assert [why for _, what, why in found if what == "skipped"] == ["late"]


def saving_zone(town):
    from zoneinfo import ZoneInfo

    return ZoneInfo(town.station.timezone)
