"""Recovery: what a dead node held is nobody's, is never forgotten, and is sent again only where that is right."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest
from heart.provider import HANG, Provider
from heart.town import SMS, bounded, build, phone, settings

from alertd.clock import HOUR, MINUTE, SECOND
from alertd.deliver.claim import claim
from alertd.deliver.fairness import Waiting
from alertd.deliver.lease import part
from alertd.deliver.record import Answer, record
from alertd.model import Lane, Level, State
from alertd.settings.sections import LONGEST_LEASE_S
from gateways.contract import Outcome, Receipt

INFO = {"level": Level.INFO, "topic": "council"}


async def on_the_wire(town, node=None):
    """A node claims a slice and hands over its first message, which hangs."""
    node = node or town.node
    town.provider.usual = HANG
    sending = asyncio.create_task(node.dispatch.step(node.lines[SMS]))
    await bounded(town.provider.holding.wait())
    town.provider.holding.clear()
    town.provider.usual = Outcome.ACCEPTED
    return sending


async def die(town, node=None):
    """The node ends there, without another statement."""
    sending = await on_the_wire(town, node)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await bounded(sending)


@asynccontextmanager
async def slow(town, late):
    """The node is taken for dead, and is only slow: at the end of the block its provider says `late`."""
    town.provider.late = late
    sending = await on_the_wire(town)
    await town.node.tend.start()
    yield
    town.provider.let_go.set()
    await bounded(sending)


async def test_what_this_node_held_in_an_earlier_life_is_unknown_at_once(town):
    """On restart nobody can tell whether it left: the danger is due again after twenty seconds, once."""
    await town.person()
    await town.release()
    await town.spread()
    await die(town)
    assert await town.states() == {State.CALLING: 1}
    await town.node.tend.start()
    assert await town.states() == {State.UNKNOWN: 1}
    assert [(row["outcome"], row["code"]) for row in await town.attempts()] == [("unknown", "node_lost")]
    await town.books()
    await town.later(18 * SECOND)
    assert len(town.provider.ledger) == 1
    await town.later(3 * SECOND)
    assert len(town.provider.ledger) == 2
    assert await town.states() == {State.ACCEPTED: 1}


async def test_an_information_that_a_dead_node_held_is_not_sent_again(town):
    """It stays unknown, and the message closes on it."""
    await town.person()
    released = await town.release(**INFO)
    await town.spread()
    await die(town)
    await town.node.tend.start()
    await town.later(MINUTE)
    assert len(town.provider.ledger) == 1
    assert await town.states() == {State.UNKNOWN: 1}
    assert (await town.message(released))["closed_at"] is not None


async def test_a_danger_lost_twice_is_not_sent_a_third_time(town):
    """The node dies at the second attempt too: what remains is unknown."""
    await town.person()
    await town.release()
    await town.spread()
    for _ in range(2):
        await die(town)
        await town.node.tend.start()
        town.clock.advance(25 * SECOND)
        await town.keep_house()
    await town.later(MINUTE)
    assert len(town.provider.ledger) == 2
    assert [row["outcome"] for row in await town.attempts()] == ["unknown", "unknown"]
    assert await town.states() == {State.UNKNOWN: 1}


async def test_what_a_silent_node_held_is_taken_over_within_its_lease(town):
    """Another node notices after thirty seconds, not before; a node that beats keeps what it has."""
    for _ in range(3):
        await town.person()
    other = await town.another_node("two")
    await town.release(**INFO)
    await town.spread()
    await die(town, other)
    await town.keep_house()
    assert await town.states() == {State.CALLING: 3}
    for _ in range(4):
        town.clock.advance(12 * SECOND)
        await town.keep_house(other)
        await town.keep_house()
    assert await town.states() == {State.CALLING: 3}
    town.clock.advance(31 * SECOND)
    await town.keep_house()
    assert await town.states() == {State.UNKNOWN: 3}
    await town.books()


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.ACCEPTED, State.ACCEPTED),
        (Outcome.DELIVERED, State.DELIVERED),
        (Outcome.REFUSED, State.REFUSED),
        (Outcome.FAILED, State.FAILED),
        (Outcome.UNKNOWN, State.UNKNOWN),
    ],
)
async def test_a_late_word_about_an_unknown_still_counts(town, outcome, state):
    """The node was slow, not dead: its attempt is closed with what the provider said."""
    await town.person()
    await town.release(**INFO)
    await town.spread()
    async with slow(town, outcome):
        assert await town.states() == {State.UNKNOWN: 1}
    assert await town.states() == {state: 1}
    assert [row["outcome"] for row in await town.attempts()] == [outcome.value]


async def test_a_message_that_was_closed_is_open_again_for_what_is_tried_again(town):
    """Nothing of it waited any more when the late word came that it did not leave: it is looked after again, and closed once its
    last hour has passed, still unknown.
    """
    await town.person()
    released = await town.release(**INFO, deliver_by=town.clock.now_ms() + 10 * MINUTE)
    await town.spread()
    async with slow(town, Outcome.RETRY):
        await town.keep_house()
        assert (await town.message(released))["closed_at"] is not None
    assert (await town.message(released))["closed_at"] is None
    town.clock.advance(11 * MINUTE)
    await town.keep_house()
    assert await town.states() == {State.UNKNOWN: 1}
    assert (await town.message(released))["closed_at"] is not None


async def test_a_late_word_settles_a_danger_before_it_is_sent_again(town):
    """Accepted after all: nothing is due any more."""
    await town.person()
    await town.release()
    await town.spread()
    async with slow(town, Outcome.ACCEPTED):
        pass
    await town.later(MINUTE)
    assert len(town.provider.ledger) == 1
    assert await town.states() == {State.ACCEPTED: 1}


async def test_a_late_word_about_an_earlier_attempt_never_sends_a_third(town):
    """While the second attempt is on the wire, "it did not leave" about the first closes the first alone."""
    await town.person()
    await town.release()
    await town.spread()
    async with slow(town, Outcome.RETRY):
        town.clock.advance(21 * SECOND)
        await town.keep_house()
        second = Provider("elsewhere")
        other = await town.another_node("two", second)
        second.usual = HANG
        sending = asyncio.create_task(other.dispatch.step(other.lines[SMS]))
        await bounded(second.holding.wait())
    await town.later(5 * SECOND)
    assert (len(town.provider.ledger), len(second.ledger)) == (1, 1)
    assert await town.states() == {State.CALLING: 1}
    second.let_go.set()
    await bounded(sending)
    assert await town.states() == {State.ACCEPTED: 1}
    assert [row["outcome"] for row in await town.attempts()] == ["retry", "accepted"]


async def test_a_word_recorded_twice_leaves_the_attempt_that_followed_as_it_is(town):
    """ "It did not leave" was committed, nobody heard so, and it is recorded again: the second try, unknown since, is not made
    a third time.
    """
    await town.person()
    released = await town.release(**INFO)
    await town.spread()
    line, message = town.node.lines[SMS], await town.message(released)
    share = (Waiting(message["id"], town.station.id, Lane.INFO), 1)
    taken = await claim(town.db, line.lease, line.sender.id, town.node.id, [share], 30 * SECOND)
    answers = [Answer(one, Level.INFO, Receipt("", Outcome.RETRY)) for one in taken]
    sending = town.desk.settings.sending
    await record(town.db, answers, town.node.id, sending)
    town.provider.plays(phone(1), Outcome.UNKNOWN)
    await town.later(2 * SECOND)
    assert await town.states() == {State.UNKNOWN: 1}
    await record(town.db, answers, town.node.id, sending)
    await town.later(MINUTE)
    assert await town.states() == {State.UNKNOWN: 1}
    assert [row["outcome"] for row in await town.attempts()] == ["retry", "unknown"]


async def test_a_sender_with_a_pace_has_one_voice(db, clock):
    """Its lease is another node's: this one says nothing until the lease is over, then speaks, its bucket empty."""
    town = await build(db, clock, settings({"name": "Bras", "rate": 1, "burst": 1}, channels=("sms",)))
    for _ in range(3):
        await town.person()
    other = await town.another_node("two", Provider("elsewhere"))
    await town.release()
    await town.spread()
    sender = town.node.lines[SMS].sender
    await town.do("heart.lease", sender.id, other.id, clock.now_ms() + 30 * SECOND)
    clock.advance(20 * SECOND)
    assert not await town.node.dispatch.step(town.node.lines[SMS])
    assert town.provider.ledger == []
    clock.advance(15 * SECOND)
    await town.hand_over()
    assert town.provider.ledger == []
    clock.advance(SECOND)
    await town.hand_over()
    assert len(town.provider.ledger) == 1
    assert (await db.fetch("senders.lease", sender.id))[0]["node_id"] == town.node.id
    await town.books()


