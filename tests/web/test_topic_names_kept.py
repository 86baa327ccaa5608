"""What was published keeps the name that its topic had when it was released; what is released next has the new one."""

import json

from lxml import etree
from web.feeds_house import reader, town

from alertd.catalogue.nouns import FRENCH
from alertd.clock import MINUTE
from alertd.stations import choosing_topics
from alertd.stations.choosing_topics import Wish

__all__ = ["reader", "town"]

CAP = {"c": "urn:oasis:names:tc:emergency:cap:1.2"}


async def call(town, name):
    """The station calls its fires so."""
    async with town.db.transaction() as tx:
        said = town.desk.catalogue, town.station, "operator:m", {"fire": Wish(True, name)}
        await choosing_topics.choose(tx, town.clock, *said)


async def events(reader, *released):
    """CAP's words for what happened, event by event."""
    reader.rooms.front.clear()
    found = [etree.fromstring(await reader.body(reader.cap(one))) for one in released]
    return [root.findtext("c:info/c:event", namespaces=CAP) for root in found]


async def test_a_document_is_the_same_after_its_topic_has_another_name(town, reader):
    """To the last byte: who verified its signature yesterday verifies it tomorrow."""
    first = await town.release(topic="fire")
    before = await reader.body(reader.cap(first))
    await call(town, "Feu de forêt")
    reader.rooms.front.clear()
    assert await reader.body(reader.cap(first)) == before


async def test_an_update_has_the_new_name_and_the_end_the_alert_s(town, reader):
    """The word that it is over calls it what the alert did, whatever the station calls it since."""
    usual = town.desk.catalogue.topics["fire"].label(FRENCH)
    first = await town.release(topic="fire")
    await call(town, "Feu de forêt")
    update = await town.release(first.alert_id, topic="fire")
    await call(town, "Flammes")
    over = await town.end(update)
    assert await events(reader, first, update, over) == [usual, "Feu de forêt", "Feu de forêt"]


async def test_feeds_maps_and_pages_keep_it_too(town, reader):
    """The board, a thread's page, Atom, RSS, the calendar and the map."""
    await call(town, "Feu de forêt")
    first = await town.release(topic="fire")
    await call(town, "Flammes")
    town.clock.advance(MINUTE)
    house = f"/{town.station.slug}"
    for path in (
        "",
        f"/alertes/{first.alert_id}",
        "/atom.xml",
        "/rss.xml",
        "/alertes.geojson",
        "/alertes.ics",
    ):
        body = await reader.text(house + path)
        assert ("Feu de forêt" in body, "Flammes" in body) == (True, False), path


async def test_the_archive_that_a_station_leaves_with_has_the_name(town):
    """In every language, beside what was decided."""
    await call(town, "Feu de forêt")
    await town.release(topic="fire")
    (row,) = await town.db.fetch("events.of_station", town.station.id, 0, 10)
    kept = json.loads(row["topic_labels"])
    assert kept == dict(town.desk.catalogue.topics["fire"].labels) | {FRENCH: "Feu de forêt"}


async def test_what_is_older_than_kept_names_has_the_catalogue_s(town, reader):
    """That is what was published of it, before stations had names of their own."""
    first = await town.release(topic="fire")
    async with town.db.transaction() as tx:
        await tx.execute("heart.forget_labels", first.event_id)
    await call(town, "Flammes")
    assert await events(reader, first) == [town.desk.catalogue.topics["fire"].label(FRENCH)]
