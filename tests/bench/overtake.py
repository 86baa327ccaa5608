"""Overtake: information running to a hundred thousand, then dangers to two thousand, again and again."""

import asyncio
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import node, wire
from bench.measure import percentile
from bench.node import Copy, Running

from alertd.model import Level

P99, P50 = "first hand-over of a danger, p99 ms", "first hand-over of a danger, p50 ms"
FULL_RATE = "a danger's pace, share of the sender's rate"
BUSIEST = "busiest second at the sink, share of what the sender may"
_WITHIN_S: Final = 300.0
_SETTLED_S: Final = 0.5
Figures = dict[str, float]
Arrivals = Sequence[tuple[float, bool]]


@dataclass(frozen=True, slots=True)
class Size:
    """Deliveries of the information and of a danger, how often one is released, and the paced sender's rate."""

    info: int
    danger: int
    times: int
    rate: float


async def measure(copy: Copy, size: Size, sink: wire.Sink, secret: Path, rate: float | None) -> Figures:
    """Through a sender of that rate (None: unlimited)."""
    async with copy() as database:
        async with node.running(node.settings(database, secret, "bench", sink.url, rate)) as one:
            since = await sink.count()
            running = await _information(one, size.info, sink)
            waits, paces = await _dangers(one, size, sink)
            left = sum([await one.under_way(alert) for alert in running])
        log = await sink.log(since)
    figures = {
        P50: percentile(waits, 50),
        P99: percentile(waits, 99),
        "a danger's pace, messages/s": sum(paces) / len(paces),
        "dangers released": len(waits),
        "information left when the last was sent": left,
    }
    return figures | (_limits(log, paces, rate, one.burst) if rate else {})


async def _information(one: Running, many: int, sink: wire.Sink) -> list[node.Released]:
    """Two alerts, since none may be so large; running, and planned to the end."""
    before = await sink.count()
    radius = await one.radius_for(many // 2, Level.INFO)
    alerts = [await one.alert(radius, Level.INFO) for _ in range(2)]
    await sink.has_counted(before + 1, _WITHIN_S)
    return alerts


async def _dangers(one: Running, size: Size, sink: wire.Sink) -> tuple[list[float], list[float]]:
    """Milliseconds from each release to its first arrival, and messages a second from its first to its last."""
    radius, waits, paces = await one.radius_for(size.danger), [], []
    for _ in range(size.times):
        since = await sink.count()
        alert = await one.alert(radius)
        await one.all_accepted(alert, _WITHIN_S)
        arrived = [at for at, danger in await sink.log(since) if danger]
        waits.append((arrived[0] - alert.at) * 1000)
        paces.append((len(arrived) - 1) / max(arrived[-1] - arrived[0], 1e-9))
        await asyncio.sleep(_SETTLED_S)  # the information runs on: the next danger finds it in full flight
    return waits, paces


def _limits(log: Arrivals, paces: Sequence[float], rate: float, burst: float) -> Figures:
    """What the sink saw: the busiest second that any arrival begins, against rate and burst together."""
    times = [at for at, _ in log]
    busiest = max(bisect_left(times, at + 1.0) - i for i, at in enumerate(times))
    return {
        "the sender's rate, messages/s": rate,
        FULL_RATE: sum(paces) / len(paces) / rate,
        BUSIEST: busiest / (rate + burst),
    }
