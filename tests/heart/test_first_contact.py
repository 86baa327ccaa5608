"""What the first message to people taken over from a list costs is said before it is sent."""

from heart.town import build, settings

from alertd.model import Text
from gateways.text import segments

PRICED = {"name": "MAIRIE", "unit": "segment", "price": 0.05}
LONG = Text(
    "Incendie route de Verdun", "", "Fermez vos fenêtres, restez chez vous, et laissez la route aux secours."
)


async def test_the_price_counts_the_first_word_to_people_from_a_list(db, clock):
    """Until everyone of the station has been greeted, the price counts who writes and how to leave."""
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


async def test_people_who_enrolled_themselves_are_not_greeted(db, clock):
    """Whoever proved an address knows who writes: the price is the message's own."""
    town = await build(db, clock, settings(PRICED))
    await town.person(proven=True)
    assert not (await town.preview(texts={"fr": LONG})).greeting
