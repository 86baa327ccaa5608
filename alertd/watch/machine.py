"""The machine of one node: how full its disks are, and whether its clock agrees with the database's."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.clock import SECOND, Clock
from alertd.store import Database
from alertd.watch.nouns import Cause, Kind

FULL: Final = 0.90
ROOMY: Final = 0.88
"""A disk that was full is not well again for a letter's worth."""
OFF_MS: Final = 2 * SECOND
LOOK_S: Final = 5.0
"""A network share that hangs holds up no other look."""


@dataclass(slots=True)
class Disks:
    """Those that hold a node's folders. One look at a time: whoever hangs is asked nothing more until it answers."""

    folders: Mapping[str, Path]
    _looking: "asyncio.Future[dict[str, float]] | None" = None

    async def used(self) -> Mapping[str, float]:
        """By what each holds, how full it is, 0 to 1; nothing while a disk does not answer."""
        if self._looking is None:
            self._looking = asyncio.ensure_future(asyncio.to_thread(_used, self.folders))
        done, _ = await asyncio.wait({self._looking}, timeout=LOOK_S)
        if not done:
            return {}
        looked, self._looking = self._looking, None
        return looked.result()


def fullest(used: Mapping[str, float], node: str, *, was_full: bool) -> Iterator[Cause]:
    """A cause where some disk of the node is nine tenths full; one that was is until it is clearly less."""
    holds, share = max(used.items(), key=lambda one: one[1], default=("", 0.0))
    if share >= (ROOMY if was_full else FULL):
        yield Cause(Kind.DISK, node, {"node": node, "holds": HOLDS[holds], "percent": f"{share:.0%}"[:-1]})


HOLDS: Final = {"database": "la base", "backups": "les sauvegardes", "spool": "les accusés"}


async def behind(db: Database, clock: Clock) -> int:
    """By how many ms the database's clock is surely ahead (behind: below 0) of this node's: 0 on SQLite, where they are one."""
    before = clock.now_ms()
    (row,) = await db.fetch("nodes.clock")
    return apart(before, int(row["now"]), clock.now_ms())


def apart(before: int, theirs: int, after: int, *, within: int = 0) -> int:
    """By how many ms another's clock is surely ahead (behind: below 0) of ours, which was read before and after. `within`: it showed
    at least `theirs` and less than so much more.
    """
    return max(0, theirs - after) or min(0, theirs + within - before)


def off_by(off_ms: int, node: str) -> Iterator[Cause]:
    """A cause from two seconds on."""
    if abs(off_ms) >= OFF_MS:
        yield Cause(Kind.CLOCK, node, {"node": node, "seconds": str(round(abs(off_ms) / SECOND))})


def _used(folders: Mapping[str, Path]) -> dict[str, float]:
    found = {}
    for holds, folder in folders.items():
        with suppress(OSError):  # it may be made later, or be unmounted: others say so
            usage = shutil.disk_usage(folder)
            found[holds] = 1 - usage.free / usage.total
    return found
