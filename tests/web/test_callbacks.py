"""Providers' callbacks: what is signed is kept before it is thanked, what is forged is refused, nothing else is asked."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from alertd.deliver.receipts import Receipts
from alertd.deliver.spool import Spool
from alertd.settings import Settings
from alertd.web.app import build
from gateways.contract import Callback, Capabilities, Inbound, Message, Outcome, Receipt

PUBLIC = "https://alertes.example.org"
SECRET = b"the account's secret"
FEW = [["00000000001", "delivered"]]


class Signing:
    """An account whose provider signs its calls: HMAC-SHA256 over method, public address and body."""

    name = "operator"
    capabilities = Capabilities(channels=frozenset({"sms"}), receipts=True)

    def __init__(self) -> None:
        self.read: list[Callback] = []

    async def open(self) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing is kept."""

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[Receipt]:
        """It takes everything."""
        for message in batch:
            yield Receipt(message.reference, Outcome.ACCEPTED)

    async def check(self) -> Receipt:
        """It would take a message."""
        return Receipt("", Outcome.ACCEPTED)

    def read_callback(self, callback: Callback) -> Sequence[Receipt | Inbound]:
        """A delivery's key stands at the end of the address, or in the body's list of pairs; a list of three is an SMS."""
        self.read.append(callback)
        given = callback.headers.get("x-signature", "")
        if not hmac.compare_digest(given, signature(callback.method, callback.url, callback.body)):
            return ()
        if callback.method == "GET":
            return [Receipt(callback.url.rpartition("/")[2].partition("?")[0], Outcome.DELIVERED)]
        words = json.loads(callback.body)
        return [Inbound(*one) if len(one) == 3 else Receipt(one[0], Outcome(one[1])) for one in words]

    async def look_up(self, references: Sequence[str]) -> Sequence[Receipt]:  # noqa: ARG002 - the contract's word
        """It cannot tell."""
        return ()


def signature(method: str, url: str, body: bytes) -> str:
    """What only the two sides can compute."""
    return hmac.new(SECRET, f"{method} {url} ".encode() + body, hashlib.sha256).hexdigest()


@pytest.fixture
def gateway() -> Signing:
    return Signing()


@pytest.fixture
async def house(rooms, gateway, tmp_path) -> AsyncIterator[TestClient]:
    """The house with that account, known to the world by another address than it listens on."""
    settings = Settings.model_validate({"http": {"public_url": PUBLIC}})
    desk = replace(rooms.desk, settings=settings)
    spool = Spool(desk.db, desk.keyring, tmp_path / "one.receipts")
    rooms = replace(rooms, desk=desk, gateways={"operator": gateway}, spool=spool)
    async with TestClient(TestServer(build(rooms))) as client:
        yield client


async def call(house, method, path, body=b"", **headers):
    """The provider's call, signed unless told otherwise; its answer's status."""
    headers.setdefault("X-Signature", signature(method, PUBLIC + path, body))
    response = await house.request(method, path, data=body or None, headers=headers)
    await response.read()
    return response.status


async def kept(desk):
    """What was kept, as (gateway, sealed bytes)."""
    return [(row["gateway"], bytes(row["raw"])) for row in await desk.db.fetch("heart_receipts.newest")]


async def test_a_signed_call_is_kept_and_thanked(house, desk):
    """200 with nothing in it; the raw receipt is in the store, sealed, not yet applied."""
    response = await house.post(
        "/rappels/operator",
        data=json.dumps(FEW),
        headers={"X-Signature": signature("POST", f"{PUBLIC}/rappels/operator", json.dumps(FEW).encode())},
    )
    assert (response.status, await response.read()) == (200, b"")
    ((gateway, raw),) = await kept(desk)
    assert gateway == "operator"
    assert b"00000000001" not in raw
    assert await desk.db.fetch("receipts.any_open")


async def test_an_sms_to_us_is_kept_and_thanked(house, desk):
    """What somebody wrote comes by the same door: signed, sealed, and in the table of SMS once it was applied."""
    body = json.dumps([["+33639980001", "+33639980999", "STOP"], *FEW]).encode()
    assert await call(house, "POST", "/rappels/operator", body) == 200
    ((_, raw),) = await kept(desk)
    assert b"STOP" not in raw
    await Receipts(desk.db, desk.keyring, 1).step()
    (row,) = await desk.db.fetch("heart_inbound.all")
    assert (row["gateway"], b"STOP" in bytes(row["content"])) == ("operator", False)