async def test_a_clock_that_is_set_back_leaves_no_sender_mute(db, clock):
    """Its owner died, and the store's clock was set back by two hours: the lease is over before they have passed again,
    because none is so long."""
    town = await build(db, clock, settings({"name": "Bras", "rate": 1, "burst": 1}, channels=("sms",)))
    await town.person()
    other = await town.another_node("two", Provider("elsewhere"))
    await town.release()
    await town.spread()
    sender = town.node.lines[SMS].sender
    longest = clock.now_ms() + LONGEST_LEASE_S * SECOND
    await town.do("heart.lease", sender.id, other.id, longest)
    await town.hand_over()
    assert (await db.fetch("senders.lease", sender.id))[0]["node_id"] == other.id
    await town.do("heart.lease", sender.id, other.id, longest + 2 * HOUR)
    await town.hand_over()
    assert (await db.fetch("senders.lease", sender.id))[0]["node_id"] == town.node.id
    assert town.provider.ledger == []
    clock.advance(2 * SECOND)
    await town.hand_over()
    assert len(town.provider.ledger) == 1
    await town.books()


async def test_a_sender_takes_what_it_owes_to_the_next_node(db, clock):
    """The provider asked for a minute's silence, and the node is stopped: the other one speaks at once as the sender, and
    keeps the silence all the same."""
    town = await build(db, clock, settings({"name": "Bras", "rate": 5, "burst": 5}, channels=("sms",)))
    for _ in range(2):
        await town.person()
    other = await town.another_node("two")
    town.provider.usual = Receipt("", Outcome.THROTTLED, retry_after_s=60)
    await town.release(**INFO)
    await town.spread()
    clock.advance(SECOND)
    await town.hand_over()
    handed = len(town.provider.ledger)
    assert handed > 0
    await part(db, town.node.id, [line.lease for line in town.node.lines.values()])
    town.provider.usual = Outcome.ACCEPTED
    await town.release(**INFO)
    await town.spread()
    sender = town.node.lines[SMS].sender
    for _ in range(11):
        clock.advance(5 * SECOND)
        await town.keep_house()
        await town.hand_over(other)
        assert len(town.provider.ledger) == handed
    assert (await db.fetch("senders.lease", sender.id))[0]["node_id"] == other.id
    clock.advance(10 * SECOND)
    await town.hand_over(other)
    assert len(town.provider.ledger) > handed
    await town.books()


async def test_a_node_that_parts_speaks_nothing_more(town):
    """It is asked to stop when its provider has drawn two of five: the two are answered, three are queued again, untried."""
    for _ in range(5):
        await town.person()
    await town.release()
    await town.spread()
    stopping = replace(town.node.dispatch, parting=lambda: len(town.provider.ledger) == 2)
    assert await stopping.step(town.node.lines[SMS])
    assert await town.states() == {State.ACCEPTED: 2, State.QUEUED: 3}
    assert Counter(row["code"] for row in await town.attempts())["not_sent"] == 3
    assert not await stopping.step(town.node.lines[SMS])
    other = await town.another_node("two")
    await town.hand_over(other)
    assert await town.states() == {State.ACCEPTED: 5}
    assert len({message.address for message in town.provider.ledger}) == len(town.provider.ledger) == 5
