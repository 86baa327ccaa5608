"""Dispatch: what is most urgent leaves first, at the sender's pace, and every answer, and no answer, is a state."""

import asyncio
from collections import Counter
from contextlib import aclosing

import pytest
from heart.provider import BREAK, HANG, SILENT, STRANGE
from heart.town import EMAIL, HOME, SMS, bounded, build, mailbox, phone, settings

from alertd.clock import HOUR, MINUTE, SECOND
from alertd.deliver.handfuls import handfuls
from alertd.issue.reading import progress
from alertd.model import EndpointState, Level, State, Target, Text
from alertd.stations import sending_switch
from gateways.contract import Outcome, Receipt

INFO = {"level": Level.INFO, "topic": "council"}
WARNING = {"level": Level.WARNING}


async def one(town):
    """The only delivery."""
    (row,) = await town.deliveries()
    return row


async def test_a_danger_overtakes_what_was_queued_before_it(db, clock):
    """Twenty informations queue at one a second; the danger released after them is the next to leave, then a warning."""
    town = await build(db, clock, settings({"name": "Bras", "rate": 1, "burst": 1}, channels=("sms",)))
    for _ in range(20):
        await town.person()
    await town.release(**INFO)
    await town.spread()
    for _ in range(3):
        clock.advance(SECOND)
        await town.hand_over()
    assert {message.level for message in town.provider.ledger} == {"info"}
    await town.release(**WARNING)
    await town.release()
    await town.spread()
    for _ in range(45):
        clock.advance(SECOND)
        await town.hand_over()
    levels = [message.level for message in town.provider.ledger]
    assert levels[:3] == ["info"] * 3
    assert levels[3:23] == ["danger"] * 20
    assert levels[23:43] == ["warning"] * 20
    assert levels[43:] == ["info"] * 5
    await town.books()


async def test_a_sender_keeps_its_rate(db, clock):
    """Two a second and a burst of five: five at once after a pause, then two each second, never more."""
    town = await build(db, clock, settings({"name": "Bras", "rate": 2, "burst": 5}, channels=("sms",)))
    for _ in range(20):
        await town.person()
    await town.release()
    await town.spread()
    sent = []
    clock.advance(MINUTE)
    for _ in range(9):
        await town.hand_over()
        sent.append(len(town.provider.ledger))
        clock.advance(SECOND)
    assert sent == [5, 7, 9, 11, 13, 15, 17, 19, 20]


async def test_a_rate_counts_segments(db, clock):
    """A text of two segments at one segment a second leaves every two seconds."""
    sender = {"name": "Bras", "rate": 1, "burst": 1, "unit": "segment"}
    town = await build(db, clock, settings(sender, channels=("sms",)))
    for _ in range(5):
        await town.person()
    long = Text("Feu de ferme", "", "Restez chez vous, fermez tout, coupez la ventilation, et attendez. " * 3)
    await town.release(texts={"fr": long})
    await town.spread()
    moments = []
    for second in range(14):
        before = len(town.provider.ledger)
        await town.hand_over()
        moments += [second] * (len(town.provider.ledger) - before)
        clock.advance(SECOND)
    assert moments == [1, 3, 5, 7, 9]


async def test_without_a_byte_written_it_is_tried_again_until_it_passes(town):
    """Two retries, then accepted: three attempts of one delivery, each remembered."""
    await town.person()
    town.provider.plays(phone(1), Outcome.RETRY, Outcome.RETRY)
    await town.release(**INFO)
    await town.run()
    assert await town.states() == {State.WAITING: 1}
    for _ in range(4):
        await town.later(2 * SECOND)
    assert await town.states() == {State.ACCEPTED: 1}
    assert [row["outcome"] for row in await town.attempts()] == ["retry", "retry", "accepted"]
    assert [row["ordinal"] for row in await town.attempts()] == [1, 2, 3]


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


