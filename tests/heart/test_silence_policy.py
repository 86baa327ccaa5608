"""Delays chosen: by the station, the one above, the instance; what the preview tells of them, and when nothing waits at all."""

from dataclasses import replace

import pytest
from heart.far_end import report
from heart.town import EMAIL, PUSH, SMS, VOICE, build, device, landline, mailbox, phone, settings
from heart.waiting import reasons, reference

from alertd.clock import HOUR, MINUTE, SECOND
from alertd.issue.release import release
from alertd.model import Level, State, Target
from alertd.settings.silence import Silence
from alertd.stations import silence, stations
from alertd.stations.stations import NewStation
from gateways.contract import Outcome

POLICY = {"warning": {"sms_after_s": 120, "voice_after_s": 300}, "info": {"sms_after_s": 60}}
WARNING = {"level": Level.WARNING, "topic": "road", "channels": frozenset({SMS, PUSH})}
DELAYS = {SMS: 120, VOICE: 300}


@pytest.fixture
async def town(db, clock):
    """A town whose instance has a policy; the books balance after each test."""
    chosen = settings(channels=("sms", "email", "push", "voice"))
    town = await build(db, clock, chosen.model_copy(update={"silence": Silence.model_validate(POLICY)}))
    yield town
    await town.books()


async def decide(town, level, delays, station=None):
    """The station's own delays."""
    async with town.db.transaction() as tx:
        await silence.decide(tx, station or town.station, level, delays)


async def test_sms_and_calls_have_their_own_delays(town):
    """Two minutes for the SMS, five for the call; what is read in between stops the call alone."""
    for _ in range(2):
        await town.person(push=1, voice=1)
    await town.release(**WARNING | {"channels": frozenset({SMS, PUSH, VOICE})})
    await town.run()
    await town.later(2 * MINUTE + SECOND)
    assert len(town.provider.ledger) == 4
    await report(town, (reference(town, phone(1)), Outcome.SEEN))
    await town.later(3 * MINUTE)
    assert not town.provider.to(landline(1))
    assert town.provider.to(landline(2))


async def test_a_danger_never_waits(town):
    """Every endpoint at once, whatever the policies say."""
    await town.person(push=1)
    await town.release(channels=frozenset({SMS, PUSH}))
    await town.run()
    assert sorted(town.provider.addresses) == sorted([device(1), phone(1)])


async def test_without_a_notification_nothing_waits(town):
    """Push was not chosen: nobody could acknowledge."""
    await town.person(push=1, email=1)
    await town.release(**WARNING | {"channels": frozenset({SMS, EMAIL})})
    await town.run()
    assert sorted(town.provider.addresses) == sorted([phone(1), mailbox(1)])


async def test_what_would_come_due_too_late_is_sent_at_once(town):
    """Nothing may leave after a minute: an SMS that waits for two would never be sent."""
    await town.person(push=1)
    await town.release(**WARNING, deliver_by=town.clock.now_ms() + MINUTE)
    await town.run()
    assert sorted(town.provider.addresses) == sorted([device(1), phone(1)])


@pytest.mark.parametrize("late", [MINUTE, 2 * MINUTE])
async def test_what_fans_out_late_is_not_lost(town, late):
    """In time at the preview, too late by the hour of fan-out, were it by a moment: the SMS is queued at once."""
    await town.person(push=1)
    await town.release(**WARNING, deliver_by=town.clock.now_ms() + 3 * MINUTE)
    await town.later(late)
    assert sorted(town.provider.addresses) == sorted([device(1), phone(1)])


async def test_the_delay_begins_with_the_alert(town):
    """Released for later: the two minutes are counted from its onset."""
    await town.person(push=1)
    onset = town.clock.now_ms() + HOUR
    await town.release(**WARNING, onset=onset)
    await town.run()
    assert await town.deliveries() == []
    await town.later(HOUR)
    (due,) = [row["due_at"] for row in await town.deliveries() if row["channel"] == SMS]
    assert 0 <= due - onset - 2 * MINUTE < MINUTE  # PostgreSQL's clock goes on meanwhile


