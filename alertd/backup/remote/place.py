"""A place elsewhere that keeps files under their names, and how it is entered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

from alertd.errors import ConfigurationError, Unavailable
from alertd.settings.backup import Remote

MOST: Final = 10_000
"""Names that are read of a folder: rotation keeps a few dozen."""
LONGEST_S: Final = 6 * 3600.0
"""For all that is done at one visit."""
LONGEST_SECRET: Final = 10_000


class Place(Protocol):
    """A folder there. Whatever it cannot do raises Unavailable `backup_remote` with a sentence, and no secret in it."""

    async def names(self) -> dict[str, int]:
        """The files there, 10,000 at most, with their bytes."""
        ...

    async def put(self, path: Path, name: str) -> None:
        """Keep this file under a name, in place of one that has it; under the name it is whole, or not there."""
        ...

    async def fetch(self, name: str, path: Path) -> None:
        """Write the file of that name here."""
        ...

    async def remove(self, name: str) -> None:
        """Keep it no longer."""
        ...


@asynccontextmanager
async def entered(remote: Remote) -> AsyncIterator[Place]:
    """The place that the configuration names.

    :raises ConfigurationError: `backup_remote_none`, `backup_remote_library`. :raises Unavailable: `backup_remote`.
    """
    try:
        async with asyncio.timeout(LONGEST_S), _opened(remote) as place:
            yield place
    except TimeoutError as error:
        raise unavailable(remote, "it took too long") from error


def _opened(remote: Remote) -> AbstractAsyncContextManager[Place]:
    kind = remote.url.partition(":")[0]
    try:
        if kind == "s3":
            from alertd.backup.remote.s3 import bucket

            return bucket(remote)
        if kind == "sftp":
            from alertd.backup.remote.sftp import account

            return account(remote)
    except ImportError as error:
        raise ConfigurationError(
            "backup_remote_library",
            f"{error.name} is not installed: pip install 'alertd[{kind}]' (pipx: pipx inject alertd {error.name}).",
        ) from error
    raise ConfigurationError(
        "backup_remote_none", "[backup.remote] url names no place for copies of backups."
    )


def secret_in(path: str) -> str:
    """A password or key that a file holds, without the line's end; ConfigurationError `backup_remote_secret`."""
    try:
        with Path(path).open(encoding="utf-8") as file:
            held = file.read(LONGEST_SECRET).strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "backup_remote_secret",
            f"[backup.remote] secret_file: {path} cannot be read ({getattr(error, 'strerror', None) or 'it is no text'}).",
        ) from error
    if not held:
        raise ConfigurationError("backup_remote_secret", f"[backup.remote] secret_file: {path} is empty.")
    return held


def unavailable(remote: Remote, why: str) -> Unavailable:
    """It did not do what was asked; `why` is a word of the library's or of ours, never its whole message."""
    return Unavailable(
        "backup_remote", f"Backups at {remote.url}: {why}. What is here stays here; it is tried again."
    )
