"""The clocks are set back by hours: nothing waits for an hour to come round once more, and an hour that was chosen stands."""

import asyncio

import pytest
from heart.provider import HANG
from heart.town import CIRCLE, PUSH, SMS, bounded, build, phone, settings

from alertd.clock import HOUR, MINUTE, SECOND
from alertd.issue import colleagues, countdown, release
from alertd.model import Channel, Level, Role, State, Target
from alertd.settings.silence import Silence
from alertd.stations import operators
from alertd.subscribe import contacts

HOLD_MS = 10 * SECOND
LEASE_MS = round(settings().sending.lease_s * SECOND)
MAYOR = "+33639980801"


@pytest.fixture
async def looking(town):
    """A person has lived there since yesterday, and the node has looked at the clock before."""
    await town.person()
    town.clock.advance(24 * HOUR)
    await town.keep_house()
    return town


async def test_what_was_released_before_leaves_at_once(looking):
    """Between its release and its fan-out three hours were taken away: it does not wait for them."""
    await looking.release()
    looking.clock.set_back(3 * HOUR)
    await looking.run()
    await looking.run()
    assert looking.provider.addresses == [phone(1)]
    await looking.books()


async def test_a_node_that_starts_after_it_takes_up_what_was_released(looking):
    """The clock was set while the node was down: nobody saw it happen."""
    await looking.release()
    looking.clock.advance(-3 * HOUR)
    await looking.node.tend.start()
    await looking.run()
    assert looking.provider.addresses == [phone(1)]


async def test_an_hour_that_was_chosen_stands(looking):
    """What is for this evening is not sent because a clock was wrong."""
    now = looking.clock.now_ms()
    await looking.release(level=Level.INFO, topic="council", onset=now + 2 * HOUR, expires=now + 9 * HOUR)
    looking.clock.set_back(HOUR)
    await looking.run()
    await looking.later(3 * HOUR - SECOND)
    assert looking.provider.addresses == []
    await looking.later(2 * SECOND)
    assert looking.provider.addresses == [phone(1)]


async def test_what_may_still_be_taken_back_may_be_for_as_long(looking):
    """The seconds in which an information can be undone begin anew, and are as many."""
    shown = await looking.preview(level=Level.INFO, topic="council")
    await release(looking.desk, looking.mayor, looking.station, shown.digest, hold_ms=HOLD_MS)
    looking.clock.set_back(HOUR)
    await looking.run()
    await looking.later(HOLD_MS - 2 * SECOND)
    assert looking.provider.addresses == []
    await looking.later(3 * SECOND)
    assert looking.provider.addresses == [phone(1)]


async def test_a_silence_lasts_no_longer(db, clock):
    """The SMS of a warning follows a silent phone after two minutes, whatever the clock on the wall said meanwhile."""
    chosen = settings(channels=("sms", "push"))
    policy = Silence.model_validate({"warning": {"sms_after_s": 120}})
    town = await build(db, clock, chosen.model_copy(update={"silence": policy}))
    await town.person(push=1)
    await town.keep_house()
    await town.release(level=Level.WARNING, topic="road", channels=frozenset({SMS, PUSH}))
    await town.run()
    clock.set_back(HOUR)
    await town.later(MINUTE)
    assert phone(1) not in town.provider.addresses
    await town.later(MINUTE + SECOND)
    assert phone(1) in town.provider.addresses
    assert await town.states() == {State.ACCEPTED: 2}


async def test_a_countdown_begins_again(looking):
    """Nobody's seconds to stop it are taken away, and it ends."""
    async with looking.db.transaction() as tx:
        one = await operators.add(tx, looking.clock, login="mairie", name="La maire")
        await operators.set_role(tx, one.id, looking.station.id, Role.MAYOR)
    alert = await countdown.arm(looking.desk, looking.mayor, (await looking.preview()).digest)
    looking.clock.advance(8 * SECOND)
    looking.clock.set_back(5 * HOUR)
    await countdown.step(looking.desk)
    assert 9 * SECOND < (await countdown.latest(looking.db, alert)).left_ms <= countdown.LASTS_MS
    looking.clock.advance(countdown.LASTS_MS)
    await countdown.step(looking.desk)
    await looking.run()
    assert looking.provider.addresses == [phone(1)]


ANYWHERE = {"zone": Target(zone=CIRCLE), "station": Target(station=True)}


@pytest.mark.parametrize("target", ANYWHERE)
async def test_who_joined_in_the_hours_taken_away_is_told(looking, target):
    """They joined before the release, whatever hour that was by the clock of then: the preview counted them, and so does the fan-out."""
    await looking.desk.joined.begin(looking.db, looking.clock)
    looking.clock.advance(HOUR)
    joined = await looking.person()
    looking.clock.set_back(3 * HOUR)
    shown = await looking.preview(target=ANYWHERE[target])
    released = await looking.release(target=ANYWHERE[target])
    await looking.spread()
    assert joined in await looking.people_of(released)
    assert len(await looking.people_of(released)) == shown.people