async def test_what_runs_keeps_the_policy_that_was_shown(town):
    """Neither a change after the preview nor one after the release touches it."""
    await town.person(push=1)
    shown = await town.preview(**WARNING)
    assert shown.content.silence == {SMS: 120}
    await decide(town, Level.WARNING, {SMS: 5})
    await release(town.desk, town.mayor, town.station, shown.digest)
    await decide(town, Level.WARNING, {})
    await town.run()
    await town.later(MINUTE)
    assert town.provider.addresses == [device(1)]
    await town.later(MINUTE + SECOND)
    assert town.provider.addresses == [device(1), phone(1)]


async def test_a_station_decides_for_itself_else_the_one_above_else_the_instance(town):
    """Its own, its parent's, the instance's; off is a decision, and default takes it back."""
    async with town.db.transaction() as tx:
        new = NewStation(
            "ecole", "École", town.station.latitude, town.station.longitude, parent="bras-sur-meuse"
        )
        school = await stations.add(tx, town.clock, new)

    async def policy(level=Level.WARNING):
        return await silence.policy(town.db, school, level, town.desk.settings.silence)

    assert await policy() == silence.Policy(Level.WARNING, DELAYS, None)
    await decide(town, Level.WARNING, {SMS: 30})
    assert await policy() == silence.Policy(Level.WARNING, {SMS: 30}, "bras-sur-meuse")
    await decide(town, Level.WARNING, {}, school)
    assert await policy() == silence.Policy(Level.WARNING, {}, "ecole")
    assert await policy(Level.INFO) == silence.Policy(Level.INFO, {SMS: 60}, None)
    await decide(town, Level.WARNING, None, school)
    assert (await policy()).slug == "bras-sur-meuse"
    assert (await policy(Level.DANGER)).delays == {}


async def test_the_preview_tells_both_bounds(db, clock):
    """Two SMS of two segments, one of which waits: at ten cents and two a second, twenty to forty cents, and two minutes."""
    chosen = settings(
        {"name": "Bras", "rate": 2, "burst": 1, "unit": "segment", "price": 0.1}, channels=("sms",)
    )
    gateway = {"driver": "played", "channels": ["push"]}
    table = chosen.model_dump() | {"silence": POLICY}
    table["gateways"]["bell"] = gateway
    town = await build(db, clock, type(chosen).model_validate(table))
    await town.person(push=1)
    await town.person()
    told = await town.preview(**WARNING)
    assert (told.endpoints, told.delayed, told.content.silence) == ({SMS: 2, PUSH: 1}, {SMS: 1}, {SMS: 120})
    assert (told.price_low, told.price) == (0.2, 0.4)
    assert told.last_s == 120.5
    assert told.first_s is not None
    assert told.first_s < 1
    at_once = await town.preview(**WARNING | {"channels": frozenset({SMS})})
    assert (at_once.price_low, at_once.price, at_once.delayed, at_once.content.silence) == (0.4, 0.4, {}, {})
    assert at_once.last_s < 2


async def test_an_update_tells_a_lower_bound_that_will_hold(db, clock):
    """Who was told by SMS hears the update by SMS at once: the lowest price is not promised without theirs."""
    town = await build(
        db,
        clock,
        settings(channels=("sms", "email", "push")).model_copy(
            update={"silence": Silence.model_validate(POLICY)}
        ),
    )
    await town.person(push=1)
    released = await town.release(**WARNING)
    await town.run()
    assert (await town.preview(alert_id=released.alert_id, **WARNING)).delayed == {SMS: 1}
    await town.later(2 * MINUTE + SECOND)
    assert (await town.preview(alert_id=released.alert_id, **WARNING)).delayed == {SMS: 0}
    await town.books()


async def test_a_policy_is_not_the_authors(town):
    """A program that repeats its content at release need not know the station's delays."""
    await town.person(push=1)
    content = town.content(**WARNING)
    shown = await town.preview(content)
    assert shown.content == replace(content, silence={SMS: 120})
    released = await release(town.desk, town.mayor, town.station, shown.digest, content)
    await town.run()
    assert (SMS, State.WAITING, "silence") in await reasons(town, released)


async def test_the_whole_station_waits_as_a_zone_does(town):
    """Another target, the same rows."""
    await town.person(push=1)
    await town.release(**WARNING, target=Target(station=True))
    await town.run()
    assert town.provider.addresses == [device(1)]
