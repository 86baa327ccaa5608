"""Answers: every word of a provider, and its silence, is a state; what is doubtful is said to be."""

import asyncio
from collections import Counter
from contextlib import aclosing

import pytest
from heart.provider import BREAK, HANG, SILENT, STRANGE
from heart.town import EMAIL, SMS, bounded, build, phone, settings

from alertd.clock import HOUR, MINUTE, SECOND
from alertd.deliver.handfuls import handfuls
from alertd.issue.reading import progress
from alertd.model import EndpointState, Level, State
from gateways.contract import Outcome, Receipt

INFO = {"level": Level.INFO, "topic": "council"}
WARNING = {"level": Level.WARNING}


async def one(town):
    """The only delivery."""
    (row,) = await town.deliveries()
    return row


async def test_without_a_byte_written_it_is_tried_again_until_it_passes(town):
    """Two retries, then accepted: three attempts of one delivery, each remembered."""
    await town.person()
    later = Receipt("", Outcome.RETRY, retry_after_s=30)  # a server's clock runs on while a test goes slowly
    town.provider.plays(phone(1), later, later)
    await town.release(**INFO)
    await town.run()
    assert await town.states() == {State.WAITING: 1}
    for _ in range(2):
        await town.later(31 * SECOND)
    assert await town.states() == {State.ACCEPTED: 1}
    assert [row["outcome"] for row in await town.attempts()] == ["retry", "retry", "accepted"]
    assert [row["ordinal"] for row in await town.attempts()] == [1, 2, 3]


async def test_it_is_not_tried_again_before_the_provider_asked_for_it(town):
    """Ten minutes, it said: nothing for five, though our own wait would be over after a second."""
    await town.person()
    town.provider.plays(phone(1), Receipt("", Outcome.RETRY, retry_after_s=600))
    await town.release(**INFO)
    await town.run()
    await town.later(5 * MINUTE)
    assert len(town.provider.ledger) == 1
    await town.later(6 * MINUTE)
    assert len(town.provider.ledger) == 2


async def test_what_cannot_leave_before_its_last_hour_expires(town):
    """Retried as long as it is worth it, and not once more; the page says too late."""
    await town.person()
    town.provider.usual = Outcome.RETRY
    await town.release(deliver_by=town.clock.now_ms() + MINUTE)
    await town.run()
    for _ in range(29):
        await town.later(2 * SECOND)
    tries = len(town.provider.ledger)
    assert tries > 10
    town.provider.usual = Outcome.ACCEPTED
    await town.later(3 * SECOND)
    assert await town.states() == {State.EXPIRED: 1}
    assert (await one(town))["reason"] == "too_late"
    await town.later(HOUR)
    assert len(town.provider.ledger) == tries


@pytest.mark.parametrize(
    ("outcome", "state", "after"),
    [
        (Outcome.REFUSED, State.REFUSED, EndpointState.DEAD),
        (Outcome.STOPPED, State.STOPPED, EndpointState.STOPPED),
        (Outcome.FAILED, State.FAILED, EndpointState.ACTIVE),
        (Outcome.DELIVERED, State.DELIVERED, EndpointState.ACTIVE),
        (Outcome.SEEN, State.SEEN, EndpointState.ACTIVE),
    ],
)
async def test_a_last_word_is_the_last(town, outcome, state, after):
    """Dead and stopped close the endpoint, and the next preview counts without it; failed closes only the message."""
    person = await town.person(email=1)
    town.provider.plays(phone(1), outcome)
    await town.release()
    await town.run()
    await town.later(HOUR)
    assert await town.states() == {state: 1}
    assert len(town.provider.ledger) == 1
    assert (await town.db.fetch("heart.endpoint", person << 8))[0]["state"] == after
    told = await town.preview(channels=frozenset({SMS, EMAIL}))
    assert told.endpoints == {SMS: int(after is EndpointState.ACTIVE), EMAIL: 1}
    if state in {State.REFUSED, State.STOPPED, State.FAILED}:
        assert (await one(town))["reason"] == f"code_{outcome}"


async def test_a_danger_that_met_silence_is_sent_once_more_after_twenty_seconds(town):
    """Once, not before, and never a third time; then it stays unknown."""
    await town.person()
    town.provider.plays(phone(1), *[Outcome.UNKNOWN] * 5)
    await town.release()
    await town.run()
    await town.later(18 * SECOND)
    assert len(town.provider.ledger) == 1
    assert await town.states() == {State.UNKNOWN: 1}
    await town.later(3 * SECOND)
    assert len(town.provider.ledger) == 2
    for _ in range(5):
        await town.later(25 * SECOND)
    assert len(town.provider.ledger) == 2
    assert await town.states() == {State.UNKNOWN: 1}
    assert {message.reference for message in town.provider.ledger} == {town.provider.ledger[0].reference}


@pytest.mark.parametrize("changes", [WARNING, INFO])
async def test_nothing_but_danger_is_sent_again_into_silence(town, changes):
    """A warning and an information whose answer was lost may have arrived: they stay unknown."""
    await town.person()
    town.provider.plays(phone(1), Outcome.UNKNOWN)
    await town.release(**changes)
    await town.run()
    await town.later(MINUTE)
    assert len(town.provider.ledger) == 1
    assert await town.states() == {State.UNKNOWN: 1}


