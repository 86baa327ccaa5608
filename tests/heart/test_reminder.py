"""Reminders: whoever was not heard of for a year is told once, by what costs least, whose alerts they receive."""

from itertools import count

import pytest
from heart.far_end import report
from heart.reminded import YEAR, add_station, addresses, minute, reminded_town
from heart.town import build, device, landline, mailbox, phone

from alertd.clock import DAY, HOUR
from alertd.model import Channel, EndpointState, Lane, Level, Mode, endpoint_id
from alertd.stations import payers
from alertd.subscribe import class_list, mine, pupils
from alertd.watch import reserved
from gateways.contract import Outcome

town = pytest.fixture(reminded_town, name="town")
LINK = "http://127.0.0.1:8080/s/bras-sur-meuse/mes-choix"
WORDS = {
    "fr": "Vous recevez les alertes de Bras-sur-Meuse. Rien à faire si c'est toujours bon; changer ou partir: ",
    "en": "You receive the alerts of Bras-sur-Meuse. Nothing to do if that is still right; change or leave: ",
    "de": "Sie erhalten die Warnungen von Bras-sur-Meuse. Nichts zu tun, wenn das noch stimmt; ändern oder abmelden: ",
    "nl": "U ontvangt de waarschuwingen van Bras-sur-Meuse. Klopt dat nog, dan hoeft u niets te doen; wijzigen of stoppen: ",
    "es": "Usted recibe los avisos de Bras-sur-Meuse. Nada que hacer si sigue siendo correcto; cambiar o irse: ",
    "it": "Ricevete gli avvisi di Bras-sur-Meuse. Nulla da fare se va ancora bene; cambiare o uscire: ",
}


async def test_after_a_year_a_person_is_reminded_once(town):
    """A service message, too late after four hours; not before, not the day after; a year later again."""
    await town.person(sms=0, push=1)
    town.clock.advance(364 * DAY)
    assert await addresses(town) == []
    town.clock.advance(2 * DAY)
    [told] = await minute(town)
    assert (told.address, told.level) == (device(1), "info")
    assert told.subject == "Bras-sur-Meuse: rappel, une fois par an"
    assert told.text == (
        "Vous recevez les alertes de Bras-sur-Meuse. Rien à faire si c'est toujours bon ; touchez pour changer ou partir."
    )
    assert told.url == LINK
    assert told.expires_in_s <= 4 * HOUR / 1000
    [message] = await town.db.fetch("heart.messages")
    assert (message["kind"], message["lane"], message["station_id"]) == (
        "service",
        Lane.SERVICE,
        town.station.id,
    )
    for days in (1, 300):
        town.clock.advance(days * DAY)
        assert await addresses(town) == []
    town.clock.advance(65 * DAY)
    assert await addresses(town) == [device(1)]


@pytest.mark.parametrize("locale", WORDS)
async def test_it_speaks_the_person_s_language(town, locale):
    """With the link in the words of an e-mail, which says whose it is in its subject."""
    await town.person(sms=0, email=1, locale=locale)
    town.clock.advance(YEAR)
    [told] = await minute(town)
    assert (told.address, told.text) == (mailbox(1), WORDS[locale] + LINK)
    assert told.subject.startswith("Bras-sur-Meuse: ")


