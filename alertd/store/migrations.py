"""The schema's history: `ddl/ENGINE/NNNN_name.sql`, applied in order, each in one transaction with its record."""

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

    :raises ValueError: a file is not named NNNN_name.sql, or the numbers are not 1, 2, 3...
    """
    found = tuple(
        _migration(file) for file in sorted((folder / engine).iterdir(), key=lambda file: file.name)
    )
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations of {engine} are not numbered 0001, 0002...")
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
    if len(applied) > len(known):
        raise ConfigurationError(
            "schema_newer",
            f"The database was brought to version {len(applied)} by a newer alertd; this one knows {len(known)}. "
            "Install the newer alertd again, or restore the backup made before its installation.",
        )
    for row, migration in zip(applied, known, strict=False):
        if (row["version"], row["checksum"]) != (migration.version, migration.checksum):
            raise ConfigurationError(
                "schema_changed",
                f"Migration {migration.version:04d}_{migration.name} is not the one this database went through "
                f"({row['name']}). Install the alertd that made this database, or restore its backup.",
            )
    return known[len(applied) :]


def _migration(file: Traversable) -> Migration:
    match = _FILE.fullmatch(file.name)
    if match is None:
        raise ValueError(f"{file.name} is not a migration's name: NNNN_name.sql")
    sql = file.read_text("utf-8")
    return Migration(int(match[1]), match[2], sql, hashlib.sha256(sql.encode()).hexdigest())
