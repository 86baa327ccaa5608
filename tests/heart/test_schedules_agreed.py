"""A second person agrees to what a schedule will say, as to what is sent at once; and its new words promote nobody."""

from datetime import UTC, datetime, time

import pytest
from heart.scheduled import at, decided, run_until, saved
from heart.test_approval import rule, who

from alertd.clock import DAY, MINUTE
from alertd.errors import Conflict, NotAllowed, Refused
from alertd.model import Level, Role
from alertd.publish.board import board
from alertd.schedule import agreeing, following, saving, texts
from alertd.schedule.following import Change
from alertd.schedule.plans import plan, skipped
from alertd.schedule.stamps import read_local
from alertd.stations import approval_rules
from alertd.stations.approval_rules import DROP, SEND, Rule

THIRD = datetime(2026, 3, 3, tzinfo=UTC).date()
FIRST, SECOND_DATE = at("2026-03-03T06:30:00"), at("2026-03-04T06:30:00")


async def _plan(town, schedule):
    return await plan(town.db, town.station.id, schedule)


async def _agreed(town, schedule, actor=None):
    version = (await _plan(town, schedule)).version
    await agreeing.agree(town.desk, actor or who(town, "operator:le-second"), schedule, version)


@pytest.fixture
async def asked(town):
    """An information of every day, saved by the mayor where informations want a second person."""
    await town.person()
    await rule(town, DROP, Level.INFO)
    return await saved(town)


async def test_the_mayor_s_own_schedule_waits_for_somebody_else(town, asked):
    """Nobody agrees to their own; a program agrees to nothing; who agrees lets it leave."""
    with pytest.raises(NotAllowed) as own:
        await _agreed(town, asked, town.mayor)
    with pytest.raises(NotAllowed) as program:
        await _agreed(town, asked, who(town, "key:1", None, Level.DANGER))
    with pytest.raises(NotAllowed):
        await _agreed(town, asked, who(town, "operator:lecteur", Role.READER, None))
    assert (own.value.code, program.value.code) == ("approval_own", "approval_person")
    await _agreed(town, asked)
    await run_until(town, FIRST)
    assert await decided(town, asked) == [(FIRST, "fired", None)]


async def test_nothing_leaves_that_nobody_agreed_to_and_that_is_told(town, asked):
    """The date is skipped for that reason; the next one leaves once somebody agreed."""
    await run_until(town, FIRST)
    assert [one.reason for one in await skipped(town.db, town.station.id, 0)] == ["unanswered"]
    await _agreed(town, asked)
    await run_until(town, SECOND_DATE)
    assert [state for _, state, _ in await decided(town, asked)] == ["skipped", "fired"]


@pytest.mark.parametrize(("otherwise", "state"), [(SEND, "fired"), (DROP, "skipped")])
async def test_a_date_that_comes_soon_waits_as_long_as_what_is_sent_at_once(town, otherwise, state):
    """Ten minutes for anyone and ten for deputies; then it leaves or not, as the station chose."""
    await town.person()
    await rule(town, otherwise, Level.INFO)
    town.clock.advance(FIRST - town.clock.now_ms() - 2 * MINUTE)
    schedule = await saved(town, saving.ONCE)
    await run_until(town, FIRST)
    assert await decided(town, schedule) == []
    await run_until(town, FIRST + 18 * MINUTE)
    assert [found for _, found, _ in await decided(town, schedule)] == [state]


async def test_a_date_is_held_no_longer_than_it_is_worth_sending(town):
    """A warning is sent half an hour late at most: where two have an hour to answer it is skipped then, and said to be unanswered."""
    await town.person()
    async with town.db.transaction() as tx:
        await approval_rules.decide(tx, town.station, Level.WARNING, Rule(30, 30, SEND))
    town.clock.advance(FIRST - town.clock.now_ms() - 2 * MINUTE)
    schedule = await saved(town, saving.ONCE, level=Level.WARNING, topic="road")
    await run_until(town, FIRST + 29 * MINUTE)
    assert await decided(town, schedule) == []
    await run_until(town, FIRST + 31 * MINUTE)
    assert await decided(town, schedule) == [(FIRST, "skipped", "unanswered")]


