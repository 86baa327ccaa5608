"""Receipts that come later are kept first, then applied by rank: late, repeated, reordered and foreign ones do no harm."""

import asyncio
from itertools import permutations

import pytest
from heart.far_end import Telling, bring, heed, raw, report
from heart.provider import HANG, SILENT
from heart.town import bounded, phone

from alertd.clock import DAY, HOUR, SECOND
from alertd.deliver.raws import purge
from alertd.deliver.receipts import Receipts
from alertd.deliver.retry import FINAL
from alertd.keys import Keyring, delivery_number
from alertd.model import EndpointState, Level, State
from gateways.contract import Outcome

INFO = {"level": Level.INFO, "topic": "council"}


async def one(town):
    """The only delivery."""
    (row,) = await town.deliveries()
    return row


async def sent(town, *turns, **changes):
    """One person was sent an alert; its reference at the provider."""
    await town.person()
    town.provider.plays(phone(1), *turns)
    await town.release(**changes)
    await town.run()
    return town.provider.ledger[0].reference


async def test_what_came_is_kept_sealed_before_anything_is_made_of_it(town):
    """A raw receipt stands in the store unread and unreadable, and moves nothing until it is applied."""
    reference = await sent(town)
    await bring(town, raw(town, (reference, Outcome.DELIVERED)))
    (row,) = await town.db.fetch("receipts.take", 10)
    assert row["gateway"] == "operator"
    assert reference.encode() not in bytes(row["raw"])
    assert (await one(town))["state"] == State.ACCEPTED


async def test_a_receipt_moves_its_delivery_once(town):
    """Accepted becomes delivered; the raw receipt is spent, and there is nothing more to apply."""
    reference = await sent(town)
    await bring(town, raw(town, (reference, Outcome.DELIVERED)))
    assert await heed(town) == 1
    assert (await one(town))["state"] == State.DELIVERED
    assert not await town.db.fetch("receipts.any_open")


async def test_every_order_of_the_same_words_ends_in_the_same_state(town):
    """Twenty-four people, the same four words in every order, the last one twice: all have seen it."""
    words = (Outcome.ACCEPTED, Outcome.REFUSED, Outcome.DELIVERED, Outcome.SEEN)
    orders = list(permutations(words))
    for _ in orders:
        await town.person()
    await town.release()
    await town.run()
    for turn in (0, 1, 2, 3, 3):
        said = [
            (each.reference, order[turn]) for each, order in zip(town.provider.ledger, orders, strict=True)
        ]
        await bring(town, *(raw(town, word) for word in said))
        await heed(town)
        await town.books()
    assert await town.states() == {State.SEEN: len(orders)}


async def test_every_order_within_one_callback_ends_in_the_same_state(town):
    """Words that come together count as if they had come one by one."""
    orders = list(permutations((Outcome.ACCEPTED, Outcome.FAILED, Outcome.REFUSED)))
    for _ in orders:
        await town.person()
    await town.release()
    await town.run()
    for message, order in zip(town.provider.ledger, orders, strict=True):
        await bring(town, raw(town, *((message.reference, word) for word in order)))
    await heed(town)
    assert await town.states() == {State.REFUSED: len(orders)}
    assert {row["reason"] for row in await town.deliveries()} == {"code_refused"}


@pytest.mark.parametrize(
    ("first", "late", "state"),
    [
        (Outcome.DELIVERED, Outcome.ACCEPTED, State.DELIVERED),
        (Outcome.DELIVERED, Outcome.UNKNOWN, State.DELIVERED),
        (Outcome.ACCEPTED, Outcome.RETRY, State.ACCEPTED),
        (Outcome.ACCEPTED, Outcome.REFUSED, State.REFUSED),
        (Outcome.ACCEPTED, Outcome.DELIVERED, State.DELIVERED),
    ],
)
async def test_an_answer_that_comes_after_its_receipt_lowers_nothing_and_is_not_lost(
    town, first, late, state
):
    """The provider reports before it has answered us: the higher word stands, whichever it is."""
    await town.person()
    slow = Telling(late)
    slow.plays(phone(1), HANG)
    node = await town.another_node("two", slow)
    await town.release()
    await town.spread()
    sending = asyncio.create_task(town.hand_over(node))
    await bounded(slow.holding.wait())
    assert await town.states() == {State.CALLING: 1}
    await report(town, (slow.ledger[0].reference, first))
    assert await town.states() == {FINAL[first]: 1}
    slow.let_go.set()
    await bounded(sending)
    assert await town.states() == {state: 1}


