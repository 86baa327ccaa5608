"""Medians, and the table they are read in."""

import asyncio
import math
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

Result = TypeVar("Result")


async def median_ms(work: Callable[[], Awaitable[Result]], repeats: int) -> tuple[float, Result]:
    """Milliseconds, the middle of `repeats` runs after one that is not counted; and what the last one gave."""
    result, times = await work(), []
    for _ in range(repeats):
        began = time.perf_counter()
        result = await work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), result


async def until(reached: Callable[[], Awaitable[bool]], within_s: float, every_s: float = 0.02) -> None:
    """Look at a store or another process, where no event of ours tells. :raises TimeoutError: after `within_s`."""
    async with asyncio.timeout(within_s):
        while not await reached():  # noqa: ASYNC110 - as above
            await asyncio.sleep(every_s)


def table(title: str, columns: Sequence[str], rows: Mapping[str, Sequence[str]]) -> str:
    """Text in columns: names to the left, figures to the right."""
    name_width = max(len(name) for name in (*rows, title))
    widths = [max(len(cell) for cell in cells) for cells in zip(columns, *rows.values(), strict=True)]
    lines = [(title, columns), *rows.items()]
    return "\n".join(
        "  ".join(
            [name.ljust(name_width), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))]
        )
        for name, cells in lines
    )


def figure(value: float | None) -> str:
    """Three digits that mean something."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed: of twenty, the 99th is the largest."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
