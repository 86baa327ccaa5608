"""On the telephone: a call of ours is confirmed or said again, a call to us reads the last day's alerts, and nobody is fooled."""

from dataclasses import replace

import pytest
from heart.far_end import bring, heed
from heart.ringing import Ringing, word
from heart.telephoned import called, endpoints, phrase, rings, switchboard
from heart.town import SMS, VOICE, build, landline, phone, settings

from alertd.clock import HOUR, MINUTE
from alertd.deliver.service import Written
from alertd.model import EndpointState, State, endpoint_id
from alertd.store import connect
from alertd.subscribe.quiet_calls import ask_to_prove
from alertd.subscribe.switchboard import REPEATS
from gateways.contract import Outcome, Question

EVERYWHERE = frozenset({SMS, VOICE})


@pytest.fixture
async def town(db, clock):
    town = await build(db, clock, settings(channels=("voice", "sms")))
    town.provider = Ringing()
    town.node = await town.another_node("telephone", town.provider)
    yield town
    await town.books()


@pytest.fixture
def board(town):
    return switchboard(town)


async def test_one_confirms(town, board):
    """The person is thanked in their language, and the delivery is seen, on the provider's word."""
    await town.person(sms=0, voice=1, locale="de")
    message = await called(town)
    assert message.prompt == phrase(town, "keys", "de")
    said = await board.answer("voix", Question(reference=message.reference, key="1", locale="de"))
    assert (said.speech.text, said.speech.keys) == (phrase(town, "confirmed", "de"), "")
    (receipt,) = said.receipts
    assert (receipt.reference, receipt.outcome) == (message.reference, Outcome.SEEN)
    await bring(town, word(town, message.reference, receipt.outcome, receipt.code))
    await heed(town)
    assert await town.states() == {State.SEEN: 1}


async def test_two_says_it_again_a_few_times(town, board):
    """The very words of the call and its keys; then it ends, and nothing was confirmed."""
    await town.person(sms=0, voice=1)
    message = await called(town)
    place = ""
    for _ in range(REPEATS):
        asked = Question(reference=message.reference, key="2", place=place, locale="fr")
        said = await board.answer("voix", asked)
        assert (said.speech.text, said.speech.prompt) == (message.text, message.prompt)
        assert said.receipts == ()
        place = said.speech.place
    last = await board.answer(
        "voix", Question(reference=message.reference, key="2", place=place, locale="fr")
    )
    assert (last.speech.text, last.speech.keys) == (phrase(town, "goodbye"), "")


async def test_a_machine_is_told_twice_and_asked_nothing(town, board):
    """Nobody there presses a key, and a recording of the keys would only confuse whoever plays it."""
    await town.person(sms=0, voice=1)
    message = await called(town)
    said = await board.answer("voix", Question(reference=message.reference, machine=True, locale="fr"))
    assert (said.speech.text, said.speech.times, said.speech.keys, said.speech.prompt) == (
        message.text, 2, "", "",
    )  # fmt: skip


async def test_a_call_about_nothing_of_ours_ends(town, board):
    """A reference that is nobody's, or of a delivery by another channel."""
    await town.person(sms=1)
    await town.release(channels=frozenset({SMS}))
    await town.run()
    for reference in ("00000000001", "", "x" * 64, town.provider.ledger[0].reference):
        if reference:
            said = await board.answer("voix", Question(reference=reference, key="2", locale="fr"))
            assert said.speech.text == phrase(town, "goodbye")


async def test_nine_in_that_call_lets_the_number_go(town, board):
    """It is called no more, by any station; what else its person has stays."""
    await town.person(sms=1, voice=1)
    await rings(board, landline(1), "9", "9")
    await town.run()
    (message,) = town.provider.ledger
    said = await board.answer("voix", Question(reference=message.reference, key="9", locale="fr"))
    assert said.speech.text == phrase(town, "stopped")
    assert await endpoints(town) == [EndpointState.ACTIVE, EndpointState.STOPPED]
    await town.release(channels=EVERYWHERE)
    await town.run()
    assert town.provider.addresses[1:] == [phone(1)]


async def test_nine_in_an_alert_s_call_lets_nobody_go(town, board):
    """A slip of the finger during a danger: it is said again."""
    await town.person(sms=0, voice=1)
    message = await called(town)
    said = await board.answer("voix", Question(reference=message.reference, key="9", locale="fr"))
    assert said.speech.text == message.text
    assert await endpoints(town) == [EndpointState.ACTIVE]


async def test_such_a_call_waits_for_the_morning(town, board):
    """Asked for at 20 h, it leaves at 9 h, and the books have it meanwhile."""
    await town.person(sms=0, voice=1)
    town.clock.advance(10 * HOUR)
    await rings(board, landline(1), "9", "9")
    await town.run()
    assert town.provider.ledger == []
    assert await town.states() == {State.WAITING: 1}
    await town.books()
    await town.later(13 * HOUR + MINUTE)
    assert len(town.provider.ledger) == 1


async def test_a_number_is_proven_by_a_key_and_not_by_picking_up(town, board):
    """Who answers is nobody in particular; who presses 1 agrees, and is reached from then on."""
    endpoint = await pending(town)
    async with town.db.transaction() as tx:
        assert isinstance(await ask_to_prove(tx, town.desk, town.station, endpoint), Written)
    await town.run()
    (message,) = town.provider.ledger
    assert message.prompt == phrase(town, "prove_keys")
    await bring(town, word(town, message.reference, Outcome.DELIVERED, "completed"))
    await heed(town)
    assert await endpoints(town) == [EndpointState.PENDING]
    said = await board.answer("voix", Question(reference=message.reference, key="1", locale="fr"))
    await bring(town, word(town, message.reference, said.receipts[0].outcome, "key 1"))
    await heed(town)
    assert await endpoints(town) == [EndpointState.ACTIVE]


async def pending(town):
    """A number that was given and not yet proven; its endpoint."""
    person = await town.person(sms=0, voice=1)
    endpoint = endpoint_id(person, 0)
    await town.do("heart.close_endpoint", endpoint, EndpointState.PENDING)
    return endpoint


async def test_while_the_store_is_away_something_is_said(town):
    """To a caller, and to whoever wants to hear it again; a key that confirms is thanked for, and kept."""
    await town.person(sms=0, voice=1)
    message = await called(town)
    away = switchboard(Away(town))
    (said,) = await rings(away, landline(1))
    assert said.text == phrase(town, "away")
    again = await away.answer("voix", Question(reference=message.reference, key="2", locale="de"))
    assert again.speech.text == phrase(town, "away", "de")
    seen = await away.answer("voix", Question(reference=message.reference, key="1", locale="de"))
    assert seen.speech.text == phrase(town, "confirmed", "de")
    assert [each.outcome for each in seen.receipts] == [Outcome.SEEN]


class Away:
    """The same town, whose store nobody reaches: its address is another machine's."""

    def __init__(self, town) -> None:
        self.desk = replace(town.desk, db=connect("postgresql://alertd@127.0.0.1:1/none", town.clock))
        self.clock, self.node = town.clock, town.node
