"""A running node and Twilio: a danger leaves by SMS, and Twilio's signed call brings it to delivered."""

import asyncio
import base64
import hashlib
import hmac
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from peers import Case
from test_ovh_daemon import released, state
from twilio_peer import SID, TOKEN, TwilioPeer

from alertd.daemon import running
from alertd.model import State
from alertd.settings import Settings

PUBLIC = "https://alertes.foret.example"


def chosen(tmp_path: Path, peer: TwilioPeer) -> Settings:
    """A node in a folder of its own, known to the world by another address than it listens on."""
    gateway = {"driver": "twilio", "channels": ["sms"], "options": peer.options(5.0)}
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
            "keys": {"secret_file": f"{tmp_path}/secret.key"},
            "http": {"port": 0, "public_url": PUBLIC},
            "node": {"name": "one"},
            "sending": {"poll_s": 0.02},
            "gateways": {"operateur": gateway},
        }
    )


async def called(here: str, address: str, token: str) -> int:
    """Twilio's call to that address, carried by a proxy to the node; its answer's status."""
    return (await said(here, address, token, {"MessageSid": "SM1", "MessageStatus": "delivered"}))[0]


async def said(here: str, address: str, token: str, form: dict[str, str]) -> tuple[int, str]:
    """A call with these words; its answer."""
    form = {"AccountSid": SID} | form
    text = address + "".join(name + form[name] for name in sorted(form))
    signed = base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(here + urlsplit(address).path, data=form, headers={"X-Twilio-Signature": signed}) as got,
    ):
        return got.status, await got.text()


async def test_twilio_calls_back_at_the_address_it_was_given(tmp_path: Path, clock: Any) -> None:
    """A forged call is refused and moves nothing; a signed one makes the delivery delivered."""
    async with TwilioPeer() as peer, running(chosen(tmp_path, peer), clock) as daemon:
        alert = await released(daemon, await peer.play(Case.ACCEPT))
        await state(daemon, alert, State.ACCEPTED)
        [form] = peer.forms
        address = form["StatusCallback"]
        assert address.startswith(f"{PUBLIC}/rappels/operateur/")
        assert await called(daemon.url, address, "guess") == 403
        await state(daemon, alert, State.ACCEPTED)
        assert await called(daemon.url, address, TOKEN) == 200
        await state(daemon, alert, State.DELIVERED)


async def test_a_stop_by_sms_is_acted_on_and_answered(tmp_path: Path, clock: Any) -> None:
    """Twilio brings it twice, signed: an empty TwiML thanks, one answer leaves as a message of its own, nothing reaches after."""
    async with TwilioPeer() as peer, running(chosen(tmp_path, peer), clock) as daemon:
        number = await peer.play(Case.ACCEPT)
        alert = await released(daemon, number)
        await state(daemon, alert, State.ACCEPTED)
        written = {"MessageSid": "SM7", "SmsStatus": "received", "From": number, "To": "+33639989999"}
        for _ in range(2):
            got = await said(
                daemon.url, f"{PUBLIC}/rappels/operateur", TOKEN, written | {"Body": "Arrêt svp"}
            )
            assert got == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
        assert (await said(daemon.url, f"{PUBLIC}/rappels/operateur", "guess", written | {"Body": "STOP"}))[
            0
        ] == 403
        async with asyncio.timeout(60):
            while len(peer.forms) < 2:
                await daemon.desk.db.wait("progress", 0.05)
        [_, answer] = peer.forms
        assert answer["To"] == number
        assert answer["Body"].startswith("Forêt ne vous écrira plus. START pour revenir.")
        assert not await daemon.desk.db.fetch("subscribers.list_page", 1, 0, 10)
