"""What the first message to people taken over from a list costs is said before it is sent."""

import pytest
from heart.town import EMAIL, FAR, build, settings

from alertd.model import Level, Text
from gateways.text import segments

PRICED = {"name": "MAIRIE", "unit": "segment", "price": 0.05}
LONG = Text(
    "Incendie route de Verdun", "", "Fermez vos fenêtres, restez chez vous, et laissez la route aux secours."
)


async def test_the_price_counts_the_first_word_to_people_from_a_list(db, clock):
    """Until whoever it is for has been greeted, the price counts who writes and how to leave."""
    town = await build(db, clock, settings(PRICED))
    await town.person(proven=False)
    texts = {"fr": LONG}
    before = await town.preview(texts=texts)
    await town.release(texts=texts)
    await town.run()
    spent = town.provider.ledger[0].text
    after = await town.preview(texts=texts)
    assert before.greeting
    assert not after.greeting
    assert "Pour partir" in spent
    assert before.price is not None
    assert after.price is not None
    assert before.price > after.price
    assert before.price == PRICED["price"] * segments(spent)


async def test_it_is_said_and_counted_for_those_alone_who_will_read_it(db, clock):
    """Whoever lies outside, or is written to by e-mail, hears no such words; among others the price counts theirs alone."""
    town = await build(db, clock, settings(PRICED))
    texts = {"fr": LONG}
    await town.person(FAR, proven=False)
    await town.person(email=1, proven=False)
    await town.release(texts=texts)
    await town.run()
    await town.person()
    assert not (await town.preview(texts=texts)).greeting
    for level, first_words in ((Level.DANGER, 2), (Level.WARNING, 1)):
        await town.person(sms=2, proven=False)
        assert not (await town.preview(texts=texts, level=level, channels=frozenset({EMAIL}))).greeting
        shown, before = await town.preview(texts=texts, level=level), len(town.provider.ledger)
        assert shown.greeting
        await town.release(texts=texts, level=level)
        await town.run()
        told = [message.text for message in town.provider.ledger[before:]]
        assert sum("Pour partir" in text for text in told) == first_words
        assert shown.price == pytest.approx(PRICED["price"] * sum(map(segments, told)))
        assert not (await town.preview(texts=texts, level=level)).greeting


async def test_people_who_enrolled_themselves_are_not_greeted(db, clock):
    """Whoever proved an address knows who writes: the price is the message's own."""
    town = await build(db, clock, settings(PRICED))
    await town.person(proven=True)
    assert not (await town.preview(texts={"fr": LONG})).greeting
