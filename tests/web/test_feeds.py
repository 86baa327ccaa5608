"""A station's feeds, read by readers that others wrote."""

import asyncio
import json
import re

import feedparser
import pytest
from heart.town import HOME
from icalendar import Calendar
from lxml import etree
from web.feeds_house import other, reader, town

from alertd.clock import DAY, HOUR, MINUTE, SECOND
from alertd.errors import Refused
from alertd.model import Level, Mode, Target, Text
from alertd.stations.stations import RESERVED, SLUG
from alertd.subscribe import groups
from alertd.web.app import PAGES, build
from alertd.web.front import Document, Front
from alertd.web.rooms import Rooms

__all__ = ["reader", "town"]

FEEDS = ("atom.xml", "rss.xml", "alertes.geojson", "alertes.ics")
STATION = Target(station=True)


async def test_atom_has_an_entry_for_each_event_its_end_included(town, reader, clock):
    """Newest first; each leads to a CAP document that is there."""
    first = await town.release()
    clock.advance(MINUTE)
    over = await town.end(first)
    feed = feedparser.parse(await reader.body("/belleville/atom.xml"))
    assert not feed.bozo
    assert feed.version == "atom10"
    assert [entry.title.partition(":")[0] for entry in feed.entries] == [
        "Fin d'alerte",
        "Incendie route de Verdun",
    ]
    for entry, event in zip(feed.entries, (over, first), strict=True):
        (link,) = [link for link in entry.links if link.type == "application/cap+xml"]
        assert link.href.endswith(reader.cap(event))
        root = etree.fromstring(await reader.body(reader.cap(event)))
        assert root.tag == "{urn:oasis:names:tc:emergency:cap:1.2}alert"
    assert feed.entries[0].updated > feed.entries[1].updated
    assert {tag.term for tag in feed.entries[1].tags} == {"Actual", "danger", "fire"}


