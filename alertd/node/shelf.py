"""The shelf, as the watch sees it: a last backup that is old, or that did not stand its trial. Of PostgreSQL, what whoever makes them said."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.backup import shelf, told, verdict
from alertd.clock import HOUR, Clock, to_ms
from alertd.settings import Settings
from alertd.store import Database
from alertd.watch.nouns import Cause, Kind
from alertd.watch.watch import Look

EVERY_S: Final = 600.0
LOOK_S: Final = 5.0
"""A network share that hangs holds up no other look."""
OLD_MS: Final = 48 * HOUR
"""A nightly backup that was missed once is late, twice it is not made."""


@dataclass(slots=True)
class Shelf:
    """One node's. What was found stands until the next look; nothing is said where nobody ever made a backup."""

    folder: Path
    clock: Clock
    _found: Sequence[Cause] = ()
    _looking: "asyncio.Future[list[Cause]] | None" = None
    _next: float = float("-inf")

    async def causes(self) -> Sequence[Cause]:
        """What is wrong with the backups."""
        now = self.clock.monotonic()
        if self._looking is None and now >= self._next:
            self._next = now + EVERY_S
            look = asyncio.to_thread(looked, self.folder, self.clock.now_ms())
            self._looking = asyncio.ensure_future(look)
        if self._looking is not None:
            done, _ = await asyncio.wait({self._looking}, timeout=LOOK_S)
            if done:
                looking, self._looking = self._looking, None
                with suppress(OSError):  # a folder that is away: the doctor says so
                    self._found = looking.result()
        return self._found


@dataclass(frozen=True, slots=True)
class Told:
    """PostgreSQL's, of which the store knows the last that was told; nothing is said where nobody ever told of one."""

    db: Database
    clock: Clock

    async def causes(self) -> Sequence[Cause]:
        """What is wrong with them."""
        done = await told.last(self.db)
        return [] if done is None else list(_old(self.clock.now_ms() - done))


def backups_of(settings: Settings, clock: Clock, db: Database) -> Look:
    """Who tells the watch what is wrong with them."""
    if settings.store.url.startswith("sqlite:"):
        return Shelf(shelf.folder_of(settings), clock).causes
    return Told(db, clock).causes


def looked(folder: Path, now: int) -> list[Cause]:
    """At `now` (UTC ms); blocking. :raises OSError: the folder cannot be read."""
    return list(_causes(folder, now))


def _causes(folder: Path, now: int) -> Iterator[Cause]:
    known = shelf.on(folder)
    if not known:
        return
    yield from _old(now - to_ms(known[-1].made_at))
    if (said := verdict.last(folder)) is not None and said.fault:
        yield Cause(Kind.BACKUP, "trial", {"what": f"l'essai de {said.backup} a échoué"})


def _old(age: int) -> Iterator[Cause]:
    if age > OLD_MS:
        yield Cause(Kind.BACKUP, "age", {"what": f"la dernière a {age // HOUR} h"})
