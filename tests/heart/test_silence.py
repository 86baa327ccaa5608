"""Escalation by silence: SMS and calls wait for those whose phone can acknowledge, and an acknowledgement stops what waits."""

import pytest
from heart.far_end import report
from heart.provider import SILENT
from heart.town import EMAIL, PUSH, SMS, VOICE, build, device, landline, mailbox, phone, settings
from heart.waiting import reasons, reference

from alertd.clock import FOREVER, HOUR, MINUTE, SECOND
from alertd.deliver import silence as waits
from alertd.deliver.claim import shift
from alertd.deliver.tallies import Entries
from alertd.model import Level, State
from alertd.settings.silence import Silence
from gateways.contract import Outcome, Receipt

POLICY = {"warning": {"sms_after_s": 120, "voice_after_s": 300}, "info": {"sms_after_s": 60}}
WARNING = {"level": Level.WARNING, "topic": "road", "channels": frozenset({SMS, PUSH})}
INFO = {"level": Level.INFO, "topic": "council", "channels": frozenset({SMS, PUSH})}


@pytest.fixture
async def town(db, clock):
    """A town whose instance has a policy; the books balance after each test."""
    chosen = settings(channels=("sms", "email", "push", "voice"))
    town = await build(db, clock, chosen.model_copy(update={"silence": Silence.model_validate(POLICY)}))
    yield town
    await town.books()


async def test_the_sms_of_who_has_a_phone_to_answer_waits(town):
    """Two people: the one with a notification has an SMS that waits two minutes, the other's leaves at once."""
    await town.person(push=1)
    await town.person()
    await town.release(**WARNING)
    await town.spread()
    [held] = [row for row in await town.deliveries() if row["reason"] == "silence"]
    assert (held["channel"], held["state"]) == (SMS, State.WAITING)
    due = town.clock.now_ms() + 2 * MINUTE
    assert due <= held["due_at"] < due + MINUTE, "PostgreSQL's clock runs on while it is planned"
    await town.run()
    assert sorted(town.provider.addresses) == sorted([device(1), phone(2)])
    await town.books()


async def test_a_silent_phone_is_followed_by_the_sms(town):
    """Accepted by the push service is no acknowledgement: two minutes later the SMS leaves, not before."""
    await town.person(push=1)
    await town.release(**WARNING)
    await town.run()
    await town.later(90 * SECOND)
    assert town.provider.addresses == [device(1)]
    await town.later(31 * SECOND)
    assert town.provider.addresses == [device(1), phone(1)]


async def test_a_phone_that_confirms_at_once_stops_the_sms(town):
    """Delivered is the provider's first word: the SMS is skipped in that very transaction, and the message closes."""
    await town.person(push=1)
    town.provider.plays(device(1), Outcome.DELIVERED)
    released = await town.release(**WARNING)
    await town.spread()
    await town.hand_over(channel=PUSH)
    assert await reasons(town) == {
        (PUSH, State.DELIVERED, None),
        (SMS, State.SKIPPED, "acknowledged"),
    }
    await town.books()
    await town.later(10 * MINUTE)
    assert town.provider.addresses == [device(1)]
    assert (await town.message(released))["closed_at"] is not None


@pytest.mark.parametrize("word", [Outcome.DELIVERED, Outcome.SEEN])
async def test_a_phone_that_confirms_later_stops_the_sms(town, word):
    """By a receipt, a minute after; the neighbour's still leaves."""
    for _ in range(2):
        await town.person(push=1)
    await town.release(**WARNING)
    await town.run()
    await town.later(MINUTE)
    await report(town, (reference(town, device(1)), word))
    assert (SMS, State.SKIPPED, "acknowledged") in await reasons(town)
    await town.books()
    await town.later(2 * MINUTE)
    assert sorted(town.provider.addresses) == sorted([device(1), device(2), phone(2)])


async def test_a_letter_that_was_delivered_is_no_answer_and_one_that_was_read_is(town):
    """A mailbox is not a person: the SMS waits on, until the person says that they read it."""
    await town.person(push=1, email=1)
    await town.release(**WARNING | {"channels": frozenset({SMS, PUSH, EMAIL})})
    await town.run()
    await report(town, (reference(town, mailbox(1)), Outcome.DELIVERED))
    assert (SMS, State.WAITING, "silence") in await reasons(town)
    await report(town, (reference(town, mailbox(1)), Outcome.SEEN))
    assert (SMS, State.SKIPPED, "acknowledged") in await reasons(town)