@pytest.mark.parametrize("target", ANYWHERE)
async def test_so_they_are_by_what_leaves_later_and_by_a_node_that_starts_after_it(looking, target):
    """What was released in the hours that came twice for an hour of them; the clock was set while no node looked."""
    looking.clock.advance(HOUR)
    joined = await looking.person()
    looking.clock.advance(-3 * HOUR)
    await looking.desk.joined.begin(looking.db, looking.clock)
    now = looking.clock.now_ms()
    later = {"onset": now + 4 * HOUR, "expires": now + 9 * HOUR, "target": ANYWHERE[target]}
    released = await looking.release(level=Level.INFO, topic="council", **later)
    await looking.later(4 * HOUR)
    assert joined in await looking.people_of(released)


@pytest.mark.parametrize("target", ANYWHERE)
async def test_who_joins_later_stays_out_of_it(looking, target):
    """Nobody new gets what was released before they came, in the hours that came twice as in any other."""
    await looking.desk.joined.begin(looking.db, looking.clock)
    looking.clock.set_back(3 * HOUR)
    now = looking.clock.now_ms()
    later = {"onset": now + HOUR, "expires": now + 9 * HOUR, "target": ANYWHERE[target]}
    released = await looking.release(level=Level.INFO, topic="council", **later)
    looking.clock.advance(MINUTE)
    late = await looking.person()
    await looking.later(HOUR)
    assert late not in await looking.people_of(released)


async def test_a_place_that_ended_before_the_release_is_none(looking):
    """People had joined by a later hour; what they have left was left by the hour of the release."""
    await looking.desk.joined.begin(looking.db, looking.clock)
    looking.clock.set_back(3 * HOUR)
    gone = await looking.person(valid_until=looking.clock.now_ms() + MINUTE)
    stays = await looking.person(valid_until=looking.clock.now_ms() + HOUR)
    looking.clock.advance(2 * MINUTE)
    released = await looking.release()
    await looking.spread()
    assert {gone, stays} & await looking.people_of(released) == {stays}


async def test_operators_are_told_at_once(looking):
    """Of what was released just before; as soon as they would have been, with the seconds for second thoughts."""
    async with looking.db.transaction() as tx:
        one = await operators.add(tx, looking.clock, login="mairie", name="La maire")
        await operators.set_role(tx, one.id, looking.station.id, Role.MAYOR)
        await contacts.give(tx, looking.clock, looking.desk.keyring, "cli", "mairie", Channel.SMS, MAYOR)
    shown = await looking.preview(level=Level.WARNING, topic="road")
    await release(looking.desk, looking.mayor, looking.station, shown.digest, hold_ms=HOLD_MS)
    looking.clock.set_back(3 * HOUR)
    await colleagues.step(looking.desk)
    await looking.later(HOLD_MS - SECOND)
    await colleagues.step(looking.desk)
    await looking.run()
    assert MAYOR not in looking.provider.addresses
    await looking.later(2 * SECOND)
    await colleagues.step(looking.desk)
    await looking.run()
    assert MAYOR in looking.provider.addresses


@pytest.mark.parametrize("level", [Level.DANGER, Level.WARNING])
async def test_a_node_that_was_taken_for_dead_goes_on_after_it(looking, level):
    """Frozen past its lease with an answer to come, its work recovered by another node, then the clocks set back: the late answer
    counts, nobody is told more often than a doubt allows, and neither node is taken for dead anew."""
    town, other = looking, await looking.another_node("two")
    await town.person()
    town.provider.plays(phone(1), HANG)
    released = await town.release(level=level)
    await town.spread()
    sending = asyncio.create_task(town.node.dispatch.step(town.node.lines[SMS]))
    await bounded(town.provider.holding.wait())
    town.clock.advance(LEASE_MS + SECOND)
    await town.keep_house(other)
    assert (await town.states(released))[State.UNKNOWN] == 2
    town.clock.set_back(3 * HOUR)
    await town.keep_house(other)
    if level is Level.DANGER:
        await town.hand_over(other)
    town.provider.let_go.set()
    await bounded(sending)
    for _ in range(3):
        await town.keep_house(other)
        await town.later(25 * SECOND)
    assert await town.states(released) == {State.ACCEPTED: 2}
    assert town.provider.addresses.count(phone(1)) == (2 if level is Level.DANGER else 1)
    assert all(row["closed_at"] for row in await town.attempts())
    assert not await town.db.fetch("nodes.lost", other.id, LEASE_MS)
    await town.books()
