"""The two sides of a move, for whoever asks for them: `pytest_plugins = ["store.two_sides"]`."""

import os

import asyncpg
import pytest
from store import cluster

from alertd.store.sqlite import SQLite


@pytest.fixture
async def path(tmp_path, clock):
    """A SQLite instance that holds nothing, and that nobody uses."""
    database = SQLite(tmp_path / "alertd.db", clock)
    await database.open()
    await database.close()
    return tmp_path / "alertd.db"


@pytest.fixture(scope="session")
def bare(postgres_server):
    """A database for all moves: making and dropping one costs the server a checkpoint each time."""
    name = f"alertd_move_{os.getpid()}"
    cluster.run(postgres_server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    yield f"{postgres_server}/{name}"
    cluster.run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def target(bare):
    """The address of a database in which there is nothing at all."""
    yield bare
    connection = await asyncpg.connect(bare, timeout=60)
    await connection.execute(
        "DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS autre CASCADE; CREATE SCHEMA public"
    )
    await connection.close()
