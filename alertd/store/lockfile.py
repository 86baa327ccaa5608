"""A file beside a SQLite database, locked for as long as a node runs on it: there is never a second one."""

import fcntl
from pathlib import Path
from typing import TextIO

from alertd.errors import ConfigurationError
from alertd.store import failures
from alertd.store.ownership import as_its_folder


class LockFile:
    """`PATH.lock`, in which the node that runs has written its name. The system lets go of it when the process ends."""

    def __init__(self, database: Path) -> None:
        whole = database.resolve()
        self._path = whole.with_name(f"{whole.name}.lock")
        self._file: TextIO | None = None

    def take(self, name: str) -> None:
        """Hold it from now on.

        :raises ConfigurationError: `node_running`. :raises Unavailable: the folder cannot be written to.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self._path.open("a+")
            as_its_folder(self._path)
        except OSError as error:
            raise failures.unreachable() from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            with file:
                raise _running(file) from error
        file.truncate(0)
        file.write(name)
        file.flush()
        self._file = file

    def let_go(self) -> None:
        """Another may have it; may be called twice. The file stays: whoever waits for it has it open."""
        file, self._file = self._file, None
        if file is not None:
            file.close()


def _running(file: TextIO) -> ConfigurationError:
    file.seek(0)
    return ConfigurationError(
        "node_running",
        f"The node {file.read(100) or 'of this database'} is running on this SQLite database, which serves one at a "
        "time. Stop its daemon first; several nodes need PostgreSQL.",
    )
