"""What every command shares: --json, --config, the store, and how an error is said."""

import asyncio
import errno
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Final, Literal, TextIO

import click
import structlog

from alertd.clock import Clock, SystemClock
from alertd.errors import AlertdError, Unavailable
from alertd.keys import Keyring
from alertd.settings import Settings
from alertd.store import Database, Row

DEFAULT: Final = Path("alertd.toml")
ACTOR: Final = "cli"
"""Who did it, in the audit: whoever may run commands on this machine."""
_REFUSALS: Final = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOTDIR, errno.EEXIST, errno.EISDIR,
    }
)  # fmt: skip
"""What a machine may refuse to a command, a file most often: no bug of ours."""


@dataclass(slots=True)
class House:
    """The store, open, and what is needed to use it."""

    store: Database
    clock: Clock
    settings: Settings
    heirlooms: Sequence[Row] = ()
    sealed: Sequence[Row] = ()

    @property
    def keyring(self) -> Keyring:
        """Read when it is needed: most commands touch no address. :raises ConfigurationError: it is none of this store's."""
        from alertd.node.desk import keyring_of
        from alertd.rotation.heirlooms import inheriting

        return inheriting(keyring_of(self.settings, self.sealed), self.heirlooms)


class Console:
    """Where a command reads its settings, and how it answers: words, or one JSON document."""

    def __init__(self, *, as_json: bool, config: Path | None) -> None:
        self.as_json = as_json
        self._config = config

    @cached_property
    def settings(self) -> Settings:
        """Those of --config, else of ./alertd.toml, else the built-in ones; ConfigurationError."""
        return Settings.load(self.configuration, os.environ)

    @property
    def configuration(self) -> Path | None:
        """The file that the settings are read from."""
        return self._config or (DEFAULT if DEFAULT.is_file() else None)

    def say(self, text: str, data: object) -> None:
        """Answer on standard output: `text` for people, `data` for programs."""
        click.echo(json.dumps(data, ensure_ascii=False) if self.as_json else text)

    def note(self, text: str) -> None:
        """Tell people something beside the answer, on standard error."""
        click.echo(text, err=True)

    def complain(self, error: AlertdError) -> None:
        """One sentence on standard error, or its code and message as JSON."""
        said = {"code": error.code, "message": error.message}
        self.note(json.dumps(said, ensure_ascii=False) if self.as_json else error.message)

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        """The store, open and up to date, beside a daemon that may be using it."""
        from alertd.node.store import open_store
        from alertd.stations.secrets_in_use import SAMPLE

        clock = SystemClock()
        store = await open_store(self.settings, clock)
        try:
            heirlooms = await store.fetch("rotation.heirlooms")
            yield House(store, clock, self.settings, heirlooms, await store.fetch("books.sealed", SAMPLE))
        finally:
            await store.close()


def command(function: Callable[..., Any]) -> Callable[..., None]:
    """Give a command --json and --config, and a Console first; what goes wrong ends it with status 2."""

    @click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
    @click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="ALERTD_CONFIG",
        help="The configuration; by default ./alertd.toml where there is one.",
    )
    @wraps(function)
    def run(*args: Any, as_json: bool, config: Path | None, **kwargs: Any) -> None:
        _log_apart()
        console = Console(as_json=as_json, config=config)
        try:
            _finish(function(console, *args, **kwargs))
        except AlertdError as error:
            console.complain(error)
            sys.exit(2)
        except OSError as error:
            if error.errno not in _REFUSALS:
                raise
            console.complain(_refusal(error))
            sys.exit(2)

    return run


def _refusal(error: OSError) -> AlertdError:
    """The system's own words, and which file where it says so."""
    where = f" ({error.filename})" if error.filename else ""
    return Unavailable(
        "system_refused",
        f"The system refuses: {error.strerror}{where}. Mend that, and run the command again.",
    )


def _log_apart() -> None:
    """A command's answer is on standard output, and nothing else: the log is not, and names nobody there either."""
    if not structlog.is_configured():
        from alertd.cli.log import configure
        from alertd.settings.sections import Log

        configure(Log())


def _finish(result: object) -> None:
    """Run a coroutine to its end; Ctrl-C cancels it, and it tidies up before it goes."""
    if isinstance(result, Coroutine):
        asyncio.run(result)


def private(path: Path, how: Literal["w", "x"] = "w", newline: str | None = None) -> TextIO:
    """A new text file that nobody else may read: addresses, or a key, will be in it. FileExistsError where `how` is "x"."""
    return open(
        path, how, encoding="utf-8", newline=newline, opener=lambda name, flags: os.open(name, flags, 0o600)
    )


def table(rows: list[Mapping[str, object]]) -> str:
    """Rows of the same keys as columns of text, header first; "none" where there is no row."""
    if not rows:
        return "none"
    lines = [list(rows[0]), *([str(cell) for cell in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