@pytest.mark.parametrize("channel", [PUSH, EMAIL])
async def test_whoever_says_that_they_read_it_is_not_written_to_again(town, channel):
    """ "J'ai lu" behind a personal link, of any channel: seen, and nothing waits any more. Once more changes nothing."""
    await town.person(push=1, email=1)
    released = await town.release(**WARNING | {"channels": frozenset({SMS, PUSH, EMAIL})})
    await town.run()
    message = await town.message(released)
    for _ in range(2):
        row = next(row for row in await town.deliveries() if row["channel"] == channel)
        await waits.read(town.db, town.node.id, message["id"], row["endpoint_id"])
        await town.books()
    assert {(channel, State.SEEN, None), (SMS, State.SKIPPED, "acknowledged")} < await reasons(town)


async def test_a_reader_of_nothing_changes_nothing(town):
    """A link that is nobody's delivery."""
    await waits.read(town.db, town.node.id, 77, 1 << 8)
    assert await town.deliveries() == []


@pytest.mark.parametrize("word", [Outcome.REFUSED, Outcome.STOPPED, Outcome.FAILED])
async def test_a_dead_phone_is_followed_by_the_sms_at_once(town, word):
    """Silence is certain: nobody waits two minutes for it, whether it is said at once or reported later."""
    for _ in range(2):
        await town.person(push=1)
    town.provider.plays(device(1), word)
    await town.release(**WARNING)
    await town.run()
    await town.hand_over()
    assert town.provider.to(phone(1))
    await report(town, (reference(town, device(2)), word))
    await town.hand_over()
    assert town.provider.to(phone(2))


async def test_one_dead_phone_of_two_leaves_the_other_to_answer(town):
    """An update goes to both telephones of a danger: the SMS still waits for the second."""
    await town.person(sms=1, push=2)
    released = await town.release(channels=frozenset({PUSH}))
    await town.run()
    await town.release(released.alert_id, **WARNING)
    await town.run()
    assert len(town.provider.to(device(1, 1))) == 2
    await report(town, (reference(town, device(1, 0)), Outcome.REFUSED))
    await town.hand_over()
    assert not town.provider.to(phone(1))
    await report(town, (reference(town, device(1, 1)), Outcome.REFUSED))
    await town.hand_over()
    assert town.provider.to(phone(1))


async def test_a_notification_that_cannot_be_said_is_followed_by_the_sms_at_once(town):
    """Its address cannot be opened: nothing was sent that anyone could answer."""
    person = await town.person(push=1)
    await town.do("heart.spoil_address", person << 8 | 1, b"nothing")
    await town.release(**WARNING)
    await town.run()
    await town.hand_over()
    assert town.provider.addresses == [phone(1)]


@pytest.mark.parametrize("state", [2, 3])
async def test_a_phone_that_left_since_is_followed_by_the_sms_at_once(town, state):
    """Stopped or dead after fan-out, before its notification left."""
    person = await town.person(push=1)
    await town.release(**WARNING)
    await town.spread()
    await town.do("heart.close_endpoint", person << 8 | 1, state)
    await town.hand_over()
    await town.hand_over()
    assert town.provider.addresses == [phone(1)]


async def test_a_warning_whose_notification_is_unknown_is_followed_by_the_sms(town):
    """Nobody settled it in twenty seconds: the SMS need not wait for the other hundred, and no letter is added."""
    await town.person(push=1, email=1)
    town.provider.plays(device(1), SILENT)
    await town.release(**WARNING)
    await town.run()
    await town.later(19 * SECOND)
    assert town.provider.addresses == [device(1)]
    await town.later(2 * SECOND)
    await town.hand_over()
    assert town.provider.addresses == [device(1), phone(1)]
    await town.later(HOUR)
    assert not town.provider.to(mailbox(1))


async def test_an_unknown_notification_that_is_settled_keeps_the_sms_from_leaving(town):
    """The phone confirms ten seconds later: it is an acknowledgement as any other."""
    await town.person(push=1)
    town.provider.plays(device(1), SILENT)
    await town.release(**WARNING)
    await town.run()
    await town.later(10 * SECOND)
    await report(town, (reference(town, device(1)), Outcome.DELIVERED))
    await town.later(10 * MINUTE)
    assert town.provider.addresses == [device(1)]


