"""Canaries: a test alert takes the whole way to reserved addresses, is shown and counted nowhere, and is missed when it is late."""

from collections.abc import AsyncIterator

import pytest
from heart.watched import MOBILE, Watched, watched

from alertd.clock import DAY, HOUR, MINUTE
from alertd.errors import Missing
from alertd.issue.usage import usage
from alertd.model import Channel, Mode
from alertd.stations import sending_switch, stations
from alertd.watch import flights, reserved
from alertd.watch.alarms import CLEAR_MS
from alertd.watch.flights import Verdict

NEST = "canari@mairie.example"
MISSED = "Le canari par les courriels n'est pas arrivé à temps: essayez un envoi."
BACK = "Rétabli: le canari par les courriels arrive de nouveau."


@pytest.fixture
async def house(db, clock, tmp_path) -> AsyncIterator[Watched]:
    """Two nodes that watch, and a mailbox to which canaries fly; its books are read after every test."""
    house = await watched(db, clock, tmp_path)
    await reserve(house)
    yield house
    await house.town.books()


async def reserve(
    house: Watched, channel: Channel = Channel.EMAIL, address: str = NEST, mode: Mode = Mode.LIVE
):
    """At the console."""
    town = house.town
    async with town.db.transaction() as tx:
        await reserved.add(tx, town.clock, town.desk.keyring, "cli", channel, address, mode)


async def verdicts(house: Watched) -> list[Verdict | None]:
    """The newest first."""
    return [one.verdict for one in await flights.history(house.town.db, 9)]


async def test_a_canary_takes_the_whole_way_once_for_all_nodes(house):
    """Each interval one letter arrives, marked an exercise first and last, whatever number of nodes let it fly."""
    await house.pass_time(11 * MINUTE)
    letters = house.letters(NEST)
    assert len(letters) == len(await verdicts(house)) == 3
    assert "EXERCICE" in letters[0].splitlines()[0]
    assert "Canari" in letters[0]
    assert set(await verdicts(house)) == {Verdict.WELL}
    assert house.letters() == []


async def test_a_canary_is_no_stations_alert(house):
    """No list of stations, no audience of the town, no audit row and no figure knows of it; no link leaves it."""
    town = house.town
    await house.pass_time(MINUTE)
    assert len(house.letters(NEST)) == 1
    assert {one.kind for one in await stations.page(town.db)} == {"commune"}
    with pytest.raises(Missing):
        await stations.by_slug(town.db, "~canary-live")
    assert {row["kind"] for row in await town.db.fetch("heart.messages")} == {"canary"}
    assert not await town.db.fetch("rates.messages", 0, 100)
    assert await usage(town.desk, "2026-03") == []
    (alert,) = await town.db.fetch("alerts.one", (await town.db.fetch("heart.messages"))[0]["alert_id"])
    assert alert["state"] == "ended"  # nobody is asked whether it goes on
    (way,) = await reserved.ways(town.db)
    assert not await town.db.fetch("leaving.stations_of_endpoint", way.endpoint_id)
    actions = {row["action"] for row in await town.db.fetch("heart.audits")}
    assert "canary.add" in actions
    assert not {action for action in actions if action.startswith("alert.")}
    released = await town.release(channels=frozenset({Channel.SMS, Channel.EMAIL}))
    await town.spread()
    assert len(await town.people_of(released)) == 5


async def test_a_canary_that_is_missed_is_told_by_another_way_and_when_it_is_back(house):
    """A relay that takes letters and answers nothing: SMS tell it, once; the next canary that arrives ends it."""
    house.far["relay"].mute = True
    await house.pass_time(4 * MINUTE)
    assert (await verdicts(house))[0] is Verdict.LATE
    assert [text for text in house.letters(MOBILE) if "canari" in text] == [MISSED]
    house.far["relay"].mute = False
    await house.pass_time(CLEAR_MS + 8 * MINUTE)
    assert (await verdicts(house))[0] is Verdict.WELL
    assert [text for text in house.letters(MOBILE) if "canari" in text] == [MISSED, BACK]


async def test_while_all_sending_is_paused_none_flies_and_none_is_missed(house):
    """Whoever paused it knows."""
    async with house.town.db.transaction() as tx:
        await sending_switch.turn(tx, on=False)
    await house.pass_time(12 * MINUTE)
    assert await verdicts(house) == []
    assert not await flights.causes(house.town.db, house.town.clock, house.town.desk.settings.canary)


async def test_one_that_nobody_lets_fly_is_missed_too(house):
    """Two intervals without a flight are told, whatever the reason; a dead address is one."""
    town = house.town
    look = (town.db, town.clock, town.desk.settings.canary)
    assert await flights.causes(*look) == []
    town.clock.advance(12 * MINUTE)
    assert [cause.object_ for cause in await flights.causes(*look)] == ["email"]
    async with town.db.transaction() as tx:
        await reserved.remove(tx, town.clock, town.desk.keyring, "cli", Channel.EMAIL, NEST)
    assert await flights.causes(*look) == []


async def test_in_training_it_is_the_sandbox_that_a_canary_flies_to(house):
    """It costs nothing, and reaches nobody; an SMS flies twice a day and no oftener."""
    await reserve(house, address=reserved.SANDBOX, mode=Mode.TRAINING)
    await reserve(house, Channel.SMS, "+33639980111")
    await house.pass_time(6 * MINUTE)
    assert [said.address for said in house.far["sandbox"].ledger] == [reserved.SANDBOX] * 2
    assert len(house.letters("+33639980111")) == 1


async def test_yesterdays_canaries_leave_no_rows_but_their_history(house):
    """Alert, event, message and deliveries are gone after a day; those of people are not."""
    town = house.town
    released = await town.release()
    await house.pass_time(MINUTE)
    town.clock.advance(DAY + HOUR)
    await town.keep_house()
    await flights.forget(town.db, town.clock.now_ms())
    assert [row["kind"] for row in await town.db.fetch("heart.messages")] == ["event"]
    assert len(await town.deliveries(released)) == len(await town.deliveries()) == 5
    assert len(await verdicts(house)) == 1
    assert not await town.db.fetch("canary.old", town.clock.now_ms(), 9)
