"""Delivery: fan-out, claim and record, and the whole way from a release to a provider on loopback."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from bench import house, wire
from bench.measure import figure, table
from bench.node import SETTINGS, Node, let_go_of_pages, node, postgres_copy, resident_mb, sqlite_copy
from bench.terms import Terms

from alertd.deliver.loops import Loops

SLICE: Final = 200
LARGEST_M: Final = 5_000.0
END_S: Final = 600.0

Copy = Callable[[], AbstractAsyncContextManager[str]]
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done: deliveries by hand, and the radius of the alert that goes all the way."""

    by_hand: int
    bare: int
    radius_m: float


FULL, QUICK = Size(20_000, 20_000, 2_500.0), Size(400, 1_000, LARGEST_M)


async def run(terms: Terms) -> dict[str, Any]:
    """Measure on SQLite, and on PostgreSQL where there is one."""
    settled = await house.settle(terms.places, terms.folder)
    size = FULL if terms.places > 100_000 else QUICK
    copies: dict[str, Copy] = {"SQLite": lambda: sqlite_copy(settled, terms.folder)}
    not_run = {}
    if terms.server is None:
        not_run["PostgreSQL"] = terms.no_server
    else:
        server = terms.server
        copies["PostgreSQL"] = lambda: postgres_copy(settled, server)
    engines = {}
    async with wire.sink() as url:
        for name, copy in copies.items():
            engines[name] = await _engine(copy, size, url, cold=name == "SQLite")
    return {"engines": engines, "slice": SLICE, "not_run": not_run}


async def _engine(copy: Copy, size: Size, url: str, *, cold: bool) -> Figures:
    figures: Figures = {}
    far = wire.Instant()
    async with _house(copy, far, cold=cold) as instant:
        figures |= await _fan_out(instant, "fan-out, cold file" if cold else "fan-out, first")
        figures |= await _fan_out(instant, "fan-out, warm")
        figures |= await _steps(instant, far, size.by_hand)
    gateway = wire.Wire(url)
    await gateway.open()
    try:
        async with _house(copy, gateway, cold=False) as wired:
            figures |= await _end_to_end(wired, gateway, size)
    finally:
        await gateway.close()
    figures["bare POST loop, messages/s"] = await wire.bare(url, size.bare)
    return figures


@asynccontextmanager
async def _house(copy: Copy, gateway: wire.Instant, *, cold: bool) -> AsyncIterator[Node]:
    async with copy() as url:
        if cold:
            let_go_of_pages(url)
        async with node(url, gateway) as one:
            yield one


async def _fan_out(one: Node, name: str) -> Figures:
    alert_id = await one.alert(LARGEST_M)
    slowest, began = 0.0, time.perf_counter()
    while True:
        at = time.perf_counter()
        if not await one.fan_out.step():
            break
        slowest = max(slowest, time.perf_counter() - at)
    took = time.perf_counter() - began
    rows = (await one.db.fetch("messages.of_alert", alert_id))[0]["planned"]
    return {f"{name}, rows/s": rows / took, f"{name}, longest slice, ms": slowest * 1000}


async def _steps(one: Node, far: wire.Instant, many: int) -> Figures:
    """Dispatch's own step to a far end that answers at once: before it was called, and after it had answered."""
    before = after = 0.0
    for _ in range(many // SLICE):
        began = time.perf_counter()
        assert await one.dispatch.step(one.line)
        before += far.called_at - began
        after += time.perf_counter() - far.called_at
    return {
        "claim and render, µs a delivery": before / many * 1e6,
        "record, µs a delivery": after / many * 1e6,
        "claim, render, record, µs a delivery": (before + after) / many * 1e6,
    }


async def _end_to_end(one: Node, gateway: wire.Wire, size: Size) -> Figures:
    sending = SETTINGS.sending
    loops = Loops(one.db, sending.poll_s, sending.send_timeout_s, lambda: None)
    before = resident_mb()
    async with loops.turning(one.steps()):
        began = time.perf_counter()
        alert_id = await one.alert(size.radius_m)
        released = time.perf_counter()
        accepted = await asyncio.wait_for(_accepted_all(one, alert_id), END_S)
        ended = time.perf_counter()
    return {
        "end to end, deliveries": accepted,
        "end to end, messages/s": accepted / (ended - released),
        "preview and release, ms": (released - began) * 1000,
        "first hand-over after release, ms": (gateway.first_at - released) * 1000,
        "resident memory, growth in MB": resident_mb() - before,
    }


async def _accepted_all(one: Node, alert_id: int) -> int:
    """When every delivery that was planned has its receipt in the books."""
    while True:
        planned = (await one.db.fetch("messages.of_alert", alert_id))[0]["planned"]
        tallies = await one.db.fetch("tallies.of_alert", alert_id)
        accepted = sum(row["n"] for row in tallies if row["state"] == 4)
        if planned is not None and accepted == planned:
            return int(accepted)
        await asyncio.sleep(0.05)


def report(figures: Mapping[str, Any]) -> str:
    """The table as text."""
    engines = figures["engines"]
    names = list(dict.fromkeys(name for measured in engines.values() for name in measured))
    rows = {name: [figure(measured.get(name)) for measured in engines.values()] for name in names}
    lines = [table(f"slices of {figures['slice']}", list(engines), rows)]
    for engine, measured in engines.items():
        ratio = measured["end to end, messages/s"] / measured["bare POST loop, messages/s"]
        lines.append(f"{engine}: end to end at {ratio:.0%} of the bare loop")
    lines += [f"not run: {name}: {reason}" for name, reason in figures["not_run"].items()]
    return "\n".join(lines)