async def test_an_unknown_is_settled_by_its_receipt(town):
    """An information whose answer was lost has arrived, the provider says: it is no longer unknown."""
    reference = await sent(town, SILENT, **INFO)
    assert (await one(town))["state"] == State.UNKNOWN
    await report(town, (reference, Outcome.ACCEPTED))
    assert (await one(town))["state"] == State.ACCEPTED
    (attempt,) = await town.attempts()
    assert (attempt["outcome"], attempt["code"]) == ("accepted", "code_accepted")


async def test_a_danger_that_arrived_is_not_sent_again(town):
    """Its answer was lost and its receipt came within twenty seconds: there is one message, not two."""
    reference = await sent(town, SILENT)
    await report(town, (reference, Outcome.DELIVERED))
    await town.later(60 * SECOND)
    assert len(town.provider.ledger) == 1
    assert await town.states() == {State.DELIVERED: 1}


async def test_a_danger_queued_once_more_is_held_back_by_its_receipt(town):
    """The resend is queued already when the first try's receipt comes: it does not leave."""
    reference = await sent(town, SILENT)
    town.clock.advance(21 * SECOND)
    await town.keep_house()
    assert await town.states() == {State.QUEUED: 1}
    await report(town, (reference, Outcome.DELIVERED))
    await town.run()
    assert len(town.provider.ledger) == 1
    assert await town.states() == {State.DELIVERED: 1}


async def test_an_attempt_that_was_answered_stays_as_it_was_answered(town):
    """An attempt is closed once: a later word moves the delivery, and leaves what the provider answered then."""
    reference = await sent(town)
    await report(town, (reference, Outcome.DELIVERED))
    (attempt,) = await town.attempts()
    assert attempt["outcome"] == "accepted"


async def test_foreign_and_malformed_references_are_passed_over(town):
    """Another instance's, nobody's, and no reference at all: nothing moves, and nothing is left to apply."""
    await sent(town)
    stranger = Keyring({1: b"s" * 32}).code(delivery_number(1, 256))
    nobody = town.desk.keyring.code(delivery_number(9_999, 256))
    words = [(each, Outcome.REFUSED) for each in (stranger, nobody, "", "élan", "x" * 11, "z" * 400)]
    await report(town, *words)
    assert await town.states() == {State.ACCEPTED: 1}
    assert not await town.db.fetch("receipts.any_open")


async def test_a_gateway_has_no_word_on_what_another_was_handed(town):
    """A well-signed receipt of another account about our delivery moves nothing."""
    reference = await sent(town)
    await report(town, (reference, Outcome.SEEN), gateway="sandbox")
    assert await town.states() == {State.ACCEPTED: 1}


async def test_nobody_reports_what_was_not_handed_over(town):
    """A delivery that still waits for its turn cannot have been delivered."""
    await town.person()
    await town.release()
    await town.spread()
    row = await one(town)
    reference = town.desk.keyring.code(delivery_number(row["message_id"], row["endpoint_id"]))
    await report(town, (reference, Outcome.DELIVERED))
    assert await town.states() == {State.QUEUED: 1}


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome.REFUSED, EndpointState.DEAD), (Outcome.STOPPED, EndpointState.STOPPED)]
)
async def test_who_left_is_no_longer_counted_even_when_the_message_had_arrived(town, outcome, state):
    """The delivery stays delivered; the endpoint is closed, and the next preview finds nobody."""
    reference = await sent(town)
    await report(town, (reference, Outcome.DELIVERED), (reference, outcome))
    row = await one(town)
    assert row["state"] == State.DELIVERED
    (endpoint,) = await town.db.fetch("heart.endpoint", row["endpoint_id"])
    assert endpoint["state"] == state
    assert not sum((await town.preview()).endpoints.values())


