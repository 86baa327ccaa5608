"""Web push: from a browser's subscription and a text to the bytes that are posted, beside pywebpush.

Nothing is sent. Ours pads to 1,024 bytes and pywebpush does not pad: it encrypts less.
"""

import asyncio
import importlib.util
import json
from collections.abc import Mapping
from typing import Any, Final

from bench.aims import Aim, at_least
from bench.measure import figure, median_ms, table
from bench.terms import Terms
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateways.subscription import Subscription
from gateways.webpush.payload import size_of
from gateways.webpush.seal import Work, seal
from gateways.webpush.workshop import Workshop

MESSAGES, QUICK_MESSAGES = 2_000, 200
PLAIN: Final = json.dumps(
    {"title": "Bras-sur-Meuse - Crue", "body": "Montez à l’étage. " * 20}, ensure_ascii=False
).encode()
AUTH: Final = bytes(range(16))
OURS, OURS_TWO, THEIRS = "alertd, one core", "alertd, two processes", "pywebpush, one core"
READY_S: Final = 60.0


async def run(terms: Terms) -> dict[str, Any]:
    """Microseconds a message of each, in one run."""
    count = QUICK_MESSAGES if terms.places < 100_000 else MESSAGES
    addresses = [_browser(n) for n in range(count)]
    taken: dict[str, float] = {}
    taken[OURS], sealed = await _timed(lambda: _here(addresses), terms.repeats, count)
    crew = Workshop(2)
    try:
        await _ready(crew, addresses)
        taken[OURS_TWO], shared = await _timed(lambda: _shared(crew, addresses), terms.repeats, count)
    finally:
        await crew.close()
    lengths, not_run = sorted({len(each) for each in (*sealed, *shared)}), {}
    if importlib.util.find_spec("pywebpush") is None:
        not_run[THEIRS] = "pip install --group bench"
    else:
        taken[THEIRS], _ = await _timed(lambda: _theirs(addresses), terms.repeats, count)
    return {"messages": count, "µs a message": taken, "bytes on the wire": lengths, "not_run": not_run}


def aims(figures: Mapping[str, Any]) -> list[Aim]:
    """What was asked for."""
    taken = figures["µs a message"]
    times = {name: taken[THEIRS] / taken[name] if THEIRS in taken else None for name in (OURS, OURS_TWO)}
    return [
        at_least("encryption on one core, times pywebpush", 1.4, times[OURS]),
        at_least("encryption in two processes, times pywebpush", 2.5, times[OURS_TWO]),
    ]


def report(figures: Mapping[str, Any]) -> str:
    """The table; what could not run is named."""
    rows = {name: [figure(taken)] for name, taken in figures["µs a message"].items()}
    lost = [f"not run: {name}: {why}" for name, why in figures["not_run"].items()]
    return "\n".join([table("encryption", ["µs a message"], rows), *lost])


def _browser(n: int) -> str:
    point = (
        generate_private_key(SECP256R1())
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    return Subscription("https://fcm.googleapis.com", f"/fcm/send/{n}", point, AUTH).canonical()


def _work(address: str) -> Work:
    read = Subscription.read(address)
    return PLAIN, read.p256dh, read.auth, size_of(PLAIN)


async def _here(addresses: list[str]) -> list[bytes]:
    return [seal(_work(address)) for address in addresses]


async def _shared(crew: Workshop, addresses: list[str]) -> list[bytes]:
    return await asyncio.gather(*(crew.seal(_work(address)) for address in addresses))


async def _theirs(addresses: list[str]) -> int:
    from pywebpush import WebPusher

    return sum(len(WebPusher(json.loads(address)).encode(PLAIN)["body"]) for address in addresses)


async def _ready(crew: Workshop, addresses: list[str]) -> None:
    """Keep it busy until its processes have answered; they are started once a thousand were sealed."""
    async with asyncio.timeout(READY_S):
        while not crew.has_crew:
            await _shared(crew, addresses)


async def _timed(work: Any, repeats: int, count: int) -> tuple[float, Any]:
    taken, result = await median_ms(work, repeats)
    return taken * 1000 / count, result