async def test_nothing_queued_leaves_after_its_last_hour(town):
    """What still stood in the queue when the hour struck is settled at the claim."""
    for _ in range(3):
        await town.person()
    await town.release(deliver_by=town.clock.now_ms() + MINUTE)
    await town.spread()
    town.clock.advance(MINUTE)
    await town.hand_over()
    assert town.provider.ledger == []
    assert await town.states() == {State.EXPIRED: 3}


async def test_the_provider_is_told_how_long_the_message_is_worth_delivering(town):
    """Validity is what remains until the last hour, in seconds, never nothing."""
    await town.person()
    await town.release(deliver_by=town.clock.now_ms() + 90 * SECOND)
    await town.later(30 * SECOND)
    (message,) = town.provider.ledger
    assert 50 < message.expires_in_s <= 60


async def test_a_provider_that_asks_for_less_gets_silence(db, clock):
    """Throttled for thirty seconds: nothing of this sender leaves before, and everything after."""
    town = await build(db, clock, settings({"name": "Bras", "rate": 100, "burst": 1}, channels=("sms",)))
    for _ in range(30):
        await town.person()
    town.provider.plays(phone(1), Receipt("", Outcome.THROTTLED, "429", retry_after_s=30))
    await town.release()
    await town.spread()
    clock.advance(SECOND)
    await town.node.dispatch.step(town.node.lines[SMS])
    before = len(town.provider.ledger)
    assert before < 30
    for _ in range(5):
        await town.later(5 * SECOND)
    assert len(town.provider.ledger) == before
    for _ in range(40):
        await town.later(SECOND)
    assert await town.states() == {State.ACCEPTED: 30}
    assert len(town.provider.to(phone(1))) == 2
    await town.books()


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


@pytest.mark.parametrize(
    ("turn", "first"), [(BREAK, State.UNKNOWN), (SILENT, State.UNKNOWN), (STRANGE, State.ACCEPTED)]
)
async def test_a_gateway_with_a_bug_loses_no_delivery(town, turn, first):
    """One that raises, gives no receipt, or gives others' and twice: each delivery ends with one answer."""
    for _ in range(3):
        await town.person()
    town.provider.plays(phone(2), turn)
    await town.release(**INFO)
    await town.run()
    states = {row["endpoint_id"] >> 8: State(row["state"]) for row in await town.deliveries()}
    people = sorted(states)
    assert states[people[0]] is State.ACCEPTED
    assert states[people[1]] is first
    assert states[people[2]] is (State.UNKNOWN if turn == BREAK else State.ACCEPTED)
    assert State.CALLING not in states.values()


async def test_a_batch_that_breaks_does_not_take_the_next_one_with_it(town):
    """Two a batch: the bug costs its own batch an answer, the others are accepted."""
    town.provider.capabilities = type(town.provider.capabilities)(channels=frozenset({"sms"}), batch=2)
    for _ in range(6):
        await town.person()
    town.provider.plays(phone(3), BREAK)
    await town.release(**INFO)
    await town.run()
    assert await town.states() == {State.ACCEPTED: 4, State.UNKNOWN: 2}


async def test_a_gateway_that_never_answers_does_not_silence_the_sender(db, clock):
    """After the time-out its slice is unknown, and the sender speaks again."""
    town = await build(db, clock, settings(channels=("sms",), send_timeout_s=0.05))
    for _ in range(3):
        await town.person()
    town.provider.plays(phone(2), HANG)
    await town.release(**INFO)
    await town.spread()
    await bounded(town.hand_over())
    assert await town.states() == {State.ACCEPTED: 1, State.UNKNOWN: 2}
    await town.release(**INFO)
    await bounded(town.run())
    assert Counter(await town.states()) == {State.ACCEPTED: 4, State.UNKNOWN: 2}
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


async def test_a_language_that_nobody_knows_does_not_stop_the_others(town):
    """A person of locale xx is told in French, dates included; nobody else waits for it."""
    await town.person(locale="xx", email=1)
    await town.person(locale="br", email=1)
    await town.person()
    await town.release(channels=frozenset({SMS, EMAIL}))
    await town.run()
    assert len(town.provider.ledger) == 5
    assert await town.states() == {State.ACCEPTED: 5}
    assert "Texte d'origine" in town.provider.to(phone(1))[0].text


