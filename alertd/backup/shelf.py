"""The shelf: the folder of backups, the names in it, and which of them are kept."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alertd.clock import from_ms
from alertd.errors import Refused
from alertd.settings import Settings
from alertd.settings.backup import BEFORE_KEPT, Backup
from alertd.store.snapshots import file_of

NAME: Final = re.compile(r"alertd-(\d{8}T\d{6}Z)(-before-\d+)?\.age")
STAMP: Final = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """One backup on the shelf; `migration`: made before that one of a new version."""

    made_at: datetime
    path: Path
    migration: bool = False


def folder_of(settings: Settings) -> Path:
    """Where backups are kept."""
    chosen = settings.backup.folder
    return Path(chosen) if chosen else file_of(settings.store.url).parent / "backups"


def name_of(now_ms: int, before: int | None = None) -> str:
    """A new backup's file name: its time, and which migration it was made before."""
    suffix = "" if before is None else f"-before-{before}"
    return f"alertd-{from_ms(now_ms).strftime(STAMP)}{suffix}.age"


def on(folder: Path) -> list[Kept]:
    """Every backup there, oldest first; what else is in the folder is left alone."""
    return named(folder.iterdir()) if folder.is_dir() else []


def named(paths: Iterable[Path]) -> list[Kept]:
    """Those of these paths that are a backup's, oldest first."""
    return sorted(_read(paths))


def latest(folder: Path) -> Kept:
    """The newest; Refused `backup_none`."""
    if not (known := on(folder)):
        raise Refused("backup_none", f"There is no backup in {folder}. Make one: alertd backup create.")
    return known[-1]


def superfluous(known: Sequence[Kept], rule: Backup) -> list[Kept]:
    """Those that need not be kept: not the last of a day, a week or a month that counts."""
    usual = [each for each in known if not each.migration]
    kept = {
        *_last_of(usual, lambda at: at.date(), rule.keep_daily),
        *_last_of(usual, lambda at: at.isocalendar()[:2], rule.keep_weekly),
        *_last_of(usual, lambda at: (at.year, at.month), rule.keep_monthly),
        *[each for each in known if each.migration][-BEFORE_KEPT:],
    }
    return [each for each in known if each not in kept]


def _last_of(known: Sequence[Kept], span: Callable[[datetime], object], most: int) -> list[Kept]:
    """The last backup of each of the last spans in which there is one."""
    by_span = {span(each.made_at): each for each in known}
    return list(by_span.values())[-most:] if most else []


def _read(paths: Iterable[Path]) -> Iterator[Kept]:
    for path in paths:
        if match := NAME.fullmatch(path.name):
            made_at = datetime.strptime(match[1], STAMP).replace(tzinfo=UTC)
            yield Kept(made_at, path, match[2] is not None)