async def test_the_driver_is_given_the_call_as_it_was_made(house, gateway):
    """The public address to the letter, escapes and query included; header names in small letters; bytes as bytes."""
    path = "/rappels/operator/00000000001%2Fa?b=%C3%A9&b=2"
    body = json.dumps([["élan", "seen"]], ensure_ascii=False).encode()
    assert await call(house, "POST", path, body, **{"X-Account": "Bras"}) == 200
    (given,) = gateway.read
    assert (given.method, given.url, given.body) == ("POST", PUBLIC + path, body)
    assert given.headers["x-account"] == "Bras"


async def test_a_driver_s_bug_costs_the_provider_a_second_call(house, desk):
    """500 and nothing kept, since nothing is verified; the next call is answered as ever."""
    assert await call(house, "POST", "/rappels/operator", b"not JSON") == 500
    assert await kept(desk) == []
    assert await call(house, "POST", "/rappels/operator", json.dumps(FEW).encode()) == 200


async def test_a_call_may_carry_our_key_in_its_address(house, desk):
    """GET, as some providers call: the delivery's key is the last part of the address."""
    assert await call(house, "GET", "/rappels/operator/00000000001?status=2") == 200
    assert len(await kept(desk)) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_forged_call_is_refused_and_leaves_nothing(house, desk, method):
    """403, whatever it says, and no row of it."""
    assert await call(house, method, "/rappels/operator", b"[]", **{"X-Signature": "0" * 64}) == 403
    assert await kept(desk) == []


async def test_a_call_replayed_at_another_address_is_forged(house, desk):
    """The signature covers the address: what was signed for one delivery does not serve for another."""
    signed = signature("GET", f"{PUBLIC}/rappels/operator/00000000001", b"")
    assert await call(house, "GET", "/rappels/operator/00000000002", **{"X-Signature": signed}) == 403
    assert await kept(desk) == []


async def test_what_concerns_nobody_here_is_thanked_all_the_same(house, desk):
    """A well-signed receipt of a foreign reference is not brought again and again: 200, then passed over."""
    words = [["zzzzzzzzzzz", "refused"], ["", "delivered"], ["élan", "seen"]]
    assert await call(house, "POST", "/rappels/operator", json.dumps(words).encode()) == 200
    assert await Receipts(desk.db, desk.keyring, 1).step()
    assert not await desk.db.fetch("receipts.any_open")


@pytest.mark.parametrize("path", ["/rappels/nobody", "/rappels/sandbox", "/rappels/", "/rappels/OPERATOR"])
async def test_there_is_no_such_gateway(house, path):
    """404: the address was mistyped in the provider's settings."""
    assert await call(house, "POST", path, b"[]") == 404


async def test_more_than_sixty_four_kilobytes_are_not_read(house, gateway, desk):
    """413, announced or in chunks; the driver is not asked. One of exactly that size is."""

    async def chunks():
        for _ in range(5):
            yield b" " * 16_384

    assert await call(house, "POST", "/rappels/operator", b" " * 65_537) == 413
    assert (await house.post("/rappels/operator", data=chunks())).status == 413
    assert gateway.read == []
    body = json.dumps(FEW).encode().ljust(65_536)
    assert await call(house, "POST", "/rappels/operator", body) == 200
    assert len(await kept(desk)) == 1


async def test_no_session_and_no_form_token_is_asked(house, desk):
    """A provider is no browser: a foreign origin, a form's type and a stray cookie change nothing."""
    stray = {"Origin": "https://provider.example", "Sec-Fetch-Site": "cross-site", "Cookie": "session=x"}
    body = json.dumps(FEW).encode()
    content = {"Content-Type": "application/x-www-form-urlencoded"}
    assert await call(house, "POST", "/rappels/operator", body, **stray, **content) == 200
    assert len(await kept(desk)) == 1


async def test_while_the_store_is_away_the_spool_takes_it(house, desk, tmp_path):
    """The database is closed: the provider is thanked, and what it brought is on the disk."""
    await desk.db.close()
    assert await call(house, "POST", "/rappels/operator", json.dumps(FEW).encode()) == 200
    assert (tmp_path / "one.receipts").stat().st_size > 100


async def test_when_nothing_can_keep_it_the_provider_is_asked_to_call_again(house, desk, tmp_path):
    """The store is away and the spool cannot be written: 503, with a code that says so."""
    (tmp_path / "one.receipts").mkdir()
    await desk.db.close()
    body = json.dumps(FEW).encode()
    headers = {"X-Signature": signature("POST", f"{PUBLIC}/rappels/operator", body)}
    response = await house.post("/rappels/operator", data=body, headers=headers)
    assert response.status == 503
    assert (await response.json())["code"] == "spool_unwritable"


async def test_a_head_request_brings_nothing(house, gateway):
    """Whoever only looks whether the address answers is not taken for a receipt."""
    assert await call(house, "HEAD", "/rappels/operator/00000000001") == 405
    assert gateway.read == []
