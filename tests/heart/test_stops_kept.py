"""What a STOP leaves behind: rows that no older list undoes, an audit, a proof that is kept and then erased; and a storm of them."""

import json

import pytest
from heart.far_end import bring, heed, report
from heart.test_inbound_kept import brought
from heart.town import EMAIL, HOME, SMS, build, phone, settings
from heart.writing import OURS, act, state, subscribed, warn, write

from alertd.clock import DAY, HOUR
from alertd.model import EndpointState, State, endpoint_id
from alertd.subscribe import stops
from alertd.subscribe.enrol import enrol
from alertd.subscribe.nouns import At, Enrolment
from gateways.contract import Inbound, Outcome


@pytest.fixture
async def town(db, clock):
    """An account whose sender is a number that can be written to."""
    town = await build(db, clock, settings({"name": OURS}))
    yield town
    await town.books()


async def test_what_is_queued_for_who_stops_does_not_leave(town):
    """The claim looks again: an alert released before the STOP and not yet spoken stays unsaid, the others leave."""
    await town.person()
    await town.person()
    released = await town.release()
    await town.spread()
    await bring(town, brought(town, Inbound(phone(1), OURS, "STOP", "SM-race")))
    await heed(town)
    await act(town)
    await town.run()
    assert await town.states(released) == {State.ACCEPTED: 1, State.STOPPED: 1}
    assert [message.address for message in town.provider.ledger if message.level == "danger"] == [phone(2)]


async def test_a_stop_that_the_provider_keeps_ends_the_endpoint_and_is_not_answered(town):
    """The provider answered, and lets nothing through: the number is stopped; its START brings it back."""
    person = await town.person()
    await warn(town, town.station)
    assert await write(town, "STOP", handled=True) == []
    assert await state(town, person) is EndpointState.STOPPED
    assert await write(town, "START", handled=True) == []
    assert await state(town, person) is EndpointState.ACTIVE
    assert len(await subscribed(town)) == 1


async def test_a_stop_at_the_carrier_is_undone_by_start(town):
    """The provider's word that a person left ends the endpoint, as ever; the person's START brings it back."""
    person = await town.person()
    town.provider.plays(phone(1), Outcome.STOPPED)
    await warn(town, town.station)
    assert await state(town, person) is EndpointState.STOPPED
    (answer,) = await write(town, "START")
    assert answer.startswith("C'est fait: vous recevez de nouveau")
    assert await state(town, person) is EndpointState.ACTIVE


async def test_a_dead_number_that_writes_changes_nothing(town):
    """What a provider found dead was not stopped by its person."""
    person = await town.person()
    await warn(town, town.station)
    await report(town, (town.provider.ledger[0].reference, Outcome.REFUSED))
    for text in ("START", "STOP", "AIDE"):
        assert await write(town, text) == []
    assert await state(town, person) is EndpointState.DEAD


async def test_who_has_stopped_loses_nothing_more_by_another_stop(town):
    """What comes by e-mail is not meant by an SMS to a number that has stopped; it is said again that it has."""
    await town.person(email=1)
    await write(town, "STOP", handled=True)
    assert await write(town, "STOP") == ["C'est fait: plus aucun message à ce numéro. START pour revenir."]
    (help_,) = await write(town, "AIDE")
    assert help_.startswith("Plus aucun message ne part vers ce numéro. START pour revenir.")
    assert len(await subscribed(town)) == 1
    released = await town.release(channels=frozenset({SMS, EMAIL}))
    await town.run()
    assert {row["channel"] for row in await town.deliveries(released)} == {EMAIL}


async def test_an_older_list_does_not_bring_back_who_stopped(town):
    """The mairie imports its list again: the consent is older than the STOP. A newer one is heard."""
    person = await town.person(email=1)
    town.clock.advance(HOUR)
    await write(town, "STOP")
    old = Enrolment(((SMS, phone(1)),), "accueil", town.clock.now_ms() - HOUR, places=(At(*HOME),))
    with pytest.raises(Exception, match="newer consent"):
        async with town.db.transaction() as tx:
            await enrol(tx, town.clock, town.desk.keyring, town.station, old, fiction=True)
    assert await subscribed(town) == []
    town.clock.advance(HOUR)
    new = Enrolment(((SMS, phone(1)),), "accueil", town.clock.now_ms(), places=(At(*HOME),))
    async with town.db.transaction() as tx:
        await enrol(tx, town.clock, town.desk.keyring, town.station, new, fiction=True)
    assert await subscribed(town) == [(town.station.id, person)]
    (answer,) = await write(town, "STOP")
    assert answer.startswith("Bras-sur-Meuse ne vous"), "a STOP that was taken back is no first one"


async def test_the_audit_says_what_was_ended_by_which_sms(town):
    """Who, what, and the SMS as proof; no number, no word. The parting keeps the consent as it stood."""
    person = await town.person()
    await write(town, "STOP")
    await write(town, "STOP")
    await write(town, "START")
    rows = [row for row in await town.db.fetch("heart.audits") if row["actor"] == "resident"]
    said = [(row["action"], row["object"]) for row in rows if row["action"] != "service.write"]
    assert said == [
        ("subscriber.stop", f"subscriber:{person}"),
        ("endpoint.stop", f"endpoint:{endpoint_id(person, 0)}"),
        ("endpoint.start", f"endpoint:{endpoint_id(person, 0)}"),
        ("subscriber.start", f"subscriber:{person}"),
    ]
    assert all("3399" not in row["detail"] for row in rows)
    first = json.loads(rows[0]["detail"])
    assert first["by"] == "sms"
    assert first["proof"].startswith("inbound:")


async def test_a_parting_keeps_the_consent_for_three_years_then_everything_is_erased(town):
    """An objection is remembered so that it is respected, and no longer: then nothing is left of the person."""
    await town.person()
    await write(town, "STOP")
    (row,) = await town.db.fetch("heart_stops.parted")
    assert (row["consent_source"], row["proof"].partition(":")[0]) == ("accueil", "inbound")
    town.clock.advance(3 * 365 * DAY - HOUR)
    await stops.forget(town.db, town.clock)
    assert len(await town.db.fetch("people.all_endpoints")) == 1
    town.clock.advance(2 * HOUR)
    await stops.forget(town.db, town.clock)
    for table in ("subscribers", "endpoints", "places", "subscriptions", "reach"):
        assert await town.db.fetch(f"people.all_{table}") == []


async def test_a_storm_of_stops_is_worked_off_in_slices(town):
    """A hundred and twenty people leave at once: each is let go and told so, none twice."""
    for _ in range(120):
        await town.person()
    await warn(town, town.station)
    words = [Inbound(phone(n), OURS, "STOP", f"storm{n}") for n in range(1, 121)]
    await bring(town, brought(town, *words), brought(town, *words))
    await heed(town)
    await act(town)
    await town.run()
    assert await subscribed(town) == []
    told = [one.address for one in town.provider.ledger if one.level == "info"]
    assert sorted(told) == sorted(phone(n) for n in range(1, 121))
