"""A trial: a backup is restored into a scratch place, and looked through as a whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.backup import parcel, sealing, shelf, verdict
from alertd.backup.create import scratch
from alertd.clock import Clock
from alertd.errors import Conflict, Refused, Unavailable
from alertd.keys import Keyring
from alertd.settings import Settings
from alertd.stations import chain, secrets_in_use
from alertd.store import Database, connect, snapshots

SAMPLE: Final = 200


@dataclass(frozen=True, slots=True)
class Sound:
    """A backup that is whole: what its slip says, and how much is in it."""

    slip: parcel.Slip
    stations: int
    subscribers: int
    alerts: int
    under_way: int


@asynccontextmanager
async def unpacked(
    settings: Settings, keyring: Keyring, backup: Path
) -> AsyncIterator[tuple[Path, parcel.Slip]]:
    """A folder in which it lies open, removed afterwards.

    :raises Refused: `backup_unknown`, `backup_empty`, `backup_foreign`, `backup_sealed`, `backup_damaged`.
    """
    database = snapshots.file_of(settings.store.url)
    await asyncio.to_thread(database.parent.mkdir, 0o700, parents=True, exist_ok=True)
    with scratch(database) as folder:
        await asyncio.to_thread(sealing.unseal, keyring, backup, folder / "parcel")
        slip = await asyncio.to_thread(parcel.unpack, folder / "parcel", folder)
        (folder / "parcel").unlink()
        yield folder, slip


async def tried(settings: Settings, clock: Clock, keyring: Keyring, backup: Path) -> Sound:
    """Restore it beside the database, bring it up to date, and look: file, references, books, audit, secret. What was found of the
    latest on the shelf is noted beside it.

    :raises Conflict: `backup_unsound`, with every fault. :raises Refused: see `unpacked`.
    """
    try:
        async with unpacked(settings, keyring, backup) as (folder, slip), opened(folder, clock) as db:
            sound = await looked_through(db, keyring, slip)
    except (Refused, Conflict) as error:
        await asyncio.to_thread(_note, settings, clock, backup, error.message)
        raise
    await asyncio.to_thread(_note, settings, clock, backup, "")
    return sound


def _note(settings: Settings, clock: Clock, backup: Path, fault: str) -> None:
    """A disk that takes no note is told elsewhere, and takes nothing from what was found."""
    kept = shelf.on(shelf.folder_of(settings))
    if kept and kept[-1].path.resolve() == backup.resolve():
        with suppress(OSError):
            verdict.note(kept[-1].path.parent, verdict.Verdict(clock.now_ms(), backup.name, fault))


@asynccontextmanager
async def opened(folder: Path, clock: Clock) -> AsyncIterator[Database]:
    """The database that lies there, up to date; Conflict `backup_unsound` if SQLite itself finds it faulty."""
    path = folder / parcel.DATABASE
    try:
        _refuse(await asyncio.to_thread(snapshots.faults, path))
    except Unavailable as error:
        raise _unsound(["it is no database"]) from error
    db = connect(f"sqlite:{path}", clock)
    await db.open()
    try:
        yield db
    finally:
        await db.close()


async def looked_through(db: Database, keyring: Keyring, slip: parcel.Slip) -> Sound:
    """How much there is. :raises Conflict: `backup_unsound`."""
    faults = [f"message {row['id']} does not balance" for row in await db.fetch("books.unbalanced", 20)]
    try:
        await chain.verify(db)
    except Conflict as error:
        faults.append(error.message)
    _refuse(faults + await _unreadable(db, keyring))
    (row,) = await db.fetch("books.contents")
    return Sound(slip, row["stations"], row["subscribers"], row["alerts"], row["under_way"])


async def _unreadable(db: Database, keyring: Keyring) -> list[str]:
    rows = await db.fetch("books.sealed", SAMPLE)
    if all(secrets_in_use.opens(keyring, row) for row in rows):
        return []
    return ["addresses in it do not open with this instance's secret"]


def _refuse(faults: list[str]) -> None:
    if faults:
        raise _unsound(faults)


def _unsound(faults: list[str]) -> Conflict:
    return Conflict(
        "backup_unsound",
        f"The backup opens, but is not sound: {'; '.join(one.rstrip('.') for one in faults)}. Take another one.",
    )
