"""Topics of a station's own: whom they reach, and what their bits mean in each station's subscriptions."""

import pytest
from heart.addressed import phone
from heart.scheduled import at, run_until, saved
from heart.town import CIRCLE, FAR, HOME

from alertd.clock import DAY
from alertd.errors import Conflict, Refused
from alertd.issue import audience, end
from alertd.model import ALL_TOPICS, Level, Target, Text
from alertd.schedule import saving
from alertd.stations import own_topics, stations, topics
from alertd.stations.stations import NewStation
from alertd.subscribe import exporter, lists
from alertd.subscribe import topics as masks
from alertd.subscribe.nouns import At

STATION, ZONE = Target(station=True), Target(zone=CIRCLE)


async def add(town, label="Match", like="club", station=None):
    async with town.db.transaction() as tx:
        said = town.desk.catalogue, station or town.station, "operator:m", label, like
        return await own_topics.add(tx, town.clock, *said)


async def remove(town, key):
    async with town.db.transaction() as tx:
        await own_topics.remove(tx, town.clock, town.desk.catalogue, town.station, "operator:m", key)


async def told(town, key, target, **more):
    """Whom an information about it was for, as the preview counted them and as they were really planned."""
    content = town.content(topic=key, level=Level.INFO, target=target, **more)
    shown = await town.preview(content)
    event = await town.release(topic=key, level=Level.INFO, target=target, **more)
    await town.spread()
    found = await town.people_of(event)
    assert shown.people == len(found)
    await town.end(event)
    return found


async def masks_of(town, station):
    rows = await town.db.fetch("subscribers.list_page", station.id, 0, 100)
    return {row["subscriber_id"]: row["topics"] for row in rows}


@pytest.mark.parametrize("target", [STATION, ZONE], ids=["station", "zone"])
async def test_who_wants_all_and_who_chose_it_are_told(town, target):
    """Whoever chose others is not; a place's own choice says nothing of a topic that only this station has."""
    key = await add(town)
    everyone = await town.person(), await town.person(places=())
    fan, fan_here = await town.person(topics=(key, "fire")), await town.person(places=(), topics=(key,))
    picky = await town.person(places=(At(*HOME, topics=("waste",)),), topics=(key, "water"))
    await town.person(topics=("waste",))
    await town.person(places=(At(*HOME, topics=()),), topics=("waste",))
    assert await told(town, key, target) == {*everyone, fan, fan_here, picky}
    assert await told(town, "waste", target) >= {*everyone, picky}


async def test_a_bit_means_each_station_s_own(town):
    """Two stations' first topics have the same one: who chose the one hears nothing of the other, at a shared place or on a stay."""
    ours = await add(town)
    theirs = await add(town, "Marché", "event", town.neighbour)
    bits = [(await topics.bits(town.db, one.id)) for one in (town.station, town.neighbour)]
    assert bits[0][ours] == bits[1][theirs]
    assert theirs not in bits[0]
    person = await town.person(topics=(ours,), station=town.station)
    again = {"station": town.neighbour, "topics": ("waste",)}
    town.numbers = iter([1, *range(50, 60)])
    assert await town.person(**again) == person
    fan = await town.person(station=town.neighbour, topics=(theirs,))
    assert await told(town, ours, ZONE) == {person}
    town.station, town.mayor = town.neighbour, type(town.mayor)("operator:n", town.neighbour.id, Level.DANGER)
    assert await told(town, theirs, STATION) == {fan}


async def test_a_guest_does_not_bring_topics_of_their_own_station_along(town):
    """On a stay the stations around have the person as they chose, but for what only their own station speaks of."""
    key = await add(town)
    stay = {"valid_until": town.clock.now_ms() + 3 * DAY, "topics": (key, "water")}
    person = await town.person(At(*HOME, kind="stay"), **stay)
    guest = await masks_of(town, town.neighbour)
    assert guest[person] == 1 << (await topics.bits(town.db, 0))["water"]


async def test_what_is_removed_is_in_nobody_s_choice(town):
    """Who wanted nothing else keeps what it was like; who wants all still does; its key is never used again, its bit two days later."""
    key = await add(town)
    all_, both = await town.person(), await town.person(topics=(key, "water"))
    only = await town.person(topics=(key,))
    await remove(town, key)
    bits = await topics.bits(town.db, town.station.id)
    assert key not in bits
    assert await masks_of(town, town.station) == {
        all_: ALL_TOPICS,
        both: 1 << bits["water"],
        only: 1 << bits["club"],
    }
    with pytest.raises(Refused, match="n'existe pas"):
        await town.preview(town.content(topic=key, level=Level.INFO))
    second = await add(town, "Tournoi")
    assert (second, (await topics.bits(town.db, town.station.id))[second]) == ("club.2", 60)
    town.clock.advance(2 * DAY)
    third = await add(town, "Gala", "event")
    assert (third, (await topics.bits(town.db, town.station.id))[third]) == ("event.3", 61)
    assert await told(town, third, ZONE) == {all_}
    assert await told(town, "club", ZONE) == {all_, only}


