"""Dispatch: what is most urgent leaves first, at the sender's pace, and every answer, and no answer, is a state."""

import asyncio
from dataclasses import replace

import pytest
from heart.provider import HANG, Provider
from heart.town import EMAIL, HOME, SMS, bounded, build, mailbox, phone, settings
from heart.troubled_store import TroubledStore, nothing

from alertd.clock import MINUTE, SECOND
from alertd.deliver.pulse import Pulse
from alertd.model import Level, State, Target, Text
from alertd.stations import sending_switch
from gateways.contract import Outcome, Receipt

INFO = {"level": Level.INFO, "topic": "council"}
WARNING = {"level": Level.WARNING}


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


async def test_a_slice_that_was_late_does_not_leave_together_with_the_next(db, clock):
    """Ten at once and a hundred a second: behind ten that touch the wire only now, the ten claimed after them wait a tenth of one."""
    town = await build(db, clock, settings({"name": "Bras", "rate": 100, "burst": 10}, channels=("sms",)))
    for _ in range(10):
        await town.person()
    await town.release()
    await town.spread()
    clock.advance(MINUTE)
    line, loop = town.node.lines[SMS], asyncio.get_running_loop()
    line.wire.charge(10)  # by another worker, which claimed them a while ago
    began = loop.time()
    assert await town.node.dispatch.step(line)
    assert (len(town.provider.ledger), loop.time() - began >= 0.099) == (10, True)


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


async def test_in_the_last_second_no_more_is_promised_than_is_left(town):
    """A second rounded up would let a message leave after its last hour."""
    await town.person()
    await town.release(deliver_by=town.clock.now_ms() + 90 * SECOND)
    await town.later(90 * SECOND - 400)
    assert [message.expires_in_s <= 0.4 for message in town.provider.ledger] in ([True], [])


class Freezing(TroubledStore):
    """A node that freezes for ten minutes while it waits for the answer to one question."""

    def __init__(self, town, question):
        super().__init__(town.db, nothing)
        self._town, self._question = town, question

    async def fetch(self, query, /, *arguments):
        rows = await super().fetch(query, *arguments)
        if query == self._question:
            self._town.clock.advance(10 * MINUTE)
        return rows


async def test_a_node_that_froze_between_its_question_and_the_answer_promises_nothing(town):
    """What the store said was true before the freeze: the time that passed since is taken off what is left."""
    await town.person()
    await town.release(deliver_by=town.clock.now_ms() + 2 * MINUTE)
    await town.spread()
    dispatch = replace(town.node.dispatch, db=Freezing(town, "attempts.ours"), pulse=Pulse(0.0))
    await dispatch.step(town.node.lines[SMS])
    assert [message.expires_in_s <= 0 for message in town.provider.ledger] == [True]


class Slow(Provider):
    """Takes one message at a time, and half a minute for each."""

    def __init__(self, clock):
        super().__init__(batch=1)
        self._clock = clock

    async def send(self, batch):
        async for receipt in super().send(batch):
            self._clock.advance(30 * SECOND)
            yield receipt


async def test_what_waited_for_the_batch_before_it_has_less_time_left(town):
    """The second batch of a slice is promised what is left when it is sent, not when it was rendered."""
    for _ in range(2):
        await town.person()
    slow = Slow(town.clock)
    node = await town.another_node("slow", slow)
    await town.release(deliver_by=town.clock.now_ms() + 2 * MINUTE)
    await town.spread()
    await replace(node.dispatch, pulse=Pulse(10_000.0, town.clock.monotonic())).step(node.lines[SMS])
    first, second = (message.expires_in_s for message in slow.ledger)
    assert first - second == pytest.approx(30, abs=1)


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


async def test_a_language_that_nobody_knows_does_not_stop_the_others(town):
    """A person of locale xx is told in French, dates included; nobody else waits for it."""
    for locale in ("xx", "br"):  # nobody enrols in the first any more, but a store may hold it
        await town.do("subscribers.set_locale", await town.person(email=1), locale)
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
