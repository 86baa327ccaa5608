"""Unknowns: a danger is sent once more, a warning goes by another channel, an information stays as it is."""

import asyncio
from contextlib import suppress

import pytest
from heart.far_end import report
from heart.provider import HANG, SILENT
from heart.town import (
    EMAIL,
    HOME,
    PUSH,
    SMS,
    VOICE,
    bounded,
    build,
    device,
    landline,
    mailbox,
    phone,
    settings,
)

import zones
from alertd.clock import MINUTE, SECOND
from alertd.deliver import silence
from alertd.model import Level, State, Target
from gateways.contract import Outcome

WARNING = {"level": Level.WARNING, "topic": "road"}
INFO = {"level": Level.INFO, "topic": "council"}
BOTH = frozenset({SMS, EMAIL})
ALL = ("sms", "email", "push", "voice")


@pytest.fixture
async def town(db, clock):
    """A town whose provider serves every channel; the books balance after each test."""
    town = await build(db, clock, settings(channels=ALL))
    yield town
    await town.books()


async def sent(town):
    """How many messages each address was handed."""
    return {address: town.provider.addresses.count(address) for address in town.provider.addresses}


async def test_a_danger_is_not_sent_again_to_who_has_it_elsewhere(town):
    """The SMS is unknown, the letter was delivered: twenty seconds later nothing more leaves, and the message closes."""
    await town.person(email=1)
    town.provider.plays(phone(1), SILENT)
    town.provider.plays(mailbox(1), Outcome.DELIVERED)
    released = await town.release(channels=BOTH)
    await town.run()
    await town.later(21 * SECOND)
    assert await sent(town) == {phone(1): 1, mailbox(1): 1}
    assert await town.states() == {State.UNKNOWN: 1, State.DELIVERED: 1}
    assert (await town.message(released))["closed_at"] is not None


async def test_a_danger_is_sent_again_to_who_has_only_been_written_to(town):
    """A letter that a relay accepted may still lie there: the SMS goes once more."""
    await town.person(email=1)
    town.provider.plays(phone(1), SILENT)
    await town.release(channels=BOTH)
    await town.run()
    await town.later(21 * SECOND)
    assert await sent(town) == {phone(1): 2, mailbox(1): 1}


async def test_a_danger_is_not_sent_again_to_who_said_that_they_read_it(town):
    """ "J'ai lu", on the letter's page, answers for the SMS as well."""
    person = await town.person(email=1)
    town.provider.plays(phone(1), SILENT)
    released = await town.release(channels=BOTH)
    await town.run()
    letter = next(row for row in await town.deliveries() if row["channel"] == EMAIL)
    await silence.read(town.db, town.node.id, (await town.message(released))["id"], letter["endpoint_id"])
    await town.later(21 * SECOND)
    assert await sent(town) == {phone(1): 1, mailbox(1): 1}
    assert letter["endpoint_id"] >> 8 == person


async def test_a_neighbours_answer_does_not_keep_a_danger_from_being_sent_again(town):
    """Two people, one of whom has it: the other's SMS goes once more."""
    for _ in range(2):
        await town.person()
    town.provider.plays(phone(1), SILENT)
    town.provider.plays(phone(2), Outcome.DELIVERED)
    await town.release()
    await town.run()
    await town.later(21 * SECOND)
    assert await sent(town) == {phone(1): 2, phone(2): 1}


async def test_a_warning_goes_by_another_channel(town):
    """Who has nothing else of it gets a letter, though SMS alone was chosen; the SMS is not sent again."""
    await town.person(email=1)
    town.provider.plays(phone(1), SILENT)
    released = await town.release(**WARNING)
    await town.run()
    assert (await town.message(released))["planned"] == 1
    await town.later(19 * SECOND)
    assert await sent(town) == {phone(1): 1}
    await town.later(2 * SECOND)
    assert await sent(town) == {phone(1): 1, mailbox(1): 1}
    assert await town.states() == {State.UNKNOWN: 1, State.ACCEPTED: 1}
    message = await town.message(released)
    assert message["planned"] == 2
    assert message["closed_at"] is not None


async def test_a_warning_that_arrived_by_another_channel_is_left(town):
    """The letter was accepted: nothing is added."""
    await town.person(email=1, push=1)
    town.provider.plays(phone(1), SILENT)
    await town.release(**WARNING, channels=BOTH)
    await town.run()
    await town.later(MINUTE)
    assert await sent(town) == {phone(1): 1, mailbox(1): 1}


async def test_a_warning_never_costs_what_its_author_did_not_choose(town):
    """The letter is unknown, there is a telephone and a number to call: neither is used."""
    await town.person(email=1, voice=1)
    town.provider.plays(mailbox(1), SILENT)
    await town.release(**WARNING, channels=frozenset({EMAIL}))
    await town.run()
    await town.later(MINUTE)
    assert await sent(town) == {mailbox(1): 1}
    assert landline(1) not in town.provider.addresses


async def test_a_chosen_channel_comes_before_a_free_one(town):
    """Who can be called since the alert went out is called, when calls were chosen, rather than written to."""
    await town.person(push=1, voice=1)
    other = await town.person(email=1, voice=1)
    voice = other << 8 | 2
    await town.do("heart.close_endpoint", voice, 0)
    town.provider.plays(phone(2), SILENT)
    await town.release(**WARNING, channels=frozenset({SMS, VOICE}))
    await town.run()
    await town.do("heart.close_endpoint", voice, 1)
    await town.later(21 * SECOND)
    assert town.provider.to(landline(2))
    assert not town.provider.to(mailbox(2))


