"""Restore: a backup takes the database's place, whole or not at all; what was there is put aside, and nobody is brought back."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alertd.backup import noted, parcel, shelf
from alertd.backup.journal import live_on
from alertd.backup.numbers import leap
from alertd.backup.replay import replay
from alertd.backup.trial import Sound, looked_through, opened, unpacked
from alertd.clock import Clock, from_ms
from alertd.errors import Refused
from alertd.keys import Keyring
from alertd.settings import Settings
from alertd.stations import audit, sending_switch
from alertd.store import Database, snapshots
from alertd.store.lockfile import LockFile
from alertd.store.ownership import as_its_folder

ACTOR: Final = "cli"
BESIDE: Final = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there now; how many departures were done again; whether sending was paused; where the old database went; what is to be
    doubted of what was noted of who left.
    """

    sound: Sound
    departures: int
    paused: bool
    aside: Path | None
    doubts: tuple[str, ...]


async def restore(
    settings: Settings,
    clock: Clock,
    keyring: Keyring,
    backup: Path,
    *,
    replace: bool = False,
    configuration: Path | None = None,
) -> Restored:
    """Put it in the database's place, while no node runs on it; its configuration into a file, where one is named.

    What was on its way when the backup was made may have arrived since: then sending is paused, for a person to look.

    :raises Refused: `backup_target`: there is a database, and not `replace`; `backup_configuration`; see `unpacked`.
    :raises ConfigurationError: `node_running`. :raises Conflict: `backup_unsound`.
    """
    database = snapshots.file_of(settings.store.url)
    with _alone(database):
        if database.exists() and not replace:
            raise Refused(
                "backup_target",
                f"There is a database at {database}. With --replace it is put aside, and the backup takes its place.",
            )
        async with unpacked(settings, keyring, backup) as (folder, slip):
            async with opened(folder, clock) as db:
                sound = await looked_through(db, keyring, slip)
                gone = await noted.heard(db, shelf.folder_of(settings), keyring)
                await leap(db, database, gone.departures)
                departures = await replay(db, gone.departures)
                await live_on(db, shelf.folder_of(settings))
                paused = await _settle(db, clock, sound)
            if configuration is not None:
                await asyncio.to_thread(_configure, folder / parcel.CONFIGURATION, configuration)
            aside = await asyncio.to_thread(_exchange, folder / parcel.DATABASE, database, clock.now_ms())
    return Restored(sound, departures, paused, aside, gone.doubts)


async def _settle(db: Database, clock: Clock, sound: Sound) -> bool:
    made = from_ms(sound.slip.made_at).isoformat(timespec="seconds")
    async with db.transaction() as tx:
        await tx.execute("sessions.end_all")
        await audit.append(tx, clock, None, ACTOR, "backup.restore", "instance", {"made_at": made})
        if not sound.under_way:
            return False
        reason = f"sauvegarde du {made} restaurée : vérifiez ce qui est déjà parti, puis reprenez l'envoi"
        await sending_switch.decide(tx, clock, ACTOR, on=False, reason=reason)
    return True


def _exchange(restored: Path, database: Path, now_ms: int) -> Path | None:
    """The restored one under the database's name; the old one, with what belongs to it, under a name with the time.

    There is a database under that name all the while: whoever starts after a power cut in the middle makes no new one.
    """
    restored.chmod(0o600)
    with restored.open("rb") as file:
        os.fsync(file.fileno())
    there = database.exists()
    aside = database.with_name(f"{database.name}.before-{from_ms(now_ms).strftime(shelf.STAMP)}")
    if there:
        snapshots.fold(database)
        _also(database, aside)
    for suffix in BESIDE:
        old = database.with_name(database.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    restored.replace(database)
    as_its_folder(database)
    _sync(database.parent)
    return aside if there else None


def _also(database: Path, aside: Path) -> None:
    """Under both names; where the disk gives a file one name alone, under the new one."""
    try:
        aside.hardlink_to(database)
    except FileExistsError as error:
        raise Refused("backup_target", f"There is a file at {aside}: try again in a second.") from error
    except OSError:
        database.rename(aside)


def _sync(folder: Path) -> None:
    """So that a power cut does not undo the renaming."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _configure(packed: Path, to: Path) -> None:
    if not packed.exists():
        raise _unconfigured("the backup holds none: it ran without a file")
    try:
        with (
            open(to, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as target,
            packed.open("rb") as source,
        ):
            shutil.copyfileobj(source, target)
    except OSError as error:
        raise _unconfigured(f"{to} cannot be made ({error.strerror})") from error


def _unconfigured(why: str) -> Refused:
    return Refused("backup_configuration", f"No configuration was written, and nothing restored: {why}.")


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    lock = LockFile(database)
    lock.take("alertd backup restore")
    try:
        yield
    finally:
        lock.let_go()
