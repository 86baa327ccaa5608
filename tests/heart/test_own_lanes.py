"""Own gateways: in the queue of an account that is down, what nobody may say now holds up nothing that somebody may."""

from heart.owned import owned, settings

from alertd.clock import SECOND
from alertd.model import Level, State, Target
from gateways.contract import Trouble

INFO = {"level": Level.INFO, "topic": "council", "target": Target(station=True)}


async def _close(house, *names):
    """These accounts have no credit left, and the node knows it."""
    for name in names:
        house.far[name].down, house.far[name].trouble = True, Trouble.CREDIT
    await house.health.ask_all()


async def test_a_danger_leaves_by_the_reserved_number_past_a_correction_that_nobody_can_say(db, clock):
    """The commune's own account and the ordinary one have no credit left: its news' correction waits, its danger does not."""
    chosen = settings(shared=["urgent", "first"], terms={"urgent": {"reserved": "danger"}})
    house = await owned(db, clock, chosen)
    news = await house.release(house.town.station, **INFO)
    await house.pass_time(2 * SECOND)
    await _close(house, "own", "first")
    corrected = await house.town.cancel(news)
    await house.pass_time(8 * SECOND)
    danger = await house.release(house.town.station)
    await house.pass_time(8 * SECOND)
    assert await house.town.states(corrected) == {State.QUEUED: 10}
    assert await house.town.states(danger) == {State.ACCEPTED: 10}
    assert house.said() == {"own": 10, "urgent": 10}
    await house.town.books()


async def test_a_station_s_danger_leaves_by_its_other_account_past_a_neighbour_s_correction(db, clock):
    """The account that both share is closed, and so is everyone's: what only the one has besides speaks for it."""
    chosen = settings({"both": ["bras-sur-meuse", "voisine"], "hers": ["voisine"]}, ["first"])
    house = await owned(db, clock, chosen)
    mine = await house.release(house.town.station)
    await house.pass_time(2 * SECOND)
    await _close(house, "both", "first")
    corrected = await house.town.cancel(mine)
    await house.pass_time(8 * SECOND)
    theirs = await house.release(house.town.neighbour)
    await house.pass_time(8 * SECOND)
    assert await house.town.states(corrected) == {State.QUEUED: 10}
    assert await house.town.states(theirs) == {State.ACCEPTED: 10}
    assert house.said() == {"both": 10, "hers": 10}
    await house.town.books()
