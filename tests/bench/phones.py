"""Notifications to phones by FCM, beside a loop that does nothing but POST the same body to the same sink.

The two take turns. Both keep one core busy, so the share is told in that core's own time, turn by turn: what else the
machine does meanwhile is nobody's merit.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench import wire
from bench.wire import WIDTH
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateways.contract import Gateway, Message, Outcome, Surroundings
from gateways.fcm import FcmGateway
from gateways.loader import load
from gateways.registration import Registration

TURNS: Final = 7
BARE, OURS, SHARE = "bare loop, messages/s", "FCM, messages/s", "FCM, share of the bare loop"
_TOKEN: Final = f"cRe2JqQ-TkO:APA91b{'A' * 130}"


async def run(count: int) -> dict[str, float]:
    """Messages a second of each, and the share: medians over the turns, after one that is not counted."""
    bare, ours, shares = list[float](), list[float](), list[float]()
    with _key_file() as key:
        async with wire.sink() as sink:
            root = sink.url.rpartition("/")[0]
            gateway = _gateway(key, root)
            await gateway.open()
            batch = [_message(n) for n in range(count)]
            try:
                for _ in range(TURNS + 1):
                    began = time.process_time()
                    bare.append(await wire.bare(sink.url, count, _body(gateway)))
                    between = time.process_time()
                    ours.append(await _sent(gateway, batch))
                    shares.append((between - began) / (time.process_time() - between))
            finally:
                await gateway.close()
    return {
        BARE: statistics.median(bare[1:]),
        OURS: statistics.median(ours[1:]),
        SHARE: statistics.median(shares[1:]),
    }


async def _sent(gateway: Gateway, batch: list[Message]) -> float:
    count, size = len(batch), gateway.capabilities.batch
    began = time.perf_counter()
    for start in range(0, count, size):
        async for receipt in gateway.send(batch[start : start + size]):
            assert receipt.outcome is Outcome.ACCEPTED, receipt
    return count / (time.perf_counter() - began)


def _message(n: int) -> Message:
    return Message(
        reference=f"ref{n:08d}",
        address=f"token:{_TOKEN}",
        text="Incendie. Fermez vos fenêtres. Restez chez vous. Consignes et fin d’alerte derrière ce lien.",
        level="danger",
        locale="fr",
        expires_in_s=3600,
        channel="push",
        subject="Banc : Incendie",
        sender_name="Mairie de Banc",
        thread="alert-7",
        url=f"https://alerte.commune.example/a/{n:011d}",
    )


def _body(gateway: Gateway) -> bytes:
    """What the gateway posts, written beforehand."""
    assert isinstance(gateway, FcmGateway)
    return gateway._writer.write(_message(0), Registration.read(_TOKEN), 3600.0, 1_767_225_600_000)


def _gateway(key: Path, root: str) -> Gateway:
    options = {
        "service_account_file": str(key),
        "base_url": root,
        "token_uri": f"{root}/token",
        "parallel": WIDTH,
    }
    lent = Surroundings(now_ms=lambda: 1_767_225_600_000, lasting_key=lambda _: bytes(48))
    return load("telephones", "fcm", options, lent)


@contextmanager
def _key_file() -> Iterator[Path]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    told: dict[str, Any] = {
        "type": "service_account",
        "project_id": "banc",
        "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "client_email": "banc@banc.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "key.json"
        path.write_text(json.dumps(told))
        yield path
