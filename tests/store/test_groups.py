"""Groups, on both engines."""

import pytest

from alertd.clock import DAY
from alertd.errors import Conflict, Refused
from alertd.keys import Keyring
from alertd.model import Channel
from alertd.stations import stations
from alertd.stations.stations import NewStation
from alertd.subscribe import groups
from alertd.subscribe.enrol import enrol
from alertd.subscribe.leave import leave
from alertd.subscribe.nouns import Enrolment


async def test_a_group_lists_only_its_own_stations_people(db, clock):
    """Whoever leaves the station leaves its lists; nobody is listed from elsewhere."""
    keyring, consent = Keyring({1: bytes(32)}), clock.now_ms() - DAY
    async with db.transaction() as tx:
        bras = await stations.add(tx, clock, NewStation("bras", "Bras", 49.2, 5.3))
        verdun = await stations.add(tx, clock, NewStation("verdun", "Verdun", 49.1, 5.3))
        mine = await enrol(
            tx, clock, keyring, bras, Enrolment(((Channel.SMS, "0612345678"),), "form", consent)
        )
        other = await enrol(
            tx, clock, keyring, verdun, Enrolment(((Channel.SMS, "0612345679"),), "form", consent)
        )
        cm2 = await groups.add(tx, bras.id, " CM2 ")
        assert await groups.put(tx, cm2, [mine.subscriber_id, other.subscriber_id]) == 1
        assert await groups.put(tx, cm2, [mine.subscriber_id]) == 0
    assert [(one.name, one.people) for one in await groups.of_station(db, bras.id)] == [("CM2", 1)]
    async with db.transaction() as tx:
        await leave(tx, bras.id, mine.subscriber_id)
    assert [one.people for one in await groups.of_station(db, bras.id)] == [0]


async def test_a_groups_name_is_one_groups_of_the_station(db, clock):
    """Twice, or empty, is refused."""
    async with db.transaction() as tx:
        bras = await stations.add(tx, clock, NewStation("bras", "Bras", 49.2, 5.3))
        await groups.add(tx, bras.id, "CM2")
    for name, error in (("CM2", Conflict), (" ", Refused)):
        with pytest.raises(error):
            async with db.transaction() as tx:
                await groups.add(tx, bras.id, name)
