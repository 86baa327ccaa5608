"""What the first message to people taken over from a list costs is said before it is sent."""

import numpy as np
import pytest
from heart.town import EMAIL, FAR, SMS, build, settings

from alertd.issue import tongues
from alertd.issue.packed import WIDTH
from alertd.model import Count, Level, Text
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


@pytest.mark.parametrize("listed", [False, True])
async def test_each_reader_s_own_text_is_counted(db, clock, listed):
    """The price is what leaves: a German reader's stand-in, an Englishman's short text, a Swiss reader's; first words in theirs."""
    town = await build(db, clock, settings(PRICED))
    texts = {"fr": LONG, "en": Text("Fire", "", "Shut your windows.")}
    for locale in ("fr", "de", "en", "de_CH", "pt"):
        await town.person(locale=locale, proven=not listed)
    shown = await town.preview(texts=texts)
    await town.release(texts=texts)
    await town.run()
    told = [segments(message.text) for message in town.provider.ledger]
    assert len(set(told)) > 1
    assert shown.price == pytest.approx(PRICED["price"] * sum(told))


async def test_few_and_many_are_told_apart_alike(db, clock):
    """One in a crowd of other languages is looked up, a large audience is found among them; elsewhere nobody is counted."""
    town = await build(db, clock, settings(PRICED))
    people = [await town.person(locale=locale, sms=2) for locale in ("fr", "de", "de", "en", *["nl"] * 5)]
    few = await tongues.of_people(town.db, people[:1]), await tongues.of_people(town.db, people[1:2])
    assert few == ({}, {people[1]: "de"})
    many = [*people, *range(10**6, 10**6 + 3_000)]
    assert len(await tongues.of_people(town.db, many)) == 8
    packed = np.array([one << WIDTH | 2 for one in many])
    counted = await tongues.told_apart(town.db, packed, town.content(), Count(3_009, {SMS: 6_018}))
    assert counted.tongues == {"de": 4, "en": 2, "nl": 10}


async def test_people_who_enrolled_themselves_are_not_greeted(db, clock):
    """Whoever proved an address knows who writes: the price is the message's own."""
    town = await build(db, clock, settings(PRICED))
    await town.person(proven=True)
    assert not (await town.preview(texts={"fr": LONG})).greeting
