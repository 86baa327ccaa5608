"""Reports that bear the provider's name for a message, and none of ours, find their delivery through the store."""

from itertools import permutations

import pytest
from heart.far_end import bring, heed
from heart.town import phone

from alertd.clock import DAY, MINUTE, SECOND
from alertd.deliver import provider_names
from alertd.deliver.raws import Raw
from alertd.deliver.receipts import PATIENCE
from alertd.model import EndpointState, State
from gateways.contract import Outcome, Receipt


async def sent(town, *names: str, person: int = 1):
    """One more person was sent an alert, which the provider calls by these names."""
    await town.person()
    town.provider.plays(phone(person), Receipt("", Outcome.ACCEPTED, names=names))
    event = await town.release()
    await town.run()
    return event


async def reported(town, *words: tuple[str, Outcome], gateway: str = "operator") -> None:
    """One report about these names, kept and applied."""
    said = [Receipt("", outcome, f"code_{outcome}", provider_ref=name) for name, outcome in words]
    await bring(town, Raw.reported(gateway, town.clock.now_ms(), said))
    await heed(town)


async def left_open(town) -> int:
    """How many raw receipts are still to be applied."""
    return int((await town.db.fetch("receipts.count_open", 100))[0]["n"])


async def test_a_report_by_the_providers_name_moves_the_delivery(town):
    """The name given when the message was accepted is enough; our own reference need not come back."""
    await sent(town, "0A1F")
    await reported(town, ("0A1F", Outcome.DELIVERED))
    assert await town.states() == {State.DELIVERED: 1}
    assert not await town.db.fetch("receipts.any_open")


async def test_a_report_that_overtakes_the_answer_waits_for_it(town):
    """The telephone had it before we wrote down what the provider calls it: the report is looked at again."""
    await reported(town, ("0A1F", Outcome.DELIVERED))
    await sent(town, "0A1F")
    assert await town.states() == {State.ACCEPTED: 1}
    town.clock.advance(SECOND + 1)
    await heed(town)
    assert await town.states() == {State.DELIVERED: 1}
    assert await left_open(town) == 0


async def test_what_nobody_ever_knows_is_passed_over_in_the_end(town):
    """Another customer's report is looked at for ten minutes, less and less often, and then no more."""
    await reported(town, ("FFFF", Outcome.DELIVERED))
    looks = 0
    for _ in range(int(PATIENCE / SECOND) + 60):
        town.clock.advance(SECOND)
        looks += await heed(town)
    assert 5 < looks < 25
    assert await left_open(town) == 0


async def test_what_is_known_does_not_wait_for_what_is_not(town):
    """Of one report the known part is applied at once, and only the rest is looked at again."""
    await sent(town, "0A1F")
    await reported(town, ("FFFF", Outcome.DELIVERED), ("0A1F", Outcome.DELIVERED))
    assert await town.states() == {State.DELIVERED: 1}
    assert await left_open(town) == 1
    town.clock.advance(PATIENCE + MINUTE)
    await heed(town)
    assert await left_open(town) == 0


async def test_a_waiting_report_stands_before_nobody(town):
    """However many strangers' reports wait, what comes now is applied now."""
    for _ in range(3):
        await reported(town, *((f"F{n:03}", Outcome.DELIVERED) for n in range(200)))
    await sent(town, "0A1F")
    await reported(town, ("0A1F", Outcome.DELIVERED))
    assert await town.states() == {State.DELIVERED: 1}


@pytest.mark.parametrize("order", list(permutations(("a", "b", "c"))), ids="".join)
async def test_a_long_message_is_delivered_when_all_its_segments_are(town, order):
    """Segments are reported in any order, one by one and twice; the message is delivered with the last of them."""
    await sent(town, "a", "b", "c")
    for name in order[:2]:
        await reported(town, (name, Outcome.DELIVERED), (name, Outcome.DELIVERED))
        assert await town.states() == {State.ACCEPTED: 1}
    await reported(town, (order[2], Outcome.DELIVERED))
    assert await town.states() == {State.DELIVERED: 1}


async def test_segments_reported_at_once_make_a_whole(town):
    """All segments in one report deliver the message."""
    await sent(town, "a", "b")
    await reported(town, ("a", Outcome.DELIVERED), ("b", Outcome.DELIVERED))
    assert await town.states() == {State.DELIVERED: 1}


async def test_one_segment_that_failed_fails_the_message(town):
    """A telephone shows nothing until it has all segments."""
    await sent(town, "a", "b")
    await reported(town, ("a", Outcome.DELIVERED))
    await reported(town, ("b", Outcome.FAILED))
    assert await town.states() == {State.FAILED: 1}


async def test_a_dead_number_is_retired_by_a_report_too(town):
    """Refused by name: the endpoint is closed, as when the provider says so at once."""
    await sent(town, "0A1F")
    await reported(town, ("0A1F", Outcome.REFUSED))
    assert await town.states() == {State.REFUSED: 1}
    (row,) = await town.deliveries()
    closed = await town.db.fetch("heart.endpoint", row["endpoint_id"])
    assert closed[0]["state"] == EndpointState.DEAD


async def test_another_gateways_name_is_another(town):
    """Two providers may call two messages the same."""
    await sent(town, "0A1F")
    await reported(town, ("0A1F", Outcome.DELIVERED), gateway="stranger")
    assert await town.states() == {State.ACCEPTED: 1}


async def test_a_name_that_is_given_again_is_the_newer_messages(town):
    """A provider that counts in a circle speaks of the last message that it called so."""
    first = await sent(town, "7", person=1)
    town.provider.plays(phone(1), Receipt("", Outcome.ACCEPTED, names=("7",)))
    second = await town.release()
    await town.run()
    await reported(town, ("7", Outcome.DELIVERED))
    assert [row["state"] for row in await town.deliveries(first)] == [State.ACCEPTED]
    assert [row["state"] for row in await town.deliveries(second)] == [State.DELIVERED]


async def test_an_answer_that_is_recorded_twice_takes_no_word_back(town):
    """A commit that nobody heard of is done again: the segment that was delivered meanwhile stays so."""
    await sent(town, "a", "b")
    await reported(town, ("a", Outcome.DELIVERED))
    (row,) = await town.attempts()
    attempt = row["message_id"], row["endpoint_id"], row["ordinal"]
    async with town.db.transaction() as tx:
        await provider_names.keep(tx, [(attempt, Receipt("", Outcome.ACCEPTED, names=("a", "b")))])
    await reported(town, ("b", Outcome.DELIVERED))
    assert await town.states() == {State.DELIVERED: 1}


async def test_a_name_that_no_text_can_hold_breaks_nothing(town):
    """A provider that puts control characters in its names is not understood, and harms nobody."""
    await sent(town, "a\x00b", "c")
    await reported(town, ("a\x00b", Outcome.DELIVERED), ("c", Outcome.DELIVERED))
    assert await town.states() == {State.DELIVERED: 1}


async def test_names_are_forgotten_after_thirty_days(town):
    """What no provider will report of any more is not kept."""
    await sent(town, "0A1F")
    town.clock.advance(29 * DAY)
    await provider_names.purge(town.db, town.clock.now_ms())
    assert len(await town.db.fetch("provider_names.find", "operator", '["0A1F"]')) == 1
    town.clock.advance(2 * DAY)
    await provider_names.purge(town.db, town.clock.now_ms())
    assert not await town.db.fetch("provider_names.find", "operator", '["0A1F"]')
