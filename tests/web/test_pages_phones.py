"""The page by which a phone joins, as a browser without a push service behind it sees it; and what strangers try there."""

import json
import re

import pytest
from web.pages_house import MAIRIE
from web.phones_house import PATH, gateway, get, house, live, one, phone, post

from alertd.clock import FOREVER, from_ms
from alertd.model import EndpointState, Level
from alertd.stations import drawings, stations
from alertd.stations.stations import NewStation
from alertd.subscribe import topics

__all__ = ["gateway", "house", "live"]


async def test_the_page_offers_what_the_station_has(house, gateway):
    """Its hamlets, the topics that may be left out, six languages, the browser's key, and its other ways."""
    _, page = await get(house, PATH)
    for said in ("Être prévenu par Forêt", "La Gare", "Le Moulin", "Coupure d'eau", "Nederlands"):
        assert said in page, said
    assert f'data-key="{gateway.capabilities.application_server_key}"' in page
    assert "Numéro de mobile" in page
    assert "Adresse e-mail" not in page, "nobody speaks for e-mail here"
    assert 'value="fire"' not in page, "a danger is not to be unticked"


async def test_without_javascript_the_page_says_so(house):
    """Notifications are not offered, and the reader learns why; the other ways are there."""
    _, page = await get(house, PATH)
    assert re.search(r"<noscript>.*JavaScript.*</noscript>", page)
    assert re.search(r"<label [^>]*hidden><input [^>]*value=\"push\" disabled", page)
    assert re.search(r"<form [^>]*data-join>", page)


async def test_a_phone_that_joins_is_kept_with_its_consent(house, desk, live, clock):
    """Pending, its consent dated and sourced, everywhere and for everything; the test is queued; the audit says so."""
    status, _, where = await post(house, {"subscription": phone()})
    assert (status, where.startswith(f"{PATH}/telephone/")) == (303, True)
    assert (await one(desk, "endpoints"))["state"] == EndpointState.PENDING
    row = await one(desk, "subscriptions")
    assert (row["station_id"], row["scope"], row["topics"], row["valid_until"]) == (
        live.id,
        "everywhere",
        -1,
        FOREVER,
    )
    assert (row["consent_source"], row["consent_at"]) == (f"page {PATH}", clock.now_ms())
    assert row["consent_proof"]
    [delivery] = await desk.db.fetch("heart.deliveries")
    assert delivery["endpoint_id"] == (await one(desk, "endpoints"))["id"]
    assert [row["action"] for row in await desk.db.fetch("people.all_audit")] == ["subscriber.join"]


async def test_a_tourist_says_where_what_and_until_when(house, desk, live):
    """Two places of a stay that ends at midnight there, the chosen topics with every danger, in Dutch."""
    wish = {
        "subscription": phone(),
        "where": "places",
        "home": "2",
        "work": "3",
        "what": "chosen",
        "topics": ["water"],
        "until": "stay",
        "stay": "2026-03-08",
        "locale": "nl",
    }
    ids = [hamlet.id for hamlet in await drawings.hamlets(desk.db, live.id)]
    status, page, _ = await post(house, wish | {"home": f"h{ids[0]}", "work": f"h{ids[1]}"})
    assert status == 303, page
    assert [row["kind"] for row in await desk.db.fetch("people.all_places")] == ["stay", "stay"]
    row, bits = await one(desk, "subscriptions"), await topics.load(desk.db)
    assert from_ms(row["valid_until"]).isoformat() == "2026-03-08T23:00:00+00:00"
    dangers = {key for key, topic in desk.catalogue.topics.items() if topic.level == "danger"}
    assert set(topics.words(bits, row["topics"])) == dangers | {"water"}
    assert (await one(desk, "subscribers"))["locale"] == "nl"