async def test_a_warning_goes_on_where_another_channel_has_failed(town):
    """SMS unknown, letter failed, both chosen: the telephone gets a notification."""
    await town.person(email=1, push=1)
    town.provider.plays(phone(1), SILENT)
    town.provider.plays(mailbox(1), Outcome.FAILED)
    await town.release(**WARNING, channels=BOTH)
    await town.run()
    await town.later(21 * SECOND)
    assert await sent(town) == {phone(1): 1, mailbox(1): 1, device(1): 1}


async def test_a_warning_goes_by_another_channel_once(town):
    """The letter meets silence too: neither it nor the SMS leads to a third."""
    await town.person(email=1, push=1)
    town.provider.plays(phone(1), SILENT)
    town.provider.plays(device(1), SILENT)
    released = await town.release(**WARNING)
    await town.run()
    for _ in range(4):
        await town.later(21 * SECOND)
    assert await sent(town) == {phone(1): 1, device(1): 1}
    assert await town.states() == {State.UNKNOWN: 2}
    assert (await town.message(released))["closed_at"] is not None


async def test_a_warning_that_a_receipt_settles_goes_nowhere_else(town):
    """Delivered after all, within twenty seconds."""
    await town.person(email=1)
    town.provider.plays(phone(1), SILENT)
    await town.release(**WARNING)
    await town.run()
    await report(town, (town.provider.ledger[0].reference, Outcome.DELIVERED))
    await town.later(MINUTE)
    assert await sent(town) == {phone(1): 1}
    assert await town.states() == {State.DELIVERED: 1}


async def test_a_warning_that_a_dead_node_held_goes_by_another_channel(town):
    """Nobody can tell whether the SMS left: after twenty seconds the letter does."""
    await town.person(email=1)
    await town.release(**WARNING)
    await town.spread()
    town.provider.plays(phone(1), HANG)
    sending = asyncio.create_task(town.node.dispatch.step(town.node.lines[SMS]))
    await bounded(town.provider.holding.wait())
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await bounded(sending)
    await town.node.tend.start()
    await town.later(21 * SECOND)
    assert await sent(town) == {phone(1): 1, mailbox(1): 1}


async def test_a_warning_that_is_over_goes_nowhere_else(town):
    """Its end was released meanwhile: the end goes to the SMS that may have arrived, and no letter says the warning."""
    await town.person(email=1)
    town.provider.plays(phone(1), SILENT)
    released = await town.release(**WARNING)
    await town.run()
    await town.end(released)
    await town.run()
    await town.later(MINUTE)
    assert await sent(town) == {phone(1): 2}


async def test_a_warning_whose_end_comes_as_its_unknown_falls_due_is_given_no_other_way(town):
    """Twenty seconds pass while its end is released: nothing is added to a message that is over, nor to its plan."""
    await town.person(email=1)
    town.provider.plays(phone(1), SILENT)
    released = await town.release(**WARNING)
    await town.run()
    town.clock.advance(21 * SECOND)
    await town.end(released)
    await town.run()
    assert await town.states(released) == {State.UNKNOWN: 1}
    assert (await town.message(released))["planned"] == 1


async def test_a_way_that_no_gateway_serves_is_nothing_that_the_person_has(db, clock):
    """SMS and calls were chosen, nobody makes calls: who has no more than an unknown SMS gets a letter."""
    town = await build(db, clock, settings(channels=("sms", "email")))
    await town.person(email=1, voice=1)
    town.provider.plays(phone(1), SILENT)
    await town.release(**WARNING, channels=frozenset({SMS, VOICE}))
    await town.run()
    await town.later(21 * SECOND)
    assert await town.states() == {State.UNKNOWN: 1, State.SKIPPED: 1, State.ACCEPTED: 1}
    assert await sent(town) == {phone(1): 1, mailbox(1): 1}
    await town.books()


async def test_what_else_a_person_has_is_looked_at_when_fan_out_is_over(town):
    """A ring is still to come: the unknown of the first one waits for it, and the plan stays the books' sum."""
    await town.person(email=1)
    await town.person((49.2180, 5.3750))
    town.provider.plays(phone(1), SILENT)
    released = await town.release(**WARNING, target=Target(zone=zones.Circle(*HOME, 2_000)))
    while not await town.deliveries():
        assert await town.node.fan_out.step()
    await town.hand_over()
    assert (await town.message(released))["planned"] is None
    town.clock.advance(21 * SECOND)
    await town.node.tend.promote()
    assert mailbox(1) not in town.provider.addresses
    await town.later(2 * SECOND)
    await town.later(2 * SECOND)
    assert await sent(town) == {phone(1): 1, phone(2): 1, mailbox(1): 1}
    assert (await town.message(released))["planned"] == 3


async def test_an_information_stays_unknown(town):
    """Neither again, nor by another channel."""
    await town.person(email=1)
    town.provider.plays(phone(1), SILENT)
    await town.release(**INFO)
    await town.run()
    await town.later(MINUTE)
    assert await sent(town) == {phone(1): 1}
    assert await town.states() == {State.UNKNOWN: 1}


async def test_a_warning_by_notification_alone_goes_by_letter(town):
    """A free channel stands in for a free one."""
    await town.person(email=1, push=1)
    town.provider.plays(device(1), SILENT)
    await town.release(**WARNING, channels=frozenset({PUSH}))
    await town.run()
    await town.later(21 * SECOND)
    assert await sent(town) == {device(1): 1, mailbox(1): 1}
