"""Service messages: a word of the house to one endpoint, stored first, in the books of no alert."""

import json
from dataclasses import replace

import pytest
from heart.town import HOME, SMS, mailbox, phone

from alertd.clock import DAY, HOUR, MINUTE
from alertd.deliver.service import Declined, Limit, Note, Purpose, Written, forget, service
from alertd.model import EndpointState, Lane, Level, State, endpoint_id
from gateways.contract import Outcome

HELLO = Note("service.imported", {"link": "https://exemple.fr/x"})


async def write(town, person, note=HELLO, slot=0):
    async with town.db.transaction() as tx:
        return await service(tx, town.desk, endpoint_id(person, slot), note)


async def set_state(town, person, state):
    await town.do("heart.set_endpoint", endpoint_id(person, 0), int(state))


async def test_it_leaves_by_the_lane_of_service_and_is_counted_by_itself(town):
    """One message, one delivery, one line in the books, no alert's; the words leave as they were composed."""
    person = await town.person()
    written = await write(town, person, replace(HELLO, station_id=town.station.id))
    assert isinstance(written, Written)
    (message,) = await town.db.fetch("heart.messages")
    assert (message["id"], message["kind"], message["alert_id"]) == (written.message_id, "service", None)
    assert (message["lane"], message["level"], message["planned"]) == (Lane.SERVICE, Level.INFO, 1)
    await town.books()
    await town.run()
    (sent,) = town.provider.ledger
    assert sent.address == phone(1)
    assert sent.text == "Bras-sur-Meuse vous a inscrit à ses alertes. Pour partir: https://exemple.fr/x"
    assert (sent.sender_name, sent.url) == ("Bras-sur-Meuse", "")
    assert await town.states() == {State.ACCEPTED: 1}


async def test_the_words_are_sealed_and_forgotten_after_thirty_days(town):
    """Nothing can be read in the store; after thirty days not even with the secret."""
    person = await town.person()
    await write(town, person)
    (message,) = await town.db.fetch("heart.messages")
    assert b"exemple" not in bytes(message["body"])
    await town.run()
    await forget(town.db, town.clock.now_ms())
    assert (await town.db.fetch("heart.messages"))[0]["body"] is not None
    town.clock.advance(31 * DAY)
    await forget(town.db, town.clock.now_ms())
    assert (await town.db.fetch("heart.messages"))[0]["body"] is None
    assert await town.states() == {State.ACCEPTED: 1}


async def test_it_speaks_the_reader_s_language(town):
    """A reader of German reads German; of a language without a book, French."""
    german, breton = await town.person(locale="de-CH"), await town.person(locale="br")
    await write(town, german)
    await write(town, breton)
    await town.run()
    assert town.provider.to(phone(1))[0].text.startswith("alertd hat Sie")
    assert town.provider.to(phone(2))[0].text.startswith("alertd vous a inscrit")


async def test_an_e_mail_has_a_subject_and_two_forms(town):
    """What has a subject is given the phrase named for it, else who speaks; the page says the same as the text."""
    person = await town.person(sms=0, email=1)
    note = replace(HELLO, title="word.noted", blanks={"link": "https://exemple.fr/<x>"})
    await write(town, person, note)
    await town.run()
    (sent,) = town.provider.to(mailbox(1))
    assert sent.subject == "C'est noté, merci."
    assert sent.text.endswith("https://exemple.fr/<x>")
    assert "https://exemple.fr/&lt;x&gt;" in sent.html


@pytest.mark.parametrize(
    ("purpose", "state", "reached"),
    [
        (Purpose.NOTICE, EndpointState.PENDING, False),
        (Purpose.NOTICE, EndpointState.ACTIVE, True),
        (Purpose.NOTICE, EndpointState.STOPPED, False),
        (Purpose.PROOF, EndpointState.PENDING, True),
        (Purpose.PROOF, EndpointState.ACTIVE, True),
        (Purpose.PROOF, EndpointState.STOPPED, False),
        (Purpose.FAREWELL, EndpointState.PENDING, False),
        (Purpose.FAREWELL, EndpointState.STOPPED, True),
        (Purpose.FAREWELL, EndpointState.DEAD, False),
    ],
)
async def test_what_it_is_for_says_whom_it_reaches(town, purpose, state, reached):
    """A code goes to who is yet to be proven, a good-bye to who has just left, nothing to the dead."""
    person = await town.person()
    await set_state(town, person, state)
    written = await write(town, person, replace(HELLO, purpose=purpose))
    await town.run()
    assert isinstance(written, Written) is reached
    assert len(town.provider.ledger) == int(reached)


