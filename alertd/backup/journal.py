"""The journal: who left, noted beside the backups within seconds: what a lost disk took since the last backup is not lost here.

Lines of JSON with ids and nothing else, one file for each node. A line that a crash cut short is left out.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from alertd.store import Database
from alertd.subscribe import departures
from alertd.subscribe.departures import Departure, What

PATTERN: Final = "departures-*.jsonl"
SLICE: Final = 1_000
LONGEST_LINE: Final = 1_000
MOST_NUMBER: Final = 1 << 60

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Journal:
    """One node's."""

    db: Database
    folder: Path
    node: str
    _last: int | None = None

    async def step(self) -> None:
        """Note what was not noted yet. A folder that is away is said, and tried again."""
        try:
            if self._last is None:
                self._last = await asyncio.to_thread(self._noted)
            while found := await departures.after(self.db, self._last, SLICE):
                await asyncio.to_thread(self._append, found)
                self._last = found[-1].id
        except OSError as error:
            log.warning("departures_unwritten", action="backup", folder=str(self.folder), why=error.strerror)

    @property
    def _file(self) -> Path:
        return self.folder / f"departures-{self.node}.jsonl"

    def _noted(self) -> int:
        return max((each.id for each in _read(self._file)), default=0)

    def _append(self, found: list[Departure]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self._file, "a", encoding="ascii", opener=_private) as file:
            file.writelines(f"\n{json.dumps(asdict(each))}\n" for each in found)
            file.flush()
            os.fsync(file.fileno())


def known(folder: Path) -> list[Departure]:
    """All that nodes noted there, in order, each once; a number may be of two, where two machines had a database of one past."""
    found = {each for path in folder.glob(PATTERN) for each in _read(path)}
    return sorted(found, key=lambda each: (each.id, each.at))


def _read(path: Path) -> Iterator[Departure]:
    if not path.is_file():
        return
    with path.open(encoding="ascii", errors="replace") as file:
        while line := file.readline(LONGEST_LINE):
            try:
                yield _departure(json.loads(line))
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                continue  # blank, torn, or none of ours: copies come back from elsewhere


def _departure(said: dict[str, Any]) -> Departure:
    numbers = {name: value for name, value in said.items() if name != "what" and value is not None}
    if not all(type(value) is int and 0 <= value < MOST_NUMBER for value in numbers.values()):
        raise ValueError("no number that a row could have")
    return Departure(what=What(said["what"]), **numbers)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
