"""Instances to be mistreated: made once by the command line on each engine, then copied for each test."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from crash.founding import crowd, found
from crash.house import LONG, Instance
from store import cluster

MAILED = 6_000 if LONG else 1_500
CALLED = 54_000 if LONG else 10_500
_numbers = count(1)

Copy = Callable[[], Instance]


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """A station on SQLite, never started: 1,500 people with e-mail, 10,500 with a telephone (6,000, 54,000)."""
    folder = tmp_path_factory.mktemp("founded-sqlite")
    return found(folder, f"sqlite:{folder}/alertd.db", crowd(MAILED, CALLED))


@pytest.fixture(scope="session")
def founded_postgres(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The same on PostgreSQL."""
    name = f"alertd_crash_{os.getpid()}"
    cluster.run(postgres_server, f"CREATE DATABASE {name}")
    try:
        yield found(
            tmp_path_factory.mktemp("founded-postgres"), f"{postgres_server}/{name}", crowd(MAILED, CALLED)
        )
    finally:
        cluster.run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def instance_sqlite(founded_sqlite: Instance, tmp_path: Path) -> Instance:
    """A copy of its own."""
    folder = tmp_path / "instance"
    shutil.copytree(founded_sqlite.folder, folder)
    return replace(founded_sqlite, folder=folder, store=f"sqlite:{folder}/alertd.db")


@pytest.fixture
def instance_postgres(founded_postgres: Instance, tmp_path: Path) -> Iterator[Instance]:
    """A copy of its own, dropped afterwards."""
    folder = tmp_path / "instance"
    shutil.copytree(founded_postgres.folder, folder)
    server, _, template = founded_postgres.store.rpartition("/")
    name = f"{template}_{next(_numbers)}"
    cluster.run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield replace(founded_postgres, folder=folder, store=f"{server}/{name}")
    cluster.run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest) -> Instance:
    """Each engine in turn: a live station with its people, not started."""
    made: Instance = request.getfixturevalue(f"instance_{request.param}")
    return made
