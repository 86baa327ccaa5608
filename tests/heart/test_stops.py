"""STOP and START by SMS: a STOP ends what its person meant, an answer says so, and START brings back no more than that."""

from dataclasses import replace

import pytest
from heart.far_end import bring, heed
from heart.test_inbound_kept import brought
from heart.town import HOME, SMS, build, phone, settings
from heart.writing import OURS, _refs, act, state, subscribed, warn, write

from alertd.clock import DAY
from alertd.keys import Keyring
from alertd.model import EndpointState, Level
from alertd.subscribe import groups
from alertd.subscribe.enrol import enrol
from alertd.subscribe.leave import leave
from alertd.subscribe.nouns import At, Enrolment
from gateways.contract import Inbound


@pytest.fixture
async def town(db, clock):
    """An account whose sender is a number that can be written to."""
    town = await build(db, clock, settings({"name": OURS}))
    yield town
    await town.books()


async def neighbours(town, person):
    """The neighbour has the person too."""
    now = town.clock.now_ms()
    one = Enrolment(((SMS, phone(person)),), "accueil", now, places=(At(*HOME),))
    async with town.db.transaction() as tx:
        await enrol(tx, town.clock, town.desk.keyring, town.neighbour, one, fiction=True)


async def test_a_stop_ends_the_subscription_of_whoever_wrote_last(town):
    """Two stations share a number: the one that wrote last is left, the answer names it, the other still reaches."""
    person = await town.person()
    await neighbours(town, 1)
    await warn(town, town.station)
    await warn(town, town.neighbour)
    (answer,) = await write(town, "Stop svp")
    assert answer == (
        "Voisine ne vous écrira plus. START pour revenir. Un second STOP coupe tous les envois à ce numéro."
    )
    assert await subscribed(town) == [(town.station.id, person)]
    assert await state(town, person) is EndpointState.ACTIVE
    before = len(town.provider.to(phone(1)))
    await warn(town, town.neighbour)
    assert len(town.provider.to(phone(1))) == before
    await warn(town, town.station)
    assert len(town.provider.to(phone(1))) == before + 1


async def test_a_second_stop_ends_the_endpoint(town):
    """Whoever says it again within thirty days means everybody: nothing is written to the number any more."""
    person = await town.person()
    await neighbours(town, 1)
    await warn(town, town.station)
    await write(town, "STOP")
    town.clock.advance(29 * DAY)
    assert await write(town, "Stop") == ["C'est fait: plus aucun message à ce numéro. START pour revenir."]
    assert await state(town, person) is EndpointState.STOPPED
    before = len(town.provider.ledger)
    await warn(town, town.neighbour)
    assert len(town.provider.ledger) == before


async def test_a_stop_long_after_another_is_a_first_one(town):
    """After thirty days a STOP is about whoever wrote meanwhile."""
    person = await town.person()
    await neighbours(town, 1)
    await warn(town, town.station)
    await write(town, "STOP")
    town.clock.advance(31 * DAY)
    await warn(town, town.neighbour)
    (answer,) = await write(town, "STOP")
    assert answer.startswith("Voisine ne vous")
    assert await subscribed(town) == []
    assert await state(town, person) is EndpointState.ACTIVE


async def test_who_was_never_written_to_leaves_the_only_station_or_all(town):
    """One station alone can be meant; of several that never wrote by this number none can be told from the others."""
    await town.person()
    (answer,) = await write(town, "STOP")
    assert answer.startswith("Bras-sur-Meuse ne vous")
    both = await town.person()
    await neighbours(town, 2)
    (answer,) = await write(town, "STOP", phone(2))
    assert "plus aucun message" in answer
    assert await state(town, both) is EndpointState.STOPPED


async def test_start_brings_back_what_stops_ended_and_no_more(town):
    """Endpoint, subscription, lists and terms as they stood; the consent is the SMS; nobody else is subscribed."""
    person = await town.person(min_level=Level.WARNING, ref="H-12")
    await neighbours(town, 1)
    async with town.db.transaction() as tx:
        class_ = await groups.add(tx, town.station.id, "CM2")
        await groups.put(tx, class_, [person])
    await warn(town, town.station)
    await write(town, "STOP")
    assert await town.db.fetch("heart_stops.members") == []
    await write(town, "STOP")
    town.clock.advance(DAY)
    assert await write(town, "start") == [
        "C'est fait: vous recevez de nouveau les messages de Bras-sur-Meuse, Voisine. STOP pour partir."
    ]
    assert await state(town, person) is EndpointState.ACTIVE
    row = next(
        row
        for row in await town.db.fetch("heart_stops.subscriptions")
        if row["station_id"] == town.station.id
    )
    assert (row["consent_source"], row["ref"]) == ("sms", "H-12")
    assert row["consent_proof"].startswith("inbound:")
    assert [tuple(each) for each in await town.db.fetch("heart_stops.members")] == [(class_, person)]
    assert await town.db.fetch("heart_stops.parted") == []
    await warn(town, town.station)
    assert town.provider.ledger[-1].address == phone(1)
    assert await write(town, "START") == [
        "Aucun STOP à reprendre pour ce numéro. Pour s'inscrire: https://alertes.example"
    ]
    assert len(await subscribed(town)) == 2


