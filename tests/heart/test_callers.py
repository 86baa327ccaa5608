"""A call to us: it reads the last day's alerts to whoever it may, lets nobody go, and tells nobody who is subscribed."""

import pytest
from heart.far_end import bring, heed
from heart.ringing import Ringing, word
from heart.telephoned import called, endpoints, phrase, rings, switchboard
from heart.town import SMS, VOICE, build, landline, phone, settings

from alertd.clock import DAY, HOUR, MINUTE
from alertd.model import EndpointState, Level, Target, Text
from alertd.subscribe import groups
from gateways.contract import Outcome

EVERYWHERE = frozenset({SMS, VOICE})
INFO = {"level": Level.INFO, "topic": "council"}


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


async def test_calling_back_reads_the_alerts_of_the_last_day(town, board):
    """Whether or not anybody picked up, by call and by SMS alike, the newest first, and 2 reads them again."""
    await town.person(sms=1, voice=1)
    first = await called(town)
    await bring(town, word(town, first.reference, Outcome.RETRY, "no-answer", "CA1"))
    await heed(town)
    town.clock.advance(HOUR)
    await called(town, texts={"fr": Text("Crue de la Meuse")}, channels=EVERYWHERE)
    by_call, again = await rings(board, landline(1), "2")
    assert by_call.text.index("Voici") < by_call.text.index("Crue") < by_call.text.index("Incendie")
    assert (first.text in by_call.text, again.text) == (True, by_call.text)
    (by_sms,) = await rings(board, phone(1))
    assert ("Crue" in by_sms.text, "Incendie" in by_sms.text) == (True, False)
    town.clock.advance(DAY + MINUTE)
    (late,) = await rings(board, landline(1))
    assert late.text == phrase(town, "none")


async def test_an_alert_is_read_as_it_stands_now(town, board):
    """Its end, and not what came before it."""
    await town.person(sms=0, voice=1)
    released = await town.release(channels=frozenset({VOICE}))
    await town.run()
    await town.end(released)
    await town.run()
    (said,) = await rings(board, landline(1))
    assert phrase_of_end(town) in said.text
    assert said.text.count("Incendie") == 1


def phrase_of_end(town):
    return town.desk.catalogue.phrase("fr", "word.all_clear")


async def test_a_stranger_hears_what_a_subscriber_without_alerts_hears(town, board):
    """Nobody finds out by calling whose number is subscribed, nor by asking for a stop."""
    await town.person(sms=0, voice=1, locale="de")
    heard = [await rings(board, caller, "9", "9") for caller in (landline(1), landline(7), phone(9), "")]
    assert len(heard[0]) == 3
    assert all(each == heard[0] for each in heard)


async def test_a_group_s_message_is_never_read_to_a_caller(town, board):
    """Anybody can have another's number shown."""
    await called(town, **INFO, target=Target(groups=(await council(town),)))
    assert len(town.provider.ledger) == 1
    (said,) = await rings(board, landline(1))
    assert said.text == phrase(town, "none")


@pytest.mark.parametrize("first", ["everyone", "council"])
async def test_the_newest_word_of_a_thread_decides_whether_a_caller_hears_it(town, board, first):
    """What an update turned to a group is read to nobody any more; what one turned to everyone is, from then on, and of it
    what everyone was told.
    """
    targets = {"everyone": Target(station=True), "council": Target(groups=(await council(town),))}
    thread, heard = None, {}
    for to in ("everyone", "council") if first == "everyone" else ("council", "everyone"):
        more = {"target": targets[to], "texts": {"fr": Text(f"Dit à {to}")}, "channels": frozenset({VOICE})}
        thread = (await town.release(thread, **INFO, **more)).alert_id
        await town.run()
        (heard[to],) = await rings(board, landline(1))
    assert heard["council"].text == phrase(town, "none")
    assert "Dit à everyone" in heard["everyone"].text
    assert "Dit à council" not in heard["everyone"].text


async def council(town):
    """A group with the first person in it."""
    person = await town.person(sms=0, voice=1)
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Conseil")
        await groups.put(tx, group, [person])
    return group


async def test_a_caller_is_heard_a_few_times_and_then_asked_to_wait(town, board):
    """Each number for itself, so that nobody is kept from calling by others."""
    await town.person(sms=0, voice=1)
    said = [(await rings(board, landline(1)))[0].text for _ in range(6)]
    assert (said[4], said[5]) == (phrase(town, "none"), phrase(town, "later"))
    assert (await rings(board, landline(2)))[0].text == phrase(town, "none")


async def test_nobody_is_let_go_by_a_call_to_us(town, board):
    """9 twice has the number called back; the subscriber stays until somebody agrees there, and hanging up changes nothing."""
    await town.person(sms=1, voice=1)
    *_, sure, asked = await rings(board, landline(1), "9", "9")
    assert (sure.text, asked.text) == (phrase(town, "stop_sure"), phrase(town, "stop_asked"))
    await town.run()
    (message,) = town.provider.ledger
    assert message.address == landline(1)
    assert message.text == phrase(town, "stop", station=town.station.name)
    assert message.prompt == phrase(town, "stop_keys")
    assert await endpoints(town) == [EndpointState.ACTIVE, EndpointState.ACTIVE]
    await bring(town, word(town, message.reference, Outcome.DELIVERED, "completed"))
    await heed(town)
    assert await endpoints(town) == [EndpointState.ACTIVE, EndpointState.ACTIVE]


async def test_nobody_is_rung_again_and_again_by_who_shows_their_number(town, board):
    """One such call a day, however often it is asked for."""
    await town.person(sms=0, voice=1)
    for _ in range(3):
        await rings(board, landline(1), "9", "9")
        await town.later(20 * MINUTE)
    assert len(town.provider.ledger) == 1
    town.clock.advance(DAY)
    await rings(board, landline(1), "9", "9")
    await town.run()
    assert len(town.provider.ledger) == 2
