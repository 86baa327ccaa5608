"""The database, its books, whether messages leave, and the backups."""

import asyncio
from pathlib import Path
from typing import Final

from alertd.backup import shelf, told, verdict
from alertd.backup.remote import copies
from alertd.clock import HOUR, Clock, to_ms
from alertd.doctor.finding import Finding, Findings, advice, fine, wrong
from alertd.errors import AlertdError
from alertd.keys import Keyring
from alertd.node.shelf import OLD_MS
from alertd.settings import Settings
from alertd.stations import sending_switch
from alertd.store import Database, failures, snapshots

MOST_READ: Final = 1 << 30
"""Bytes that are read in some seconds."""


async def secret(settings: Settings) -> Findings:
    """Whether it is there, and readable by nobody else."""
    keyring = await asyncio.to_thread(Keyring.load, settings.keys.secret_file)
    if len(keyring.held.secrets) > 1:
        yield advice(
            "secret", "A rotation of the secret is under way: alertd keys rotate says what it waits for."
        )
    yield fine(
        "secret",
        f"The secret is at {settings.keys.secret_file}. Is its recovery key on paper, and elsewhere?",
    )


async def database(settings: Settings, db: Database | None, trouble: AlertdError | None) -> Findings:
    """Whether it answers, holds together, and is in use; `trouble` is why it could not be opened."""
    if trouble is not None:
        raise trouble
    if db is None:
        yield _unopened(settings)
        return
    await db.ping()
    if torn := await _torn(settings):
        yield wrong("database", f"{failures.damaged().message} SQLite says: {torn}.")
        return
    (row,) = await db.fetch("books.contents")
    yield fine(
        "database",
        f"The database can be written to. Stations: {row['stations']}, people: {row['subscribers']}, alerts: {row['alerts']}.",
    )
    if unbalanced := [str(each["id"]) for each in await db.fetch("books.unbalanced", 5)]:
        yield wrong(
            "books",
            f"The books of messages {', '.join(unbalanced)} do not balance: please report it, with the log.",
        )
    if not row["stations"]:
        yield wrong("stations", "There is no station, so nobody can warn: alertd station add.")
    if (pause := await sending_switch.paused(db)) is not None:
        yield wrong(
            "sending", f"All sending is paused ({pause.reason or 'no reason given'}): alertd sending resume."
        )


async def _torn(settings: Settings) -> str:
    """What SQLite finds wrong in the file, read whole; a large one is left to the trial of each night's backup."""
    if not settings.store.url.startswith("sqlite:"):
        return ""
    path = snapshots.file_of(settings.store.url)
    if path.stat().st_size > MOST_READ:
        return ""
    return await asyncio.to_thread(snapshots.torn, path)


def _unopened(settings: Settings) -> Finding:
    """The doctor changes nothing, so it does not bring a database up to date, nor make one."""
    if not settings.store.url.startswith("sqlite:"):
        return wrong(
            "database",
            "The database is of an older version, and no node of this one starts: make a backup, then alertd migrate --backed-up.",
        )
    path = snapshots.file_of(settings.store.url)
    if not path.is_file():
        return wrong("database", f"There is no database at {path} yet: alertd init, or start the daemon.")
    return advice(
        "database", "The database is of an older version: the daemon brings it up to date when it starts."
    )


async def backups(settings: Settings, clock: Clock, db: Database | None) -> Findings:
    """How old the last one is, and whether it would outlive the disk."""
    if not settings.store.url.startswith("sqlite:"):
        if db is not None:
            yield _told(await told.last(db), clock)
        return
    folder = shelf.folder_of(settings)
    known = await asyncio.to_thread(shelf.on, folder)
    if not known:
        yield wrong("backups", f"There is no backup in {folder}: systemctl enable --now alertd-backup.timer.")
        return
    age = clock.now_ms() - to_ms(known[-1].made_at)
    if age > OLD_MS:
        yield wrong(
            "backups",
            f"The last backup is {age // HOUR} hours old: systemctl status alertd-backup says why there is none since.",
        )
    else:
        yield fine("backups", f"The last backup is {age // HOUR} hours old; {len(known)} are kept.")
    yield await _tried(folder)
    if (
        not settings.backup.remote.url
        and folder.stat().st_dev == snapshots.file_of(settings.store.url).parent.stat().st_dev
    ):
        yield advice(
            "backups",
            f"{folder} is on the database's own disk, and goes with it: [backup] folder, or [backup.remote], elsewhere.",
        )


def _told(done: int | None, clock: Clock) -> Finding:
    """Of PostgreSQL's, which are not seen from here."""
    if done is None:
        return advice(
            "backups",
            "Nobody ever told of a backup of PostgreSQL, so nobody would be told that there is none: end the command that makes it with "
            "alertd backup done (docs/operating.md, PostgreSQL).",
        )
    age = clock.now_ms() - done
    said = f"The last backup of PostgreSQL was told {age // HOUR} hours ago"
    if age > OLD_MS:
        return wrong(
            "backups", f"{said}: see why the command that makes it did not reach alertd backup done."
        )
    return fine("backups", f"{said}.")


async def _tried(folder: Path) -> Finding:
    """What the last trial found."""
    said = await asyncio.to_thread(verdict.last, folder)
    if said is None:
        return advice(
            "trial", "No backup was tried yet: alertd backup verify; alertd-backup.timer does it by night."
        )
    if said.fault:
        return wrong(
            "trial",
            f"{said.backup} did not stand its trial: {said.fault} Make another (alertd backup create), try it (alertd backup "
            "verify), and see to the disk.",
        )
    return fine("trial", f"{said.backup} was restored in a scratch place, and is sound.")


async def copied(settings: Settings, clock: Clock) -> Findings:
    """Whether copies are where [backup.remote] says; nothing where it names no place."""
    url = settings.backup.remote.url
    if not url:
        return
    known = await copies.known(settings)
    age = clock.now_ms() - to_ms(known[-1][0].made_at) if known else None
    if age is None:
        yield wrong(
            "copies", f"There is no backup at {url}: systemctl enable --now alertd-backup-send.timer."
        )
    elif age > OLD_MS:
        yield wrong(
            "copies",
            f"The last backup at {url} is {age // HOUR} hours old: systemctl status alertd-backup-send",
        )
    else:
        yield fine("copies", f"{len(known)} backups are at {url}; the last is {age // HOUR} hours old.")
