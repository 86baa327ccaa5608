"""The verdict of the last trial, noted beside the backups: a timer's status is read by nobody, the doctor and the watch are."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from alertd.store.ownership import as_its_folder

FILE: Final = "verified.json"
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """When which backup was tried (UTC ms, its name); `fault`: what does not hold, empty where it is sound."""

    at: int
    backup: str
    fault: str = ""


def note(folder: Path, verdict: Verdict) -> None:
    """In place of the one before. Blocking. :raises OSError: the folder does not take it."""
    draft = folder / f"{FILE}.part"
    draft.write_text(json.dumps(asdict(verdict), ensure_ascii=False), encoding="utf-8")
    draft.chmod(0o600)
    as_its_folder(draft)
    draft.replace(folder / FILE)


def last(folder: Path) -> Verdict | None:
    """None where no trial was noted, or nobody can read what was. Blocking."""
    try:
        with (folder / FILE).open(encoding="utf-8") as file:
            said = json.loads(file.read(MOST))
        return Verdict(int(said["at"]), str(said["backup"]), str(said["fault"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