async def test_one_switch_stops_all_sending(town):
    """Paused, nothing leaves and nothing is lost; resumed, it leaves, unless it is too late by then."""
    await town.person()
    async with town.db.transaction() as tx:
        await sending_switch.turn(tx, on=False)
    await town.release()
    await town.release(deliver_by=town.clock.now_ms() + MINUTE)
    await town.run()
    assert town.provider.ledger == []
    await town.later(5 * MINUTE)
    assert await town.states() == {State.QUEUED: 1, State.EXPIRED: 1}
    async with town.db.transaction() as tx:
        await sending_switch.turn(tx, on=True)
    await town.run()
    assert len(town.provider.ledger) == 1


async def test_a_thousand_settled_rows_do_not_hide_what_stands_behind_them(town):
    """Three slices are too late: one run settles them all and reaches the message that is not."""
    await town.crowd([HOME] * 500)
    await town.release(**INFO, deliver_by=town.clock.now_ms() + MINUTE)
    await town.spread()
    town.clock.advance(2 * MINUTE)
    person = await town.person()
    await town.do("heart.close_crowd", person)
    await town.release(**INFO)
    await town.spread()
    await town.hand_over()
    assert town.provider.addresses == [phone(1)]


async def test_an_update_waits_for_the_word_before_it_to_the_same_endpoint(town):
    """While the first message hangs at the provider, the update to that phone waits, and those to others leave."""
    for _ in range(2):
        await town.person()
    town.provider.plays(phone(2), HANG)
    released = await town.release()
    await town.spread()
    sending = asyncio.create_task(town.node.dispatch.step(town.node.lines[SMS]))
    await bounded(town.provider.holding.wait())
    assert await town.db.wait("progress", 5), "the first one's receipt is recorded"
    await town.release(released.alert_id)
    await town.run()
    assert [len(town.provider.to(phone(n))) for n in (1, 2)] == [2, 1]
    assert await town.states() == {State.ACCEPTED: 2, State.CALLING: 1, State.WAITING: 1}
    town.provider.let_go.set()
    await bounded(sending)
    await town.later(SECOND)
    assert [len(town.provider.to(phone(n))) for n in (1, 2)] == [2, 2]


async def test_an_end_waits_for_a_word_that_hangs_although_an_update_lies_between(town):
    """The update never left; what matters is that the first message is still on the wire."""
    await town.person()
    town.provider.plays(phone(1), HANG)
    released = await town.release()
    await town.spread()
    sending = asyncio.create_task(town.node.dispatch.step(town.node.lines[SMS]))
    await bounded(town.provider.holding.wait())
    await town.release(released.alert_id)
    await town.run()
    await town.end(released)
    await town.run()
    assert len(town.provider.ledger) == 1
    town.provider.let_go.set()
    await bounded(sending)
    await town.later(SECOND)
    assert [("Fin d'alerte" in message.text) for message in town.provider.ledger] == [False, True]


async def test_channels_do_not_wait_for_each_other(town):
    """A mail that hangs keeps no SMS back."""
    await town.person(email=1)
    town.provider.plays(mailbox(1), HANG)
    await town.release(channels=frozenset({SMS, EMAIL}), target=Target(station=True))
    await town.spread()
    sending = asyncio.create_task(town.node.dispatch.step(town.node.lines[EMAIL]))
    await bounded(town.provider.holding.wait())
    await town.hand_over(channel=SMS)
    assert town.provider.addresses == [mailbox(1), phone(1)]
    town.provider.let_go.set()
    await bounded(sending)


async def test_who_stops_listening_to_receipts_is_not_kept_waiting():
    """A node that is asked to stop while receipts pile up behind the one it records leaves at once."""

    async def receipts():
        for number in range(1_000):
            yield number

    async def listen():
        async with aclosing(handfuls(receipts(), 2, 0.01, 5)) as listening:
            async for handful in listening:
                await asyncio.sleep(0)
                return handful

    assert await bounded(listen()) == [0, 1]
