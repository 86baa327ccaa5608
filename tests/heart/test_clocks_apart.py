"""A node's clock is hours off the store's: what is over is over by the store's, which all nodes share."""

from heart.town import build, phone

from alertd.clock import HOUR, SetClock
from alertd.model import State


async def test_a_node_that_is_ahead_leaves_nobody_out(postgres, clock):
    """It takes up another one's alert, whose last hour has passed by its own clock: everyone is told."""
    town = await build(postgres, clock)
    await town.person()
    released = await town.release()
    SetClock.advance(clock, 3 * HOUR)  # the node's alone: PostgreSQL tells its own time
    await town.run()
    assert town.provider.addresses == [phone(1)]
    assert await town.states(released) == {State.ACCEPTED: 1}
    await town.books()


async def test_a_node_that_is_behind_says_nothing_that_is_over(postgres, clock):
    """Too late by the store's clock: nothing is listed any more, whatever the node's own says."""
    town = await build(postgres, clock)
    await town.person()
    released = await town.release()
    clock.advance(3 * HOUR)
    SetClock.advance(clock, -3 * HOUR)
    await town.spread()
    assert await town.deliveries(released) == []
