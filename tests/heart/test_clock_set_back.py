"""The clocks are set back by hours: nothing waits for an hour to come round once more, and an hour that was chosen stands."""

import pytest
from heart.town import PUSH, SMS, build, phone, settings

from alertd.clock import HOUR, MINUTE, SECOND
from alertd.issue import countdown, release
from alertd.model import Level, Role, State
from alertd.settings.silence import Silence
from alertd.stations import operators

HOLD_MS = 20 * SECOND


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
