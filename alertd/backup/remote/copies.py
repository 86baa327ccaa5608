"""What goes to the place elsewhere, what is removed there, and what comes back.

A backup that is there is never overwritten. What was noted of who left goes under a name of this shelf's own: a new machine of the same
name, which has noted little, does not take the place of what the lost one noted.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.backup import shelf
from alertd.backup.create import make_folder, scratch
from alertd.backup.noted import PATTERN
from alertd.backup.remote.place import Place, entered, unavailable
from alertd.backup.shelf import Kept
from alertd.errors import Refused
from alertd.settings import Settings
from alertd.store import snapshots
from alertd.store.ownership import as_its_folder

OWN: Final = ".copies"
"""Beside the backups: the sign by which this shelf's own journals are known there."""
SIGN: Final = re.compile(r"[0-9a-f]{8}")
NOTED: Final = re.compile(r"departures-[A-Za-z0-9._-]{1,64}@[0-9a-f]{8}\.jsonl")


@dataclass(frozen=True, slots=True)
class Sent:
    """The names that were brought and removed, and how many backups are there now."""

    brought: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int


async def send(settings: Settings) -> Sent:
    """Bring what is here and not there, and remove there what rotation no longer keeps.

    :raises ConfigurationError: `backup_remote_none` and its like. :raises Unavailable: `backup_remote`.
    """
    remote = settings.backup.remote
    here = await asyncio.to_thread(_here, shelf.folder_of(settings))
    async with entered(remote) as place:
        there = await place.names()
        gone = {each.path.name for each in shelf.superfluous(_known(here, there), settings.backup)}
        missing = [name for name in sorted(here) if name not in gone and _lacks(there, name, here[name])]
        for name in missing:
            await place.put(here[name], name)
        removed = sorted(gone & set(there)) if remote.rotate else []
        for name in removed:
            await place.remove(name)
        now = await place.names()
    if lost := [name for name in missing if name not in now]:
        raise unavailable(remote, f"{lost[0]} was brought and is not there")
    return Sent(tuple(missing), tuple(removed), len(_known({}, now)))


async def known(settings: Settings) -> list[tuple[Kept, int]]:
    """The backups there, oldest first, with their bytes."""
    async with entered(settings.backup.remote) as place:
        there = await place.names()
    return [(each, there[each.path.name]) for each in _known({}, there)]


async def fetch(settings: Settings, name: str | None = None) -> Path:
    """Put a backup from there (the latest, unless one is named) on this machine's shelf, with what was noted of who left. One that is
    here stays as it is: what came back may have been changed there.

    :raises Refused: `backup_none`, `backup_unknown`.
    """
    folder = shelf.folder_of(settings)
    await asyncio.to_thread(make_folder, folder)
    async with entered(settings.backup.remote) as place:
        there = await place.names()
        chosen = _chosen(there, name)
        if not (folder / chosen).exists():
            await _take(place, chosen, folder / chosen)
        for noted in filter(NOTED.fullmatch, there):
            await _take(place, noted, folder / noted)
    return folder / chosen


@asynccontextmanager
async def borrowed(settings: Settings, name: str | None = None) -> AsyncIterator[Path]:
    """A backup from there, in a scratch place, gone afterwards."""
    database = snapshots.file_of(settings.store.url)
    await asyncio.to_thread(database.parent.mkdir, 0o700, parents=True, exist_ok=True)
    with scratch(database) as folder:
        async with entered(settings.backup.remote) as place:
            chosen = _chosen(await place.names(), name)
            await _take(place, chosen, folder / chosen)
        yield folder / chosen


def _here(folder: Path) -> dict[str, Path]:
    """Backups, and what this machine noted of who left, by the names that they have there."""
    if not folder.is_dir():
        return {}
    own = _own(folder)
    noted = {f"{path.stem}@{own}.jsonl": path for path in folder.glob(PATTERN) if "@" not in path.name}
    return {each.path.name: each.path for each in shelf.on(folder)} | {
        name: path for name, path in noted.items() if NOTED.fullmatch(name)
    }


def _own(folder: Path) -> str:
    sign = folder / OWN
    known = sign.read_text("ascii", "replace") if sign.exists() else ""
    if not SIGN.fullmatch(known):  # none yet, or a power cut left an empty file
        known = secrets.token_hex(4)
        sign.write_text(known, "ascii")
        as_its_folder(sign)
    return known


def _known(here: Mapping[str, object], there: Mapping[str, int]) -> list[Kept]:
    """Backups here or there, each once, oldest first."""
    return shelf.named(Path(name) for name in {*here, *there})


def _lacks(there: Mapping[str, int], name: str, path: Path) -> bool:
    """A journal grows; a backup that is there is whole, and stays what it was."""
    return name not in there or (bool(NOTED.fullmatch(name)) and there[name] != path.stat().st_size)


def _chosen(there: Mapping[str, int], name: str | None) -> str:
    if not (backups := _known({}, there)):
        raise Refused("backup_none", "There is no backup there yet: alertd backup send brings them.")
    latest: str = name or backups[-1].path.name
    if latest not in {each.path.name for each in backups}:
        raise Refused("backup_unknown", f"{latest[:100]!r} is not there. See: alertd backup list --remote")
    return latest


async def _take(place: Place, name: str, path: Path) -> None:
    """Under its name only once it is whole."""
    draft = path.with_name(path.name + ".part")
    try:
        await place.fetch(name, draft)
        draft.chmod(0o600)
        as_its_folder(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