async def test_agreement_while_it_is_held_lets_it_leave_at_once(town):
    """A little late, in its grace."""
    await town.person()
    await rule(town, DROP, Level.INFO)
    town.clock.advance(FIRST - town.clock.now_ms() - 2 * MINUTE)
    schedule = await saved(town, saving.ONCE)
    await run_until(town, FIRST + MINUTE)
    await _agreed(town, schedule)
    await run_until(town, FIRST + 2 * MINUTE)
    assert await decided(town, schedule) == [(FIRST, "fired", None)]


async def _texts(town, schedule, actor):
    await texts.keep(town.desk, actor, await _plan(town, schedule), {THIRD: "Tout autre chose"})


async def _move(town, schedule, actor):
    await saving.move(town.desk, actor, schedule, FIRST, read_local("2026-03-03T18:00", "to"))


async def _resume(town, schedule, actor):
    await saving.pause(town.desk, actor, schedule)
    await saving.resume(town.desk, actor, schedule)


async def _shift(town, schedule, actor):
    return await following.go_on(town.desk, actor, schedule, SECOND_DATE, Change(time(11, 45)))


@pytest.mark.parametrize("change", [_texts, _move, _resume, _shift])
async def test_whoever_changes_what_it_will_say_or_when_asks_a_second_person_anew(town, asked, change):
    """Their own name is asked for; the author of the schedule may be the one who agrees."""
    await _agreed(town, asked)
    publisher = who(town, "operator:le-publisher", Role.PUBLISHER)
    changed = await change(town, asked, publisher) or asked
    assert (await _plan(town, changed)).asked_by == publisher.name
    with pytest.raises(NotAllowed):
        await _agreed(town, changed, publisher)
    await _agreed(town, changed, town.mayor)
    assert (await _plan(town, changed)).asked_by is None


async def test_to_take_away_asks_nobody(town, asked):
    """A date that is dropped, a pause."""
    await _agreed(town, asked)
    publisher = who(town, "operator:le-publisher", Role.PUBLISHER)
    await saving.drop(town.desk, publisher, asked, FIRST)
    await saving.pause(town.desk, publisher, asked)
    assert (await _plan(town, asked)).asked_by is None


async def test_what_changed_since_it_was_shown_is_not_agreed_to(town, asked):
    """Whoever agrees agrees to what they read."""
    read = (await _plan(town, asked)).version
    await _texts(town, asked, town.mayor)
    with pytest.raises(Conflict):
        await agreeing.agree(town.desk, who(town, "operator:le-second"), asked, read)


async def test_what_nobody_agreed_to_is_not_announced_to_the_public(town, asked):
    """The board tells what schedules will say once somebody agreed."""
    now = town.clock.now_ms()
    assert (await board(town.db, town.station, now)).planned == ()
    await _agreed(town, asked)
    assert len((await board(town.db, town.station, now)).planned) == 1


async def test_new_words_in_an_electoral_period_are_ticked_and_logged(town):
    """Replaced texts, and a schedule that begins anew; taking the texts away asks nothing."""
    schedule = await saved(town, topic="council")
    async with town.db.transaction() as tx:
        await tx.execute("elections.set", town.station.id, 0, town.clock.now_ms() + 30 * DAY)
    for change in (_texts, _shift):
        with pytest.raises(Refused) as refusal:
            await change(town, schedule, town.mayor)
        assert refusal.value.code == "election_tick"
    said = {THIRD: "Conseil municipal"}
    await texts.keep(town.desk, town.mayor, await _plan(town, schedule), said, neutral=True)
    await texts.keep(town.desk, town.mayor, await _plan(town, schedule), {})
    rows = [row for row in await town.db.fetch("people.all_audit") if row["action"] == "election.tick"]
    assert [row["object"] for row in rows] == [f"schedule:{schedule}"]
