"""What a commune agreed to beforehand is used so many times a day, however many use it at once."""

import asyncio
from dataclasses import replace

import pytest

from alertd.clock import DAY, HOUR
from alertd.model import Level, Mode
from alertd.stations import preapprovals, stations
from alertd.stations.preapprovals import UsedUp
from alertd.stations.stations import NewStation

PER_DAY = 2


@pytest.fixture
async def club(db, clock):
    """An organisation that may send two informations a day."""
    async with db.transaction() as tx:
        new = NewStation("club", "Club", 49.2, 5.4, kind="association", mode=Mode.TRAINING)
        station = await stations.add(tx, clock, new)
        whole_day, until = (0, 0), clock.now_ms() + 9 * DAY
        what = ("mairie", int(Level.INFO), *whole_day, PER_DAY, until, "mairie", clock.now_ms())
        await tx.execute("preapprovals.add", 1, station.id, station.id, *what)
    return station


async def used(db, clock, club):
    """Whether one more of the day's was there."""
    try:
        async with db.transaction() as tx:
            await preapprovals.use(tx, clock, club, "operator:club", 1, 1)
    except UsedUp:
        return False
    return True


async def test_the_days_last_is_used_once(db, clock, club):
    """Five at once use two; the next day there are two again; withdrawn or over, there is none."""
    assert sum(await asyncio.gather(*(used(db, clock, club) for _ in range(5)))) == PER_DAY
    clock.advance(HOUR)
    assert not await used(db, clock, club)
    clock.advance(DAY)
    assert [await used(db, clock, club) for _ in range(3)] == [True, True, False]
    clock.advance(9 * DAY)
    assert not await used(db, clock, club)


async def test_another_commune_agreed_to_nothing(db, clock, club):
    """What a commune agreed to holds as long as the organisation is under it, and under no other."""
    now = clock.now_ms()
    (one,) = await preapprovals.of_station(db, replace(club, parent_id=club.id), now)
    assert (one.topic, one.left) == ("mairie", PER_DAY)
    assert await preapprovals.of_station(db, replace(club, parent_id=club.id + 1), now) == ()
