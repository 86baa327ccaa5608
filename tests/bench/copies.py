"""The people's database, copied for whoever writes to it."""

import contextlib
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bench import house
from bench.house import House
from store import cluster

Copy = Callable[[], AbstractAsyncContextManager[str]]
"""A database of its own with the people in it: its address, while it is there."""

_copies = itertools.count(1)


@contextlib.asynccontextmanager
async def sqlite_copy(settled: House, folder: Path) -> AsyncIterator[str]:
    """The address of a file that may be written to, gone afterwards."""
    path = folder / f"copy-{os.getpid()}-{next(_copies)}.db"
    shutil.copyfile(settled.path, path)
    on_the_disk(path)
    try:
        yield f"sqlite://{path.absolute()}"
    finally:
        house.clear(folder, f"{path.name}*")


@contextlib.asynccontextmanager
async def postgres_copy(settled: House, server: str) -> AsyncIterator[str]:
    """The same as a PostgreSQL database."""
    name = f"alertd_bench_copy_{os.getpid()}_{next(_copies)}"
    try:
        template = (await house.moved_in(server, settled)).rpartition("/")[2]
        await cluster.send(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        yield f"{server}/{name}"
    finally:
        await cluster.send(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def on_the_disk(path: Path) -> None:
    """As a database that somebody has is: else the first checkpoint of what is measured would wait for the whole copy."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def let_go_of_pages(url: str) -> None:
    """Make a SQLite file cold: https://man7.org/linux/man-pages/man2/posix_fadvise.2.html."""
    with Path(url.removeprefix("sqlite://")).open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
