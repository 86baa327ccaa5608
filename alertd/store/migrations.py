"""The schema's history: `ddl/ENGINE/NNNN_name.sql`, applied in order, each in one transaction with its record.

Numbers only rise, they need not follow one another: two changes made side by side each keep the number they were made
with, and one that arrives after a higher number is applied all the same.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Protocol

from alertd.errors import ConfigurationError
from alertd.store.database import Row, Transaction

DDL = files("alertd.store") / "ddl"

_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file. The checksum is the SHA-256 of its text, in hexadecimal."""

    version: int
    name: str
    sql: str
    checksum: str


class Step(Transaction, Protocol):
    """A transaction that no other opening of the same database can share."""

    async def script(self, sql: str, /) -> None:
        """Run several statements."""


def history(engine: str, folder: Traversable = DDL) -> tuple[Migration, ...]:
    """The migrations that this program knows, first to last.

    :raises ValueError: a file is not named NNNN_name.sql, a number is there twice, or the first one is not there.
    """
    found = tuple(
        _migration(file) for file in sorted((folder / engine).iterdir(), key=lambda file: file.name)
    )
    numbers = [migration.version for migration in found]
    if len(numbers) > len(set(numbers)) or min(numbers, default=0) != 1:
        raise ValueError(
            f"the migrations of {engine} are not numbered from 0001 on, each with its own number"
        )
    return found


async def migrate(known: Sequence[Migration], alone: Callable[[], AbstractAsyncContextManager[Step]]) -> None:
    """Apply what is missing. Two programs that open at once both end with the same schema.

    `alone` begins a transaction that waits for every other one begun so, and reads what they committed.

    :raises ConfigurationError: `schema_newer`, `schema_changed`.
    """
    for _ in range(len(known) + 1):
        async with alone() as step:
            await step.execute("schema.create")
            missing = pending(known, await step.fetch("schema.applied"))
            if not missing:
                return
            following = missing[0]
            await step.script(following.sql)
            await step.execute("schema.record", following.version, following.name, following.checksum)


def pending(known: Sequence[Migration], applied: Sequence[Row]) -> Sequence[Migration]:
    """What is still to be applied; refuses a database whose past is not this program's."""
    ours = {migration.version: migration for migration in known}
    for row in applied:
        migration = ours.get(row["version"])
        if migration is None:
            raise _newer(row["version"], known[-1].version)
        if row["checksum"] != migration.checksum:
            raise _changed(migration, row["name"])
    done = {row["version"] for row in applied}
    return [migration for migration in known if migration.version not in done]


def _newer(version: int, ours: int) -> ConfigurationError:
    return ConfigurationError(
        "schema_newer",
        f"The database was brought to version {version} by a newer alertd; this one knows {ours}. "
        "Install the newer alertd again, or restore the backup made before its installation.",
    )


def _changed(migration: Migration, name: str) -> ConfigurationError:
    return ConfigurationError(
        "schema_changed",
        f"Migration {migration.version:04d}_{migration.name} is not the one this database went through ({name}). "
        "Install the alertd that made this database, or restore its backup.",
    )


def _migration(file: Traversable) -> Migration:
    match = _FILE.fullmatch(file.name)
    if match is None:
        raise ValueError(f"{file.name} is not a migration's name: NNNN_name.sql")
    sql = file.read_text("utf-8")
    return Migration(int(match[1]), match[2], sql, hashlib.sha256(sql.encode()).hexdigest())
