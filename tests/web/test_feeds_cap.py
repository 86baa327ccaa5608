"""CAP 1.2 documents: valid by the official schema, and saying what the alert says."""

from xml.etree.ElementTree import Element

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from files import picture
from heart.town import HOME
from lxml import etree
from unit.test_cap_signed import certificate, pem
from web.feeds_house import other, reader, town

import zones
from alertd.clock import MINUTE
from alertd.issue import attachments
from alertd.model import Level, Mode, Target, Text
from alertd.publish.markup import document, leaf
from alertd.publish.signing import Signer
from alertd.subscribe import groups
from alertd.web.app import build
from alertd.web.rooms import Rooms

__all__ = ["reader", "town"]

CAP = {"c": "urn:oasis:names:tc:emergency:cap:1.2"}
STATION = Target(station=True)


@pytest.fixture(scope="module")
def schemas(shared):
    """The official one, and the stricter one of a reader that half the world's warnings pass through."""
    folder = shared / "vectors" / "cap"
    files = ("CAP-v1.2.xsd", "google-cap12_extended.xsd")
    return [etree.XMLSchema(etree.parse(str(folder / name))) for name in files]


@pytest.fixture
def cap(reader, schemas):
    """An event's document, valid, as a function of paths that gives their texts."""

    async def cap(event):
        root = etree.fromstring(await reader.body(reader.cap(event)))
        for schema in schemas:
            schema.assertValid(root)
        return lambda path: [getattr(found, "text", found) for found in root.xpath(path, namespaces=CAP)]

    return cap


async def test_an_alert_is_a_valid_document_that_says_all_of_it(town, cap):
    """Who, when with the offset, status, gravity by level, category by topic, words, end, page and telephone."""
    said = await cap(await town.release())
    assert said("//c:sent") == ["2026-03-02T10:00:00+01:00"]
    assert said("/c:alert/c:sender") == ["127.0.0.1:8080/belleville"]
    assert (said("//c:status"), said("//c:msgType"), said("//c:scope")) == (["Actual"], ["Alert"], ["Public"])
    assert (said("//c:severity"), said("//c:urgency"), said("//c:certainty")) == (
        ["Extreme"],
        ["Immediate"],
        ["Observed"],
    )
    assert (said("//c:category"), said("//c:event")) == (["Fire"], ["Incendie, fumées"])
    assert said("//c:headline") == ["Incendie route de Verdun"]
    assert said("//c:instruction") == ["Fermez vos fenêtres."]
    assert said("//c:expires") == ["2026-03-02T13:00:00+01:00"]
    assert said("//c:contact") == ["+33329860000"]
    assert said("//c:web")[0].startswith("http://127.0.0.1:8080/belleville/alertes/")
    assert said("//c:references") == []


async def test_a_circle_stays_a_circle_in_kilometres_with_the_commune_s_code(town, cap):
    """Latitude first; the INSEE code beside it."""
    said = await cap(await town.release())
    assert said("//c:circle") == ["49.209000,5.375000 1.000"]
    assert said("//c:polygon") == []
    assert (said("//c:geocode/c:valueName"), said("//c:geocode/c:value")) == (["INSEE"], ["55043"])


async def test_a_drawn_zone_is_a_closed_polygon_and_a_hole_is_warned_too(town, cap):
    """Latitude first, first point again last; CAP has no holes, so the outer ring alone."""
    square = [[5.36, 49.20], [5.39, 49.20], [5.39, 49.22], [5.36, 49.22], [5.36, 49.20]]
    hole = [[5.37, 49.205], [5.37, 49.21], [5.38, 49.21], [5.38, 49.205], [5.37, 49.205]]
    zone = zones.read({"type": "Polygon", "coordinates": [square, hole]}).zone
    (ring,) = (await cap(await town.release(target=Target(zone=zone))))("//c:polygon")
    points = [tuple(map(float, point.split(","))) for point in ring.split(" ")]
    assert points[0] == points[-1]
    assert {(lat, lon) for lon, lat in square} == set(points)


