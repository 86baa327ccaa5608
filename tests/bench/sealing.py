"""Web push: from a browser's subscription and a text to the bytes that are posted, beside pywebpush; nothing is sent.

The three take turns. One core is told by the processor's clock, two by the wall's: what else the machine does slows both
down. Beside the wall stands what a message cost all processes together: half of it is what two idle cores would take.
Ours pads to 1,024 bytes and pywebpush does not pad: it encrypts less.
"""

import asyncio
import importlib.util
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from multiprocessing import active_children
from pathlib import Path
from typing import Any, Final

from bench.aims import Aim, at_least
from bench.measure import figure, table
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateways.subscription import Subscription
from gateways.webpush.payload import size_of
from gateways.webpush.seal import Work, seal
from gateways.webpush.workshop import Workshop

TURNS: Final = 7
PLAIN: Final = json.dumps(
    {"title": "Bras-sur-Meuse - Crue", "body": "Montez à l’étage. " * 20}, ensure_ascii=False
).encode()
AUTH: Final = bytes(range(16))
OURS, OURS_TWO, THEIRS = "alertd, one core", "alertd, two processes", "pywebpush, one core"
ONE, TWO = "on one core, by the processor's clock", "in two processes, by the wall's"
READY_S: Final = 60.0

_Way = Callable[[], Awaitable[list[bytes]]]


async def run(count: int) -> dict[str, Any]:
    """Microseconds a message of each, and how many times pywebpush ours are: medians over the turns."""
    addresses = [_browser(n) for n in range(count)]
    crew = Workshop(2)
    ways: dict[str, _Way] = {OURS: lambda: _here(addresses), OURS_TWO: lambda: _shared(crew, addresses)}
    if importlib.util.find_spec("pywebpush") is not None:
        ways[THEIRS] = lambda: _theirs(addresses)
    try:
        await _ready(crew, addresses)
        turns = [
            {name: await _timed(way, count, crowd=name == OURS_TWO) for name, way in ways.items()}
            for _ in range(TURNS)
        ]
        lengths = sorted({len(each) for name in (OURS, OURS_TWO) for each in await ways[name]()})
    finally:
        await crew.close()
    return {
        "messages": count,
        "µs a message": {name: statistics.median(turn[name][0] for turn in turns) for name in ways},
        "µs of processors": {name: statistics.median(turn[name][1] for turn in turns) for name in ways},
        "times pywebpush": _times(turns) if THEIRS in ways else {},
        "bytes on the wire": lengths,
        "not_run": {} if THEIRS in ways else {THEIRS: "pip install --group bench"},
    }


def aims(figures: Mapping[str, Any]) -> list[Aim]:
    """What was asked for."""
    times = figures["times pywebpush"]
    return [
        at_least(f"times pywebpush, {ONE}", 1.4, times.get(ONE)),
        at_least(f"times pywebpush, {TWO}", 2.5, times.get(TWO)),
    ]


def report(figures: Mapping[str, Any]) -> str:
    """The table; what could not run is named."""
    spent = figures["µs of processors"]
    rows = {name: [figure(taken), figure(spent[name])] for name, taken in figures["µs a message"].items()}
    lost = [f"not run: {name}: {why}" for name, why in figures["not_run"].items()]
    return "\n".join([table("encryption", ["µs a message", "of processors"], rows), *lost])


def _times(turns: list[dict[str, tuple[float, float]]]) -> dict[str, float]:
    """Each turn against its own neighbour."""
    return {
        ONE: statistics.median(turn[THEIRS][1] / turn[OURS][1] for turn in turns),
        TWO: statistics.median(turn[THEIRS][0] / turn[OURS_TWO][0] for turn in turns),
    }


async def _timed(way: _Way, count: int, *, crowd: bool) -> tuple[float, float]:
    """Microseconds a message: of the wall, and of the processors, those of the `crowd` that seals included."""
    began, spent = time.perf_counter(), time.process_time() + _spent_s(crowd)
    await way()
    wall = time.perf_counter() - began
    return wall * 1e6 / count, (time.process_time() + _spent_s(crowd) - spent) * 1e6 / count


def _spent_s(crowd: bool) -> float:
    """What other processes of ours have taken, where Linux tells it."""
    threads = (Path(f"/proc/{child.pid}/task").glob("*/schedstat") for child in active_children() if crowd)
    return sum(int(each.read_text().split()[0]) for every in threads for each in every) / 1e9


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


async def _theirs(addresses: list[str]) -> list[bytes]:
    from pywebpush import WebPusher

    return [WebPusher(json.loads(address)).encode(PLAIN)["body"] for address in addresses]


async def _ready(crew: Workshop, addresses: list[str]) -> None:
    """Keep it busy until its processes have answered; they are started once a thousand were sealed."""
    async with asyncio.timeout(READY_S):
        while not crew.has_crew:
            await _shared(crew, addresses)
