"""Superseded at the wire: the correction falls between the claim of a message and its hand-over, or just behind."""

from dataclasses import replace

import pytest
from heart.town import SMS, phone
from heart.troubled_store import TroubledStore, nothing

from alertd.model import State


class Meanwhile(TroubledStore):
    """A store in which somebody else does something once, just before or just after it is asked what may still leave."""

    def __init__(self, town, deed, *, before):
        super().__init__(town.db, nothing)
        self._deed, self._early = deed, before

    async def fetch(self, query, /, *arguments):
        if query != "attempts.ours" or self._deed is None:
            return await super().fetch(query, *arguments)
        deed, self._deed = self._deed, None
        if self._early:
            await deed()
        rows = await super().fetch(query, *arguments)
        if not self._early:
            await deed()
        return rows


async def _claimed_when(town, deed, *, before):
    store = Meanwhile(town, deed, before=before)
    await replace(town.node.dispatch, db=store).step(town.node.lines[SMS])
    assert store._deed is None


@pytest.mark.parametrize("what", ["cancel", "end"])
async def test_corrected_between_claim_and_wire(town, what):
    """The slice is claimed and not handed over: none of it leaves, it reads as cancelled, and nobody hears of its end."""
    for _ in range(3):
        await town.person()
    wrong = await town.release()
    await town.spread()
    await _claimed_when(town, lambda: getattr(town, what)(wrong), before=True)
    await town.run()
    assert town.provider.ledger == []
    assert await town.states() == {State.CANCELLED: 3}
    await town.books()


async def test_corrected_and_fanned_out_between_claim_and_wire(town):
    """Where the correction was planned while the slice was claimed it goes to all of it, once; the wrong word to nobody."""
    for _ in range(3):
        await town.person()
    wrong = await town.release()
    await town.spread()

    async def correct():
        await town.cancel(wrong)
        await town.spread()

    await _claimed_when(town, correct, before=True)
    await town.run()
    assert sorted(town.provider.addresses) == [phone(n) for n in (1, 2, 3)]
    assert all("Fausse alerte" in message.text for message in town.provider.ledger)
    await town.books()


async def test_corrected_on_the_wire(town):
    """What was on its way leaves; the correction comes behind it on each phone, and misses nobody."""
    for _ in range(3):
        await town.person()
    wrong = await town.release()
    await town.spread()
    await _claimed_when(town, lambda: town.cancel(wrong), before=False)
    await town.run()
    for number in (1, 2, 3):
        said = ["Fausse alerte" in message.text for message in town.provider.to(phone(number))]
        assert said == [False, True]
    await town.books()
