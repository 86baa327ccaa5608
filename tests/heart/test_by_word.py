"""A station's word by SMS: whoever texts it is warned of all of that station, told how to leave, and nobody talks for ever."""

import pytest
from heart.test_stops import OURS, write
from heart.town import build, phone, settings

from alertd.clock import DAY
from alertd.model import ALL_TOPICS, EndpointState, Level
from alertd.stations import stations

STRANGER = "+33639985555"
WELCOME = (
    "Bras-sur-Meuse: c'est fait, vous serez prévenu par SMS. STOP pour partir. "
    "Choisir: https://alertes.example/s/bras-sur-meuse"
)


@pytest.fixture
async def town(sqlite, clock):
    """An account whose sender is a number that can be written to."""
    town = await build(sqlite, clock, settings({"name": OURS}))
    yield town
    await town.books()


async def subscriptions(town):
    return await town.db.fetch("people.all_subscriptions")


@pytest.mark.parametrize("text", ["Bras-sur-Meuse", "BRAS SUR MEUSE !", "bonjour bras sur meuse svp"])
async def test_a_stranger_joins_by_the_station_s_word(town, text):
    """Everywhere, for everything, with the SMS as proof; an alert reaches the number, and STOP ends it."""
    assert await write(town, text, STRANGER) == [WELCOME]
    [row] = await subscriptions(town)
    assert (row["station_id"], row["scope"], row["topics"], row["min_level"]) == (
        town.station.id, "everywhere", ALL_TOPICS, Level.INFO)  # fmt: skip
    assert (row["consent_source"], row["consent_proof"][:8]) == ("sms", "inbound:")
    await town.release()
    await town.run()
    assert town.provider.ledger[-1].address == STRANGER
    (answer,) = await write(town, "STOP", STRANGER)
    assert answer.startswith("Bras-sur-Meuse ne vous")
    assert await subscriptions(town) == []


async def test_both_engines_let_in(db, clock):
    """The word works on PostgreSQL as on SQLite, and brings back whoever had stopped the number."""
    town = await build(db, clock, settings({"name": OURS}))
    assert await write(town, "bras-sur-meuse", STRANGER) == [WELCOME]
    await write(town, "STOP", STRANGER)
    await write(town, "STOP", STRANGER)
    assert (await write(town, "bras-sur-meuse", STRANGER)) == [WELCOME]
    states = [row["state"] for row in await db.fetch("people.all_endpoints") if row["address_hash"]]
    assert states.count(EndpointState.ACTIVE) == 1
    await town.books()


async def test_who_chose_already_keeps_the_choice(town):
    """A subscriber with places who texts the word is welcomed, and nothing of theirs changes."""
    await town.person(min_level=Level.WARNING)
    before = [tuple(row) for row in await subscriptions(town)]
    assert await write(town, "Bras-sur-Meuse", phone(1)) == [WELCOME]
    assert [tuple(row) for row in await subscriptions(town)] == before


async def test_a_tourist_is_answered_in_the_language_of_their_number(town):
    """A German number joins a French village in German."""
    (answer,) = await write(town, "Bras-sur-Meuse", "+4915123456789")
    assert "STOP beendet" in answer


@pytest.mark.parametrize("sender", ["+12025550143", "+21620123456", "36111", "Mairie", OURS, "+33329000000"])
async def test_numbers_of_elsewhere_and_of_nobody_are_not_let_in(town, sender):
    """Abroad, short codes, names, our own, a landline: neither enrolled nor answered."""
    assert await write(town, "Bras-sur-Meuse", sender) == []
    assert await subscriptions(town) == []


@pytest.mark.parametrize(
    "text", ["essai", "inconnue", "Bras", "Bras-sur-Meuse brûle, que faire ?", "ecole", "fermee"]
)
async def test_no_other_word_lets_anybody_in(town, text):
    """A training, a private, a suspended station, a sentence: nothing."""
    async with town.db.transaction() as tx:
        new = {"latitude": 49.2, "longitude": 5.4}
        await stations.add(tx, town.clock, stations.NewStation("ecole", "École", *new.values(), private=True))
        closed = await stations.add(tx, town.clock, stations.NewStation("fermee", "Fermée", *new.values()))
        await stations.suspend(tx, closed.id, town.clock.now_ms())
    assert await write(town, text, STRANGER) == []
    assert await subscriptions(town) == []


async def test_a_robot_that_answers_with_the_word_is_not_answered_for_ever(town):
    """Four answers a day to whoever repeats it, one to whoever answers anything else; in and out, three times in eight hours."""
    sent = []
    for _ in range(30):
        sent += await write(town, "Bras-sur-Meuse", STRANGER)
    assert sent == [WELCOME] * 4
    town.clock.advance(DAY)
    sent = await write(town, "Bras-sur-Meuse", "+33639984444")
    for _ in range(30):
        sent += await write(town, f"Réponse automatique: {sent[-1]}", "+33639984444")
    assert len(sent) == 1
    for _ in range(10):
        await write(town, "Bras-sur-Meuse", "+33639983333")
        await write(town, "STOP", "+33639983333")
    rows = await town.db.fetch("people.all_audit")
    joined = [row for row in rows if row["action"] == "subscriber.join"]
    assert len(joined) == 5