async def test_an_old_departure_said_again_puts_nobody_out_who_came_back(town):
    """The provider repeats its callback after START: the number that came back stays."""
    reference = await sent(town)
    await report(town, (reference, Outcome.STOPPED))
    row = await one(town)
    assert row["state"] == State.STOPPED
    async with town.db.transaction() as tx:
        await tx.execute("stops.revive_endpoint", row["endpoint_id"])
    await report(town, (reference, Outcome.STOPPED))
    (endpoint,) = await town.db.fetch("heart.endpoint", row["endpoint_id"])
    assert endpoint["state"] == EndpointState.ACTIVE


async def test_a_reference_sent_before_a_rotation_still_answers(town):
    """The secret has been renewed since: the provider still carries the key that was made with the old one."""
    reference = await sent(town)
    await bring(town, raw(town, (reference, Outcome.DELIVERED)))
    await heed(town, Keyring({1: b"k" * 32, 2: b"n" * 32}))
    assert await town.states() == {State.DELIVERED: 1}


async def test_one_that_cannot_be_opened_does_not_stand_before_the_others(town):
    """Sealed with a secret that is gone: it is passed over, and those behind it are applied."""
    reference = await sent(town)
    await bring(town, raw(town, (reference, Outcome.REFUSED)), keyring=Keyring({9: b"g" * 32}))
    await report(town, (reference, Outcome.DELIVERED))
    assert await town.states() == {State.DELIVERED: 1}
    assert not await town.db.fetch("receipts.any_open")


async def test_many_are_applied_in_bounded_slices(town):
    """Four hundred and fifty callbacks, two hundred a transaction."""
    reference = await sent(town)
    await bring(town, *(raw(town, (reference, Outcome.DELIVERED)) for _ in range(450)))
    assert await heed(town) == 3
    assert await town.states() == {State.DELIVERED: 1}


async def test_callbacks_with_many_words_are_applied_in_bounded_slices(town):
    """Three callbacks of three thousand words do not go into one transaction."""
    reference = await sent(town)
    await bring(town, *(raw(town, *[(reference, Outcome.DELIVERED)] * 3_000) for _ in range(3)))
    assert await heed(town) == 3


async def test_raw_receipts_are_kept_for_thirty_days(town):
    """Applied and thirty days old: gone. Younger, or never applied: still there."""
    reference = await sent(town)
    await report(town, (reference, Outcome.DELIVERED))
    town.clock.advance(30 * DAY - HOUR)
    await report(town, (reference, Outcome.SEEN))
    await bring(town, raw(town, (reference, Outcome.SEEN)))
    town.clock.advance(2 * HOUR)
    await purge(town.db, town.clock.now_ms())
    assert (await town.db.fetch("heart_receipts.kept"))[0]["n"] == 2
    town.clock.advance(31 * DAY)
    await purge(town.db, town.clock.now_ms())
    assert (await town.db.fetch("heart_receipts.kept"))[0]["n"] == 1


async def test_two_nodes_share_the_work(postgres_town):
    """Both apply the same people's words at once: each word counts once, and the books balance."""
    town = postgres_town
    for _ in range(60):
        await town.person()
    await town.release()
    await town.run()
    for outcome in (Outcome.DELIVERED, Outcome.SEEN, Outcome.ACCEPTED):
        for _ in range(4):
            await bring(town, *(raw(town, (each.reference, outcome)) for each in town.provider.ledger))
    other = await town.another_node("two")
    nodes = [Receipts(town.db, town.desk.keyring, each.id) for each in (town.node, other)]
    for _ in range(20):
        await bounded(asyncio.gather(*(node.step() for node in nodes)))
    assert await town.states() == {State.SEEN: 60}