async def test_atom_is_valid_by_the_schema_of_others(town, reader, shared):
    """An empty feed and one with entries; the schema's import that would know xml:lang is not beside it."""
    schema = etree.XMLSchema(etree.parse(str(shared / "vectors" / "cap" / "atom.xsd")))
    for _ in range(2):
        root = etree.fromstring(await reader.body("/belleville/atom.xml"))
        assert root.attrib.pop("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
        schema.assertValid(root)
        await town.release(exercise=True)


async def test_rss_says_the_same_to_people_s_readers(town, reader, shared):
    """What to do, what happened, a page to open; valid by a schema of RSS."""
    await town.release()
    body = await reader.body("/belleville/rss.xml")
    feed = feedparser.parse(body)
    assert (feed.bozo, feed.version) == (False, "rss20")
    (entry,) = feed.entries
    assert entry.title == "Incendie route de Verdun"
    assert entry.summary.startswith("Fermez vos fenêtres.")
    assert entry.published_parsed[:5] == (2026, 3, 2, 9, 0)
    etree.XMLSchema(etree.parse(str(shared / "vectors" / "cap" / "rss-2_0.xsd"))).assertValid(
        etree.fromstring(body)
    )


async def test_geojson_has_what_is_in_force_and_nothing_else(town, reader):
    """A circle as a closed ring, with its centre and radius; what has ended is gone."""
    await town.release()
    gone = await town.release(texts={"fr": Text("Fini")})
    await town.end(gone)
    document = json.loads(await reader.body("/belleville/alertes.geojson"))
    (feature,) = document["features"]
    assert feature["properties"]["headline"] == "Incendie route de Verdun"
    assert feature["properties"]["center"] == [HOME[1], HOME[0]]
    assert feature["properties"]["radius_m"] == 1000
    (ring,) = feature["geometry"]["coordinates"]
    assert ring[0] == ring[-1]
    assert all(5.3 < lon < 5.4 and 49.1 < lat < 49.3 for lon, lat in ring)


async def test_a_calendar_s_event_moves_as_its_thread_does(town, reader, clock):
    """One event a thread: from onset to the end foreseen, then to the end that was said; a false alert is cancelled."""
    first = await town.release(texts={"fr": Text("Coupure; d'eau, rue\\Haute")})
    (entry,) = Calendar.from_ical(await reader.body("/belleville/alertes.ics")).events
    assert entry["SUMMARY"] == "Coupure; d'eau, rue\\Haute"
    assert (entry.end - entry.start).total_seconds() == 3 * 3600
    uid, sequence = entry["UID"], entry["SEQUENCE"]
    clock.advance(HOUR)
    await town.cancel(first)
    (entry,) = Calendar.from_ical(await reader.body("/belleville/alertes.ics")).events
    assert (entry["UID"], entry["STATUS"]) == (uid, "CANCELLED")
    assert entry["SEQUENCE"] > sequence
    assert (entry.end - entry.start).total_seconds() == 3600


@pytest.mark.parametrize("name", FEEDS)
async def test_nothing_of_a_group_or_a_private_station_is_in_a_feed(town, reader, name):
    """Not its words, and not that there is anything."""
    empty = await reader.body(f"/belleville/{name}")
    async with town.db.transaction() as tx:
        group = await groups.add(tx, town.station.id, "Élus")
    secret = {"texts": {"fr": Text("Réunion secrète")}, "level": Level.INFO, "topic": "mairie"}
    first = await town.release(**secret, target=Target(groups=(group,)))
    await town.end(first)
    turned = await town.release(target=STATION, texts={"fr": Text("Tournée")})
    await town.release(turned.alert_id, **secret, target=Target(groups=(group,)))
    assert await reader.body(f"/belleville/{name}") == empty
    await other(town, "cantine", private=True)
    await town.release(target=STATION)
    assert (await reader.get(f"/cantine/{name}")).status == 404


@pytest.mark.parametrize("name", FEEDS)
async def test_a_feed_marks_exercises_and_tests(town, reader, name):
    """Nobody takes a rehearsal for the matter itself."""
    await town.release(exercise=True)
    assert "EXERCICE" in await reader.text(f"/belleville/{name}")
    await other(town, "ecole-du-feu", mode=Mode.TRAINING)
    await town.release()
    assert re.search(r"\bTEST\b|\bTest\b", await reader.text(f"/ecole-du-feu/{name}"))


@pytest.mark.parametrize("name", FEEDS)
async def test_who_has_it_already_is_told_so(town, reader, clock, name):
    """By its mark, else by its date; after something was said, both are given the new one."""
    first = await town.release()
    clock.advance(SECOND)
    answer = await reader.get(f"/belleville/{name}")
    mark, date = answer.headers["ETag"], answer.headers["Last-Modified"]
    for header in ({"If-None-Match": mark}, {"If-Modified-Since": date}):
        again = await reader.get(f"/belleville/{name}", headers=header)
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == mark
    clock.advance(2 * SECOND)
    await town.end(first)
    for header in ({"If-None-Match": mark}, {"If-Modified-Since": date}):
        assert (await reader.get(f"/belleville/{name}", headers=header)).status == 200


@pytest.mark.parametrize("name", FEEDS)
async def test_programs_of_other_sites_may_read_a_feed(reader, name):
    """Kept for seconds by whoever is in between; no cookie is set."""
    answer = await reader.get(f"/belleville/{name}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert "Set-Cookie" not in answer.headers


async def test_a_feed_is_packed_for_who_can_unpack_it(town, reader):
    """The same bytes either way."""
    await town.release()
    plain = await reader.get("/belleville/atom.xml", headers={"Accept-Encoding": "identity"})
    packed = await reader.get("/belleville/atom.xml", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert await packed.read() == await plain.read()


async def test_what_is_over_by_itself_leaves_without_a_bell(town, reader, clock):
    """Kept answers are true until the next end, and no longer."""
    await town.release(level=Level.INFO, topic="mairie", expires=clock.now_ms() + 2 * MINUTE)
    shown = json.loads(await reader.body("/belleville/alertes.geojson"))
    assert len(shown["features"]) == 1
    clock.advance(2 * MINUTE)
    answer = await reader.client.get("/belleville/alertes.geojson")
    assert (await answer.json(content_type=None))["features"] == []


async def test_what_is_in_force_is_shown_however_much_came_after(town, reader, clock):
    """An old warning does not fall off the end of a list, nor of a feed that has its hundred entries."""
    await town.release(level=Level.WARNING, topic="fire", expires=clock.now_ms() + 3 * DAY)
    for _ in range(60):
        one = await town.release(texts={"fr": Text("Bref")}, level=Level.INFO, topic="mairie", target=STATION)
        await town.end(one)
    shown = json.loads(await reader.body("/belleville/alertes.geojson"))
    assert [each["properties"]["headline"] for each in shown["features"]] == ["Incendie route de Verdun"]
    for name in ("atom.xml", "rss.xml"):
        entries = feedparser.parse(await reader.body(f"/belleville/{name}")).entries
        assert (len(entries), entries[-1].title) == (100, "Incendie route de Verdun")


def test_no_station_can_have_the_name_of_a_page():
    """Every first word of our own addresses is reserved."""
    firsts = {route.path.split("/")[1] for route in PAGES}
    taken = {first for first in firsts if SLUG.fullmatch(first)}
    assert taken - RESERVED == set()


async def test_the_application_s_other_roots_are_reserved_too(town):
    """Static files, the API."""
    app = build(Rooms(town.desk, heartbeat=lambda: True))
    firsts = {resource.canonical.split("/")[1] for resource in app.router.resources()}
    assert {first for first in firsts if SLUG.fullmatch(first)} - RESERVED == set()


async def test_a_reserved_word_is_refused_as_a_station_s_name(town):
    """Told to the administrator by field."""
    with pytest.raises(Refused) as refused:
        await other(town, "verify")
    assert "slug" in refused.value.fields


async def test_the_second_who_asks_waits_for_the_first_answer():
    """Ten times a village in a minute makes one document, not ten thousand."""
    front, made, go = Front(), [], asyncio.Event()

    async def make():
        made.append(1)
        await go.wait()
        return Document(b"x", "text/plain", 10)

    asked = [asyncio.create_task(front.get("k", 0, make)) for _ in range(50)]
    await asyncio.sleep(0)
    go.set()
    assert len({(await each).mark for each in asked}) == 1
    assert made == [1]


async def test_what_was_being_made_when_something_was_said_is_not_kept():
    """Its words may be older than the bell."""
    front, go = Front(), asyncio.Event()

    async def old():
        await go.wait()
        return Document(b"old", "text/plain", 10)

    async def new():
        return Document(b"new", "text/plain", 10)

    early = asyncio.create_task(front.get("k", 0, old))
    await asyncio.sleep(0)
    front.clear()
    assert (await front.get("k", 0, new)).body == b"new"
    go.set()
    await early
    assert (await front.get("k", 0, old)).body == b"new"