async def test_whoever_was_heard_of_by_any_of_their_ways_is_left_in_peace(town):
    """An alert's SMS that arrived half a year ago, though the e-mail was silent ever since."""
    await town.person(email=1)
    await town.person(email=1)
    town.clock.advance(YEAR // 2)
    await town.release(level=Level.INFO, topic="works")
    await town.run()
    await report(town, (town.provider.to(phone(1))[0].reference, Outcome.DELIVERED))
    town.clock.advance(YEAR // 2)
    assert await addresses(town) == [mailbox(2)]


async def test_a_reminder_that_arrives_is_a_sign_of_life(town):
    """The next comes a year after it, not a year after the day on which it left."""
    await town.person(sms=0, push=1)
    town.clock.advance(YEAR)
    [told] = await minute(town)
    town.clock.advance(10 * DAY)
    await report(town, (told.reference, Outcome.DELIVERED))
    town.clock.advance(YEAR - 5 * DAY)
    assert await addresses(town) == []
    town.clock.advance(6 * DAY)
    assert await addresses(town) == [device(1)]


async def test_whoever_was_taken_over_from_a_list_is_reminded_a_year_after_that(town):
    """They have proven nothing, and are new all the same."""
    await town.person(sms=0, email=1, proven=False)
    town.clock.advance(YEAR - 2 * DAY)
    assert await addresses(town) == []
    town.clock.advance(2 * DAY)
    assert await addresses(town) == [mailbox(1)]


async def test_the_least_costly_way_is_taken(town):
    """A notification before an e-mail; one that died or was stopped is none; a telephone mute to silent probes comes after it."""
    await town.person(sms=1, email=1, push=1, voice=1)
    dead, mute = await town.person(email=1, push=1), await town.person(email=1, push=1)
    push = Channel.PUSH
    ways = (await mine.read(town.db, town.clock, town.desk.keyring, dead)).ways
    (device_of_dead,) = (way.id for way in ways if way.channel is push)
    await town.do("heart.close_endpoint", device_of_dead, int(EndpointState.DEAD))
    town.clock.advance(YEAR - 30 * DAY)
    ways = (await mine.read(town.db, town.clock, town.desk.keyring, mute)).ways
    (device_of_mute,) = (way.id for way in ways if way.channel is push)
    await town.do("silent_probes.mark", f"[{device_of_mute}]")
    town.clock.advance(30 * DAY)
    assert sorted(await addresses(town)) == sorted([device(1), mailbox(2), mailbox(3)])


async def test_sms_leave_only_where_that_is_wanted_and_calls_never(town):
    """Off unless the setting says so: then one SMS, in its alphabet, with the link; a landline is called by nobody."""
    await town.person(sms=1, voice=1)
    await town.person(sms=0, voice=1)
    town.clock.advance(YEAR)
    assert await addresses(town) == []
    town.clock.advance(DAY)
    [told] = await minute(town, sms=True)
    assert (told.address, told.text) == (phone(1), WORDS["fr"] + LINK)
    assert not town.provider.to(landline(1))


async def test_sms_that_nobody_pays_do_not_leave(town):
    """A hotel's are its own until somebody says that nobody pays."""
    hotel = await add_station(town, "hotel", kind="hotel")
    await town.person(station=hotel)
    async with town.db.transaction() as tx:
        await payers.decide(tx, hotel, payers.NOBODY)
    town.clock.advance(YEAR)
    assert await addresses(town, sms=True) == []
    async with town.db.transaction() as tx:
        await payers.decide(tx, hotel, None)
    town.clock.advance(DAY)
    assert await addresses(town, sms=True) == [phone(1)]


async def test_of_several_stations_the_oldest_reminds_once(town):
    """Also where another one's people are gone through first."""
    await town.person(sms=0, push=1, station=town.neighbour)
    town.clock.advance(DAY)
    town.numbers = count(1)
    await town.person(sms=0, push=1)
    town.clock.advance(YEAR)
    [told] = await minute(town)
    assert told.subject.startswith("Voisine")
    town.clock.advance(DAY)
    assert await addresses(town) == []


async def test_a_suspended_or_a_private_station_does_not_speak(town):
    """It has no page to lead to: another that has the person does, and without one nobody."""
    club = await add_station(town, "club", private=True)
    for station in (club, town.neighbour, town.station):
        town.numbers = count(1)
        await town.person(sms=0, push=1, station=station)
        town.clock.advance(DAY)
    await town.person(sms=0, push=1, station=club)
    await town.person(sms=0, push=1, station=town.neighbour)
    await town.do("stations.suspend", town.neighbour.id, town.clock.now_ms())
    town.clock.advance(YEAR)
    [told] = await minute(town)
    assert told.subject.startswith("Bras-sur-Meuse")
    await town.do("stations.suspend", town.neighbour.id, None)
    town.clock.advance(DAY)
    assert await addresses(town) == [device(3)], "it speaks again; the first person was reminded"


async def test_those_who_are_to_be_left_in_peace_are(town):
    """Operators, stays, whoever stopped or left, a training station's people, canaries' addresses."""
    hidden, stays, stopped, left = [await town.person(sms=0, push=1) for _ in range(4)]
    await town.person(sms=0, push=1, station=town.training)
    await town.do("heart.hide", hidden)
    await town.do("heart.end_stay", stays, town.clock.now_ms() + 2 * YEAR)
    await town.do("heart.set_endpoint", endpoint_id(stopped, 0), int(EndpointState.STOPPED))
    await town.do("subscribers.unsubscribe", town.station.id, left)
    await town.person(sms=0, push=1, valid_until=town.clock.now_ms() + 2 * YEAR)
    async with town.db.transaction() as tx:
        where = ("cli", Channel.EMAIL, "canari@example.org", Mode.LIVE)
        await reserved.add(tx, town.clock, town.desk.keyring, *where)
    await town.person(sms=0, push=1)
    town.clock.advance(YEAR)
    assert await addresses(town) == [device(7)], "the only one whom nothing excepts"


async def test_parents_are_not_reminded_of_a_school_s_list(town):
    """It is renewed every year; the commune whose alerts they follow themselves reminds them all the same."""
    school = await add_station(town, "ecole", kind="school")
    rows = "".join(f"\nEnfant {n};CM2;Parent {n};{mailbox(n)}" for n in (1, 2))
    lines = class_list.read(f"enfant;classe;parent1;email1{rows}")
    consent = pupils.Consent("fiche de rentrée", town.clock.now_ms())
    async with town.db.transaction() as tx:
        await pupils.keep(tx, town.clock, town.desk.keyring, school, "test", lines, consent, fiction=True)
    town.clock.advance(DAY)
    await town.person(sms=0, email=1)
    town.clock.advance(YEAR)
    [told] = await minute(town)
    assert (told.address, told.subject[:14]) == (mailbox(1), "Bras-sur-Meuse")


async def test_the_person_reads_when_they_were_reminded(town):
    """In the file of all that is kept."""
    person = await town.person(sms=0, push=1)
    assert (await mine.document(town.db, town.clock, town.desk.keyring, person))["reminded"] is None
    town.clock.advance(YEAR)
    await minute(town)
    kept = await mine.document(town.db, town.clock, town.desk.keyring, person)
    assert kept["reminded"].startswith("2027-03-03T")


async def test_a_channel_that_nobody_speaks_on_is_passed_over(db, clock):
    """Without a gateway for notifications their people have the e-mail, and are marked only once it is written."""
    town = await build(db, clock)
    await town.person(sms=0, email=1, push=1)
    await town.person(sms=0, push=1)
    town.clock.advance(YEAR)
    assert await addresses(town) == [mailbox(1)]
    assert [row["reminded_at"] is None for row in await town.db.fetch("heart_reminders.people")] == [
        False,
        True,
    ]
