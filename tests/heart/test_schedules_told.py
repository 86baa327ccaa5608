"""What a schedule did that nobody expects is written to those who decide; a warning that it sent, to all colleagues."""

import pytest
from heart.scheduled import decided, run_until, saved
from heart.test_schedules_agreed import FIRST

from alertd.clock import DAY, HOUR
from alertd.issue import colleagues
from alertd.model import Channel, Level, Role
from alertd.schedule import saving
from alertd.stations import operators
from alertd.subscribe import contacts

MAYOR, READER = "+33639980801", "+33639980802"


@pytest.fixture(autouse=True)
async def people(town):
    """A resident; a mayor and a reader, each with a number."""
    await town.person()
    given = (("mairie", "Jeanne Meyer", Role.MAYOR, MAYOR), ("lecteur", "Paul Roux", Role.READER, READER))
    async with town.db.transaction() as tx:
        for login, name, role, number in given:
            one = await operators.add(tx, town.clock, login=login, name=name)
            await operators.set_role(tx, one.id, town.station.id, role)
            what = (login, Channel.SMS, number)
            await contacts.give(tx, town.clock, town.desk.keyring, "cli", *what)


async def told(town):
    """What the mayor and the reader were written."""
    await colleagues.step(town.desk)
    await town.run()
    return [(said.address, said.text) for said in town.provider.ledger if said.address in {MAYOR, READER}]


async def test_a_date_that_did_not_leave_is_written_to_who_decides(town):
    """With its day and hour, and a link to why."""
    schedule = await saved(town)
    await run_until(town, FIRST + 3 * HOUR)
    [(address, text)] = await told(town)
    assert address == MAYOR
    assert "03/03 07:30" in text
    assert text.endswith(f"/programmations/{schedule}")


async def test_a_long_silence_is_one_letter(town):
    """A week of a daily schedule that nothing ran for: the last date speaks for all."""
    schedule = await saved(town)
    await run_until(town, FIRST + 6 * DAY + 3 * HOUR)
    assert len(await decided(town, schedule)) == 7
    [(_, text)] = await told(town)
    assert "09/03 07:30" in text


async def test_twice_the_people_is_written_to_who_decides(town):
    """How many it was sent to, and how many they were when it was saved."""
    await saved(town)
    await town.person()
    await run_until(town, FIRST)
    [(address, text)] = await told(town)
    assert address == MAYOR
    assert "2 personnes (1 à" in text


@pytest.mark.parametrize(
    ("level", "topic", "who"), [(Level.WARNING, "fire", [MAYOR, READER]), (Level.INFO, "waste", [])]
)
async def test_a_warning_that_a_schedule_sent_is_told_to_colleagues(town, level, topic, who):
    """An information repeats in silence: nobody hears each week that the bins were announced."""
    await saved(town, saving.ONCE, level=level, topic=topic)
    await run_until(town, FIRST)
    assert sorted(address for address, _ in await told(town)) == who
