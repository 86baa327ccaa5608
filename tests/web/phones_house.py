"""A live house that speaks to browsers, the telephone at its door, and what the far end of a push says."""

import html
import json
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from web.pages_house import MAIRIE

from alertd.deliver import routes
from alertd.deliver.receipts import Receipts
from alertd.deliver.spool import Spool
from alertd.keys import delivery_key
from alertd.settings import Settings
from alertd.stations import drawings, stations
from alertd.stations.stations import NewStation
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