async def test_a_mask_that_has_a_bit_from_before_loses_it_when_the_bit_means_something_else(town):
    """Whoever proved an address late, or came back as they were: in the transaction that gives it away."""
    key = await add(town)
    late = await town.person(topics=("water",))
    await remove(town, key)
    town.clock.advance(2 * DAY)
    bits = await topics.bits(town.db, town.station.id)
    mask = 1 << bits["water"] | 1 << 61
    await town.do("mine.set_terms", town.station.id, late, int(Level.INFO), mask, "places")
    await add(town, "Gala", "event")
    assert (await masks_of(town, town.station))[late] == 1 << bits["water"]


async def test_it_is_not_removed_while_an_alert_has_it(town):
    """An update and the word that it is over are still said."""
    key = await add(town)
    await town.person()
    event = await town.release(topic=key, level=Level.INFO, target=STATION)
    with pytest.raises(Conflict, match="terminez-la"):
        await remove(town, key)
    update = await town.release(event.alert_id, topic=key, level=Level.INFO, target=STATION)
    await town.end(update, {"fr": Text("Fini")})
    await remove(town, key)


async def test_readers_of_other_languages_are_told_what_it_is_like(town):
    """Its name is French: the kind of thing in their language, then the French text; with the words of the station in French."""
    key = await add(town, "Match", "club")
    await town.person(locale="de", sms=1)
    event = await town.release(
        topic=key, level=Level.INFO, target=STATION, texts={"fr": Text("Match à 15 h")}
    )
    await town.run()
    await town.later(12 * 3_600_000)
    (row,) = await town.deliveries(event)
    assert row["endpoint_id"]
    said = town.desk.catalogue.phrase("de", "topic.club")
    assert any(said in message.text for message in town.provider.to(phone(1)))


async def test_lists_and_exports_name_it_and_an_import_brings_it_back(town):
    """By its key, with the place's own choice beside."""
    key = await add(town)
    await town.person(places=(At(*HOME, topics=("waste",)), At(*FAR)), topics=(key, "water"))
    (listed,) = await lists.page(town.db, town.station.id, town.clock.now_ms())
    assert listed.topics == ("water", key)
    pieces = [
        one
        async for one in exporter.export(town.db, town.clock, town.desk.keyring, town.station, actor="cli")
    ]
    assert f"waste {key}" in "".join(pieces)
    assert f"water {key}" in "".join(pieces)


async def test_what_comes_again_keeps_its_topic(town):
    """A schedule about it leaves at its hour; the topic goes once that is ended, and not before."""
    key = await add(town)
    await town.person()
    schedule = await saved(town, topic=key)
    await run_until(town, at("2026-03-03T06:30:00"))
    [fired] = await town.db.fetch("schedules.decided", schedule, 1)
    assert fired["state"] == "fired"
    await end(town.desk, town.mayor, fired["alert_id"])
    with pytest.raises(Conflict, match="programmation"):
        await remove(town, key)
    await saving.end(town.desk, town.mayor, schedule)
    await remove(town, key)
    assert key not in await topics.bits(town.db, town.station.id)


@pytest.mark.parametrize(
    ("label", "like", "told_why"),
    [
        ("", "club", "nom"),
        ("Feu", "fire", "ressemble"),
        ("Match", "nothing", "ressemble"),
        ("x" * 41, "club", "41 caractères"),
        ("associations", "club", "Deux sujets"),
    ],
)
async def test_what_cannot_be_a_topic_is_refused(town, label, like, told_why):
    """Without a name, like a danger or like nothing, too long, or by a name that another has."""
    with pytest.raises(Refused, match=told_why):
        await add(town, label, like)


async def test_eight_at_most_and_none_of_a_community(town):
    """A community's messages go to the followers of its communes, in whose choices its topics mean nothing."""
    for number in range(8):
        await add(town, f"Sujet {number}")
    with pytest.raises(Conflict, match="8 sujets"):
        await add(town, "Un de trop")
    new = NewStation("cdc", "Communauté", *HOME, kind="intercommunality")
    async with town.db.transaction() as tx:
        community = await stations.add(tx, town.clock, new)
    with pytest.raises(Refused, match="communauté"):
        await add(town, station=community)


async def test_the_catalogue_never_takes_their_bits(town):
    """Eight above the 54 that are the catalogue's; the highest is nobody's, for what no choice could name."""
    assert (masks.BITS, masks.OWN.bit_length(), masks.OWN.bit_count()) == (54, 62, 8)
    assert await audience.topic_bits(town.db, town.station.id, Level.INFO, "club.9") == 1 << 62
