"""The page by which a phone joins, as a browser without a push service behind it sees it; and what strangers try there."""

import html
import json
import re
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from web.pages_house import MAIRIE

from alertd.clock import DAY, FOREVER, MINUTE, from_ms
from alertd.deliver import routes
from alertd.deliver.receipts import Receipts
from alertd.deliver.service import opened
from alertd.deliver.spool import Spool
from alertd.keys import delivery_key, delivery_number
from alertd.model import EndpointState, Level
from alertd.settings import Settings
from alertd.stations import drawings, stations
from alertd.stations.stations import NewStation
from alertd.subscribe import phones, topics
from alertd.web.app import build
from alertd.web.rooms import Rooms
from gateways.contract import Surroundings
from gateways.loader import load
from gateways.subscription import encoded

PUSH = {"contact": "mailto:alertes@foret.example"}
PATH = "/s/foret"


@pytest.fixture
async def gateway(desk):
    """The real driver; nobody is pushed to here."""
    lent = Surroundings(now_ms=desk.clock.now_ms, lasting_key=desk.keyring.lasting, callbacks="/rappels/")
    return load("navigateurs", "webpush", PUSH, lent)


@pytest.fixture
async def live(desk):
    """A live commune with two hamlets, and a telephone."""
    async with desk.db.transaction() as tx:
        made = await stations.add(tx, desk.clock, NewStation("foret", "Forêt", *MAIRIE, phone="+33329000000"))
        await drawings.add_hamlet(tx, made, "La Gare", 49.2115, 5.379)
        await drawings.add_hamlet(tx, made, "Le Moulin", 49.2010, 5.361)
    return made


@pytest.fixture
async def house(desk, live, gateway, tmp_path):  # noqa: ARG001  (the station)
    """A live house that speaks to browsers and sends SMS."""
    table = {"driver": "webpush", "channels": ["push"], "options": PUSH}
    sms = {"driver": "smtp", "channels": ["sms"]}
    limits = {"sign_ups_per_network_hour": 6, "sign_ups_per_station_hour": 8}
    proxies = {"trusted_proxies": ["127.0.0.1"]}
    settings = Settings.model_validate(
        {"gateways": {"navigateurs": table, "sms": sms}, "limits": limits, "http": proxies}
    )
    desk = replace(desk, settings=settings, routes=await routes.register(desk.db, settings))
    spool = Spool(desk.db, desk.keyring, tmp_path / "one.receipts")
    rooms = Rooms(desk, lambda: True, gateways={"navigateurs": gateway}, spool=spool)
    async with TestClient(TestServer(build(rooms))) as client:
        yield client


def phone(number=1, host="updates.push.services.mozilla.com"):
    """What a browser gives: an address, and keys of its own."""
    point = generate_private_key(SECP256R1()).public_key()
    public = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": encoded(public), "auth": encoded(b"sixteen bytes !!")}
    return json.dumps({"endpoint": f"https://{host}/wpush/{number}", "expirationTime": None, "keys": keys})


async def post(house, fields, path=PATH, **headers):
    async with house.post(path, data=fields, headers=headers, allow_redirects=False) as response:
        return response.status, html.unescape(await response.text()), response.headers.get("Location", "")


async def get(house, path):
    async with house.get(path) as response:
        return response.status, html.unescape(await response.text())


async def one(desk, table):
    [row] = await desk.db.fetch(f"people.all_{table}")
    return row


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


def told(gateway, path, word, house):
    """The service worker's call about the test behind that page."""
    code = path.rpartition("/")[2]
    return house.post(gateway._acknowledgements.path(code), data=word)


async def standing(desk):
    step = Receipts(desk.db, desk.keyring, 1).step
    while await step():
        pass
    return (await one(desk, "endpoints"))["state"]


async def arrive(desk, path):
    """As dispatch would have it: handed over to the browser's service."""
    [number] = desk.keyring.numbers(path.rpartition("/")[2])
    message, endpoint = delivery_key(number)
    [sender] = [row["id"] for row in await desk.db.fetch("senders.all") if row["gateway"] == "navigateurs"]
    keys = json.dumps([endpoint])
    async with desk.db.transaction() as tx:
        await tx.execute("deliveries.call", message, keys, 1)
        await tx.execute("attempts.open", message, keys, 1, sender, 1, desk.clock.now_ms())


