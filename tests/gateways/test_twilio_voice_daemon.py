"""A running node and Twilio's calls: keys that are pressed are answered with what is said next, and counted."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import aiohttp
from peers import Case
from test_ovh_daemon import released, state
from test_twilio_daemon import PUBLIC
from twilio_peer import SID, TOKEN
from twilio_voice_peer import TwilioVoicePeer

from alertd.daemon import Daemon, running
from alertd.model import Channel, State
from alertd.settings import Settings

CALL = "CA" + "7" * 32


def chosen(tmp_path: Path, peer: TwilioVoicePeer) -> Settings:
    """A node in a folder of its own, known to the world by another address than it listens on."""
    gateway = {"driver": "twilio_voice", "channels": ["voice"], "options": peer.options(5.0)}
    return Settings.model_validate(
        {
            "store": {"url": f"sqlite:{tmp_path}/alertd.db"},
            "keys": {"secret_file": f"{tmp_path}/secret.key"},
            "http": {"port": 0, "public_url": PUBLIC},
            "node": {"name": "one"},
            "sending": {"poll_s": 0.02},
            "gateways": {"voix": gateway},
        }
    )


async def asks(here: str, address: str, said: Mapping[str, str], token: str = TOKEN) -> tuple[int, str, str]:
    """Twilio's call to that address, carried by a proxy to the node; status, type and body of the answer."""
    form = {"AccountSid": SID, "CallSid": CALL} | said
    text = address + "".join(name + form[name] for name in sorted(form))
    signed = base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
    parts = urlsplit(address)
    target = here + parts.path + (f"?{parts.query}" if parts.query else "")
    async with (
        aiohttp.ClientSession() as session,
        session.post(target, data=form, headers={"X-Twilio-Signature": signed}) as got,
    ):
        return got.status, got.content_type, await got.text()


def says(twiml: str) -> list[str]:
    return [say.text or "" for say in ET.fromstring(twiml).iter("Say")]  # noqa: S314 - our own


def action(twiml: str) -> str:
    gather = ET.fromstring(twiml).find("Gather")  # noqa: S314 - our own
    assert gather is not None
    return str(gather.get("action"))


async def ordered(daemon: Daemon, peer: TwilioVoicePeer) -> tuple[int, dict[str, str]]:
    """A danger that was called out: the alert, and the fields of the order."""
    alert = await released(daemon, await peer.play(Case.ACCEPT), Channel.VOICE)
    await state(daemon, alert, State.ACCEPTED)
    return alert, dict(peer.orders[-1])


async def test_keys_are_answered_with_twiml_and_counted(tmp_path: Path, clock: Any) -> None:
    """2 says the call's own words again, 1 thanks and makes it seen; forged, either is refused."""
    async with TwilioVoicePeer() as peer, running(chosen(tmp_path, peer), clock) as daemon:
        alert, order = await ordered(daemon, peer)
        first = says(order["Twiml"])
        where = action(order["Twiml"])
        assert (await asks(daemon.url, where, {"Digits": "1"}, "guess"))[0] == 403
        status, kind, twiml = await asks(daemon.url, where, {"Digits": "2"})
        assert (status, kind, says(twiml)) == (200, "application/xml", first[:2])
        status, _, twiml = await asks(daemon.url, action(twiml), {"Digits": "1"})
        assert (status, says(twiml)) == (200, ["Merci, c'est noté. Au revoir."])
        await state(daemon, alert, State.SEEN)


async def test_a_machine_is_told_anew(tmp_path: Path, clock: Any) -> None:
    """Twilio says that a machine took the call: it is given the message twice, and the answer itself says nothing."""
    async with TwilioVoicePeer() as peer, running(chosen(tmp_path, peer), clock) as daemon:
        _, order = await ordered(daemon, peer)
        found = {"AnsweredBy": "machine_end_beep"}
        status, _, body = await asks(daemon.url, order["AsyncAmdStatusCallback"], found)
        assert (status, body) == (200, "")
        assert says(peer.told[CALL]) == [says(order["Twiml"])[0]] * 2


async def test_calling_the_number_back_reads_the_alert(tmp_path: Path, clock: Any) -> None:
    """By the number that the network shows; a stranger hears that there is nothing."""
    async with TwilioVoicePeer() as peer, running(chosen(tmp_path, peer), clock) as daemon:
        _, order = await ordered(daemon, peer)
        inbound = {"Direction": "inbound", "CallStatus": "ringing"}
        where = f"{PUBLIC}/rappels/voix"
        _, kind, twiml = await asks(daemon.url, where, inbound | {"From": order["To"]})
        assert kind == "application/xml"
        assert says(order["Twiml"])[0] in says(twiml)[0]
        _, _, twiml = await asks(daemon.url, where, inbound | {"From": "+33639981234"})
        assert says(twiml)[0] == "Aucune alerte n'est à lire pour ce numéro."