async def test_a_danger_that_was_doubtful_and_then_retried_is_not_sent_for_ever(town):
    """Silence, then an error before any byte, then silence: three tries, and no fourth."""
    await town.person()
    town.provider.plays(phone(1), Outcome.UNKNOWN, Outcome.RETRY, Outcome.UNKNOWN)
    await town.release()
    await town.run()
    for _ in range(10):
        await town.later(25 * SECOND)
    assert [row["outcome"] for row in await town.attempts()] == ["unknown", "retry", "unknown"]
    assert (await one(town))["doubtful"] == 1


async def test_a_danger_that_expires_before_it_is_sent_again_stays_unknown(town):
    """It may have arrived: neither expired nor sent, and the message closes."""
    await town.person()
    town.provider.plays(phone(1), Outcome.UNKNOWN)
    released = await town.release(deliver_by=town.clock.now_ms() + 10 * SECOND)
    await town.run()
    await town.later(11 * SECOND)
    await town.later(30 * SECOND)
    assert len(town.provider.ledger) == 1
    assert await town.states() == {State.UNKNOWN: 1}
    assert (await progress(town.desk, released.alert_id))[0].closed


async def test_a_danger_that_expires_while_it_is_queued_again_stays_unknown(town):
    """Its last hour passes between the decision to send it once more and the wire: it may have arrived, and is not expired."""
    await town.person()
    town.provider.plays(phone(1), Outcome.UNKNOWN)
    await town.release(deliver_by=town.clock.now_ms() + 40 * SECOND)
    await town.run()
    town.clock.advance(21 * SECOND)
    await town.node.tend.promote()
    assert await town.states() == {State.QUEUED: 1}
    town.clock.advance(20 * SECOND)
    await town.hand_over()
    assert len(town.provider.ledger) == 1
    assert await town.states() == {State.UNKNOWN: 1}


@pytest.mark.parametrize(
    ("turn", "first"), [(BREAK, State.UNKNOWN), (SILENT, State.UNKNOWN), (STRANGE, State.ACCEPTED)]
)
async def test_a_gateway_with_a_bug_loses_no_delivery(town, turn, first):
    """One that raises, gives no receipt, or gives others' and twice: each delivery ends with one answer, and what it never
    drew from its batch is tried again."""
    for _ in range(3):
        await town.person()
    town.provider.plays(phone(2), turn)
    await town.release(**INFO)
    await town.run()
    assert State.CALLING not in await town.states()
    await town.later(3 * SECOND)
    states = {row["endpoint_id"] >> 8: State(row["state"]) for row in await town.deliveries()}
    people = sorted(states)
    assert states[people[0]] is State.ACCEPTED
    assert states[people[1]] is first
    assert states[people[2]] is State.ACCEPTED
    assert [message.address for message in town.provider.ledger] == [phone(1), phone(2), phone(3)]


async def test_a_batch_that_breaks_does_not_take_the_next_one_with_it(town):
    """Two a batch: the bug costs one its answer and another a try, the others are accepted at once."""
    town.provider.capabilities = type(town.provider.capabilities)(channels=frozenset({"sms"}), batch=2)
    for _ in range(6):
        await town.person()
    town.provider.plays(phone(3), BREAK)
    await town.release(**INFO)
    await town.spread()
    await town.hand_over()
    assert await town.states() == {State.ACCEPTED: 4, State.UNKNOWN: 1, State.WAITING: 1}
    await town.later(3 * SECOND)
    assert await town.states() == {State.ACCEPTED: 5, State.UNKNOWN: 1}


async def test_a_gateway_that_never_answers_does_not_silence_the_sender(db, clock):
    """After the time-out its slice is unknown, and the sender speaks again."""
    town = await build(db, clock, settings(channels=("sms",), send_timeout_s=0.05))
    for _ in range(3):
        await town.person()
    town.provider.plays(phone(2), HANG)
    await town.release(**INFO)
    await town.spread()
    await bounded(town.hand_over())
    assert await town.states() == {State.ACCEPTED: 1, State.UNKNOWN: 1, State.WAITING: 1}
    await town.release(**INFO)
    await bounded(town.later(3 * SECOND))
    assert Counter(await town.states()) == {State.ACCEPTED: 5, State.UNKNOWN: 1}
    await town.books()


async def test_an_address_that_no_key_opens_fails_alone(town):
    """Its reason is said; the others are written to."""
    people = [await town.person() for _ in range(3)]
    await town.do("heart.spoil_address", people[1] << 8, b"no seal")
    await town.release()
    await town.run()
    assert town.provider.addresses == [phone(1), phone(3)]
    failed = next(row for row in await town.deliveries() if row["state"] == State.FAILED)
    assert (failed["endpoint_id"], failed["reason"]) == (people[1] << 8, "address_unreadable")


async def test_who_stops_listening_to_receipts_is_not_kept_waiting():
    """A node that is asked to stop while receipts pile up behind the one it records leaves at once."""

    async def receipts():
        for number in range(1_000):
            yield number

    async def listen():
        async with aclosing(handfuls(receipts(), 2, 0.01, 5)) as listening:
            handful = await anext(listening)
            await asyncio.sleep(0)
            return handful

    assert await bounded(listen()) == [0, 1]