async def test_serious_matters_alone(house, desk):
    """No information, but every topic: a danger of any of them comes."""
    await post(house, {"subscription": phone(), "what": "serious"})
    row = await one(desk, "subscriptions")
    assert (row["min_level"], row["topics"]) == (Level.WARNING, -1)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"subscription": ""}, "au moins un moyen"),
        ({"subscription": "", "ways": ["push"]}, "n'a pas donné d'adresse"),
        ({"subscription": "{}"}, "que l'on puisse lire"),
        ({"subscription": "telephone-1"}, "que l'on puisse lire"),
        ({"subscription": phone(host="10.0.0.7")}, "n'est pas connu ici"),
        ({"subscription": phone(host="push.evil.example")}, "n'est pas connu ici"),
        ({"where": "places"}, "au moins un lieu"),
        ({"where": "places", "home": "h999"}, "au moins un lieu"),
        ({"where": "ailleurs"}, "réponses proposées"),
        ({"what": "chosen", "topics": ["fire"]}, "sujets de la liste"),
        ({"locale": "xx"}, "langue de la liste"),
        ({"until": "stay"}, "dernier jour"),
        ({"until": "stay", "stay": "2026-03-01"}, "dernier jour"),
        ({"until": "stay", "stay": "2027-06-01"}, "dernier jour"),
        ({"until": "stay", "stay": "9999-12-31"}, "dernier jour"),
        ({"until": "stay", "stay": "demain"}, "dernier jour"),
    ],
)
async def test_what_cannot_be_kept_is_told_and_nothing_is(house, desk, fields, said):
    """A sentence to act on beside what was chosen, and no row of any of it."""
    status, page, _ = await post(house, {"subscription": phone()} | fields)
    assert (status, said in page) == (422, True), page
    for table in ("subscribers", "endpoints", "subscriptions", "audit"):
        assert await desk.db.fetch(f"people.all_{table}") == []


@pytest.mark.parametrize("fields", [{"home": "\0"}, {"subscription": "x" * 5_000}, {"topics": ["a"] * 200}])
async def test_what_is_no_form_of_ours_is_not_read(house, fields):
    """A character that no store holds, a book, a thousand boxes."""
    assert (await post(house, fields))[0] == 400


async def test_a_form_from_elsewhere_is_not_read(house):
    """Another site cannot make a visitor's browser join."""
    assert (await post(house, {"subscription": phone()}, **{"Sec-Fetch-Site": "cross-site"}))[0] == 403


async def test_one_network_is_slowed_and_then_the_station(house):
    """Six an hour from one address, a household's whole IPv6 network as one; eight an hour at the station, from everywhere."""

    async def come(address):
        return (await post(house, {"subscription": phone()}, **{"X-Forwarded-For": address}))[0]

    assert [await come(f"2001:db8:0:1{n:02x}::1") for n in range(7)] == [303] * 6 + [429]
    assert [await come(f"192.0.2.{n}") for n in range(3)] == [303, 303, 429]


async def test_a_private_or_suspended_station_has_no_page(house, desk, live):
    """As one that is not there."""
    async with desk.db.transaction() as tx:
        await stations.add(tx, desk.clock, NewStation("ecole", "École", *MAIRIE, private=True))
        await stations.suspend(tx, live.id, desk.clock.now_ms())
    for path in ("/s/ecole", PATH, "/s/nulle-part", f"{PATH}/manifest.webmanifest"):
        assert (await get(house, path))[0] == 404, path
    assert (await post(house, {"subscription": phone()}))[0] == 404


async def test_a_training_station_has_no_notifications(client, station):
    """Its sandbox speaks to no browser: the page does not offer them, and keeps nothing."""
    _, page = await get(client, f"/s/{station.slug}")
    assert 'value="push"' not in page
    assert 'value="sms"' in page
    assert (await post(client, {"subscription": phone()}, f"/s/{station.slug}"))[0] == 503


async def test_the_page_can_be_installed(house):
    """The manifest names the station, and its icons are there; only ours are asked for anything."""
    async with house.get(f"{PATH}/manifest.webmanifest") as response:
        assert response.content_type == "application/manifest+json"
        manifest = await response.json()
    assert (manifest["short_name"], manifest["start_url"], manifest["display"]) == (
        "Forêt",
        PATH,
        "standalone",
    )
    for icon in manifest["icons"]:
        async with house.get(icon["src"]) as response:
            assert (response.status, response.content_type) == (200, "image/png")


async def test_the_service_worker_is_served_for_all_pages(house):
    """From the root, always looked at again, in six languages, within the policy that pages have."""
    async with house.get("/sw.js") as response:
        text = await response.text()
        assert response.headers["Cache-Control"] == "no-cache"
        policy = response.headers["Content-Security-Policy"]
    assert "manifest-src 'self'" in policy
    assert "default-src 'none'" in policy
    words = json.loads(text.partition("const WORDS = ")[2].partition(";\n")[0])
    assert {locale: said["read"] for locale, said in words.items()}.keys() == {
        "fr",
        "en",
        "de",
        "nl",
        "es",
        "it",
    }
    assert words["fr"]["read"] == "J'ai lu"
