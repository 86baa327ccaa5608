"""Make a backup: the running database is copied in one piece, packed and sealed beside itself, then put on the shelf."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from alertd import __version__
from alertd.backup import parcel, sealing, shelf
from alertd.clock import Clock
from alertd.errors import ConfigurationError, Refused, Unavailable
from alertd.keys import Keyring
from alertd.settings import Settings
from alertd.store import server_version, snapshots
from alertd.store.ownership import as_its_folder

SCRATCH: Final = ".backup-"

log = structlog.get_logger(__name__)


async def create(
    settings: Settings,
    clock: Clock,
    keyring: Keyring,
    configuration: Path | None = None,
    before: int | None = None,
) -> Path:
    """A new backup on the shelf; those that rotation no longer keeps are removed. The daemon goes on meanwhile.

    :raises Refused: `backup_engine`, `backup_source`. :raises Unavailable: `backup_unwritable`, or the store's.
    """
    return await asyncio.to_thread(_create, settings, clock.now_ms(), keyring, configuration, before)


async def before_migration(settings: Settings, clock: Clock) -> Path | None:
    """What a new version would change is kept first; None where there is nothing to change, or nothing to be lost.

    :raises ConfigurationError: `backup_before_migration`: it could not be made, or is PostgreSQL's own tools' to make; nothing was changed.
    """
    if not settings.backup.before_migration:
        return None
    if not settings.store.url.startswith("sqlite:"):
        await _refuse_unsaved(settings.store.url)
        return None
    missing = await asyncio.to_thread(snapshots.missing, snapshots.file_of(settings.store.url))
    if not missing:
        return None
    sealed = await asyncio.to_thread(snapshots.sealed, snapshots.file_of(settings.store.url))
    keyring = Keyring.load(settings.keys.secret_file, create=not sealed)
    try:
        made = await create(settings, clock, keyring, before=missing[0].version)
    except (Refused, Unavailable) as error:
        raise ConfigurationError(
            "backup_before_migration",
            f"The database must be brought up to date, and no backup of it can be made: {error.message} Nothing was "
            "changed. Make room, or go on without: ALERTD_BACKUP__BEFORE_MIGRATION=false.",
        ) from error
    log.info("backup_made", action="backup", before=missing[0].version, file=made.name)
    return made


async def _refuse_unsaved(url: str) -> None:
    """A person makes PostgreSQL's backup, and says so."""
    if missing := await server_version.missing(url):
        raise ConfigurationError(
            "backup_before_migration",
            f"The database must be brought up to date ({len(missing)} migrations), and alertd makes no backup on PostgreSQL. Nothing was "
            "changed. Make one (pg_dump: docs/operating.md, Backups), then: alertd migrate --backed-up.",
        )


def _create(
    settings: Settings, now_ms: int, keyring: Keyring, configuration: Path | None, before: int | None
) -> Path:
    database, folder = snapshots.file_of(settings.store.url), shelf.folder_of(settings)
    made = folder / shelf.name_of(now_ms, before)
    with _said(folder), scratch(database) as aside:
        make_folder(folder)
        snapshots.copy(database, aside / parcel.DATABASE)
        slip = parcel.Slip(
            now_ms, __version__, snapshots.version(database), parcel.digest(aside / parcel.DATABASE)
        )
        parcel.pack(aside, slip, configuration, aside / "parcel")
        (aside / parcel.DATABASE).unlink()
        _shelve(keyring, aside / "parcel", made)
        for old in shelf.superfluous(shelf.on(folder), settings.backup):
            old.path.unlink(missing_ok=True)
    return made


def _shelve(keyring: Keyring, packed: Path, made: Path) -> None:
    """Under its name only once it is whole, and on the disk."""
    draft = made.with_suffix(".part")
    draft.unlink(missing_ok=True)
    try:
        sealing.seal(keyring, packed, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        as_its_folder(draft)
        draft.replace(made)
    finally:
        draft.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """The shelf, where there is none yet; a daemon notes departures in it, whoever made it."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
        as_its_folder(folder)


@contextmanager
def scratch(database: Path) -> Iterator[Path]:
    """A folder beside the database, on its disk and as protected: what is in clear leaves neither.

    It is locked while it is in use: what a killed process left there, in clear, is removed by the next one.
    """
    _clear(database.parent)
    aside, lock = _locked(database.parent)
    try:
        yield aside
    finally:
        with suppress(OSError):
            shutil.rmtree(aside)
        os.close(lock)


def _locked(parent: Path) -> tuple[Path, int]:
    """Another may have cleared it before it was locked: then one more."""
    while True:
        aside = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=parent))
        lock = os.open(aside, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if aside.exists():
            return aside, lock
        os.close(lock)


def _clear(parent: Path) -> None:
    for left in parent.glob(f"{SCRATCH}*"):
        with suppress(OSError):
            lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # or somebody is at it
                shutil.rmtree(left)
                log.warning("scratch_cleared", action="backup", folder=str(left))
            finally:
                os.close(lock)


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "backup_unwritable",
            f"The backup cannot be written to {folder} ({error.strerror}): make room, or choose [backup] folder.",
        ) from error