async def test_who_leaves_after_it_was_written_is_not_written_to(town):
    """The claim looks again: an endpoint that stopped meanwhile gets nothing but a good-bye."""
    person = await town.person()
    await write(town, person)
    await set_state(town, person, EndpointState.STOPPED)
    await town.run()
    assert town.provider.ledger == []
    assert await town.states() == {State.STOPPED: 1}


async def test_no_subscription_is_asked_for(town):
    """A person who subscribes nowhere, such as an operator, can be told."""
    person = await town.person()
    await town.do("subscribers.unsubscribe", town.station.id, person)
    await write(town, person)
    await town.run()
    assert len(town.provider.ledger) == 1


async def test_nobody_and_no_way_are_told_apart(town):
    """An endpoint that is not there, and a channel that nobody speaks for: nothing is written, and the answer says which."""
    person = await town.person(sms=0, push=1)
    assert await write(town, 99) is Declined.NOBODY
    assert await write(town, person) is Declined.NO_GATEWAY
    assert await town.db.fetch("heart.messages") == []


async def test_an_endpoint_is_not_written_to_too_often(town):
    """Two at once as the limit says, then one an hour; another endpoint has its own, and so has another kind."""
    one, other = await town.person(), await town.person()
    note = replace(HELLO, limit=Limit("test", burst=2, every_ms=HOUR))
    assert [isinstance(await write(town, one, note), Written) for _ in range(3)] == [True, True, False]
    assert isinstance(await write(town, other, note), Written)
    assert isinstance(await write(town, one), Written)
    town.clock.advance(HOUR)
    assert [isinstance(await write(town, one, note), Written) for _ in range(2)] == [True, False]


async def test_what_is_too_late_does_not_leave(town):
    """A code that nobody could send within its time expires, and the books say so."""
    person = await town.person()
    await write(town, person, replace(HELLO, within_ms=MINUTE))
    town.clock.advance(MINUTE)
    await town.run()
    assert town.provider.ledger == []
    assert await town.states() == {State.EXPIRED: 1}


async def test_it_is_tried_again_and_a_provider_s_word_ends_it(town):
    """A delivery as any other: what did not leave is tried again, and who is dead is dead."""
    person = await town.person()
    town.provider.plays(phone(1), Outcome.RETRY, Outcome.REFUSED)
    await write(town, person)
    await town.run()
    await town.later(2_000)
    assert await town.states() == {State.REFUSED: 1}
    (row,) = await town.db.fetch("heart.endpoint", endpoint_id(person, 0))
    assert row["state"] == EndpointState.DEAD


async def test_danger_goes_first_and_information_last(town):
    """Written before both, a service message stands between them."""
    person = await town.person(HOME)
    await town.release(level=Level.INFO, topic="council", channels=frozenset({SMS}))
    await write(town, person)
    await town.release()
    await town.spread()
    await town.hand_over()
    assert [one.thread.partition("-")[0] for one in town.provider.ledger] == ["alert", "service", "alert"]
    assert [one.level for one in town.provider.ledger] == ["danger", "info", "info"]


async def test_the_audit_says_that_it_was_written_and_nothing_of_whom(town):
    """Who asked, which phrase, which message: no address and no words."""
    person = await town.person()
    written = await write(town, person, replace(HELLO, station_id=town.station.id, actor="resident"))
    row = (await town.db.fetch("heart.audits"))[-1]
    assert (row["actor"], row["action"], row["station_id"]) == ("resident", "service.write", town.station.id)
    assert row["object"] == f"message:{written.message_id}"
    assert json.loads(row["detail"]) == {"phrase": "service.imported", "purpose": "notice"}