async def test_start_does_not_undo_what_was_left_otherwise(town):
    """Who left by the link at the foot of a message does not come back by a word."""
    person = await town.person()
    await neighbours(town, 1)
    async with town.db.transaction() as tx:
        await leave(tx, town.station.id, person)
    await write(town, "START")
    assert await subscribed(town) == [(town.neighbour.id, person)]


async def test_a_stranger_is_neither_answered_nor_subscribed(town):
    """Numbers are easily forged: whoever is not subscribed is told nothing, whatever the word."""
    for text in ("START", "STOP", "AIDE", "Bonjour"):
        assert await write(town, text, "+33639985555") == []
    assert await subscribed(town) == []
    assert await town.db.fetch("people.all_subscribers") == []


@pytest.mark.parametrize("sender", ["36111", "Mairie", OURS, "+33 6 39 98", "", "+3362"])
async def test_what_is_no_person_s_number_is_passed_over(town, sender):
    """Short codes, names, our own numbers: neither acted on nor answered."""
    await town.person()
    await bring(town, brought(town, Inbound(sender, OURS, "AIDE", f"SM{next(_refs)}")))
    await heed(town)
    await act(town)
    await town.run()
    assert town.provider.ledger == []


@pytest.mark.parametrize("sender", [phone(1).removeprefix("+"), "0" + phone(1).removeprefix("+33")])
async def test_a_number_without_its_plus_is_the_same_person_s(town, sender):
    """Some operators bring 33639..., some 0639...: a STOP must not be lost for it."""
    await town.person()
    (answer,) = await write(town, "STOP", sender)
    assert answer.startswith("Bras-sur-Meuse ne vous")


async def test_our_own_number_is_not_answered_even_when_a_list_has_it(db, clock):
    """A mairie's list may hold the number that alertd speaks as: it would answer itself for ever."""
    town = await build(db, clock, settings({"name": phone(1)}))
    await town.person()
    assert await write(town, "AIDE", phone(1), to=phone(1)) == []


async def test_help_says_who_writes_how_to_stop_and_where_to_read(town):
    """In the reader's language."""
    await town.person()
    await town.person(locale="de")
    (answer,) = await write(town, "Aide ?")
    assert answer == (
        "Ici Bras-sur-Meuse, alertes à la population. STOP pour ne plus recevoir, START pour revenir. "
        "Lire: https://alertes.example Urgence: 112, SMS 114."
    )
    (german,) = await write(town, "HILFE", phone(2))
    assert german.startswith("Hier Bras-sur-Meuse")


async def test_an_unknown_word_is_answered_once_a_day(town):
    """One polite answer, then silence until the next day."""
    await town.person()
    (answer,) = await write(town, "Quand l'eau revient-elle ?")
    assert "STOP, START ou AIDE" in answer
    assert await write(town, "Allô, vous me lisez ?") == []
    town.clock.advance(DAY)
    assert len(await write(town, "Et maintenant, l'eau est là ?")) == 1


async def test_two_robots_do_not_talk_for_ever(town):
    """A robot that answers whatever it is sent: one of our answers a day is all it gets, each of its answers is kept."""
    await town.person()
    sent = await write(town, "Votre message a été reçu, je suis absent")
    for _ in range(50):
        sent += await write(town, f"Réponse automatique à: {sent[-1]}")
    assert len(sent) == 1
    parrot = await write(town, "AIDE")
    for _ in range(50):
        parrot += await write(town, "AIDE")
    assert len(parrot) == 4


async def test_an_answer_to_an_answer_is_not_answered(town):
    """Who says something after our answer to a word of theirs is left in peace; thanks never ask for an answer."""
    await town.person()
    assert len(await write(town, "AIDE")) == 1
    assert await write(town, "D'accord mais je ne comprends rien") == []
    assert await write(town, "Merci beaucoup") == []


async def test_a_stop_counts_however_often_others_were_answered(town):
    """Answers are limited, what is asked is done."""
    person = await town.person()
    for _ in range(6):
        await write(town, "AIDE")
    assert await write(town, "STOP") == []
    assert await subscribed(town) == []
    assert await state(town, person) is EndpointState.ACTIVE


async def test_a_stop_is_heard_during_a_rotation_of_secrets(town):
    """A number that was hashed with the old secret is found with it, as long as it is kept."""
    await town.person()
    town.desk = replace(town.desk, keyring=Keyring({1: b"k" * 32, 2: b"n" * 32}))
    await bring(town, brought(town, Inbound(phone(1), OURS, "STOP", "SM-rotation")))
    await heed(town)
    await act(town)
    assert await subscribed(town) == []
