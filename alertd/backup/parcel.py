"""A parcel: the database, the configuration it ran with, and a slip that says what it is. Blocking: call it from a thread."""

import hashlib
import json
import shutil
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from alertd.errors import Refused

DATABASE: Final = "alertd.db"
CONFIGURATION: Final = "alertd.toml"
SLIP: Final = "slip.json"
MOST_SLIP: Final = 10_000


@dataclass(frozen=True, slots=True)
class Slip:
    """What is in it: when it was made (UTC ms), by which alertd, at which migration, and what the database must hash to."""

    made_at: int
    alertd: str
    schema: int
    sha256: str


def pack(folder: Path, slip: Slip, configuration: Path | None, into: Path) -> None:
    """The database in `folder`, and a configuration where there is one."""
    (folder / SLIP).write_text(json.dumps(asdict(slip)))
    with tarfile.open(into, "x:gz", compresslevel=6) as parcel:
        parcel.add(folder / SLIP, SLIP)
        if configuration is not None:
            parcel.add(configuration, CONFIGURATION)
        parcel.add(folder / DATABASE, DATABASE)


def unpack(parcel: Path, folder: Path) -> Slip:
    """Into a folder: what a parcel is known to hold, and nothing else of it.

    :raises Refused: `backup_damaged`.
    """
    try:
        with tarfile.open(parcel, "r:gz") as opened:
            for member in opened:
                content = opened.extractfile(member)
                if content is not None and member.name in {DATABASE, CONFIGURATION, SLIP}:
                    with content, (folder / member.name).open("xb") as file:
                        shutil.copyfileobj(content, file, 1 << 20)
        slip = Slip(**json.loads((folder / SLIP).read_text()[:MOST_SLIP]))
        same = digest(folder / DATABASE) == slip.sha256
    except (tarfile.TarError, OSError, EOFError, ValueError, TypeError) as error:
        raise _damaged("what is in it cannot be read") from error
    if not same:
        raise _damaged("the database is not the one on the slip")
    return slip


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(why: str) -> Refused:
    return Refused("backup_damaged", f"The backup is not whole: {why}. Take another one: alertd backup list.")
