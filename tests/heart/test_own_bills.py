"""What a station's own gateways cost and when they ail: told apart in the usage, and to its own operators alone."""

import pytest
from heart.owned import OWN, owned, settings
from heart.town import SMS

from alertd.clock import SECOND
from alertd.deliver.alarms import Alarms
from alertd.issue.usage import usage
from alertd.model import Channel, Role
from alertd.settings import Settings
from alertd.stations import operators
from alertd.subscribe import contacts
from gateways.contract import Credit, Trouble

PRICED = {"own": {"price": 0.05, "unit": "segment"}, "first": {"price": 0.10, "unit": "segment"}}


async def test_usage_tells_what_left_by_its_own_apart_from_what_stood_in(db, clock):
    """A host bills what left by the shared ones, at their price; the neighbour has nothing of its own."""
    house = await owned(db, clock, settings(shared=["first"], terms=PRICED))
    await house.release(house.town.station)
    await house.pass_time(2 * SECOND)
    house.far["own"].down = True
    await house.release(house.town.station)
    await house.release(house.town.neighbour)
    await house.pass_time(8 * SECOND)
    assert house.said() == {"own": 10, "first": 20}
    mine, theirs = await usage(house.town.desk, "2026-03")
    half = mine.units[SMS] // 2
    assert (mine.station.slug, mine.deliveries[SMS], mine.own_units) == ("bras-sur-meuse", 20, {SMS: half})
    assert (round(mine.own_euros, 2), round(mine.euros, 2)) == (round(half * 0.05, 2), round(half * 0.15, 2))
    assert (theirs.own_units, theirs.own_euros, theirs.units[SMS]) == ({}, 0.0, half)


async def told_at(house, login, address, station=None):
    """An operator with a mailbox, of this station or of none."""
    town = house.town
    async with town.db.transaction() as tx:
        one = await operators.add(tx, town.clock, login=login, name=login)
        if station is not None:
            await operators.set_role(tx, one.id, station.id, Role.MAYOR)
        await contacts.give(tx, town.clock, town.desk.keyring, "cli", login, Channel.EMAIL, address)


async def watched(db, clock, *shared):
    """A relay for e-mail beside these; an administrator, the mayor of the commune, and the mayor of its neighbour are told by it."""
    said = settings(OWN, shared).model_dump()
    said["gateways"]["relay"] = {"driver": "played", "channels": ["email"]}
    house = await owned(db, clock, Settings.model_validate(said))
    await told_at(house, "admin", "admin@mairie.example")
    await told_at(house, "mine", "mine@mairie.example", house.town.station)
    await told_at(house, "theirs", "theirs@mairie.example", house.town.neighbour)
    return house


async def pass_time(house, seconds):
    """So many seconds, in which alarms are looked at."""
    alarms = Alarms(house.town.db, house.town.desk, house.health, {"own": 100}, 30 * SECOND)
    for _ in range(seconds):
        await house.pass_time(SECOND)
        await alarms.step()
    await house.pass_time(SECOND)


@pytest.mark.parametrize("trouble", ["credit", "low"])
async def test_of_an_own_one_its_stations_operators_are_told_and_no_other_s(db, clock, trouble):
    """The commune's mayor and the administrator learn of it; the neighbour's mayor does not, though the instance is both's."""
    house = await watched(db, clock, "first")
    far = house.far["own"]
    far.down, far.trouble, far.credit = trouble == "credit", Trouble.CREDIT, Credit(5, "credits")
    await house.health.ask_all()
    await pass_time(house, 4)
    assert sorted(house.far["relay"].addresses) == ["admin@mairie.example", "mine@mairie.example"]
    assert all("own" in message.text for message in house.far["relay"].ledger)


async def test_a_station_that_has_no_way_out_at_all_is_told_within_a_minute(db, clock):
    """Its own does not answer and nothing stands in: its operators learn it, and that it works again; each once."""
    house = await watched(db, clock)
    house.far["own"].down = True
    await house.release(house.town.station)
    await pass_time(house, 80)
    told = house.far["relay"]
    assert sorted(told.addresses) == ["admin@mairie.example", "mine@mairie.example"]
    assert all("aucune autre ne la remplace" in message.text for message in told.ledger)
    house.far["own"].down = False
    await pass_time(house, 30)
    assert len(told.ledger) == 4
    assert told.ledger[-1].text == "Passerelle own: elle fonctionne de nouveau."


async def test_while_another_stands_in_no_one_is_alarmed(db, clock):
    """A provider that is away for a while mends itself, and nobody waits for it."""
    house = await watched(db, clock, "first")
    house.far["own"].down = True
    await house.release(house.town.station)
    await pass_time(house, 80)
    assert house.said() == {"first": 10}
