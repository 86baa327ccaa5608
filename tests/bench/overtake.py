"""Overtake: information running to a hundred thousand, then dangers to two thousand, again and again."""

import asyncio
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import node, wire
from bench.copies import Copy
from bench.measure import percentile
from bench.node import Released, Running

from alertd.model import Level

P99, P50 = "first hand-over of a danger, p99 ms", "first hand-over of a danger, p50 ms"
FULL_RATE = "a danger's pace, share of the sender's rate"
BUSIEST = "busiest second at the sink, share of what the sender may"
MAY: Final = 1.02
"""What is sent on time arrives a moment sooner or later: a second that begins with a late one holds a few of the next."""
_WITHIN_S: Final = 300.0
_SETTLED_S: Final = 0.25
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
            # Without a rate it is gone within seconds: twice as much, so that the last danger still meets some.
            running = await _information(one, size.info if rate else 2 * size.info, sink)
            waits, paces, met = await _dangers(one, size, sink, running)
        log = await sink.log(since)
    figures = {
        P50: percentile(waits, 50),
        P99: percentile(waits, 99),
        "a danger's pace, messages/s": sum(paces) / len(paces),
        "dangers released": len(waits),
        "of these, while information was under way": met,
    }
    return figures | (_limits(log, paces, rate, one.burst) if rate else {})


async def _information(one: Running, many: int, sink: wire.Sink) -> list[Released]:
    """Two alerts, since none may be so large; running, and planned to the end."""
    before = await sink.count()
    radius = await one.radius_for(many // 2, Level.INFO)
    alerts = [await one.alert(radius, Level.INFO) for _ in range(2)]
    await sink.has_counted(before + 1, _WITHIN_S)
    return alerts


async def _dangers(
    one: Running, size: Size, sink: wire.Sink, running: Sequence[Released]
) -> tuple[list[float], list[float], int]:
    """Milliseconds from each release to its first arrival, messages a second from its first to its last, and how often
    information was still under way.
    """
    radius, waits, paces, met = await one.radius_for(size.danger), [], [], 0
    for _ in range(size.times):
        met += any([await one.under_way(alert) for alert in running])
        since = await sink.count()
        alert = await one.alert(radius)
        await one.all_accepted(alert, _WITHIN_S)
        arrived = [at for at, danger in await sink.log(since) if danger]
        waits.append((arrived[0] - alert.at) * 1000)
        paces.append((len(arrived) - 1) / max(arrived[-1] - arrived[0], 1e-9))
        await asyncio.sleep(_SETTLED_S)  # the information runs on: the next danger finds it in full flight
    return waits, paces, met


def _limits(log: Arrivals, paces: Sequence[float], rate: float, burst: float) -> Figures:
    """What the sink saw, against what rate and burst allow together."""
    times = [at for at, _ in log]
    return {
        "the sender's rate, messages/s": rate,
        FULL_RATE: sum(paces) / len(paces) / rate,
        BUSIEST: _busiest(times, 1.0) / (rate + burst),
        "the same of its busiest ten seconds": _busiest(times, 10.0) / (10 * rate + burst),
    }


def _busiest(times: Sequence[float], seconds: float) -> int:
    """The most arrivals in any so many seconds that begin with one."""
    return max(bisect_left(times, at + seconds) - i for i, at in enumerate(times))
