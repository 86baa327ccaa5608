"""The machine: whether its clock is kept right, and how full its disks are."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from alertd.clock import SECOND, Clock
from alertd.doctor.finding import Findings, advice, fine, wrong
from alertd.store import Database
from alertd.watch.timekeeping import kept_right

WARN, FULL = 0.8, 0.9
OFF_S: Final = 2.0


async def clock(own: Clock, db: Database | None) -> Findings:
    """Whether NTP keeps it, and whether the database's agrees."""
    kept = kept_right()
    if kept is None:
        yield advice(
            "clock", "Whether this machine's clock is kept right cannot be told here: see that NTP runs."
        )
    elif kept:
        yield fine("clock", "The clock is kept right by NTP.")
    else:
        yield wrong(
            "clock", "Nobody keeps this machine's clock right: timedatectl set-ntp true, or install chrony."
        )
    if db is not None:
        (row,) = await db.fetch("messages.oldest_queued")
        off = abs(row["now"] - own.now_ms()) / SECOND
        if off > OFF_S:
            yield wrong(
                "clock", f"This machine and its database are {off:.0f} seconds apart: have NTP keep both."
            )


async def disks(folders: Sequence[Path]) -> Findings:
    """Those that hold the database, the spool and the backups."""
    seen: set[int] = set()
    for folder in folders:
        if not folder.is_dir() or (device := folder.stat().st_dev) in seen:
            continue
        seen.add(device)
        usage = await asyncio.to_thread(shutil.disk_usage, folder)
        share = 1 - usage.free / usage.total
        said = f"The disk of {folder} is {share:.0%} full, {usage.free / 1e9:.1f} GB are free"
        if share >= FULL:
            yield wrong("disk", f"{said}: make room, before alerts cannot be kept any more.")
        elif share >= WARN:
            yield advice("disk", f"{said}: see what grows.")
        else:
            yield fine("disk", f"{said}.")