async def test_the_page_waits_until_the_phone_confirms(house, desk, gateway):
    """Pending, then done, with the way out; an invented code and one of yesterday are told the same."""
    _, _, where = await post(house, {"subscription": phone()})
    assert "Encore un instant" in (await get(house, where))[1]
    await arrive(desk, where)
    async with told(gateway, where, b"delivered", house) as response:
        assert response.status == 200
    assert await standing(desk) == EndpointState.ACTIVE
    status, page = await get(house, where)
    assert (status, "C'est fait" in page) == (200, True)
    leaving = re.search(r"/partir/\w{11}", page)[0]
    assert "Ne plus recevoir Forêt" in (await get(house, leaving))[1]
    desk.clock.advance(DAY + MINUTE)
    for path in (where, f"{PATH}/telephone/00000000000"):
        assert (await get(house, path))[0] == 404


async def test_a_test_that_never_arrives_is_said_to_be_lost(house, clock):
    """After ten minutes nobody waits for it: the person is told to begin again."""
    _, _, where = await post(house, {"subscription": phone()})
    clock.advance(11 * MINUTE)
    assert "L'essai n'est pas arrivé" in (await get(house, where))[1]


async def test_another_s_code_opens_no_test(house, desk):
    """The code of an alert's delivery, or of leaving, is no test."""
    await post(house, {"subscription": phone()})
    endpoint = (await one(desk, "endpoints"))["id"]
    for number in (delivery_number(0, endpoint), delivery_number(7, endpoint)):
        assert (await get(house, f"{PATH}/telephone/{desk.keyring.code(number)}"))[0] == 404


async def test_a_forged_acknowledgement_is_answered_as_a_late_one(house, desk, gateway):
    """Nobody learns which message there was; nothing is kept of what we did not write, and nothing twice."""
    _, _, where = await post(house, {"subscription": phone()})
    await arrive(desk, where)
    genuine = gateway._acknowledgements.path(where.rpartition("/")[2])
    gone = gateway._acknowledgements.path(desk.keyring.code(delivery_number(99, 1 << 8)))
    answers = []
    for path in (genuine[:-1] + "x", "/rappels/navigateurs/00000000000.", gone):
        async with house.post(path, data=b"delivered") as response:
            answers.append((response.status, await response.read()))
    assert answers == [(200, b"")] * 3
    assert await standing(desk) == EndpointState.PENDING
    for _ in range(5):
        for word in (b"delivered", b"seen", b"x" * 2_000, b"y" * 2_000):
            async with house.post(genuine, data=word) as response:
                assert response.status == 200
    assert len(await desk.db.fetch("contract.receipts")) == 4, "gone's, two words, and one that is none"


async def test_the_browser_changes_its_address_by_its_own_key(house, desk):
    """The key of the page that confirmed; a forged one, one for leaving and a foreign service change nothing."""
    _, _, where = await post(house, {"subscription": phone(1)})
    key = re.search(r'data-renewal="([^"]+)"', (await get(house, where))[1])[1]
    before = bytes((await one(desk, "endpoints"))["address"])
    assert key == f"{PATH}/adresse/{phones.renewal(desk.keyring, (await one(desk, 'endpoints'))['id'])}"
    assert (await post(house, phone(2), key[:-1] + ("A" if key[-1] != "A" else "B")))[0] == 404
    assert (await post(house, phone(2, "evil.example"), key))[0] == 422
    assert (await post(house, "not json", key))[0] == 422
    assert bytes((await one(desk, "endpoints"))["address"]) == before
    assert (await post(house, phone(2), key))[0] == 204
    assert bytes((await one(desk, "endpoints"))["address"]) != before


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


async def test_who_has_only_notifications_is_sent_the_link_by_one(house, desk):
    """This phone's own subscription asks: a notification leads to the page; a browser that nobody has is told the same."""
    own = phone()
    assert (await post(house, {"subscription": own}))[0] == 303
    endpoint = (await one(desk, "endpoints"))["id"]
    async with desk.db.transaction() as tx:
        await tx.execute("endpoints.confirm", endpoint, desk.clock.now_ms())
        await tx.execute("subscribers.show", endpoint >> 8)
    before = len(await desk.db.fetch("heart.messages"))
    ask = f"{PATH}/mes-choix"
    async with house.post(ask, data={"subscription": phone()}) as answer:
        stranger = await answer.text()
    assert len(await desk.db.fetch("heart.messages")) == before
    async with house.post(ask, data={"subscription": own}) as answer:
        assert await answer.text() == stranger
    message = (await desk.db.fetch("heart.messages"))[-1]
    letter = opened(message, desk.keyring)
    assert letter.path.startswith(f"{PATH}/moi/")
    code = desk.keyring.code(delivery_number(message["id"], endpoint))
    status, page = await get(house, f"{PATH}/moi/{code}")
    assert (status, "un navigateur" in page) == (200, True)
    async with house.post(ask, data={"subscription": "{}"}) as answer:
        assert answer.status == 422
