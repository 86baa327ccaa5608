"""Resident memory: what an audience costs, each size in a process of its own.

A node (the daemon) releases a danger by SMS, fans it out whole and hands a bounded number of its deliveries to a far
end that answers at once; the rest stay in the store, as a queue behind a sender's rate would. Peaks are the kernel's
(VmHWM of /proc/self/status, set back before each phase): an audience that is held for a moment counts.

`python -m bench.memory URL SECRET_FOLDER RADIUS|station HANDED_OVER` prints one line of JSON.
"""

import json
import sys
from pathlib import Path
from typing import Final

from bench import children, loop, node
from bench.copies import Copy
from bench.measure import until
from bench.node import Released, Running

SMALL, LARGE = "10,000", "500,000"
GROWTH = "growth between them, peak MB"
WITHIN_S: Final = 600.0
Figures = dict[str, float]


async def measure(copy: Copy, secret: Path, small: int, handed_over: int) -> Figures:
    """An audience of about `small`, and the whole station."""
    async with copy() as database:
        async with node.town(database) as town:
            radius = await town.radius_for(small)
        little = await _weigh(database, secret, str(radius), handed_over)
    async with copy() as database:
        large = await _weigh(database, secret, "station", handed_over)
    return {
        "the small audience": little["audience"],
        "the large audience": large["audience"],
        "before, MB": large["before"],
        "preview and release, peak MB more": large["released"] - little["released"],
        "fan-out and dispatch, peak MB more": large["sent"] - little["sent"],
        GROWTH: max(large["released"], large["sent"]) - max(little["released"], little["sent"]),
    }


async def _weigh(database: str, secret: Path, target: str, handed_over: int) -> Figures:
    arguments = (database, str(secret), target, str(handed_over))
    async with children.module("bench.memory", *arguments) as process:
        weighed: Figures = json.loads(await children.line(process, WITHIN_S))
    return weighed


async def main(database: str, secret: str, target: str, handed_over: int) -> None:
    """In its own process: release, fan out, hand over, and say what it took."""
    settings = node.settings(database, Path(secret), "bench", "")
    async with node.running(settings) as one:
        before = _peak_mb()
        alert = await one.alert(None if target == "station" else float(target))
        released = _peak_mb()
        audience = await _handed_over(one, alert, handed_over)
        sent = _peak_mb()
    print(
        json.dumps({"audience": audience, "before": before, "released": released, "sent": sent}), flush=True
    )


async def _handed_over(one: Running, alert: Released, many: int) -> int:
    """Wait until all is planned, and so many of it accepted; how many are planned."""
    planned: int | None = None

    async def reached() -> bool:
        nonlocal planned
        planned = await one.planned(alert)
        return planned is not None and await one.accepted(alert) >= min(planned, many)

    await until(reached, WITHIN_S)
    return planned or 0


def _peak_mb() -> float:
    """The most that was resident since the last time it was asked (man proc_pid_clear_refs: 5 resets it)."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    loop.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
