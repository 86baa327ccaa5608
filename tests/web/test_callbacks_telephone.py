"""Calls that ask what to say: answered in the provider's own language, whatever state the house is in."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from alertd.deliver.render import Renderer
from alertd.deliver.spool import Spool
from alertd.publish.links import Links
from alertd.settings import Settings
from alertd.subscribe.switchboard import Switchboard
from alertd.web.app import build
from gateways.contract import Surroundings
from gateways.loader import load

PUBLIC = "https://alertes.example.org"
SID, TOKEN = "AC" + "0" * 32, "the account's token"
KEY = "00000000001"


@pytest.fixture
async def house(rooms, tmp_path) -> AsyncIterator[TestClient]:
    """The house with an account at Twilio that calls, known to the world by another address than it listens on."""
    settings = Settings.model_validate({"http": {"public_url": PUBLIC}})
    desk = replace(rooms.desk, settings=settings)
    options = {"account_sid": SID, "auth_token": TOKEN, "sender": "+33939039999"}
    surroundings = Surroundings(public_url=PUBLIC, callbacks="/rappels/")
    gateway = load("voix", "twilio_voice", options, surroundings)
    renderer = Renderer(desk.db, desk.catalogue, desk.keyring, Links.of(settings.http))
    board = Switchboard(desk.db, desk.clock, desk.catalogue, desk.keyring, renderer, desk.routes)
    spool = Spool(desk.db, desk.keyring, tmp_path / "one.receipts")
    rooms = replace(rooms, desk=desk, gateways={"voix": gateway}, spool=spool, switchboard=board)
    async with TestClient(TestServer(build(rooms))) as client:
        yield client


async def asks(house, path, token=TOKEN, **said):
    """Twilio's call; status, type and body of the answer."""
    form = {"AccountSid": SID, "CallSid": "CA" + "7" * 32} | said
    text = PUBLIC + path + "".join(name + form[name] for name in sorted(form))
    signed = base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
    response = await house.post(path, data=form, headers={"X-Twilio-Signature": signed})
    return response.status, response.content_type, await response.text()


async def test_a_call_to_us_is_answered_with_twiml_and_leaves_nothing(house, desk):
    """200, XML, the neutral sentence and the keys; the caller's number is not kept."""
    said = {"Direction": "inbound", "CallStatus": "ringing", "From": "+33639980001"}
    status, kind, body = await asks(house, "/rappels/voix", **said)
    assert (status, kind) == (200, "application/xml")
    assert "Aucune alerte" in body
    assert f'action="{PUBLIC}/rappels/voix/?place=1&amp;locale=fr"' in body
    assert not await desk.db.fetch("receipts.any_open")


async def test_a_key_is_kept_before_it_is_thanked_for(house, desk):
    """That a person confirmed is a receipt like any other, sealed in the store."""
    status, _, body = await asks(house, f"/rappels/voix/{KEY}?place=&locale=en", Digits="1")
    assert status == 200
    assert await desk.db.fetch("receipts.any_open")
    assert "<Gather" not in body


async def test_a_forged_key_press_says_and_keeps_nothing(house, desk):
    """403, as for any call that the provider did not sign."""
    status, _, body = await asks(house, f"/rappels/voix/{KEY}?place=&locale=fr", token="guess", Digits="1")
    assert (status, "Say" in body) == (403, False)
    assert not await desk.db.fetch("receipts.any_open")


async def test_while_the_store_is_away_the_call_is_answered(house, desk, tmp_path):
    """It says so in the call's language; a key that confirms is thanked for, and waits in the spool."""
    await desk.db.close()
    _, _, body = await asks(house, f"/rappels/voix/{KEY}?place=&locale=fr", Digits="2")
    assert "Ce service ne peut pas vous répondre" in body
    assert not (tmp_path / "one.receipts").exists()
    _, _, body = await asks(house, f"/rappels/voix/{KEY}?place=&locale=en", Digits="1")
    assert "Thank you" in body
    assert (tmp_path / "one.receipts").stat().st_size > 0


async def test_a_report_is_thanked_without_a_word(house):
    """What became of a call asks nothing: an empty 200."""
    status, _, body = await asks(house, f"/rappels/voix/{KEY}", CallStatus="completed")
    assert (status, body) == (200, "")
