"""Going on: a worker claims its next slice in the transaction that records the one before, where nobody waits for that."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from heart.provider import HANG
from heart.town import SMS, bounded, build, phone, settings
from heart.troubled_store import TroubledStore

from alertd.errors import Unavailable
from alertd.model import State
from gateways.contract import Outcome

RUN_S = 60.0
COMMITTED = "tallies.add"
"""Once in each transaction that changes deliveries: the books are written at its end."""


class Heard:
    """Counts statements, and loses the store ahead of the `at`th claim (the first is 1)."""

    def __init__(self, at: int = 0) -> None:
        self.queries: Counter[str] = Counter()
        self._at = at

    async def __call__(self, query: str) -> None:
        self.queries[query] += 1
        if query == "deliveries.claimable" and self.queries[query] == self._at:
            raise Unavailable("store_unreachable", "away")


@pytest.fixture
async def town(db, clock):
    """Slices of two, and a danger queued for six."""
    town = await build(db, clock, settings(channels=("sms",), slice=4))
    for _ in range(6):
        await town.person()
    return town


def listened_to(town, heard):
    """Its voice, over a store that is listened to."""
    return replace(town.node.dispatch, db=TroubledStore(town.db, heard))


async def go_through(town, dispatch):
    """Until nothing is queued."""
    while await dispatch.step(town.node.lines[SMS], RUN_S):
        pass


async def test_answers_are_recorded_in_the_transaction_that_claims_more(town):
    """Three slices are four transactions: the first claim, two that record one slice and claim the next, the last record."""
    heard = Heard()
    await town.release()
    await town.spread()
    await go_through(town, listened_to(town, heard))
    assert heard.queries[COMMITTED] == 4
    assert heard.queries["attempts.open"] == heard.queries["attempts.settle"] == 3
    assert await town.states() == {State.ACCEPTED: 6}
    await town.books()


async def test_answers_are_recorded_although_the_store_is_lost_over_the_next_claim(town):
    """What two were told is in the books, the rest is queued still, and nobody is told twice."""
    dispatch = listened_to(town, Heard(at=2))
    await town.release()
    await town.spread()
    with pytest.raises(Unavailable):
        await dispatch.step(town.node.lines[SMS], RUN_S)
    assert await town.states() == {State.ACCEPTED: 2, State.QUEUED: 4}
    await town.books()
    await go_through(town, dispatch)
    assert sorted(town.provider.addresses) == sorted(phone(n) for n in range(1, 7))


@pytest.mark.parametrize("word", [Outcome.REFUSED, Outcome.RETRY, Outcome.UNKNOWN])
async def test_any_other_word_is_recorded_by_itself(town, word):
    """A slice with one that was not accepted is in the books before more is claimed: it may touch what others wait for."""
    heard = Heard()
    town.provider.plays(phone(1), word)
    await town.release()
    await town.spread()
    await go_through(town, listened_to(town, heard))
    assert heard.queries[COMMITTED] == 5
    await town.books()


async def test_an_update_does_not_wait_for_answers_that_came(town):
    """It is claimed when the message before it is recorded, so that none of it stands behind that."""
    town.provider.plays(phone(2), HANG)
    released = await town.release()
    await town.spread()
    sending = asyncio.create_task(town.node.dispatch.step(town.node.lines[SMS], RUN_S))
    await bounded(town.provider.holding.wait())
    update = await town.release(released.alert_id)
    await town.spread()
    await (
        town.keep_house()
    )  # nothing of the first is queued any more: the update alone could be claimed beside its answers
    town.provider.let_go.set()
    await bounded(sending)
    await town.hand_over()
    assert await town.states(update) == {State.ACCEPTED: 6}
    await town.books()