async def test_an_information_waits_its_whole_delay_for_an_unknown(town):
    """An information's unknown decides nothing: the SMS leaves after its minute."""
    await town.person(push=1)
    town.provider.plays(device(1), SILENT)
    await town.release(**INFO)
    await town.run()
    await town.later(50 * SECOND)
    assert town.provider.addresses == [device(1)]
    await town.later(11 * SECOND)
    assert town.provider.addresses == [device(1), phone(1)]


async def test_an_end_cancels_what_waits_and_is_told_where_something_was_told(town):
    """The SMS never left: the end goes to the telephone alone."""
    await town.person(push=1)
    released = await town.release(**WARNING)
    await town.run()
    ended = await town.end(released)
    await town.run()
    assert (SMS, State.CANCELLED, "superseded") in await reasons(town, released)
    assert {row["channel"] for row in await town.deliveries(ended)} == {PUSH}
    await town.later(HOUR)
    assert town.provider.addresses == [device(1), device(1)]


async def test_an_update_cancels_what_waits_and_waits_anew(town):
    """Not told by SMS of the alert, nor at once of its update; who was, is told of the update by SMS at once."""
    await town.person(push=1)
    await town.person()
    released = await town.release(**WARNING)
    await town.run()
    updated = await town.release(released.alert_id, **WARNING)
    await town.run()
    assert {
        (row["endpoint_id"] >> 8, row["channel"], row["reason"]) for row in await town.deliveries(updated)
    } == {
        (1, PUSH, None),
        (1, SMS, "silence"),
        (2, SMS, None),
    }
    assert len(town.provider.to(phone(2))) == 2
    await town.later(2 * MINUTE + SECOND)
    assert len(town.provider.to(phone(1))) == 1


async def test_an_answer_that_comes_before_the_fan_out_counts(town):
    """The update's notification is confirmed before its SMS exist: they are skipped as they are made."""
    await town.person(push=1)
    released = await town.release(**WARNING | {"channels": frozenset({PUSH})})
    await town.run()
    town.provider.plays(device(1), Outcome.DELIVERED)
    updated = await town.release(released.alert_id, **WARNING)
    while not await town.deliveries(updated):
        assert await town.node.fan_out.step()
    await town.hand_over()
    await town.run()
    assert await reasons(town, updated) == {
        (PUSH, State.DELIVERED, None),
        (SMS, State.SKIPPED, "acknowledged"),
    }


async def confirmed_unheard(town):
    """A notification was confirmed, and nobody looked whether anything waits for that."""
    pushed = [row for row in await town.deliveries() if row["channel"] == PUSH]
    async with town.db.transaction() as tx:
        entries = Entries(town.node.id)
        await shift(tx, entries, pushed, State.ACCEPTED, State.DELIVERED, FOREVER, None)
        await entries.write(tx)


async def test_an_answer_that_nobody_heard_still_counts_when_the_sms_comes_due(town):
    """Two nodes at once, one fanning out and one recording, may not see each other's rows: the last door looks again."""
    await town.person(push=1)
    await town.release(**WARNING)
    await town.run()
    await confirmed_unheard(town)
    await town.later(3 * MINUTE)
    assert town.provider.addresses == [device(1)]
    assert (SMS, State.SKIPPED, "acknowledged") in await reasons(town)


async def test_a_retry_is_not_taken_for_a_silence(town):
    """An SMS that waits to be tried again is sent again, whatever the phone says."""
    await town.person(push=1)
    town.provider.plays(phone(1), Outcome.RETRY)
    await town.release(**WARNING)
    await town.run()
    await town.later(2 * MINUTE + SECOND)
    await report(town, (reference(town, device(1)), Outcome.DELIVERED))
    await town.later(MINUTE)
    assert len(town.provider.to(phone(1))) == 2


async def test_a_retry_that_comes_due_with_a_silence_is_sent_and_the_silence_is_kept(town):
    """The SMS was answered with "later", the call waits still, both come due at once: the phone's answer stops the call alone."""
    await town.person(push=1, voice=1)
    town.provider.plays(phone(1), Receipt("", Outcome.RETRY, retry_after_s=2 * MINUTE / SECOND))
    await town.release(**WARNING | {"channels": frozenset({SMS, PUSH, VOICE})})
    await town.run()
    await town.later(2 * MINUTE + SECOND)
    await confirmed_unheard(town)
    await town.later(4 * MINUTE)
    assert len(town.provider.to(phone(1))) == 2
    assert not town.provider.to(landline(1))
