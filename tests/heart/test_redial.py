"""A call that nobody answered is made again: after a pause, a few times, once for each word, while it may still be said."""

import asyncio

import pytest
from heart.far_end import bring, heed
from heart.provider import HANG, SILENT
from heart.ringing import Ringing, word
from heart.town import SMS, VOICE, bounded, build, landline, settings

from alertd.clock import HOUR, MINUTE, SECOND
from alertd.model import Level, State
from gateways.contract import Outcome

PAUSE = 120 * SECOND


@pytest.fixture
async def town(db, clock):
    """One person with a telephone; the books balance whatever is reported."""
    town = await build(db, clock, settings(channels=("voice", "sms")))
    town.provider = Ringing()
    town.node = await town.another_node("telephone", town.provider)
    await town.person(sms=0, voice=1)
    yield town
    await town.books()


async def called(town, *turns, **changes):
    """An alert was called out; its reference."""
    town.provider.plays(landline(1), *turns)
    released = await town.release(**({"channels": frozenset({VOICE})} | changes))
    await town.run()
    return released, town.provider.ledger[0].reference


async def told(town, *words):
    """The company's words, each brought and applied."""
    for each in words:
        await bring(town, word(town, *each))
        await heed(town)
    await town.keep_house()


async def one(town):
    (row,) = await town.deliveries()
    return row


async def test_a_busy_line_is_called_again_after_a_pause(town):
    """It waits and says why until the pause is over; then it rings, and whoever answers has it."""
    _, reference = await called(town)
    await told(town, (reference, Outcome.RETRY, "busy", "CA1"))
    row = await one(town)
    assert (row["state"], row["reason"]) == (State.WAITING, "busy")
    await town.books()
    await town.later(PAUSE // 2)
    assert len(town.provider.ledger) == 1
    await town.later(PAUSE // 2)
    assert len(town.provider.ledger) == 2
    await told(town, (reference, Outcome.DELIVERED, "completed", "CA2"))
    assert (await one(town))["state"] == State.DELIVERED


async def test_a_message_that_had_closed_is_looked_after_again(town):
    """The word came when nothing waited any more and the books were closed: they are open until the next call has had its answer."""
    released, reference = await called(town)
    await town.keep_house()
    assert (await town.message(released))["closed_at"] is not None
    await told(town, (reference, Outcome.RETRY, "busy", "CA1"))
    assert (await town.message(released))["closed_at"] is None
    await town.later(PAUSE)
    assert (await town.message(released))["closed_at"] is not None


async def test_a_word_told_again_rings_nobody_twice(town):
    """The company repeats what it said of the first call, while the second is under way: that one goes on."""
    _, reference = await called(town)
    busy = (reference, Outcome.RETRY, "busy", "CA1")
    await told(town, busy, busy)
    await town.later(PAUSE)
    await told(town, busy, busy)
    assert (await one(town))["state"] == State.ACCEPTED
    await town.later(HOUR)
    assert len(town.provider.ledger) == 2


async def test_it_gives_up_after_a_few_calls(town):
    """Two redials, and then it failed: the sender sees that nobody answered."""
    _, reference = await called(town)
    for n in (1, 2, 3):
        await told(town, (reference, Outcome.RETRY, "no-answer", f"CA{n}"))
        await town.later(PAUSE)
    row = await one(town)
    assert (row["state"], row["reason"], len(town.provider.ledger)) == (State.FAILED, "no-answer", 3)


async def test_what_never_left_is_no_call(town):
    """Tries that the company did not take are not counted among those that rang."""
    _, reference = await called(town, Outcome.RETRY, Outcome.RETRY, Outcome.RETRY)
    for _ in range(3):
        await town.later(2 * SECOND)
    await told(town, (reference, Outcome.RETRY, "busy", "CA1"))
    assert (await one(town))["state"] == State.WAITING


async def test_nothing_rings_when_it_is_over(town):
    """A pause that would end after the last moment is not begun."""
    until = town.clock.now_ms() + 10 * MINUTE
    _, reference = await called(town, deliver_by=until)
    town.clock.advance(9 * MINUTE)
    await told(town, (reference, Outcome.RETRY, "busy", "CA1"))
    assert (await one(town))["state"] == State.FAILED


async def test_a_superseded_message_is_not_called_out_again(town):
    """Its end was released meanwhile: whoever did not hear the first word need not hear it now."""
    released, reference = await called(town)
    await town.end(released)
    await told(town, (reference, Outcome.RETRY, "busy", "CA1"))
    assert (await town.states(released)) == {State.FAILED: 1}


async def test_an_answered_call_stays_answered(town):
    """Whatever is told after it."""
    _, reference = await called(town)
    await told(
        town,
        (reference, Outcome.DELIVERED, "completed", "CA1"),
        (reference, Outcome.RETRY, "busy", "CA1"),
    )
    assert (await one(town))["state"] == State.DELIVERED


async def test_another_gateway_has_no_word_on_it(town):
    """A busy line at a company that never called."""
    _, reference = await called(town)
    await told(town, (reference, Outcome.RETRY, "busy", "CA1", "elsewhere"))
    assert (await one(town))["state"] == State.ACCEPTED


async def test_a_late_word_of_that_kind_about_an_sms_moves_nothing(town):
    """Nobody is written to twice because a provider took its time: redials are for calls."""
    await town.person()
    await town.release(channels=frozenset({SMS}))
    await town.run()
    await told(town, (town.provider.ledger[0].reference, Outcome.RETRY, "busy", "CA1"))
    await town.later(PAUSE)
    assert (len(town.provider.ledger), await town.states()) == (1, {State.ACCEPTED: 1})


async def test_a_lost_answer_is_settled_by_a_busy_line(town):
    """It is known then that nobody heard it: it waits to be called again, and its try is closed."""
    _, reference = await called(town, SILENT, level=Level.INFO, topic="council")
    assert (await one(town))["state"] == State.UNKNOWN
    await told(town, (reference, Outcome.RETRY, "busy", "CA9"))
    (attempt,) = await town.attempts()
    assert ((await one(town))["state"], attempt["outcome"]) == (State.WAITING, "retry")


async def test_a_busy_line_may_be_told_before_the_call_was_accepted(town):
    """The report overtakes the answer, which then does not undo it: the call is made again."""
    town.provider.plays(landline(1), HANG)
    await town.release(channels=frozenset({VOICE}))
    await town.spread()
    sending = asyncio.create_task(town.hand_over())
    await bounded(town.provider.holding.wait())
    await told(town, (town.provider.ledger[0].reference, Outcome.RETRY, "busy", "CA1"))
    town.provider.let_go.set()
    await bounded(sending)
    assert (await one(town))["state"] == State.WAITING
    await town.books()
    await town.later(PAUSE)
    assert len(town.provider.ledger) == 2


async def test_many_lines_in_one_word(town):
    """One transaction for all that a callback brings, each by its own call."""
    for _ in range(3):
        await town.person(sms=0, voice=1)
    await called(town)
    busy = [(message.reference, n) for n, message in enumerate(town.provider.ledger, 1)]
    for reference, n in busy[:2]:
        await bring(town, word(town, reference, Outcome.RETRY, "busy", f"CA{n}"))
    await heed(town)
    assert await town.states() == {State.WAITING: 2, State.ACCEPTED: 2}