async def test_a_whole_commune_is_its_outline(town, cap):
    """As registered."""
    (ring,) = (await cap(await town.release(target=STATION)))("//c:polygon")
    assert len(ring.split(" ")) == 11


async def test_each_language_has_its_own_info(town, cap):
    """The topic in it, too."""
    texts = {"fr": Text("Incendie"), "de": Text("Brand", "Ein Hof brennt."), "en": Text("Fire")}
    said = await cap(await town.release(texts=texts))
    assert said("//c:language") == ["de", "en", "fr"]
    assert said("//c:event") == ["Brand, Rauch", "Fire, smoke", "Incendie, fumées"]
    assert said("//c:description") == ["Ein Hof brennt."]


async def test_updates_and_ends_refer_to_all_that_was_said_before(town, cap, clock):
    """A triple each: sender, identifier, sent; the end says that all is clear."""
    first = await town.release()
    clock.advance(MINUTE)
    second = await town.release(first.alert_id, texts={"fr": Text("Le feu gagne")})
    clock.advance(MINUTE)
    third = await town.end(first)
    begun, updated, over = [await cap(each) for each in (first, second, third)]
    assert (updated("//c:msgType"), over("//c:msgType")) == (["Update"], ["Update"])
    triples = [
        f"{said('//c:sender')[0]},{said('//c:identifier')[0]},{said('//c:sent')[0]}"
        for said in (begun, updated)
    ]
    assert updated("//c:references") == triples[:1]
    assert over("//c:references") == [" ".join(triples)]
    assert (over("//c:responseType"), over("//c:urgency")) == (["AllClear"], ["Past"])
    assert over("//c:headline")[0].startswith("Fin d'alerte")


async def test_a_false_alert_is_a_cancel_that_says_so(town, cap):
    """With a note for those who read no headline."""
    first = await town.release()
    said = await cap(await town.cancel(first))
    assert said("//c:msgType") == ["Cancel"]
    assert "erreur" in said("//c:note")[0]


async def test_an_exercise_says_so_in_its_status_first_and_last(town, cap):
    """The headline begins with it, what people read ends with it."""
    said = await cap(await town.release(exercise=True))
    assert said("//c:status") == ["Exercise"]
    assert said("//c:headline")[0].startswith("EXERCICE")
    assert said("//c:description")[0].endswith("EXERCICE")
    assert said("//c:instruction")[0].endswith("EXERCICE")


async def test_what_a_training_station_says_is_a_test(town, cap):
    """Never Actual, whatever it says of itself."""
    await other(town, "ecole-du-feu", mode=Mode.TRAINING)
    assert (await cap(await town.release()))("//c:status") == ["Test"]


@pytest.mark.parametrize(
    ("typed", "web"),
    [
        (
            "https://mairie.fr/arrêté 12.pdf?a=1&b=[2]",
            "https://mairie.fr/arr%C3%AAt%C3%A9%2012.pdf?a=1&b=%5B2%5D",
        ),
        ("https://mairie.fr/%C3%A9t%C3%A9?p=100%", "https://mairie.fr/%C3%A9t%C3%A9?p=100%25"),
        ("https://a/#b#c", "/alertes/"),
        ("https://", "/alertes/"),
    ],
)
async def test_a_link_is_written_as_links_are(town, cap, typed, web):
    """What a person pasted; the alert's own page stands in for what is no link at all."""
    said = await cap(await town.release(url=typed))
    assert web in said("//c:web")[0]


async def test_typed_markup_stays_text(town, cap):
    """Nobody closes an element by typing."""
    words = Text("]]> </headline><status>Actual", "<!-- ", "&amp;")
    said = await cap(await town.release(texts={"fr": words}))
    assert said("//c:headline") == ["]]> </headline><status>Actual"]
    assert said("//c:status") == ["Actual"]
    assert said("//c:instruction") == ["&amp;"]


def test_characters_that_xml_cannot_hold_are_dropped():
    """Where older rows have them: no escape makes them XML, and one would spoil the whole feed."""
    root = Element("a")
    leaf(root, "b", "feu\x00\x07\x0b\ud800\uffff 🔥\t<", c="\x1f>")
    assert etree.fromstring(document(root))[0].text == "feu 🔥\t<"


