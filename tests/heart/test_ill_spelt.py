"""What a provider's words may hold: whatever JSON can write and no store can keep harms no delivery and no loop."""

from heart.far_end import Telling, bring, heed
from heart.town import phone

from alertd.deliver.raws import Raw
from alertd.model import State
from gateways.contract import Callback, Inbound, Outcome, Receipt

ILL = "a\x00b \ud800"
"""A zero, which PostgreSQL keeps in no text, and half of a pair, which no engine keeps."""


class Misspelling(Telling):
    """Answers in words that cannot be kept."""

    async def _answer(self, message, turn):
        return [
            each._replace(code=ILL, detail=ILL, provider_ref=ILL)
            for each in await super()._answer(message, turn)
        ]


async def test_an_answer_is_recorded_however_it_is_spelt(town):
    """Its outcome counts; its words are kept as far as they can be."""
    for _ in range(3):
        await town.person()
    provider = Misspelling()
    provider.plays(phone(2), Outcome.FAILED)
    provider.plays(phone(3), Outcome.RETRY)
    node = await town.another_node("two", provider)
    await town.release()
    await town.spread()
    await town.hand_over(node)
    assert await town.states() == {State.ACCEPTED: 1, State.FAILED: 1, State.WAITING: 1}


async def test_a_report_is_applied_however_it_is_spelt(town):
    """A callback with such words settles its delivery, and does not stand before all others for ever."""
    await town.person()
    await town.release()
    await town.run()
    reference = town.provider.ledger[0].reference
    words = [
        Receipt(reference, Outcome.FAILED, ILL, ILL, ILL),
        Receipt(ILL, Outcome.DELIVERED, ILL, ILL, ILL),
        Inbound("+33612345678" + ILL, ILL, ILL, ILL),
    ]
    callback = Callback("POST", "https://example.org/rappels/x", {}, b"{}")
    await bring(town, Raw.of("operator", town.clock.now_ms(), callback, words))
    await heed(town)
    assert await town.states() == {State.FAILED: 1}
