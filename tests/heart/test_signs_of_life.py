"""Signs of life: when an address was last heard of, whoever says so, written once a day at most."""

import pytest
from heart.far_end import report
from heart.town import SMS, build, mailbox, phone, settings
from heart.writing import OURS, write

from alertd.clock import DAY, HOUR, MINUTE
from alertd.deliver import silence
from alertd.keys import delivery_key
from alertd.model import Level, endpoint_id
from alertd.subscribe import mine, my_choices
from alertd.watch import live_reach
from alertd.watch.live_reach import Answering
from gateways.contract import Outcome

INFO = {"level": Level.INFO, "topic": "works"}


@pytest.fixture
async def town(db, clock):
    """An account whose sender is a number that can be written to."""
    town = await build(db, clock, settings({"name": OURS}))
    yield town
    await town.books()


async def heard(town, person=1):
    """When each of a person's ways was heard of."""
    known = await mine.read(town.db, town.clock, town.desk.keyring, person)
    return [way.heard_at for way in known.ways]


async def sent(town) -> str:
    """The reference of an information to the only person."""
    await town.release(**INFO)
    await town.run()
    return town.provider.ledger[-1].reference


async def test_that_a_message_left_is_no_sign_of_life(town):
    """A provider that took it, or could not, says nothing of the telephone."""
    await town.person()
    await sent(town)
    town.provider.plays(phone(1), Outcome.FAILED)
    await sent(town)
    assert await heard(town) == [None]


@pytest.mark.parametrize("outcome", [Outcome.DELIVERED, Outcome.SEEN])
async def test_a_report_that_it_arrived_is_one(town, outcome):
    """Later, or in the provider's very answer; the other ways of the person say nothing by it."""
    await town.person(email=1)
    await report(town, (await sent(town), outcome))
    (first, other) = await heard(town)
    assert abs(first - town.clock.now_ms()) < MINUTE
    assert other is None
    town.clock.advance(2 * DAY)
    town.provider.plays(phone(1), outcome)
    await sent(town)
    assert (await heard(town))[0] > first + DAY


async def test_it_is_written_once_a_day(town):
    """A storm's hundred receipts write an address once; the day after, again."""
    await town.person()
    references = [await sent(town), await sent(town)]
    noted = []
    for reference in references:
        await report(town, (reference, Outcome.DELIVERED))
        noted += await heard(town)
        town.clock.advance(HOUR)
    assert noted[0] == noted[1]
    town.clock.advance(DAY)
    await report(town, (references[0], Outcome.SEEN))
    assert (await heard(town))[0] > noted[0] + DAY


async def test_a_person_s_own_word_is_one(town):
    """An SMS of theirs, whatever it says, and the button of a personal link."""
    await town.person()
    await write(town, "bonjour")
    (first,) = await heard(town)
    assert first is not None
    reference = await sent(town)
    town.clock.advance(2 * DAY)
    (number, *_) = town.desk.keyring.numbers(reference)
    await silence.read(town.db, town.node.id, *delivery_key(number))
    assert (await heard(town))[0] > first + DAY


async def test_the_link_to_one_s_own_choices_opened_is_one(town):
    """Of the address that it went to."""
    person = await town.person(email=1)
    async with town.db.transaction() as tx:
        await my_choices.send_link(
            tx, town.desk, town.station, endpoint_id(person, 1), "https://alertd.example"
        )
    await town.run()
    (letter,) = town.provider.to(mailbox(1))
    code = letter.text.rpartition("/moi/")[2][:11]
    for _ in range(2):
        assert await my_choices.whose(town.db, town.clock, town.desk.keyring, town.station, code) == person
    sms, email = await heard(town)
    assert sms is None
    assert email is not None


async def test_live_reach_tells_who_was_heard_of_from_who_was_not(town):
    """Proven or heard of within 35 days; the dead of those days; a person who left, and a hidden one, count nowhere."""
    for _ in range(4):
        await town.person()
    town.provider.plays(phone(4), Outcome.REFUSED)
    town.clock.advance(30 * DAY)
    await town.release(**INFO)
    await town.run()
    await report(town, (town.provider.to(phone(1))[0].reference, Outcome.DELIVERED))
    assert await reach(town) == Answering(SMS, active=3, heard=3, silent=0, dead=1)
    town.clock.advance(10 * DAY)
    assert await reach(town) == Answering(SMS, active=3, heard=1, silent=0, dead=1)
    await town.do("subscribers.unsubscribe", town.station.id, 1)
    town.clock.advance(30 * DAY)
    assert await reach(town) == Answering(SMS, active=2, heard=0, silent=0, dead=0)


async def reach(town):
    (one,) = (await live_reach.read(town.db, town.clock, town.station.id)).channels
    return one