async def test_files_are_resources_for_as_long_as_they_are_shown(town, reader, cap):
    """With what they show in words; once an update has taken a file out, no document leads to nothing."""
    done = await attachments.bring(town.desk, town.mayor, town.station, picture())
    one = await attachments.named(town.db, town.station.id, done.digest, "Rue fermée")
    first = await town.release(attachments=(one,))
    said = await cap(first)
    assert said("//c:resourceDesc") == ["Rue fermée"]
    assert said("//c:mimeType") == ["image/jpeg"]
    (uri,) = said("//c:resource/c:uri")
    path = uri.removeprefix(town.desk.settings.http.public_url)
    assert (await reader.get(path)).status == 200
    assert f'src="{path}"' in await reader.text("/belleville")
    await town.release(first.alert_id)
    assert (await reader.get(path)).status == 404
    assert (await cap(first))("//c:resource") == []


async def test_utc_is_written_as_cap_wants_it(town, cap):
    """-00:00, for Z is forbidden and +00:00 is not UTC's name there."""
    await other(town, "accra", timezone="Africa/Abidjan")
    assert (await cap(await town.release()))("//c:sent") == ["2026-03-02T09:00:00-00:00"]


async def group_of(town):
    async with town.db.transaction() as tx:
        return await groups.add(tx, town.station.id, "Élus")


@pytest.mark.parametrize("what", ["group", "private", "elsewhere"])
async def test_nothing_of_a_group_or_a_private_station_is_there(town, reader, what):
    """The same answer as for an event that there is not, and as under another station's name."""
    if what == "private":
        await other(town, "cantine", private=True)
    target = Target(groups=(await group_of(town),)) if what == "group" else STATION
    event = await town.release(target=target, level=Level.INFO, topic="mairie")
    path = reader.cap(event) if what != "elsewhere" else f"/voisine/cap/{event.event_id}.xml"
    refused, unknown = await reader.get(path), await reader.get("/voisine/cap/999999.xml")
    assert refused.status == unknown.status == 404
    if what != "private":
        assert await refused.text() == await unknown.text()


async def test_a_thread_that_turns_to_a_group_is_taken_down_whole(town, reader):
    """Its first message, too, which everyone had been sent."""
    first = await town.release(target=STATION)
    assert (await reader.get(reader.cap(first))).status == 200
    to_group = Target(groups=(await group_of(town),))
    second = await town.release(first.alert_id, target=to_group, level=Level.INFO, topic="mairie")
    for event in (first, second):
        assert (await reader.get(reader.cap(event))).status == 404


async def test_a_thread_that_turns_from_a_group_to_everyone_begins_there(town, reader, cap):
    """For everyone it is an alert, and refers to nothing that a group was told."""
    to_group = Target(groups=(await group_of(town),))
    first = await town.release(target=to_group, level=Level.INFO, topic="mairie")
    second = await town.release(first.alert_id, target=Target(zone=zones.Circle(*HOME, 500)))
    said = await cap(second)
    assert (said("//c:msgType"), said("//c:references")) == (["Alert"], [])
    assert (await reader.get(reader.cap(first))).status == 404


async def test_a_signed_document_is_served_and_kept_like_any_other(town, schemas):
    """Valid still, the same bytes each time it is made, and not sent again to whoever has it."""
    key = rsa.generate_private_key(65537, 2048)
    event, signer = await town.release(), Signer(pem(key), certificate(key))
    rooms = Rooms(town.desk, heartbeat=lambda: True, sign=signer.sign)
    async with TestClient(TestServer(build(rooms))) as client:
        path = f"/belleville/cap/{event.event_id}.xml"
        first = await client.get(path)
        rooms.front.clear()
        again = await client.get(path)
        assert await again.read() == await first.read()
        schemas[0].assertValid(etree.fromstring(await first.read()))
        assert b"SignatureValue" in await first.read()
        had = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert had.status == 304
