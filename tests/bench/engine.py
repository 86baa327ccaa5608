"""One engine: fan-out, the steps of a slice, and the whole way from a release to a provider on loopback."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import node, wire
from bench.copies import Copy, let_go_of_pages
from bench.node import LARGEST_M, SLICE, ByHand, Parts, Released

END_S: Final = 900.0
FAN_OUT_COLD, FAN_OUT = "fan-out on a cold file, rows/s", "fan-out, rows/s"
CLAIM_AND_COMPLETE = "claim and complete, µs a delivery"
END_TO_END, BARE = "end to end, messages/s", "bare POST loop, messages/s"
OWN = "bare POST loop of the house's own client, messages/s"
FIRST = "first hand-over after release, ms"

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """Deliveries taken slice by slice, deliveries that go all the way, and messages of the bare loop."""

    by_hand: int
    all_the_way: int
    bare: int


async def measure(copy: Copy, size: Size, url: str, secret: Path, *, cold: bool) -> Figures:
    """Everything that is measured of one engine. `cold`: its pages can be dropped from memory first."""
    async with copy() as database:
        if cold:
            let_go_of_pages(database)
        async with node.by_hand(database) as parts:
            figures = await _fan_out(parts, FAN_OUT_COLD if cold else "fan-out, first time, rows/s")
            figures |= await _fan_out(parts, FAN_OUT)
    async with copy() as database, node.by_hand(database) as parts:
        figures |= await _steps(parts, size.by_hand)
    before = await wire.bare(url, size.bare)
    async with copy() as database:
        figures |= await _end_to_end(database, size, url, secret)
    after = await wire.bare(url, size.bare)
    figures |= {BARE: (before + after) / 2, "bare, before": before, "bare, after": after}
    figures |= {OWN: await wire.own(url, size.bare)}
    return figures | {"end to end, share of the bare loop": figures[END_TO_END] / figures[BARE]}


async def _fan_out(parts: ByHand, name: str) -> Figures:
    """By as many loops as a node has."""
    alert = await parts.alert(LARGEST_M)
    began = time.perf_counter()
    slowest = await asyncio.gather(*(_slices(parts, alert) for _ in range(parts.db.writers)))
    rows = await parts.planned(alert) or 0
    return {name: rows / (time.perf_counter() - began), f"{name}: longest slice, ms": max(slowest) * 1000}


async def _slices(parts: ByHand, alert: Released) -> float:
    """One after the other until all is planned, woken as a node is; the seconds that the longest took."""
    slowest = 0.0
    while (took := await _timed(parts.fan_out))[0] or await parts.planned(alert) is None:
        slowest = max(slowest, took[1])
        if not took[0]:
            await parts.db.wait("fan_out", 0.05)
    return slowest


async def _timed(step: Callable[[], Awaitable[bool]]) -> tuple[bool, float]:
    began = time.perf_counter()
    return await step(), time.perf_counter() - began


async def _steps(parts: ByHand, many: int) -> Figures:
    """Dispatch's own steps, to a far end that answers at once: a danger to about so many, from its centre to its edge. A tenth
    slice by slice, for what each part takes; the rest as a worker goes on, which claims a slice where it records one.
    """
    alert = await parts.alert(await parts.radius_for(many))
    while await parts.fan_out():
        pass
    steps = [await parts.dispatch() for _ in range(max(1, many // SLICE // 10))]
    claim, render, record, whole = (_micro(steps, name) for name in ("claim", "render", "record", "whole"))
    before = await parts.accepted(alert)
    spent = await parts.run()
    return {
        "claim by itself, µs a delivery": claim,
        "complete by itself, µs a delivery": record,
        CLAIM_AND_COMPLETE: spent / (await parts.accepted(alert) - before) * 1e6,
        "render, µs a delivery": render,
        "what else a step takes, µs a delivery": whole - claim - render - record,
    }


def _micro(steps: list[Parts], name: str) -> float:
    return sum(getattr(step, name) for step in steps) / (len(steps) * SLICE) * 1e6


async def _end_to_end(database: str, size: Size, url: str, secret: Path) -> Figures:
    """A danger to a circle with so many deliveries: until the last one has its receipt in the books."""
    settings = node.settings(database, secret, "bench", url)
    async with node.running(settings) as one:
        radius = await one.radius_for(size.all_the_way)
        began = time.perf_counter()
        alert = await one.alert(radius)
        accepted = await one.all_accepted(alert, END_S)
        ended = time.perf_counter()
    return {
        "end to end, deliveries": accepted,
        END_TO_END: accepted / (ended - alert.at),
        "preview and release, ms": (alert.at - began) * 1000,
        FIRST: (one.far.first_at - alert.at) * 1000,
    }


def rows(engines: dict[str, Any]) -> list[str]:
    """The names of all figures, in the order of measuring."""
    return list(dict.fromkeys(name for measured in engines.values() for name in measured))
