"""Routes that were put in another order between two lives of a node: what stood in a queue leaves by whoever works."""

import pytest
from heart.owned import owned, settings

from alertd.clock import SECOND
from alertd.model import State
from gateways.contract import Trouble

BRAS = ["bras-sur-meuse"]
ORDERS = [
    pytest.param({}, ["old"], {}, ["new", "old"], id="both shared"),
    pytest.param({"old": BRAS}, [], {"new": BRAS, "old": BRAS}, [], id="both its own"),
    pytest.param({"old": BRAS}, [], {}, ["new", "old"], id="its own, then shared"),
]


@pytest.mark.parametrize(("own", "shared", "own_then", "shared_then"), ORDERS)
async def test_an_account_put_before_one_that_is_closed_takes_its_queue(
    db, clock, own, shared, own_then, shared_then
):
    """The only account has no credit left; a danger stands there. Another is opened and written before it: everyone is told, once,
    and what is released when the old one works again leaves by the new.
    """
    house = await owned(db, clock, settings(own, shared))
    house.far["old"].down, house.far["old"].trouble = True, Trouble.CREDIT
    danger = await house.release(house.town.station)
    await house.pass_time(5 * SECOND)
    assert await house.town.states(danger) == {State.QUEUED: 10}
    await house.start(settings(own_then, shared_then))
    await house.pass_time(5 * SECOND)
    assert await house.town.states(danger) == {State.ACCEPTED: 10}
    assert house.said() == {"new": 10}
    house.far["old"].down = False
    await house.pass_time(20 * SECOND)
    await house.release(house.town.station)
    await house.pass_time(2 * SECOND)
    assert house.said() == {"new": 20}
    await house.town.books()
